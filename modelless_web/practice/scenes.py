"""The places that the painter knows. Each function paints one scene onto an empty canvas."""

import math
from collections.abc import Callable

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
    smooth,
)
from .figures import standing
from .palette import Colour, Mood, mix, shade

type Scene = Callable[[Canvas, Mood, bool], None]


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
        radius = small * (1.7 if light > 0.7 else 0.8)  # noqa: PLR2004
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        if light > 0.8:  # noqa: PLR2004
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
    if rows < 4 or top < 4:  # noqa: PLR2004
        return
    size = (canvas.width, rows)
    above = canvas.image.crop((0, max(0, top - rows), canvas.width, top))
    mirror = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
        size, Image.Resampling.BILINEAR
    )
    blurred = mirror.reduce((6, 3) if calm < 0.8 else (2, 2)).resize(
        size, Image.Resampling.BILINEAR
    )  # noqa: PLR2004
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
    cone = Image.new("L", (wide, 64))
    middle = sun[0] / canvas.width * wide
    for row in range(64):
        spread = 5 + row * 0.42
        for column in range(wide):
            cone.putpixel(
                (column, row), round(255 * math.exp(-(((column - middle) / spread) ** 2)))
            )
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


def coast(canvas: Canvas, mood: Mood, person: bool) -> None:
    """A rocky coast at eye level, headlands fading away, and the sea full of light."""
    unit, width, height = canvas.unit, canvas.width, canvas.height
    horizon = height * canvas.between(0.52, 0.56)
    left = canvas.rng.random() < 0.5  # noqa: PLR2004 -- on which side the land lies
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
    bumps = profile(canvas.rng, 90, 0.55, 2.5)
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
        0.35 + 0.3 * layer,
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


def stone(canvas: Canvas, mood: Mood, mask: Mask, sun: Point) -> None:
    """Fill a mask with rock, its edge bright on the side of the sun."""
    dark = mix(mood.near, mood.accents[2], 0.12)
    warm = mix(dark, mood.accents[-1], 0.5)
    canvas.land(mask, (warm, mix(dark, warm, 0.45), dark, mood.near), 1.15, 9)
    step = max(1, round(canvas.unit / 300))
    box = mask.getbbox() or (0, 0, 1, 1)
    towards = step if sun[0] < (box[0] + box[2]) / 2 else -step
    rim = ImageChops.subtract(mask, moved(mask, towards, step))
    canvas.shine(mix(mood.sky[-1], mood.sun, 0.4), canvas.soft(rim, 1.2), 0.75)


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
    pines(canvas, mood, base, hill, unit * 0.08, 0.12)
    if person:
        spot = 60
        foot = (canvas.width * spot / 159, base - hill[spot] * unit * 0.08 + unit * 0.01)
        standing(canvas, mood, foot, unit * 0.2, sun)


def pines(
    canvas: Canvas, mood: Mood, base: float, hill: list[float], rise: float, tall: float
) -> None:
    """A loose row of conifers along a hill."""
    trees = []
    for _ in range(round(46 * canvas.width / canvas.unit)):
        share = canvas.rng.random()
        if 0.3 < share < 0.5:  # noqa: PLR2004 -- a clearing, so that the far view stays open
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
        right += [(wide * 0.6, y - tall * 0.012), (wide, y), (wide * 0.5, y - tall * 0.006)]
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
    pines(canvas, mood, horizon, shore, unit * 0.05, 0.1)
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
        ground = [v * 0.5 for v in profile(canvas.rng, 120, 0.35, 1.2)]
        colour = mix(mood.haze, mood.near, 0.2 + 0.75 * near)
        canvas.land(
            canvas.shape(canvas.skyline(base, ground, unit * 0.05)),
            (mix(colour, mood.accents[0], 0.16), mix(colour, mood.near, 0.4)), 0.4 + 0.4 * near, 30,
        )  # fmt: skip
        trees = []
        number = round((24 - 3 * row) * width / unit)
        for at in range(number):
            x = (at + canvas.between(-0.35, 0.35) + 0.5) / number * width
            if near > 0.6 and abs(x - sun[0]) < unit * 0.2 * near:  # noqa: PLR2004
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
