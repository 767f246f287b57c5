"""Draws the picture of a prompt, as PNG bytes."""

import io

from PIL import Image

from .palette import read_wishes


def draw(
    prompt: str, *, earlier: str = "", size: str = "", choice: int = 0, seed: str = ""
) -> bytes:
    """The PNG of a prompt: equal arguments give equal bytes."""
    wishes = read_wishes(prompt, earlier=earlier, size=size, choice=choice, seed=seed)
    strip = Image.new("RGB", (1, len(wishes.mood.sky)))
    strip.putdata(list(wishes.mood.sky))
    image = strip.resize((wishes.width, wishes.height), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=4)
    return file.getvalue()
