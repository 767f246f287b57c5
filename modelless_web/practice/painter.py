"""Draws the picture of a prompt, as PNG bytes."""

import io
import math

from PIL import Image, ImageDraw, ImageFont

from . import coast, forms, places, scenes
from .brushes import Canvas
from .palette import Wishes, dice, read_wishes

LARGEST = 1_100_000  # pixels that are painted; larger pictures are scaled up from there

SCENES: dict[str, scenes.Scene] = {
    "coast": coast.coast,
    "mountain": scenes.mountain,
    "lake": scenes.lake,
    "forest": scenes.forest,
    "city": places.city,
    "desert": places.desert,
    "space": places.space,
    "field": places.field,
    "garden": forms.garden,
    "figure": forms.figure,
    "abstract": forms.abstract,
}


def draw(
    prompt: str, *, earlier: str = "", size: str = "", choice: int = 0, seed: str = ""
) -> bytes:
    """The PNG of a prompt: equal arguments give equal bytes."""
    wishes = read_wishes(prompt, earlier=earlier, size=size, choice=choice, seed=seed)
    image = paint(wishes)
    sign(image)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=2)  # grain hardly shrinks: more costs only time
    return file.getvalue()


def paint(wishes: Wishes) -> Image.Image:
    """The finished picture, still without its label."""
    shrink = min(1.0, math.sqrt(LARGEST / (wishes.width * wishes.height)))
    size = (max(16, round(wishes.width * shrink)), max(16, round(wishes.height * shrink)))
    canvas = Canvas(*size, dice(f"{wishes.scene} {wishes.dice}"))
    SCENES[wishes.scene](canvas, wishes.mood, wishes.person)
    canvas.bloom(0.35)
    canvas.vignette(0.6)
    if shrink < 1:
        canvas.enlarge(wishes.width, wishes.height)
    canvas.grain(0.05)
    return canvas.image


def sign(image: Image.Image) -> None:
    """Write a small "practice" into the lower right corner, so that nobody is fooled."""
    unit = min(image.size)
    font = ImageFont.load_default(max(8.0, unit / 52))
    mark = Image.new("L", image.size)
    at = (image.width - unit * 0.022, image.height - unit * 0.018)
    ImageDraw.Draw(mark).text(at, "practice", fill=115, font=font, anchor="rs")
    image.paste((255, 255, 255), (0, 0, *image.size), mark)
