"""A rocky coast: the studio's own first picture."""

import math

from .brushes import (
    Canvas,
    Point,
    profile,
    smooth,
)
from .figures import standing
from .nature import sky, stone, water
from .palette import Mood, mix


def coast(canvas: Canvas, mood: Mood, person: bool) -> None:
    """A rocky coast at eye level, headlands fading away, and the sea full of light."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    horizon = height * canvas.between(0.52, 0.56)
    left = canvas.chance(0.5)  # on which side the land lies
    sun = sky(
        canvas, mood, horizon, canvas.between(0.56, 0.7) if left else canvas.between(0.3, 0.44)
    )
    water(canvas, mood, horizon, sun, calm=0.35)
    for layer in range(3):
        headland(canvas, mood, horizon, layer, left)
    canvas.mist(horizon - unit * 0.07, horizon + unit * 0.05, mood.haze, 0.35 + 0.4 * mood.mist)
    for _ in range(canvas.rng.randint(3, 5)):
        across = canvas.between(0.35, 0.95) if left else canvas.between(0.05, 0.65)
        rock(canvas, mood, across * width, horizon + unit * canvas.between(0.06, 0.2), sun)
    foot = cliff(canvas, mood, left, sun)
    if person:
        standing(canvas, mood, foot, unit * 0.34, sun)


def headland(canvas: Canvas, mood: Mood, horizon: float, layer: int, left: bool) -> None:
    """A distant cape that falls to the sea."""
    unit = canvas.unit
    reach = (0.62, 0.46, 0.26)[layer]
    rise = unit * (0.07, 0.13, 0.22)[layer]
    bumps = profile(canvas.rng, 90, 0.47, 1.5)
    base = horizon + unit * (0.004, 0.012, 0.03)[layer]
    points: list[Point] = []
    for at, bump in enumerate(bumps):
        share = at / (len(bumps) - 1)
        fall = max(0.0, 1 - share**2.2) ** 0.8
        x = share * reach * canvas.width
        points.append((x if left else canvas.width - x, base - rise * fall * (0.78 + 0.22 * bump)))
    end = 0.0 if left else float(canvas.width)
    mask = canvas.shape([*points, (end, base)])
    far = mix(mood.haze, mood.near, (0.22, 0.4, 0.56)[layer])
    canvas.land(
        mask,
        (far, mix(far, mood.accents[2], 0.25), mix(far, mood.haze, 0.45)),
        0.14 + 0.09 * layer,
        14,
    )


def rock(canvas: Canvas, mood: Mood, x: float, base: float, sun: Point) -> None:
    """A rock in the water with a lit side and a line of foam."""
    tall = canvas.unit * canvas.between(0.02, 0.085)
    wide = tall * canvas.between(0.8, 1.6)
    crest = [
        (
            x + wide * (at / 6 - 1),
            base - tall * (1 - abs(at / 6 - 1)) ** 0.6 * canvas.between(0.65, 1.0),
        )
        for at in range(13)
    ]
    stone(canvas, mood, canvas.shape([*crest, (x + wide, base), (x - wide, base)]), sun)
    foam = canvas.shape(
        smooth(
            [
                (x - wide * 1.15, base),
                (x, base - tall * 0.1),
                (x + wide * 1.15, base),
                (x, base + tall * 0.09),
            ]
        )
    )
    canvas.lay(mix(mood.sky[-1], (255, 255, 255), 0.5), canvas.soft(foam, 2), 0.6)


def cliff(canvas: Canvas, mood: Mood, left: bool, sun: Point) -> Point:
    """The rocks in front, with a ledge to stand on; gives the place to stand."""
    width, height, unit = canvas.width, canvas.height, canvas.unit
    foot: Point = (0, 0)
    for layer, (reach, top) in enumerate(((0.74, 0.80), (0.56, 0.75))):
        bumps = profile(canvas.rng, 60, 0.62, 3.0)
        points: list[Point] = []
        for at, bump in enumerate(bumps):
            share = at / (len(bumps) - 1)
            fall = share**3.0
            # A level ledge a third of the way out, where somebody may stand.
            flat = math.exp(-(((share - 0.5) / 0.17) ** 2))
            y = height * (top + (1.02 - top) * fall) + bump * unit * 0.035 * (1 - flat)
            x = share * reach * width
            points.append((x if left else width - x, y))
        if layer == 1:
            foot = points[len(points) // 2]
        end = -2.0 if left else width + 2.0
        stone(
            canvas,
            mood,
            canvas.shape(
                [(end, points[0][1]), *points, (points[-1][0], height + 2), (end, height + 2)]
            ),
            sun,
        )
    return foot
