"""How alike two pictures look: 64 bits of each, and how many of them differ.

Each bit says whether a pixel of the picture, shrunk to nine by eight, is darker than its
neighbour to the right (a "difference hash"). Size, compression and a shift of all the brightness
hardly change it; another composition does.
"""

from typing import Final

from PIL import Image

ACROSS: Final = 8
DOWN: Final = 8
# Of 256 steps of grey. What differs by less everywhere is noise, and would be like anything plain.
PLAIN: Final = 6
TOO_PLAIN: Final = 0
"""The likeness of a picture that is too plain to have one; it is like nothing."""


def likeness(image: Image.Image) -> int:
    """Return the 64 bits of a picture as a signed number, or ``TOO_PLAIN``.

    Wants a small picture in RGB or RGBA: the thumbnail; it is shrunk to 72 pixels here.
    """
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "grey"), image.convert("RGBA"))
    grey = image.convert("L").resize((ACROSS + 1, DOWN), Image.Resampling.BOX)
    pixels = grey.tobytes()
    if max(pixels) - min(pixels) < PLAIN:
        return TOO_PLAIN
    bits = 0
    for place in range(len(pixels)):
        if (place + 1) % (ACROSS + 1):
            bits = bits << 1 | (pixels[place] < pixels[place + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()
