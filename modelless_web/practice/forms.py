"""Pictures without a place: flowers close by, a portrait, and pure shapes."""

import math
from collections.abc import Callable

from PIL import Image, ImageChops

from .brushes import (
    Canvas,
    Pen,
    Point,
    between_colours,
    curve,
    gradient,
    moved,
    noise,
    profile,
    ramp,
    smooth,
)
from .figures import rim_light
from .palette import Colour, Mood, mix, shade

type Place = Callable[[list[Point]], list[Point]]

HEAD = [
    (0.02, 0.92), (0.10, 0.90), (0.15, 0.83), (0.16, 0.75), (0.155, 0.715), (0.185, 0.66),
    (0.172, 0.645), (0.155, 0.64), (0.162, 0.615), (0.15, 0.60), (0.157, 0.58), (0.14, 0.555),
    (0.132, 0.52), (0.09, 0.505), (0.04, 0.515), (0.025, 0.45), (0.045, 0.375), (0.17, 0.33),
    (0.31, 0.27), (0.39, 0.13), (0.43, -0.05), (-0.46, -0.05), (-0.42, 0.14), (-0.33, 0.27),
    (-0.20, 0.335), (-0.125, 0.39), (-0.105, 0.50), (-0.14, 0.62), (-0.13, 0.80), (-0.07, 0.895),
]  # fmt: skip
HAIR = [
    (0.155, 0.80), (0.10, 0.795), (0.055, 0.755), (0.03, 0.68), (0.0, 0.62), (-0.02, 0.53),
    (-0.06, 0.47), (-0.13, 0.45), (-0.20, 0.50), (-0.26, 0.56), (-0.30, 0.66), (-0.28, 0.75),
    (-0.22, 0.80), (-0.16, 0.90), (-0.06, 0.965), (0.05, 0.965), (0.135, 0.91), (0.17, 0.85),
]  # fmt: skip


def backdrop(canvas: Canvas, mood: Mood) -> None:
    """Soft light without any place: a gradient with large pale clouds of colour in it."""
    canvas.image.paste(gradient(canvas.size, mood.sky))
    for _ in range(7):
        x, y = canvas.between(0, canvas.width), canvas.between(0, canvas.height)
        colour = mix(canvas.rng.choice(mood.accents), mood.haze, 0.4)
        canvas.glow(
            x, y, canvas.unit * canvas.between(0.3, 0.75), colour, canvas.between(0.2, 0.42)
        )


