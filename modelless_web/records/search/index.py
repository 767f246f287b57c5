"""Writing the index of words: called inside the transaction that changes a generation.

Never by triggers: SQLite drops them, without a word, when a migration makes a table anew. The
words are folded here (``words.py``), and both databases take them as they are, so both find the
same. On SQLite the table keeps its words too, although it could do without: a database must
open under whatever SQLite a Python brings, and the options that save that space are newer.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from modelless_web.records.language.words import words
from modelless_web.records.models.entries import MARK, Entry, owner_mark, pair_marks
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.marks import Tag

MOST_WORDS: Final = 10_000
"""Of a prompt, and of the rest: what is longer is found by its beginning. A ``tsvector`` knows
16,383 places."""
BATCH: Final = 1000

type Row = tuple[int, UUID, list[str], list[str]]
"""The number, the generation, the words of its prompt, and all others."""


def write(pks: Collection[UUID]) -> None:
    """Bring the index up to what these generations now say, new ones and changed ones."""
    if not pks:
        return
    texts = _texts(pks)
    missing = [pk for pk, text in texts.items() if text.docid is None]
    made: dict[UUID, int] = {}
    if missing:
        # A rebuild may come first.
        entries = [Entry(generation_id=pk) for pk in sorted(missing)]
        Entry.objects.bulk_create(entries, ignore_conflicts=True)
        made = _docids(missing)
    _store(
        (made[pk] if text.docid is None else text.docid, pk, *text.words())
        for pk, text in texts.items()
    )


def remove(pks: Collection[UUID]) -> None:
    """Take generations out; to delete one does so by itself."""
    Entry.objects.filter(generation__in=pks).delete()


def rebuild(
    batch: int = BATCH, tell: Callable[[int, int], None] = lambda _done, _total: None
) -> int:
    """Make the whole index anew, newest first, in one transaction a batch; return how many rows.

    The studio may go on meanwhile: what it writes gets numbers above, and old rows get them from
    zero downwards, so the newest are always found first.
    """
    rows = Generation.objects.order_by("-pk")
    total = rows.count()
    with transaction.atomic():
        _clear()
    done = first = 0
    last: UUID | None = None
    while True:
        with transaction.atomic():
            older = rows if last is None else rows.filter(pk__lt=last)
            pks = list(older.values_list("pk", flat=True)[:batch])
            if not pks:
                return done
            known = _docids(pks)
            left = [pk for pk in reversed(pks) if pk not in known]
            first -= len(left)
            entries = [Entry(docid=docid, generation_id=pk) for docid, pk in enumerate(left, first)]
            Entry.objects.bulk_create(entries, ignore_conflicts=True)
            write(pks)
        last = pks[-1]
        done += len(pks)
        tell(min(done, total), total)


class _Text:
    """What is indexed of one generation."""

    __slots__ = ("_others", "_prompt", "docid", "owner")

    def __init__(self, owner: int, docid: int | None, prompt: str, others: Sequence[str]) -> None:
        self.owner = owner
        self.docid = docid
        self._prompt = prompt
        self._others = others

    def words(self) -> tuple[list[str], list[str]]:
        """The words of the prompt, and those of everything else."""
        rest = [MARK, owner_mark(self.owner)]
        for text in filter(None, self._others):
            rest.append(MARK)
            rest += words(text, MOST_WORDS - len(rest))
        return words(self._prompt, MOST_WORDS // 2), rest


def _texts(pks: Collection[UUID]) -> dict[UUID, _Text]:
    tags: dict[UUID, list[str]] = defaultdict(list)
    placed = Tag.generations.through.objects.filter(generation__in=pks).order_by("tag__name")
    for pk, tag in placed.values_list("generation_id", "tag__name"):
        tags[pk].append(tag)
    rows = Generation.objects.filter(pk__in=pks).order_by("pk")
    columns = ("pk", "owner_id", "entry__docid", "prompt", "model", "error_message", "text")
    return {
        pk: _Text(owner, docid, prompt, [model, *tags[pk], error, answer])
        for pk, owner, docid, prompt, model, error, answer in rows.values_list(*columns)
    }


def _docids(pks: Collection[UUID]) -> dict[UUID, int]:
    entries = Entry.objects.filter(generation__in=pks)
    return dict(entries.values_list("generation_id", "docid"))


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_words")
    Entry.objects.all()._raw_delete(using=connection.alias)


def _store(rows: Iterable[Row]) -> None:
    """Write rows of words over what is there, by ascending number."""
    stored = _sqlite(rows) if connection.vendor == "sqlite" else _postgresql(rows)
    with connection.cursor() as cursor:
        cursor.executemany(*stored)


def _sqlite(rows: Iterable[Row]) -> tuple[str, list[tuple[int, str, str, str]]]:
    statement = (
        "INSERT OR REPLACE INTO records_words (rowid, generation_id, prompt, other)"
        " VALUES (%s, %s, %s, %s)"
    )
    return statement, [(docid, pk.hex, " ".join(a), " ".join(b)) for docid, pk, a, b in rows]


def _postgresql(rows: Iterable[Row]) -> tuple[str, list[tuple[int, UUID, str]]]:
    statement = (
        "INSERT INTO records_words (rowid, generation_id, records_words)"
        " VALUES (%s, %s, %s::tsvector) ON CONFLICT (rowid) DO UPDATE"
        " SET generation_id = excluded.generation_id, records_words = excluded.records_words"
    )
    return statement, [(docid, pk, _vector(a, b)) for docid, pk, a, b in rows]


def _vector(prompt: list[str], rest: list[str]) -> str:
    """The words with their places, of which those of the prompt weigh more, and their pairs."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(prompt, 1):
        places[word].append(f"{place}A")
    for place, word in enumerate(rest, len(prompt) + 2):
        places[word].append(str(place))
    placed = (f"'{word}':{','.join(where)}" for word, where in places.items())
    marks = {*pair_marks(prompt), *pair_marks(rest)}
    return " ".join([*placed, *(f"'{mark}'" for mark in marks)])
