"""People, as elegant silhouettes: one standing in the wind, one close to the eye."""

from collections.abc import Callable, Sequence

from PIL import ImageChops

from .brushes import Canvas, Mask, Pen, Point, moved, smooth
from .palette import Mood, mix, shade

type Placer = Callable[[Sequence[Point]], list[Point]]

# All in parts of the figure's height: x to where the wind blows, y upwards from the feet.
BODICE = [
    (-0.072, 0.835), (-0.03, 0.852), (0.0, 0.853), (0.03, 0.852), (0.072, 0.835), (0.066, 0.765),
    (0.046, 0.69), (0.04, 0.635), (0.06, 0.56), (-0.06, 0.56), (-0.042, 0.635), (-0.046, 0.69),
    (-0.066, 0.765),
]  # fmt: skip
SKIRT = [
    (-0.042, 0.645), (0.042, 0.645), (0.075, 0.545), (0.13, 0.40), (0.23, 0.25), (0.40, 0.15),
    (0.60, 0.13), (0.50, 0.075), (0.34, 0.03), (0.16, 0.0), (0.02, 0.008), (-0.075, 0.0),
    (-0.088, 0.16), (-0.09, 0.34), (-0.083, 0.50),
]  # fmt: skip
SCARF = [
    (-0.03, 0.872), (0.03, 0.876), (0.12, 0.90), (0.22, 0.862), (0.32, 0.90), (0.43, 0.875),
    (0.425, 0.835), (0.32, 0.852), (0.22, 0.815), (0.12, 0.848), (0.03, 0.842), (-0.03, 0.842),
]  # fmt: skip
RAISED_ARM = [(0.066, 0.825), (0.135, 0.90), (0.075, 0.972)]
RESTING_ARM = [(-0.066, 0.822), (-0.135, 0.725), (-0.052, 0.648)]
BRIM = [
    (-0.135, 0.935), (-0.06, 0.966), (0.05, 0.972), (0.125, 0.972), (0.05, 0.95), (-0.05, 0.94),
]  # fmt: skip
CROWN = [(-0.045, 0.955), (-0.04, 1.0), (-0.01, 1.012), (0.03, 1.006), (0.045, 0.965)]
FOLDS = [
    [(0.0, 0.62), (0.03, 0.42), (0.12, 0.2), (0.34, 0.06)],
    [(0.015, 0.62), (0.06, 0.44), (0.19, 0.24), (0.46, 0.12)],
    [(-0.02, 0.6), (-0.02, 0.36), (0.0, 0.16), (0.06, 0.01)],
]  # fmt: skip


def standing(canvas: Canvas, mood: Mood, foot: Point, tall: float, sun: Point) -> None:
    """A woman with a wide hat, one hand on its brim, her dress blown to the side of the sun."""
    side = 1.0 if sun[0] >= foot[0] else -1.0

    def place(points: Sequence[Point]) -> list[Point]:
        return [(foot[0] + x * tall * side, foot[1] - y * tall) for x, y in points]

    dress = shade(mix(mood.accents[2], mood.near, 0.25), 0.95, 1.15)
    skirt = canvas.shape(smooth(place(SKIRT), 8))
    canvas.land(skirt, (mix(dress, mood.near, 0.25), dress, mix(dress, mood.accents[0], 0.35)), 0.0)
    box = canvas.box_of(place([(-0.2, -0.05), (0.7, 1.1)]))
    folds = canvas.outline(lambda pen: _lines(pen, [place(f) for f in FOLDS], tall * 0.012), box)
    canvas.lay(
        mix(dress, mood.near, 0.75),
        canvas.soft(ImageChops.multiply(folds, skirt), tall * 0.008),
        0.6,
    )
    skin = mix((96, 52, 40), mood.near, 0.35)
    limbs = canvas.outline(lambda pen: _limbs(pen, place, tall), box)
    canvas.lay(skin, limbs)
    bodice = canvas.shape(smooth(place(BODICE), 6))
    canvas.land(bodice, (mix(dress, mood.near, 0.1), mix(dress, mood.near, 0.35)), 0.0)
    scarf = canvas.shape(smooth(place(SCARF), 8))
    canvas.land(
        scarf,
        (mix(mood.accents[0], mood.near, 0.15), mix(mood.accents[-1], mood.accents[0], 0.5)),
        0.0,
    )
    hat = canvas.outline(lambda pen: _hat(pen, place), box)
    canvas.lay(mix(mood.near, mood.accents[-1], 0.3), hat)
    whole = ImageChops.lighter(ImageChops.lighter(skirt, limbs), ImageChops.lighter(bodice, hat))
    rim_light(canvas, whole, mood, round(side))


def rim_light(canvas: Canvas, mask: Mask, mood: Mood, side: int, strength: float = 0.9) -> None:
    """The line of light along the edge that the sun is behind."""
    step = max(1, round(canvas.unit / 420))
    rim = ImageChops.subtract(mask, moved(mask, -side * step, step // 2))
    canvas.shine(mix(mood.sun, mood.sky[-1], 0.3), rim, strength)


def _lines(pen: Pen, lines: Sequence[Sequence[Point]], wide: float) -> None:
    for line in lines:
        pen.line(smooth(line, 8, closed=False), wide)


def _limbs(pen: Pen, place: Placer, tall: float) -> None:
    _lines(pen, [place(RAISED_ARM), place(RESTING_ARM)], tall * 0.026)
    pen.polygon(place([(-0.017, 0.84), (0.017, 0.84), (0.016, 0.9), (-0.016, 0.9)]))
    (head,) = place([(0.004, 0.925)])
    pen.ellipse(head, tall * 0.034, tall * 0.045)


def _hat(pen: Pen, place: Placer) -> None:
    pen.polygon(smooth(place(BRIM), 6))
    pen.polygon(smooth(place(CROWN), 6))
