"""The painter's tools: a canvas with gradients, glows, noise, ridges and smooth outlines.

Everything soft is made small and scaled up, so that Pillow's C code does nearly all the work.
"""

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from .palette import Colour, mix

type Point = tuple[float, float]
type Mask = Image.Image
type Box = tuple[int, int, int, int]

SMOOTH = Image.Resampling.BICUBIC
ALPINE = 0.4  # from this roughness on, hills have the sharp crests of mountains
SMALL = 128  # pixels
SHARPNESS = 2  # outlines are drawn this much larger, then reduced


def gradient(size: tuple[int, int], colours: Sequence[Colour]) -> Image.Image:
    """Colours blending into each other from top to bottom."""
    strip = Image.new("RGB", (1, len(colours)))
    for row, colour in enumerate(colours):
        strip.putpixel((0, row), colour)
    box = (0.0, 0.5, 1.0, len(colours) - 0.5) if len(colours) > 1 else None
    return strip.resize(size, Image.Resampling.BILINEAR, box=box)


def ramp(size: tuple[int, int], levels: Sequence[int]) -> Mask:
    """A mask whose strength changes from top to bottom."""
    strip = Image.new("L", (1, len(levels)))
    for row, level in enumerate(levels):
        strip.putpixel((0, row), level)
    return strip.resize(size, SMOOTH, box=(0.0, 0.5, 1.0, len(levels) - 0.5))


def noise(
    rng: random.Random, size: tuple[int, int], cells: tuple[int, int], octaves: int = 5
) -> Mask:
    """Cloudy noise with its full range used: `cells` lumps across, each octave twice as fine."""
    total = Image.new("L", size, 128)
    for octave in reversed(range(octaves)):  # the coarse ones last, for they weigh most
        across = min(size[0], cells[0] << octave) + 1
        down = min(size[1], cells[1] << octave) + 1
        grid = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        total = Image.blend(total, grid.resize(size, SMOOTH), 0.58)
    return ImageOps.autocontrast(total)


def moved(mask: Mask, right: int, down: int) -> Mask:
    """The mask, shifted; where nothing comes in from outside, it stays as it was."""
    copy = mask.copy()
    copy.paste(mask, (right, down))
    return copy


def curve(shape: Callable[[float], float]) -> list[int]:
    """A table for `point`, from a function of 0…1 to 0…1."""
    return [round(255 * min(1.0, max(0.0, shape(value / 255)))) for value in range(256)]


def lifted(low: float, high: float, power: float = 1.0) -> list[int]:
    """A table that is 0 up to `low`, 1 from `high` on, and bends in between."""
    return curve(lambda v: max(0.0, min(1.0, (v - low) / (high - low))) ** power)


def plane(image: Image.Image, size: tuple[int, int], depth: float, *, ceiling: bool) -> Image.Image:
    """Lay an image out to the horizon: as a floor (sea), or as a ceiling (clouds)."""
    width, height = size
    source_width, source_height = image.size
    # At the near edge one source half-width spans the canvas; at the horizon `depth` times that.
    fall = (1 - 1 / depth) / height
    near = source_width / depth / width
    rows = source_height / depth / height
    half = source_width / 2
    # x' = half + (x - width/2) * near / (1 - fall*y); y' grows towards the horizon alike.
    coefficients = (near, -half * fall, half - width / 2 * near, 0.0, rows, 0.0, 0.0, -fall)
    laid = image.transform(size, Image.Transform.PERSPECTIVE, coefficients, SMOOTH)
    return laid if ceiling else laid.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def profile(rng: random.Random, count: int, rough: float, waves: float) -> list[float]:
    """A line of hills between about -1 and 1: sums of waves, each finer and lower by `rough`."""
    heights = [0.0] * count
    strength = 1.0
    for _ in range(7):
        phase, pull = rng.random() * math.tau, 0.8 + 0.4 * rng.random()
        for at in range(count):
            turn = at / (count - 1) * waves * pull * math.tau + phase
            heights[at] += strength * (
                math.sin(turn) if rough < ALPINE else 1 - 2 * abs(math.sin(turn / 2))
            )
        strength *= rough
        waves *= 1.93
    peak = max(1e-6, *(abs(height) for height in heights))
    return [height / peak for height in heights]


