"""Which bytes in the media store a row stands behind: a picture's, or a reference's."""

from collections.abc import Iterable

from django.db.models import QuerySet

from modelless_web.records.models import Picture, Reference


def named(hashes: Iterable[str]) -> set[str]:
    """Those of the hashes that a row names."""
    wanted = list(hashes)
    return {
        sha256
        for rows in (Picture.objects, Reference.objects)
        for sha256 in rows.filter(sha256__in=wanted).values_list("sha256", flat=True)
    }


def stored(after: str = "") -> "QuerySet[Picture, tuple[str, str]]":
    """The hash and the media type of all that is stored, each once, in the order of hashes."""
    pictures = Picture.objects.filter(state=Picture.State.STORED, sha256__gt=after)
    references = Reference.objects.filter(sha256__gt=after)
    columns = ("sha256", "media_type")
    # A union takes no order of its parts.
    both = pictures.order_by().values_list(*columns).union(references.values_list(*columns))
    return both.order_by("sha256")
