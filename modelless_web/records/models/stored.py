"""What every row has that stands for bytes in the media store."""

from django.db import models

THUMBNAIL_WIDTHS = (320, 640)
# What the store keeps, by Pillow's names. None of them can hold a script that a browser runs.
FORMATS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
MEDIA_TYPES = frozenset(f"image/{ending}" for ending in FORMATS.values())


class StoredImage(models.Model):
    """Bytes named by what they are, and what they turned out to be."""

    sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    colour = models.CharField(max_length=7, blank=True, help_text="Mean colour, as #rrggbb.")

    class Meta:
        abstract = True

    @property
    def is_stored(self) -> bool:
        return bool(self.sha256)

    @property
    def original_name(self) -> str:
        """Where the bytes lie in the media store, named by what they are."""
        extension = self.media_type.removeprefix("image/")
        return f"originals/{self.sha256[:2]}/{self.sha256}.{extension}"

    def thumbnail_name(self, width: int) -> str:
        """Where the WebP thumbnail of that width lies."""
        return f"thumbnails/{width}/{self.sha256[:2]}/{self.sha256}.webp"
