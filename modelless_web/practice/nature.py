"""What many places share: sky, stars, clouds, mountains, stone and water."""

import math

from PIL import Image, ImageChops, ImageDraw

from .brushes import (
    Canvas,
    Mask,
    Point,
    curve,
    gradient,
    lifted,
    moved,
    noise,
    plane,
    profile,
    ramp,
)
from .palette import Colour, Mood, mix, shade

BRIGHT, BRILLIANT = 0.7, 0.8  # stars that are drawn larger, and those that glow
STILL = 0.8  # from this calm on, water is a mirror
FEWEST_ROWS = 4


def sky(canvas: Canvas, mood: Mood, horizon: float, sun_x: float) -> Point:
    """Sky, stars, sun or moon, and clouds down to the horizon; gives the place of the sun."""
    width, rows = canvas.width, max(8, round(horizon))
    canvas.image.paste(gradient((width, rows), mood.sky), (0, 0))
    canvas.image.paste(mood.sky[-1], (0, rows, width, canvas.height))
    unit = canvas.unit
    x, y = sun_x * width, horizon * (1 - mood.sun_height)
    stars(canvas, mood.stars, horizon)
    canvas.glow(x, y, unit * 1.15, mix(mood.sky[-1], mood.sun, 0.3), 0.34)
    canvas.glow(x, y, unit * 0.5, mood.sun, 0.36)
    if mood.moon:
        moon(canvas, x, y, unit * 0.045, mood.sun)
    elif mood.mist < 1:
        canvas.disc(x, y, unit * 0.042, mood.sun)
    clouds(canvas, mood, rows, (x, y))
    canvas.glow(x, y, unit * 0.2, mood.sun, 0.4)
    return x, y


def stars(canvas: Canvas, amount: float, bottom: float) -> None:
    """Points of light, a few of them large, fading towards the horizon."""
    pen = ImageDraw.Draw(canvas.image)
    small = max(0.35, canvas.unit / 1500)
    for _ in range(round(900 * amount)):
        x, y = canvas.rng.random() * canvas.width, canvas.rng.random() ** 1.4 * bottom
        light = canvas.between(0.2, 1.0) ** 2 * (1 - 0.8 * y / max(1.0, bottom))
        here = canvas.image.getpixel(
            (min(canvas.width - 1, int(x)), min(canvas.height - 1, int(y)))
        )
        colour = mix(here, (255, 250, 240), light)  # type: ignore[arg-type]
        radius = small * (1.7 if light > BRIGHT else 0.8)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        if light > BRILLIANT:
            canvas.glow(x, y, canvas.unit * 0.012, (220, 230, 255), 0.6)
            pen = ImageDraw.Draw(canvas.image)


