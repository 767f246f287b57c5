"""Mountains, lakes and forests. Each scene is a function that paints an empty canvas."""

import math
from collections.abc import Callable

from PIL import ImageChops

from .brushes import (
    Canvas,
    Point,
    profile,
    ramp,
)
from .figures import standing
from .nature import ranges, sky, stone, water
from .palette import Mood, mix, shade

type Scene = Callable[[Canvas, Mood, bool], None]

CLEARING = 0.1  # how much of a hill, to either side, stays without trees


def mountain(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Range behind range, mist in the valleys, a dark foreground with pines."""
    unit, height = canvas.unit, canvas.height
    horizon = height * canvas.between(0.62, 0.68)
    sun = sky(canvas, mood, horizon, canvas.between(0.25, 0.75))
    ranges(canvas, mood, horizon, count=5, rise=0.34)
    hill = [value * 0.5 for value in profile(canvas.rng, 160, 0.35, 0.8)]
    base = height * 0.9
    canvas.land(
        canvas.shape(canvas.skyline(base, hill, unit * 0.08)),
        (mix(mood.near, mood.haze, 0.12), mood.near),
        0.5,
        24,
    )
    pines(canvas, mood, base, hill, rise=unit * 0.08, tall=0.12)
    if person:
        spot = 60
        foot = (canvas.width * spot / 159, base - hill[spot] * unit * 0.08 + unit * 0.01)
        standing(canvas, mood, foot, unit * 0.2, sun)


def pines(
    canvas: Canvas, mood: Mood, base: float, hill: list[float], *, rise: float, tall: float
) -> None:
    """A loose row of conifers along a hill."""
    trees = []
    for _ in range(round(46 * canvas.width / canvas.unit)):
        share = canvas.rng.random()
        if abs(share - 0.4) < CLEARING:  # a gap, so that the far view stays open
            continue
        y = base - hill[int(share * (len(hill) - 1))] * rise + canvas.unit * 0.015
        trees.append(
            pine(canvas, share * canvas.width, y, canvas.unit * tall * canvas.between(0.35, 1.0))
        )
    canvas.lay(shade(mood.near, 0.8), canvas.shape(*trees))


def pine(canvas: Canvas, x: float, base: float, tall: float) -> list[Point]:
    """The outline of one conifer."""
    tiers = max(8, min(20, round(tall / canvas.unit * 34)))
    right: list[Point] = []
    lean = canvas.between(-0.02, 0.02) * tall
    for tier in range(tiers):
        share = (tier + 1) / tiers
        wide = tall * 0.17 * share**0.9 * canvas.between(0.7, 1.15)
        y = base - tall * (1 - share * 0.93)
        right += [(wide, y), (wide * 0.6, y - tall * 0.006)]
    crown = [(x + dx + lean, y) for dx, y in right]
    mirrored = [(x - dx * canvas.between(0.85, 1.1) + lean, y) for dx, y in reversed(right)]
    trunk = tall * 0.02
    return [(x + lean * 2, base - tall), *crown, (x + trunk, base), (x - trunk, base), *mirrored]


def lake(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Hills and pines doubled by still water."""
    unit, height = canvas.unit, canvas.height
    horizon = height * canvas.between(0.54, 0.6)
    sun = sky(canvas, mood, horizon, canvas.between(0.3, 0.7))
    ranges(canvas, mood, horizon, count=3, rise=0.3)
    shore = [abs(value) * 0.5 + 0.1 for value in profile(canvas.rng, 160, 0.35, 1.0)]
    mask = canvas.shape(canvas.skyline(horizon - unit * 0.01, shore, unit * 0.05))
    canvas.land(mask, (mix(mood.near, mood.haze, 0.25), mood.near), 0.3)
    pines(canvas, mood, horizon, shore, rise=unit * 0.05, tall=0.1)
    water(canvas, mood, horizon, sun, calm=0.85)
    canvas.mist(horizon - unit * 0.05, horizon + unit * 0.06, mood.haze, 0.3 + 0.5 * mood.mist)
    if person:
        stone(
            canvas,
            mood,
            canvas.shape(
                canvas.skyline(height * 0.93, profile(canvas.rng, 60, 0.5, 1.5), unit * 0.02)
            ),
            sun,
        )
        standing(canvas, mood, (canvas.width * 0.34, height * 0.925), unit * 0.3, sun)


def forest(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Trees behind trees, each row paler, and shafts of light between them."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    sun = sky(canvas, mood, height * 0.85, canvas.between(0.35, 0.65))
    canvas.lay(mix(mood.haze, mood.sky[-1], 0.5), ramp(canvas.size, (110, 150, 200, 220)))
    canvas.glow(sun[0], height * 0.38, unit * 0.7, mood.sun, 0.7)
    rows = 5
    for row in range(rows):
        near = row / (rows - 1)
        base = height * (0.74 + 0.2 * near)
        ground = [v * 0.3 for v in profile(canvas.rng, 120, 0.35, 1.2)]
        colour = mix(mood.haze, mood.near, 0.2 + 0.75 * near)
        floor = canvas.shape(canvas.skyline(base, ground, unit * 0.05))
        soil = (mix(colour, mood.accents[0], 0.16), mix(colour, mood.near, 0.4))
        canvas.land(floor, soil, 0.15 + 0.2 * near, 24)
        trees = []
        number = round((24 - 3 * row) * width / unit)
        for at in range(number):
            x = (at + canvas.between(-0.35, 0.35) + 0.5) / number * width
            if row > rows // 2 and abs(x - sun[0]) < unit * 0.2 * near:
                continue
            tall = height * (0.3 + 0.4 * near) * canvas.between(0.75, 1.15)
            trees.append(pine(canvas, x, base + unit * 0.02, tall))
        if trees:
            mask = canvas.shape(*trees)
            canvas.land(
                mask, (mix(colour, mood.sky[-1], 0.25), colour, mix(colour, mood.haze, 0.3)), 0.0
            )
        canvas.mist(
            base - unit * 0.16,
            base + unit * 0.1,
            mix(mood.haze, mood.sun, 0.25),
            (0.35 + 0.5 * mood.mist) * (1 - near),
        )
        if row == rows - 2:
            shafts(canvas, mood, (sun[0], -height * 0.1))
    if person:
        standing(canvas, mood, (sun[0], height * 0.93), unit * 0.26, (sun[0], height * 0.3))


def shafts(canvas: Canvas, mood: Mood, source: Point) -> None:
    """Beams of light that fall from a point above."""
    beams = []
    for _ in range(7):
        angle = canvas.between(-0.5, 0.5)
        wide = canvas.between(0.015, 0.05)
        far = canvas.height * 1.2
        beams.append(
            [
                source,
                (source[0] + far * math.tan(angle), source[1] + far),
                (source[0] + far * math.tan(angle + wide), source[1] + far),
            ]
        )
    mask = canvas.soft(canvas.shape(*beams), canvas.unit * 0.012)
    canvas.shine(mood.sun, ImageChops.multiply(mask, ramp(canvas.size, (220, 180, 100, 0))), 0.4)
