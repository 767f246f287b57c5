"""Small pictures as a part of a page, which stands in the audit log as a whole.

A page with pictures is written down once, before it goes out. Each of its thumbnails carries a
signature that says for whom, of which picture and on what day; with it, until the end of the next
day, it is no entry of its own. Any other way to a picture is, and an original always.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.signing import Signer
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from modelless_web.backoffice import masks
from modelless_web.records.models import User
from modelless_web.records.models.generations import today
from modelless_web.records.models.stored import StoredImage

ORIGINAL: Final = "original"
_SIGNATURE: Final = "page"
_VIEWER: Final = "viewer"
_SIGNER: Final = Signer(salt="a thumbnail as a part of a page")


def show(rows: Iterable[Model], viewer: User | AnonymousUser) -> bool:
    """Say of the pictures of a page who it is for; return whether there are any."""
    pictures = [picture for row in rows for picture in _pictures(row)]
    for picture in pictures:
        picture.__dict__[_VIEWER] = viewer.pk
    return any(picture.is_stored for picture in pictures)


def address(picture: StoredImage, variant: str) -> str:
    """Where staff see the bytes of a picture; the studio shows them to their owner only."""
    place = reverse(f"admin:records_{picture._meta.model_name}_image", args=[picture.pk, variant])
    viewer = picture.__dict__.get(_VIEWER)
    if variant == ORIGINAL or viewer is None:
        return place
    return f"{place}?{urlencode({_SIGNATURE: _signature(viewer, picture.pk, today())})}"


def is_of_page(request: HttpRequest, pk: UUID, variant: str) -> bool:
    """Whether a picture is asked for by a page that its viewer was shown, and written down for."""
    if variant == ORIGINAL:
        return False
    given, viewer = request.GET.get(_SIGNATURE, ""), request.user.pk
    days = today(), today() - timedelta(days=1)
    return any(constant_time_compare(given, _signature(viewer, pk, day)) for day in days)


def _signature(viewer: Any, picture: UUID, day: date) -> str:
    return _SIGNER.signature(f"{viewer} {picture} {day}")


def _pictures(row: Model) -> Iterator[StoredImage]:
    for each in (row, *masks.read_along(row)):
        if isinstance(each, StoredImage):
            yield each
