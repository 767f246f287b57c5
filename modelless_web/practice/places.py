"""More places that the painter knows: city, desert, space, field, garden, portrait, pure shapes."""

import math

from PIL import Image, ImageChops, ImageDraw

from .brushes import (
    Canvas,
    Mask,
    Pen,
    Point,
    curve,
    gradient,
    lifted,
    noise,
    plane,
    profile,
    ramp,
    smooth,
)
from .figures import rim_light, standing
from .nature import moon, ranges, sky, stars, water
from .palette import Colour, Mood, mix, shade


def city(canvas: Canvas, mood: Mood, person: bool) -> None:
    """A skyline in three depths with lit windows, doubled by the river before it."""
    unit, height = canvas.unit, canvas.height
    horizon = height * canvas.between(0.68, 0.74)
    sun = sky(canvas, mood, horizon, canvas.between(0.3, 0.7))
    for row in range(3):
        towers(canvas, mood, horizon, row)
        canvas.mist(horizon - unit * 0.2, horizon + unit * 0.04, mood.haze, (0.6, 0.45, 0.2)[row])
    water(canvas, mood, horizon, sun, calm=0.8)
    if person:
        quay = [(0.0, height * 0.94), (canvas.width + 0.0, height * 0.94)]
        ground = canvas.shape([*quay, (canvas.width, height + 2), (0, height + 2)])
        canvas.land(ground, (mix(mood.near, mood.haze, 0.2), mood.near), 0.2)
        standing(canvas, mood, (canvas.width * 0.32, height * 0.945), unit * 0.3, sun)


def towers(canvas: Canvas, mood: Mood, base: float, row: int) -> None:
    """One row of buildings, the nearer the darker, and the light in their windows."""
    unit = canvas.unit
    colour = mix(mood.haze, mood.near, (0.35, 0.62, 0.9)[row])
    outlines: list[list[Point]] = []
    fronts: list[tuple[float, float, float]] = []
    x = -0.03 * unit
    while x < canvas.width:
        wide = unit * canvas.between(0.035, 0.085) * (1.15 - 0.12 * row)
        middle = 1 - abs((x + wide / 2) / canvas.width - 0.5) * 1.3
        tall = unit * (0.1 + canvas.between(0.05, 0.4) * max(0.25, middle)) * (1.15, 0.9, 0.6)[row]
        outlines.append(tower(canvas, x, base, wide, tall))
        fronts.append((x, wide, tall))
        x += wide * canvas.between(0.82, 1.25)
    mask = canvas.shape(*outlines)
    canvas.land(mask, (mix(colour, mood.sky[1], 0.25), colour, mix(colour, mood.haze, 0.35)), 0.0)
    windows(canvas, mood, base, fronts, row)


def tower(canvas: Canvas, x: float, base: float, wide: float, tall: float) -> list[Point]:
    """The outline of one building: flat, stepped, slanted or with a spire."""
    top, right = base - tall, x + wide
    roofs: tuple[list[Point], ...] = (
        [(x, top), (right, top)],
        [(x, top), (right, top + wide * 0.35)],
        [(x, top + wide * 0.5), (x + wide * 0.18, top + wide * 0.5), (x + wide * 0.18, top),
         (right - wide * 0.18, top), (right - wide * 0.18, top + wide * 0.5),
         (right, top + wide * 0.5)],
        [(x, top), (x + wide * 0.46, top - wide * 0.25), (x + wide * 0.5, top - wide * 1.1),
         (x + wide * 0.54, top - wide * 0.25), (right, top)],
    )  # fmt: skip
    roof = canvas.rng.choices(roofs, (5, 2, 3, 1))[0]
    return [(x, base + 2), *roof, (right, base + 2)]


