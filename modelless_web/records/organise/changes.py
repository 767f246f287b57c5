"""What each verb does to some generations, and how it is taken back to the exact state before."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from modelless_web.records.models import Action, Board, Former, Generation, Placement, Tag
from modelless_web.records.models.generations import OPEN
from modelless_web.records.models.marks import tag_name
from modelless_web.records.retention import purge
from modelless_web.records.search import index

Verb = Action.Verb
MOST_STARS: Final = 5
COLUMNS: Final[dict[str, tuple[str, bool]]] = {
    Verb.STAR: ("is_starred", True),
    Verb.UNSTAR: ("is_starred", False),
    Verb.REJECT: ("is_rejected", True),
    Verb.ACCEPT: ("is_rejected", False),
}


class UnknownChangeError(ValueError):
    """No such verb, or nothing it could mean; the message says what to do."""


def checked(owner: Any, verb: str, value: str) -> str:
    """Return the value of a change as it is kept: a tag's one spelling, a board's number, stars.

    Raises UnknownChangeError with a sentence.
    """
    match verb:
        case Verb.RATE:
            if value not in {str(stars) for stars in range(MOST_STARS + 1)}:
                raise UnknownChangeError("A rating is a number from 0 to 5.")
            return value
        case Verb.TAG | Verb.UNTAG:
            name = tag_name(value)
            if not name:
                raise UnknownChangeError("Type the tag first.")
            return name
        case Verb.PLACE | Verb.REMOVE:
            boards = Board.objects.visible_to(owner).filter(query="")
            if not value.isdecimal() or not boards.filter(pk=int(value[:18])).exists():
                raise UnknownChangeError("Choose one of your boards first.")
            return value
        case _ if verb in Verb.values:
            return ""
    raise UnknownChangeError("There is nothing of that name to be done.")


def apply(action: Action, pks: Collection[UUID]) -> tuple[int, list[Former]]:
    """Change those of ``pks`` that are not so already; return how many, and how they were.

    ``pks`` are the action owner's own. What is deleted for good was not, as far as we know.
    """
    if action.verb == Verb.PURGE:
        rows = Generation.objects.filter(pk__in=pks, deleted_at__isnull=False)
        return purge(rows.values_list("pk", flat=True)), []
    formers = APPLY.get(action.verb, _set)(action, pks)
    return len(formers), formers


def revert(action: Action, formers: Collection[Former]) -> None:
    """Bring generations back to how they were before ``action``, unless changed since then."""
    REVERT.get(action.verb, _reset)(action, formers)


def move(rows: QuerySet[Generation], deleted_at: datetime | None) -> int:
    """Put rows into the trash as of a moment, or bring them back; return how many."""
    return rows.update(deleted_at=deleted_at, changed_at=timezone.now())


def _column(action: Action) -> tuple[str, int]:
    """Which column a verb sets, and to what."""
    if action.verb == Verb.RATE:
        return "rating", int(action.value)
    return COLUMNS[action.verb]


def _set(action: Action, pks: Collection[UUID]) -> list[Former]:
    column, value = _column(action)
    others = Generation.objects.filter(pk__in=pks).exclude(**{column: value})
    before = list(others.values_list("pk", column))
    Generation.objects.filter(pk__in=[pk for pk, _ in before]).update(**{column: value})
    return [Former(action=action, generation_id=pk, value=int(old)) for pk, old in before]


def _reset(action: Action, formers: Collection[Former]) -> None:
    column, value = _column(action)
    unchanged = Generation.objects.filter(**{column: value})
    for old in {former.value for former in formers}:
        same = [former.generation_id for former in formers if former.value == old]
        unchanged.filter(pk__in=same).update(**{column: old})


def _trash(action: Action, pks: Collection[UUID]) -> list[Former]:
    # What is still under way stays: it would go on out of sight, and cost.
    rows = Generation.objects.filter(pk__in=pks, deleted_at=None).exclude(status__in=OPEN)
    return _move(action, rows, timezone.now())


def _restore(action: Action, pks: Collection[UUID]) -> list[Former]:
    return _move(action, Generation.objects.filter(pk__in=pks, deleted_at__isnull=False), None)


def _move(action: Action, rows: QuerySet[Generation], deleted_at: datetime | None) -> list[Former]:
    before = list(rows.values_list("pk", "deleted_at"))
    move(Generation.objects.filter(pk__in=[pk for pk, _ in before]), deleted_at)
    return [Former(action=action, generation_id=pk, moment=moment) for pk, moment in before]


def _move_back(action: Action, formers: Collection[Former]) -> None:
    is_trash = action.verb == Verb.TRASH
    for moment in {former.moment for former in formers}:
        same = [former.generation_id for former in formers if former.moment == moment]
        rows = Generation.objects.filter(pk__in=same, deleted_at__isnull=not is_trash)
        move(rows, moment)


def _labels(action: Action) -> QuerySet[Any]:
    labels = Tag.generations.through._default_manager.all()
    return labels.filter(tag__owner=action.owner_id, tag__name=action.value)


def _label(action: Action, pks: Collection[UUID]) -> None:
    tag, _ = Tag.objects.get_or_create(owner_id=action.owner_id, name=action.value)
    through = Tag.generations.through
    rows = [through(tag=tag, generation_id=pk) for pk in pks]
    through._default_manager.bulk_create(rows, ignore_conflicts=True)
    index.write(pks)


def _unlabel(action: Action, pks: Collection[UUID]) -> None:
    _labels(action).filter(generation__in=pks).delete()
    index.write(pks)
    Tag.objects.filter(owner=action.owner_id, name=action.value, generations=None).delete()


def _tag(action: Action, pks: Collection[UUID]) -> list[Former]:
    has = set(_labels(action).filter(generation__in=pks).values_list("generation", flat=True))
    changed = [pk for pk in pks if pk not in has]
    _label(action, changed)
    return _formers(action, changed)


def _untag(action: Action, pks: Collection[UUID]) -> list[Former]:
    has = list(_labels(action).filter(generation__in=pks).values_list("generation", flat=True))
    _unlabel(action, has)
    return _formers(action, has)


def _place(action: Action, pks: Collection[UUID]) -> list[Former]:
    there = set(_placements(action, pks).values_list("generation", flat=True))
    formers = _formers(action, [pk for pk in pks if pk not in there])
    _put(action, formers)
    return formers


def _remove(action: Action, pks: Collection[UUID]) -> list[Former]:
    lying = _placements(action, pks)
    before = list(lying.values_list("generation", "placed_at"))
    lying.delete()
    return [Former(action=action, generation_id=pk, moment=moment) for pk, moment in before]


def _put(action: Action, formers: Collection[Former]) -> None:
    if not Board.objects.filter(pk=int(action.value)).exists():
        # It was deleted since then.
        return
    Placement.objects.bulk_create(
        [
            Placement(
                board_id=int(action.value),
                generation_id=former.generation_id,
                placed_at=former.moment or timezone.now(),
            )
            for former in formers
        ],
        ignore_conflicts=True,
    )


def _lift(action: Action, formers: Collection[Former]) -> None:
    _placements(action, _ids(formers)).delete()


def _placements(action: Action, pks: Collection[UUID]) -> QuerySet[Placement]:
    return Placement.objects.filter(board=int(action.value), generation__in=pks)


def _formers(action: Action, pks: Collection[UUID]) -> list[Former]:
    return [Former(action=action, generation_id=pk) for pk in pks]


def _ids(formers: Collection[Former]) -> list[UUID]:
    return [former.generation_id for former in formers]


# Every other verb sets a column.
APPLY: Final[dict[str, Callable[[Action, Collection[UUID]], list[Former]]]] = {
    Verb.TAG: _tag,
    Verb.UNTAG: _untag,
    Verb.PLACE: _place,
    Verb.REMOVE: _remove,
    Verb.TRASH: _trash,
    Verb.RESTORE: _restore,
}
REVERT: Final[dict[str, Callable[[Action, Collection[Former]], None]]] = {
    Verb.TAG: lambda action, formers: _unlabel(action, _ids(formers)),
    Verb.UNTAG: lambda action, formers: _label(action, _ids(formers)),
    Verb.PLACE: _lift,
    Verb.REMOVE: _put,
    Verb.TRASH: _move_back,
    Verb.RESTORE: _move_back,
}