def moon(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    """A full moon with its grey seas."""
    canvas.disc(x, y, radius, colour)
    for _ in range(7):
        turn, far = canvas.between(0, math.tau), canvas.between(0, 0.62) * radius
        size = canvas.between(0.12, 0.3) * radius
        spot = (x + math.cos(turn) * far, y + math.sin(turn) * far)
        canvas.disc(*spot, size, shade(colour, 0.87), 0.55)


def clouds(canvas: Canvas, mood: Mood, rows: int, sun: Point) -> None:
    """Clouds in perspective, their edges lit from where the sun is."""
    if mood.clouds <= 0:
        return
    size = (max(8, canvas.width // 3), max(8, rows // 3))
    wide = max(1, round(3 * canvas.width / canvas.unit))
    lumps = noise(canvas.rng, (768, 512), (9 * wide, 7), 6)
    field = plane(lumps, size, 4.5, ceiling=True)
    cover = 0.62 - 0.2 * mood.clouds
    mask = field.point(lifted(cover, cover + 0.34, 1.2))
    mask = ImageChops.multiply(mask, ramp(size, (170, 255, 255, 225, 120, 0)))
    towards = 1 if sun[0] < canvas.width / 2 else -1
    edge = ImageChops.subtract(mask, moved(mask, 3 * towards, -4), 0.55)
    middle = mood.sky[len(mood.sky) // 2]
    body = mix(mix(middle, mood.haze, 0.6), mood.sky[0], 0.12)
    full = (canvas.width, rows)
    paint = gradient(full, (mix(body, mood.sky[0], 0.35), body, mix(body, mood.sun, 0.35)))
    strength = curve(lambda v: v * min(0.9, 0.45 + 0.35 * mood.clouds))
    canvas.image.paste(paint, (0, 0), mask.resize(full, 3).point(strength))
    lit = mix(mood.sky[-1], mood.sun, 0.5)
    near = Image.radial_gradient("L").point(curve(lambda v: max(0.25, 1 - v)))
    span = (size[0] * 2, size[1] * 2)
    spot = Image.new("L", size, 64)
    at = (
        round(sun[0] / canvas.width * size[0]) - size[0],
        round(sun[1] / rows * size[1]) - size[1],
    )
    spot.paste(near.resize(span), at)
    sheet = Image.new("L", canvas.size)
    sheet.paste(ImageChops.multiply(edge, spot).resize(full, 3), (0, 0))
    canvas.shine(lit, sheet, 0.85)


def ranges(
    canvas: Canvas,
    mood: Mood,
    horizon: float,
    *,
    count: int = 4,
    rise: float = 0.3,
    rough: float = 0.5,
) -> None:
    """Range before range of mountains, paler and bluer the further away."""
    for layer in range(count):
        near = layer / max(1, count - 1)
        heights = profile(canvas.rng, 260, rough, canvas.between(0.8, 1.3) + near * 0.5)
        base = horizon - canvas.unit * (0.1 - 0.16 * near) * (1 if count > 1 else 0)
        mask = canvas.shape(canvas.skyline(base, heights, canvas.unit * rise * (0.42 + 0.2 * near)))
        far = mix(mood.haze, mood.near, 0.16 + 0.62 * near**1.3)
        top = mix(far, mood.sky[0], 0.3 * (1 - near))
        canvas.land(mask, (top, far, mix(far, mood.haze, 0.75), mood.haze), 0.2 + 0.5 * near, 10)
        canvas.mist(
            base - canvas.unit * 0.06, base + canvas.unit * 0.2, mood.haze, 0.6 * mood.mist + 0.1
        )


def water(canvas: Canvas, mood: Mood, horizon: float, sun: Point, *, calm: float = 0.4) -> None:
    """A sea or a lake below the horizon: what is above it mirrored, then waves, then glitter."""
    top = round(horizon)
    rows = canvas.height - top
    if min(rows, top) < FEWEST_ROWS:
        return
    size = (canvas.width, rows)
    above = canvas.image.crop((0, max(0, top - rows), canvas.width, top))
    mirror = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
        size, Image.Resampling.BILINEAR
    )
    blurred = mirror.reduce((6, 3) if calm < STILL else (2, 2)).resize(
        size, Image.Resampling.BILINEAR
    )
    deep = shade(mix(mood.sky[0], mood.near, 0.45), 0.85)
    tone = gradient(size, (mood.sky[-1], mix(mood.sky[-2], deep, 0.35), deep, shade(deep, 0.8)))
    sea = Image.blend(tone, blurred, 0.35 + 0.5 * calm)
    small = (max(8, canvas.width // 2), max(8, rows // 2))
    swell = noise(canvas.rng, (1024, 1024), (64, 120), 4)
    waves = plane(swell, small, 9.0, ceiling=True).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    waves = waves.resize(size, Image.Resampling.BILINEAR)
    force = ramp(size, (20, 120, 190, 220)).point(curve(lambda v: v * (1.1 - 0.75 * calm)))
    flat = Image.new("L", size, 128)
    sea = ImageChops.overlay(sea, Image.composite(waves, flat, force).convert("RGB"))
    canvas.image.paste(sea, (0, top))
    glitter(canvas, mood, waves, top, sun)


def glitter(canvas: Canvas, mood: Mood, waves: Mask, top: int, sun: Point) -> None:
    """The path of light that a low sun lays on the water."""
    size = waves.size
    wide = 160
    middle = sun[0] / canvas.width * wide
    levels = bytes(
        round(255 * math.exp(-(((column - middle) / (5 + row * 0.42)) ** 2)))
        for row in range(64)
        for column in range(wide)
    )
    cone = Image.frombytes("L", (wide, 64), levels)
    cone = ImageChops.multiply(cone, ramp((wide, 64), (255, 235, 200, 160)))
    path = cone.resize(size, 3)
    # Where the path is strong, nearly every wave catches light; at its edge only the crests do.
    sparks = ImageChops.subtract(ImageChops.add(waves, path), Image.new("L", size, 236))
    sparks = sparks.point(curve(lambda v: v * 2.6))
    sheet = Image.new("L", canvas.size)
    sheet.paste(sparks, (0, top))
    canvas.shine(mix(mood.sun, mood.sky[-1], 0.25), sheet, 0.95)
    soft = Image.new("L", canvas.size)
    soft.paste(path, (0, top))
    canvas.shine(mix(mood.sky[-1], mood.sun, 0.4), soft, 0.3)


def stone(canvas: Canvas, mood: Mood, mask: Mask, sun: Point) -> None:
    """Fill a mask with rock, its edge bright on the side of the sun."""
    dark = mix(mood.near, mood.accents[2], 0.12)
    warm = mix(dark, mood.accents[-1], 0.5)
    canvas.land(mask, (warm, mix(dark, warm, 0.45), dark, mood.near), 0.95, 9)
    step = max(1, round(canvas.unit / 300))
    box = mask.getbbox() or (0, 0, 1, 1)
    towards = step if sun[0] < (box[0] + box[2]) / 2 else -step
    rim = ImageChops.subtract(mask, moved(mask, towards, step))
    canvas.shine(mix(mood.sky[-1], mood.sun, 0.4), canvas.soft(rim, 1.2), 0.75)