def windows(
    canvas: Canvas, mood: Mood, base: float, fronts: list[tuple[float, float, float]], row: int
) -> None:
    """Lit windows, most of them warm, more of them after dark."""
    dark = 1 - sum(mood.sky[1]) / 765
    size = max(1.0, canvas.unit / 380) * (0.75, 1.0, 1.3)[row]
    pen = ImageDraw.Draw(canvas.image)
    warm = mix(mood.accents[1], (255, 226, 160), 0.6)
    for x, wide, tall in fronts:
        share = canvas.between(0.06, 0.42) * (0.35 + dark)
        gap = size * canvas.between(2.2, 3.2)
        for at in range(1, int(wide / gap)):
            for floor in range(2, int(tall / (gap * 1.15))):
                if not canvas.chance(share):
                    continue
                tone = warm if canvas.chance(0.8) else mood.accents[0]
                tone = mix(mood.haze, tone, canvas.between(0.35, 0.75) + 0.12 * row)
                left, top = x + at * gap - size / 2, base - floor * gap * 1.15
                pen.rectangle((left, top, left + size, top + size * 1.25), fill=tone)


def desert(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Dunes with a lit and a shadowed side, one behind the other."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    horizon = height * canvas.between(0.5, 0.56)
    left = canvas.chance(0.5)  # where the light comes from
    sun = sky(canvas, mood, horizon, 0.24 if left else 0.76)
    ranges(canvas, mood, horizon, count=1, rise=0.14)
    sand = mix(mix(mood.accents[1], mood.accents[0], 0.4), mood.haze, 0.25)
    foot: Point = (width * 0.5, height * 0.8)
    for layer in range(4):
        near = layer / 3
        base = horizon + (height - horizon) * (0.04 + 0.8 * near**1.25)
        peak = (
            (0.68, 0.3, 0.74, 0.4)[layer] * width + canvas.between(-0.12, 0.12) * width,
            base - unit * (0.05 + 0.13 * near),
        )
        lit = mix(mix(mood.haze, sand, 0.35 + 0.6 * near), mood.sun, 0.12 * (1 - near))
        foot = peak
        dune(canvas, mood, peak, base, lit=lit, left=left)
        canvas.mist(base - unit * 0.03, base + unit * 0.16, mood.haze, 0.3 * (1 - near))
    if person:
        standing(canvas, mood, (foot[0], foot[1] + unit * 0.004), unit * 0.2, sun)


def dune(canvas: Canvas, mood: Mood, peak: Point, base: float, *, lit: Colour, left: bool) -> None:
    """One dune: its slope in the light, and the face that lies in shadow."""
    width, height = canvas.width, canvas.height
    rise = base - peak[1]
    crest = smooth(
        [(-0.2 * width, base + rise * 0.1), (peak[0] - width * 0.42, base - rise * 0.2),
         (peak[0] - width * 0.16, base - rise * 0.72), peak,
         (peak[0] + width * 0.18, base - rise * 0.62), (peak[0] + width * 0.46, base - rise * 0.1),
         (1.2 * width, base + rise * 0.15)], 14, closed=False,
    )  # fmt: skip
    mask = canvas.shape([*crest, (width * 1.2, height + 2), (-width * 0.2, height + 2)])
    canvas.land(mask, (mix(lit, mood.sun, 0.22), lit, mix(lit, mood.near, 0.3)), 0.0)
    ripples(canvas, mask)
    away = [point for point in crest if (point[0] >= peak[0]) == left]
    shadow = ImageChops.multiply(mask, shadow_side(canvas, away, peak, rise=rise, left=left))
    canvas.lay(mix(mix(lit, mood.near, 0.6), mood.sky[0], 0.25), shadow, 0.85)


def shadow_side(
    canvas: Canvas, crest: list[Point], peak: Point, *, rise: float, left: bool
) -> Mask:
    """The face of a dune that the sun does not reach, dark at the crest and fading down."""
    width = canvas.width
    turn = 1 if left else -1
    fall = smooth(
        [peak, (peak[0] - turn * width * 0.02, peak[1] + rise * 0.5),
         (peak[0] + turn * width * 0.05, peak[1] + rise * 1.0),
         (peak[0] - turn * width * 0.05, peak[1] + rise * 1.7),
         (peak[0] + turn * width * 0.06, peak[1] + rise * 2.6)], 12, closed=False,
    )  # fmt: skip
    crest = crest if left else crest[::-1]
    edge = width * 1.2 if left else -width * 0.2
    face = canvas.shape([peak, *crest, (edge, fall[-1][1]), *fall[::-1]])
    fade = Image.new("L", canvas.size)
    tall = max(2, round(rise * 2.6))
    fade.paste(ramp((width, tall), (255, 225, 150, 60, 0)), (0, round(peak[1])))
    return ImageChops.multiply(face, fade)


def ripples(canvas: Canvas, mask: Image.Image) -> None:
    """The fine lines that wind draws in sand."""
    box = mask.getbbox()
    if box is None:
        return
    size = (box[2] - box[0], box[3] - box[1])
    lines = noise(canvas.rng, size, (5, max(8, size[1] // 9)), 2)
    flat = Image.blend(Image.new("L", size, 128), lines, 0.17)
    part = ImageChops.overlay(canvas.image.crop(box), flat.convert("RGB"))
    canvas.image.paste(part, box[:2], mask.crop(box))


def space(canvas: Canvas, mood: Mood, person: bool) -> None:
    """A ringed planet among stars and glowing clouds of gas."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    deep = shade(mix(mood.sky[0], (4, 5, 16), 0.72), 1.0)
    canvas.image.paste(gradient(canvas.size, (deep, mix(deep, mood.sky[1], 0.35), deep)))
    small = (max(8, width // 4), max(8, height // 4))
    for colour in (mood.accents[0], mood.accents[2], mood.accents[3], mood.haze):
        gas = noise(canvas.rng, small, (3, 3), 6).point(lifted(0.42, 0.98, 1.5))
        thin = noise(canvas.rng, small, (2, 2), 3).point(lifted(0.25, 0.85))
        cloud = ImageChops.multiply(gas, thin).resize(canvas.size, 3)
        canvas.shine(shade(colour, 0.9, 1.2), cloud, 0.75)
    stars(canvas, 1.25, height)
    x, y = width * canvas.between(0.36, 0.64), height * canvas.between(0.4, 0.5)
    planet(canvas, mood, (x, y), unit * canvas.between(0.2, 0.26))
    moon(canvas, x - unit * 0.34, y - unit * 0.25, unit * 0.032, mix(mood.sun, mood.haze, 0.35))
    heights = profile(canvas.rng, 160, 0.5, 1.6)
    ground = canvas.shape(canvas.skyline(height * 0.92, heights, unit * 0.05))
    canvas.land(ground, (mix(mood.near, mood.accents[2], 0.3), mix(deep, mood.near, 0.5)), 0.9)
    if person:
        spot = 48
        foot = (width * spot / 159, height * 0.925 - heights[spot] * unit * 0.05)
        standing(canvas, mood, foot, unit * 0.16, (x, y))


def planet(canvas: Canvas, mood: Mood, middle: Point, radius: float) -> None:
    """A banded ball, lit from the upper left, with a ring half behind it."""
    x, y = middle
    tones = [mix(mood.accents[at % 4], mood.haze, 0.35) for at in (0, 1, 0, 2, 1, 3, 0, 2)]
    canvas.glow(x - radius * 0.3, y - radius * 0.3, radius * 2.1, mood.accents[0], 0.45)
    ring(canvas, mood, middle, radius, front=False)
    side = max(4, round(radius * 2))
    bands = gradient((side, side), tones)
    swirl = noise(canvas.rng, (side, side), (2, 14), 4).convert("RGB")
    ball = ImageChops.overlay(
        bands, Image.blend(Image.new("RGB", (side, side), (128,) * 3), swirl, 0.5)
    )
    # Half of a radial gradient, off the middle, makes the dark limb.
    light = (
        Image.radial_gradient("L")
        .resize((side * 2, side * 2))
        .crop((round(side * 0.72), round(side * 0.72), round(side * 1.72), round(side * 1.72)))
    )
    light = light.point(curve(lambda v: 1.1 - 1.75 * v**1.3))
    ball = ImageChops.multiply(ball, Image.merge("RGB", (light, light, light)))
    disc = canvas.outline(lambda pen: pen.ellipse(middle, radius, radius))
    sheet = Image.new("RGB", canvas.size)
    sheet.paste(ball, (round(x - radius), round(y - radius)))
    canvas.image.paste(sheet, (0, 0), disc)
    rim_light(canvas, disc, mood, -1, 0.5)
    ring(canvas, mood, middle, radius, front=True)


def ring(canvas: Canvas, mood: Mood, middle: Point, radius: float, *, front: bool) -> None:
    """The half of a planet's ring that lies before or behind it."""
    tilt = -0.32
    for far, wide, strength in ((1.45, 0.11, 0.75), (1.66, 0.06, 0.5), (1.8, 0.025, 0.7)):
        arcs = []
        for edge in (far + wide, far - wide):
            arc = []
            for step in range(61):
                turn = math.pi * step / 60 + (0 if front else math.pi)
                dx, dy = math.cos(turn) * edge * radius, math.sin(turn) * edge * radius * 0.24
                arc.append((middle[0] + dx * math.cos(tilt) - dy * math.sin(tilt),
                            middle[1] + dx * math.sin(tilt) + dy * math.cos(tilt)))  # fmt: skip
            arcs.append(arc)
        mask = canvas.shape([*arcs[0], *reversed(arcs[1])])
        canvas.lay(mix(mood.sun, mood.accents[1], 0.45), mask, strength)


def field(canvas: Canvas, mood: Mood, person: bool) -> None:
    """Rows of a crop that run to the horizon, hills behind, a tree or two."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    horizon = height * canvas.between(0.5, 0.56)
    sun = sky(canvas, mood, horizon, canvas.between(0.3, 0.7))
    ranges(canvas, mood, horizon + unit * 0.02, count=3, rise=0.16, rough=0.38)
    rows = height - round(horizon)
    crop, furrow = mix(mood.accents[0], mood.haze, 0.15), mix(mood.near, mood.accents[3], 0.35)
    stripes = Image.new("L", (2048, 128))
    pen = ImageDraw.Draw(stripes)
    count = 72
    for at in range(count):
        pen.rectangle((at * 2048 / count, 0, (at + 0.66) * 2048 / count, 128), fill=255)
    small = (width, rows)
    laid = plane(stripes, small, 9.0, ceiling=True).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    tufts = plane(noise(canvas.rng, (1600, 1024), (500, 300), 2), small, 9.0, ceiling=True)
    tufts = tufts.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mask = ImageChops.add(laid, tufts, 1, -110)
    ground = gradient(small, (mix(furrow, mood.haze, 0.75), furrow, mix(furrow, mood.near, 0.45)))
    bloom = gradient(small, (mix(crop, mood.haze, 0.6), crop, mix(crop, mood.near, 0.25)))
    bloom = ImageChops.overlay(bloom, tufts.convert("RGB"))
    ground.paste(bloom, (0, 0), mask)
    canvas.image.paste(ground, (0, round(horizon)))
    canvas.mist(horizon - unit * 0.04, horizon + unit * 0.1, mood.haze, 0.5)
    for _ in range(canvas.rng.randint(2, 4)):
        oak(canvas, mood, canvas.between(0.06, 0.94) * width, horizon + unit * 0.015)
    canvas.glow(sun[0], horizon, unit * 0.6, mood.sun, 0.25)
    if person:
        standing(canvas, mood, (width * 0.42, height * 0.9), unit * 0.32, sun)


def oak(canvas: Canvas, mood: Mood, x: float, base: float) -> None:
    """A round tree with a crown of many lumps."""
    tall = canvas.unit * canvas.between(0.07, 0.13)
    lumps = [
        (
            x + max(-0.42, min(0.42, canvas.rng.gauss(0, 0.22))) * tall,
            base - tall * canvas.between(0.45, 1.0),
            tall * canvas.between(0.1, 0.22),
        )
        for _ in range(26)
    ]
    box = canvas.box_of([(x - tall * 1.4, base - tall * 1.4), (x + tall * 1.4, base + 4)])

    def draw(pen: Pen) -> None:
        pen.polygon(
            [
                (x - tall * 0.05, base),
                (x - tall * 0.02, base - tall * 0.6),
                (x + tall * 0.02, base - tall * 0.6),
                (x + tall * 0.05, base),
            ]
        )
        for lump in lumps:
            pen.ellipse((lump[0], lump[1]), lump[2], lump[2] * 0.85)

    leaf = mix(mood.near, mood.accents[3], 0.22)
    canvas.land(canvas.outline(draw, box), (mix(leaf, mood.haze, 0.35), leaf, mood.near), 0.0)