def smooth(points: Sequence[Point], steps: int = 10, *, closed: bool = True) -> list[Point]:
    """A soft line through all the points (Catmull-Rom)."""
    count = len(points)
    line: list[Point] = []
    for at in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(at + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(count - 1, max(0, at + k))] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            line.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return line if closed else [*line, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    bend = (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t
    return 0.5 * (2 * b + (c - a) * t + bend)


class Pen:
    """Draws white on an enlarged mask, in the coordinates of the canvas."""

    def __init__(self, pen: ImageDraw.ImageDraw, left: float, top: float) -> None:
        """`left` and `top` are where the mask lies on the canvas."""
        self._pen, self._left, self._top = pen, left, top

    def polygon(self, points: Sequence[Point]) -> None:
        """A filled outline."""
        self._pen.polygon([self._to(point) for point in points], fill=255)

    def line(self, points: Sequence[Point], wide: float) -> None:
        """A line with soft corners."""
        width = max(1, round(wide * SHARPNESS))
        self._pen.line([self._to(point) for point in points], fill=255, width=width, joint="curve")

    def ellipse(self, middle: Point, across: float, down: float) -> None:
        """A filled ellipse with the given half-axes."""
        (x, y), far, high = self._to(middle), across * SHARPNESS, down * SHARPNESS
        self._pen.ellipse((x - far, y - high, x + far, y + high), fill=255)

    def _to(self, point: Point) -> Point:
        return (point[0] - self._left) * SHARPNESS, (point[1] - self._top) * SHARPNESS


class Canvas:
    """A picture in the making. Positions are in pixels; `unit` is its shorter side."""

    def __init__(self, width: int, height: int, rng: random.Random) -> None:
        """An empty canvas with the dice that decide every stroke on it."""
        self.width, self.height, self.rng = width, height, rng
        self.unit = float(min(width, height))
        self.image = Image.new("RGB", (width, height))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    def between(self, low: float, high: float) -> float:
        """A random number from the range."""
        return low + (high - low) * self.rng.random()

    def chance(self, share: float) -> bool:
        """Yes, in that share of all cases."""
        return self.rng.random() < share

    def outline(self, draw: Callable[[Pen], None], box: Box | None = None) -> Mask:
        """A mask with smooth edges, of what `draw` draws; nothing outside the box is looked at."""
        left, top, right, bottom = box or (0, 0, self.width, self.height)
        mask = Image.new("L", self.size)
        if left < right and top < bottom:
            size = ((right - left) * SHARPNESS, (bottom - top) * SHARPNESS)
            big = Image.new("L", size)
            draw(Pen(ImageDraw.Draw(big), left, top))
            mask.paste(big.reduce(SHARPNESS), (left, top))
        return mask

    def shape(self, *outlines: Sequence[Point]) -> Mask:
        """The mask of one or several polygons."""

        def fill(pen: Pen) -> None:
            for outline in outlines:
                pen.polygon(outline)

        return self.outline(fill, self.box_of([point for line in outlines for point in line]))

    def box_of(self, points: Sequence[Point], margin: float = 2.0) -> Box:
        """The part of the canvas that some points lie in."""
        across, down = [x for x, _ in points], [y for _, y in points]
        return (
            max(0, math.floor(min(across) - margin)),
            max(0, math.floor(min(down) - margin)),
            min(self.width, math.ceil(max(across) + margin)),
            min(self.height, math.ceil(max(down) + margin)),
        )

    def lay(self, colour: Colour, mask: Mask, strength: float = 1.0) -> None:
        """Put a colour where the mask is."""
        box = mask.getbbox()
        if box is not None:
            part = mask.crop(box).point(curve(lambda v: v * strength))
            self.image.paste(colour, box, part)

    def shine(self, colour: Colour, mask: Mask, strength: float = 1.0) -> None:
        """Add light of a colour where the mask is."""
        box = mask.getbbox()
        if box is None:
            return
        part = mask.crop(box)
        shares = [strength * level / 255 for level in colour]
        light = Image.merge("RGB", [part.point(curve(_times(share))) for share in shares])
        self.image.paste(ImageChops.screen(self.image.crop(box), light), box[:2])

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """A round light that fades outwards; its centre may lie off the canvas."""
        side = max(2, round(radius * 2))
        left, top = round(x - radius), round(y - radius)
        box = (
            max(0, left),
            max(0, top),
            min(self.width, left + side),
            min(self.height, top + side),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        ball = Image.radial_gradient("L").point(
            curve(lambda v: max(0.0, 1 - v * 1.02) ** 2.4 * strength)
        )
        part = tuple(
            (edge - start) * 256 / side for edge, start in zip(box, (left, top) * 2, strict=True)
        )
        mask = ball.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, box=part)  # type: ignore[arg-type]
        light = Image.merge("RGB", [mask.point(curve(_times(c / 255))) for c in colour])
        self.image.paste(ImageChops.screen(self.image.crop(box), light), box[:2])

    def disc(
        self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0
    ) -> None:
        """A round flat shape with a smooth edge."""
        side = max(3, math.ceil(radius * 2) + 2)
        big = Image.new("L", (side * 4, side * 4))
        middle = side * 2
        ImageDraw.Draw(big).ellipse(
            (middle - radius * 4, middle - radius * 4, middle + radius * 4, middle + radius * 4),
            fill=round(255 * strength),
        )
        ball = big.reduce(4)
        self.image.paste(
            Image.new("RGB", ball.size, colour), (round(x - side / 2), round(y - side / 2)), ball
        )

    def soft(self, mask: Mask, radius: float) -> Mask:
        """A blurred mask; only where it is not empty, and done small when the radius is large."""
        found = mask.getbbox()
        if found is None:
            return mask
        box = self.box_of([found[:2], found[2:]], radius * 3)
        factor = max(1, min(8, int(radius / 3)))
        part = mask.crop(box)
        small = part.reduce(factor).filter(ImageFilter.GaussianBlur(radius / factor))
        blurred = Image.new("L", mask.size)
        blurred.paste(small.resize(part.size, Image.Resampling.BILINEAR), box[:2])
        return blurred

    def skyline(self, base: float, heights: Sequence[float], rise: float) -> list[Point]:
        """An outline that follows a profile and closes below the canvas."""
        step = self.width / (len(heights) - 1)
        line = [(at * step, base - height * rise) for at, height in enumerate(heights)]
        return [*line, (self.width, self.height + 2), (0.0, self.height + 2)]

    def land(self, mask: Mask, colours: Sequence[Colour], rough: float, cells: int = 12) -> None:
        """Ground inside a mask: a gradient over its height, with the relief of stone or grass."""
        box = mask.getbbox()
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        ground = gradient(size, colours)
        if rough > 0:
            ground = ImageChops.overlay(ground, self.facets(size, cells, rough))
            ground = ImageChops.overlay(ground, self.relief(size, cells * 2, rough * 0.5))
        self.image.paste(ground, box[:2], mask.crop(box))

    def facets(self, full: tuple[int, int], cells: int, rough: float) -> Image.Image:
        """The planes of broken stone, each lit by how it lies, for overlaying."""
        size = (max(2, full[0] // 2), max(2, full[1] // 2))  # half, and so its edges are soft
        rows = max(2, round(cells * 1.3 * size[1] / size[0]))
        sheet = Image.new("L", size, 128)
        pen = ImageDraw.Draw(sheet)
        heights = [[self.rng.random() for _ in range(cells + 1)] for _ in range(rows + 1)]
        place = [
            [
                (
                    (x + self.between(-0.4, 0.4)) * size[0] / cells,
                    (y + self.between(-0.4, 0.4)) * size[1] / rows,
                )
                for x in range(cells + 1)
            ]
            for y in range(rows + 1)
        ]
        for y in range(-1, rows + 1):
            for x in range(-1, cells + 1):
                a, b, c, d = (
                    (max(0, min(rows, y + j)), max(0, min(cells, x + i)))
                    for j, i in ((0, 0), (0, 1), (1, 1), (1, 0))
                )
                for corners in ((a, b, c), (a, c, d)):
                    one, two, three = (heights[row][column] for row, column in corners)
                    light = 128 + 150 * rough * ((two - one) * 0.6 + (three - two) * 0.5)
                    pen.polygon([place[row][column] for row, column in corners], fill=round(light))
        return sheet.resize(full, Image.Resampling.BILINEAR).convert("RGB")

    def relief(self, size: tuple[int, int], cells: int, rough: float) -> Image.Image:
        """Light and shadow of an uneven surface, grey where it is flat, for overlaying."""
        small = (max(2, size[0] // 2), max(2, size[1] // 2))
        bumps = noise(self.rng, small, (cells, max(2, cells * small[1] // small[0])), 6)
        shifted = moved(bumps, 2, 1)
        light = ImageChops.subtract(bumps, shifted, 1 / (5 * rough), 128)
        return light.resize(size, SMOOTH).convert("RGB")

    def mist(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """A bank of haze, thickest in the middle, torn a little by noise."""
        rows = max(4, round(bottom - top))
        small = (max(2, self.width // 6), max(2, rows // 6))
        band = ramp(small, (0, 60, 190, 255, 190, 60, 0))
        band = ImageChops.multiply(band, noise(self.rng, small, (3, 2), 3).point(lifted(-0.6, 0.8)))
        mask = band.resize((self.width, rows), SMOOTH).point(curve(lambda v: v * strength))
        self.image.paste(Image.new("RGB", mask.size, colour), (0, round(top)), mask)

    def bloom(self, strength: float) -> None:
        """Let the bright parts spread a little light around them."""
        small = self.image.reduce(8) if self.unit >= SMALL else self.image.copy()
        bright = small.point(lifted(0.55, 1.0, 1.3) * 3)
        halo = bright.filter(ImageFilter.GaussianBlur(max(1.0, small.width / 28)))
        halo = halo.point(curve(lambda v: v * strength) * 3).resize(
            self.size, Image.Resampling.BILINEAR
        )
        self.image = ImageChops.screen(self.image, halo)

    def vignette(self, strength: float) -> None:
        """Darken the corners."""
        dark = Image.radial_gradient("L").point(
            curve(lambda v: 1 - strength * max(0.0, v - 0.45) ** 1.5)
        )
        mask = dark.resize(self.size, Image.Resampling.BILINEAR)
        self.image = ImageChops.multiply(self.image, Image.merge("RGB", (mask, mask, mask)))

    def enlarge(self, width: int, height: int) -> None:
        """Scale what is painted so far up to another size."""
        self.image = self.image.resize((width, height), Image.Resampling.LANCZOS)
        self.width, self.height = width, height

    def grain(self, strength: float) -> None:
        """Fine even grain, as film has; it also keeps gradients from showing steps."""
        # Bytes of the dice, because Pillow's own noise is different in every process.
        tile = Image.frombytes("L", (256, 256), self.rng.randbytes(65_536))
        tile = tile.point(curve(lambda v: 0.5 + (v - 0.5) * strength))
        sheet = Image.new("L", self.size)
        for left in range(0, self.width, 256):
            for top in range(0, self.height, 256):
                sheet.paste(tile.rotate(self.rng.choice((0, 90, 180, 270))), (left, top))
        self.image = ImageChops.overlay(self.image, Image.merge("RGB", (sheet, sheet, sheet)))


def _times(share: float) -> Callable[[float], float]:
    return lambda value: value * share


def between_colours(one: Colour, other: Colour, count: int) -> list[Colour]:
    """Evenly spaced colours from one to the other, both included."""
    return [mix(one, other, at / max(1, count - 1)) for at in range(count)]