def garden(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Flowers upon flowers: blurred behind, sharp in front, drops of light in the air."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    backdrop(canvas, mood)
    leaf = mix(mix((58, 132, 84), mood.accents[3], 0.12), mood.near, 0.12)
    canvas.lay(mix(leaf, mood.near, 0.3), ramp(canvas.size, (0, 0, 90, 200, 255)))
    bokeh(canvas, mood, 34)
    for depth in range(3):
        near = depth / 2
        count = round((22, 14, 8)[depth] * width / unit)
        for at in range(count):
            x = (at + canvas.between(0.1, 0.9)) / count * width
            y = height * canvas.between((0.42, 0.48, 0.56)[depth], (0.66, 0.76, 0.88)[depth])
            flower(
                canvas,
                mood,
                (x, y),
                unit * (0.035 + 0.06 * near) * canvas.between(0.8, 1.25),
                leaf=mix(leaf, mood.haze, 0.4 * (1 - near)),
                near=near,
            )
        factor = (7, 3, 1)[depth]  # the last row stays sharp
        if factor > 1:
            canvas.image = canvas.image.reduce(factor).resize(canvas.size, Image.Resampling.BICUBIC)
    bokeh(canvas, mood, 9)


def bokeh(canvas: Canvas, mood: Mood, count: int) -> None:
    """Drops of light, out of focus."""
    for _ in range(count):
        x, y = canvas.between(0, canvas.width), canvas.between(0, canvas.height * 0.75)
        radius = canvas.unit * canvas.between(0.008, 0.045)
        canvas.disc(
            x,
            y,
            radius,
            mix(mood.sun, canvas.rng.choice(mood.accents), 0.35),
            canvas.between(0.08, 0.3),
        )


def flower(
    canvas: Canvas, mood: Mood, middle: Point, size: float, *, leaf: Colour, near: float
) -> None:
    """One flower on its stem: two rings of petals and a warm heart."""
    x, y = middle
    bend = canvas.between(-0.8, 0.8) * size
    end = min(canvas.height + 2.0, y + size * canvas.between(4, 7))
    stem = smooth([(x, y), (x + bend * 0.3, (y + end) / 2), (x + bend, end)], 8, closed=False)
    sprig = (x + bend * 0.3, (y + end) / 2)
    side = canvas.rng.choice((-1, 1)) * size
    blade = smooth(
        [
            sprig,
            (sprig[0] + side * 0.9, sprig[1] - size * 0.75),
            (sprig[0] + side * 1.5, sprig[1] - size * 0.8),
            (sprig[0] + side * 0.9, sprig[1] - size * 0.2),
        ],
        6,
    )
    box = canvas.box_of([*stem, *blade], size * 0.2)

    def green(pen: Pen) -> None:
        pen.line(stem, size * 0.09)
        pen.polygon(blade)

    canvas.lay(mix(leaf, mood.near, canvas.between(0.0, 0.35)), canvas.outline(green, box))
    colour = mix(canvas.rng.choice(mood.accents), mood.haze, 0.22 * (1 - near))
    count = canvas.rng.choice((5, 6, 8, 11, 13))
    turn, squash = canvas.between(0, math.tau), canvas.between(0.62, 0.95)
    area = canvas.box_of([(x - size, y - size), (x + size, y + size)], size * 0.15)
    for ring, (reach, tone) in enumerate(
        ((1.0, shade(colour, 0.84)), (0.78, colour), (0.52, shade(colour, 1.17)))
    ):
        petals = [
            petal(
                middle,
                size * reach,
                turn + ring * math.pi / count + math.tau * at / count,
                math.pi / count * 0.98,
                squash,
            )
            for at in range(count)
        ]
        canvas.lay(tone, canvas.outline(lambda pen, petals=petals: _fill(pen, petals), area), 0.94)  # type: ignore[misc]
    heart = mix(mood.accents[1], (96, 60, 24), 0.35)
    canvas.disc(x, y, size * 0.2, shade(heart, 0.8))
    canvas.disc(x - size * 0.03, y - size * 0.03, size * 0.14, mix(heart, (255, 226, 150), 0.5))


def _fill(pen: Pen, outlines: list[list[Point]]) -> None:
    for outline in outlines:
        pen.polygon(outline)


def petal(middle: Point, reach: float, turn: float, wide: float, squash: float) -> list[Point]:
    """One petal that points away from the middle."""
    corners = ((0.08, 0.0), (0.55, 0.72), (0.88, 0.72), (1.0, 0.0), (0.88, -0.72), (0.55, -0.72))
    points = []
    for far, spread in corners:
        angle = turn + spread * wide
        points.append(
            (
                middle[0] + math.cos(angle) * far * reach,
                middle[1] + math.sin(angle) * far * reach * squash,
            )
        )
    return smooth(points, 5)


def figure(canvas: Canvas, mood: Mood, person: bool) -> None:
    """A head in profile before a great pale sun, as on an old poster."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    backdrop(canvas, mood)
    side = canvas.rng.choice((-1.0, 1.0))
    middle = width / 2
    sun = (middle + side * unit * 0.06, height * 0.42)
    canvas.glow(*sun, unit * 0.62, mood.sun, 0.4)
    disc = canvas.outline(lambda pen: pen.ellipse(sun, unit * 0.36, unit * 0.36))
    canvas.land(
        disc, (mix(mood.sun, mood.accents[1], 0.25), mix(mood.accents[0], mood.haze, 0.35)), 0.0
    )
    leaves(canvas, mood, sun)
    tall = unit * 0.98

    def place(points: list[Point]) -> list[Point]:
        return [
            (middle + x * tall * side - side * unit * 0.02, height - y * tall) for x, y in points
        ]

    skin = mix((150, 92, 74), mood.accents[2], 0.3)
    body = canvas.shape(smooth(place(HEAD), 8))
    canvas.land(body, (mix(skin, mood.haze, 0.3), skin, mix(skin, mood.near, 0.45)), 0.0)
    cloth = ImageChops.multiply(
        body,
        canvas.shape(
            smooth(
                place(
                    [
                        (-0.6, 0.27),
                        (-0.2, 0.285),
                        (0.0, 0.2),
                        (0.16, 0.29),
                        (0.6, 0.24),
                        (0.6, -0.2),
                        (-0.6, -0.2),
                    ]
                ),
                10,
            )
        ),
    )
    canvas.land(cloth, (mood.accents[3], mix(mood.accents[3], mood.near, 0.6)), 0.25, 7)
    hair = canvas.shape(smooth(place(HAIR), 8))
    canvas.land(
        hair,
        (mix(mood.near, mood.accents[2], 0.3), mood.near, mix(mood.near, mood.accents[0], 0.25)),
        0.0,
    )
    strands(canvas, mood, place, hair)
    ear = place([(-0.012, 0.575)])[0]
    canvas.disc(*ear, unit * 0.017, mix(mood.accents[1], (255, 236, 180), 0.5))
    rim_light(canvas, ImageChops.lighter(body, hair), mood, round(side), 0.85)
    blossoms(canvas, mood, place)


def strands(canvas: Canvas, mood: Mood, place: Place, hair: Image.Image) -> None:
    """Lighter lines that follow the fall of the hair."""
    lines = []
    for at in range(16):
        share = at / 15
        start = (0.15 - 0.04 * share, 0.81 + 0.13 * share)
        lines.append(
            smooth(
                place(
                    [
                        start,
                        (0.02 - 0.1 * share, 0.78 + 0.14 * share),
                        (-0.06 - 0.14 * share, 0.63 + 0.14 * share),
                        (-0.1 - 0.16 * share, 0.48 + 0.14 * share),
                    ]
                ),
                8,
                closed=False,
            )
        )

    def draw(pen: Pen) -> None:
        for line in lines:
            pen.line(line, canvas.unit * 0.0028)

    mask = ImageChops.multiply(canvas.outline(draw), hair)
    canvas.lay(mix(mood.accents[1], mood.haze, 0.3), mask, 0.3)


def blossoms(canvas: Canvas, mood: Mood, place: Place) -> None:
    """Flowers in the hair."""
    for x, y in ((-0.2, 0.7), (-0.12, 0.76), (-0.245, 0.61), (-0.17, 0.62)):
        (spot,) = place([(x, y)])
        flower_head(canvas, mood, spot, canvas.unit * canvas.between(0.035, 0.055))


def flower_head(canvas: Canvas, mood: Mood, middle: Point, size: float) -> None:
    """A flower without its stem."""
    colour = canvas.rng.choice(mood.accents[:3])
    turn = canvas.between(0, math.tau)
    for reach, tone in ((1.0, shade(colour, 0.9)), (0.66, shade(colour, 1.15))):
        petals = [
            petal(middle, size * reach, turn + math.tau * at / 6, 0.5, 0.9) for at in range(6)
        ]
        area = canvas.box_of([middle], size * 1.2)
        canvas.lay(tone, canvas.outline(lambda pen, petals=petals: _fill(pen, petals), area))  # type: ignore[misc]
    canvas.disc(*middle, size * 0.2, mix(mood.accents[1], (255, 236, 180), 0.5))


def leaves(canvas: Canvas, mood: Mood, middle: Point) -> None:
    """Long leaves that open like a fan behind a head."""
    blades = []
    for at in range(22):
        turn = math.pi * (0.92 + 1.16 * at / 21)
        reach = canvas.unit * canvas.between(0.38, 0.52)
        blades.append(petal(middle, reach, turn, 0.085, 1.0))
    mask = canvas.outline(lambda pen: _fill(pen, blades))
    canvas.lay(mix(mix(mood.accents[3], mood.near, 0.35), mood.haze, 0.3), mask, 0.55)


def abstract(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Sheets of colour that lie upon each other in waves, and a sun between them."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    backdrop(canvas, mood)
    x, y = width * canvas.between(0.28, 0.72), height * canvas.between(0.26, 0.4)
    radius = unit * canvas.between(0.13, 0.2)
    canvas.glow(x, y, radius * 3.2, mood.sun, 0.5)
    disc = canvas.outline(lambda pen: pen.ellipse((x, y), radius, radius))
    canvas.land(
        disc, (mix(mood.sun, (255, 255, 255), 0.3), mix(mood.accents[1], mood.accents[0], 0.4)), 0.0
    )
    count = 8
    tones = [
        *between_colours(mood.haze, mood.accents[0], 4),
        *between_colours(mood.accents[2], mood.near, 5),
    ]
    for layer in range(count):
        share = layer / (count - 1)
        line = [
            v * (0.75 - 0.2 * share)
            for v in profile(canvas.rng, 140, 0.28, canvas.between(0.45, 0.8))
        ]
        base = height * (0.42 + 0.5 * share)
        outline = canvas.skyline(base, line, unit * 0.13)
        mask = canvas.shape(outline)
        shadow = canvas.soft(mask, unit * 0.02)
        shadow = moved(shadow, 0, -round(unit * 0.012))
        canvas.lay(mix(mood.near, mood.sky[0], 0.3), shadow, 0.34)
        tone = mix(tones[layer], canvas.rng.choice(mood.accents), 0.22)
        canvas.land(mask, (mix(tone, mood.sun, 0.3), tone, mix(tone, mood.near, 0.3)), 0.0)
        edge = ImageChops.subtract(mask, moved(mask, 0, max(1, round(unit / 500))))
        canvas.shine(mix(mood.sun, tone, 0.3), edge, 0.5)
    small = (max(4, width // 4), max(4, height // 4))
    haze = (
        noise(canvas.rng, small, (2, 2), 3).resize(canvas.size, 3).point(curve(lambda v: v * 0.14))
    )
    canvas.lay(mood.sun, haze)
