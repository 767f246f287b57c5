"""How many bytes of pictures each person has, as a figure that is there at once.

Originals are kept once, however many generations they came with, and count once for each person.
The figure stands in ``User.stored_bytes`` and moves in the transaction that moves the pictures.
"""

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import F, Max, QuerySet, Sum

from modelless_web.records.models.pictures import Picture

if TYPE_CHECKING:
    from modelless_web.records.models.users import User

type Held = set[tuple[int, str, int]]
"""The owner, the SHA-256 and the size of originals."""


def add(pk: UUID) -> None:
    """Count a picture that has just been stored."""
    row = Picture.objects.select_related("generation").get(pk=pk)
    owner = row.generation.owner_id
    _hold(owner)
    if not _stored(owner).filter(sha256=row.sha256).exclude(pk=pk).exists():
        _move(owner, row.size)


def held_by_each(pictures: QuerySet[Picture]) -> Held:
    """Whose these are, to be given back once they are gone."""
    return set(pictures.order_by().values_list("generation__owner", "sha256", "size").distinct())


def give_back(held: Held) -> None:
    """Count no longer what its owner has no picture of any more."""
    _hold(*{owner for owner, _, _ in held})
    for owner, sha256, size in sorted(held):
        if not _stored(owner).filter(sha256=sha256).exists():
            _move(owner, -size)


def hand_over(guest: "User", account: "User") -> None:
    """Count as one person's what was another's; called before the pictures change hands."""
    _hold(guest.pk, account.pk)
    known = _stored(account.pk).values("sha256")
    new = _total(_stored(guest.pk).exclude(sha256__in=known))
    _people().filter(pk=guest.pk).update(stored_bytes=0)
    _move(account.pk, new)


def count() -> Counter[int]:
    """Count anew what everybody has, by their ids: one query, as slow as there are pictures."""
    stored = Picture.objects.filter(state=Picture.State.STORED).order_by()
    each = stored.values_list("generation__owner", "sha256").annotate(each=Max("size"))
    counted: Counter[int] = Counter()
    for owner, _, size in each.iterator():
        counted[owner] += size
    return counted


def recount() -> None:
    """Count what everybody has anew."""
    counted = count()
    for owner in _people().values_list("pk", flat=True):
        _people().filter(pk=owner).update(stored_bytes=counted[owner])


def _hold(*owners: int) -> None:
    """Let whoever else stores or frees pictures of these people wait, and then find ours."""
    rows = _people().filter(pk__in=owners).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _total(rows: QuerySet[Picture]) -> int:
    each = rows.order_by().values("sha256").annotate(each=Max("size"))
    return each.aggregate(total=Sum("each", default=0))["total"] or 0


def _move(owner: int, by: int) -> None:
    _people().filter(pk=owner).update(stored_bytes=F("stored_bytes") + by)


def _stored(owner: int) -> QuerySet[Picture]:
    return Picture.objects.filter(generation__owner=owner, state=Picture.State.STORED)


def _people() -> "QuerySet[User]":
    people: QuerySet[User] = get_user_model()._default_manager.all()
    return people
