"""The index of words: a number for each generation that grows with time, and its words under it.

Written by ``records.search.index`` alone, in the transaction that changes the generation.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from modelless_web.records.models.generations import Generation

MARK: Final = "·"
"""Between two texts of one row, so that no phrase reaches across; no text has it as a word."""


class Entry(models.Model):
    """A generation's number in the index: both databases want one, and newer ones are higher."""

    docid = models.BigAutoField(primary_key=True)
    generation = models.OneToOneField(Generation, models.CASCADE, related_name="entry")

    def __str__(self) -> str:
        return f"{self.docid}: {self.generation_id}"


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that follow each other; the last may go on; or must not be there."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_without: bool = False

    @property
    def for_sqlite(self) -> str:
        return f'"{" ".join(self.words)}"{" *" * self.is_prefix}'

    @property
    def for_postgresql(self) -> str:
        *others, last = (f"'{word}'" for word in self.words)
        return f"({' <-> '.join([*others, last + ':*' * self.is_prefix])})"

    @property
    def for_gin(self) -> str:
        """The same with the marks of its pairs, of which the index says how rare they are.

        Of words that follow each other it knows only that they are there, and common ones are in
        every row: each would have to be looked at.
        """
        whole = self.words[:-1] if self.is_prefix else self.words
        marks = [f"'{mark}'" for mark in pair_marks(whole)]
        return f"({' & '.join([self.for_postgresql, *marks])})"


@dataclass(frozen=True, slots=True)
class Match:
    """What the words of a row must satisfy; ``owner`` is a person's id, None for everybody.

    ``is_scarce``: few rows do, whatever PostgreSQL has counted of each word.
    """

    clauses: tuple[Clause, ...]
    owner: int | None = None
    is_scarce: bool = False

    @property
    def wanted(self) -> list[Clause]:
        """What must be there: of a person their mark too, so that nobody else's are walked through.

        Of everybody's rows something must be said where only words that are not there are.
        """
        wanted = [clause for clause in self.clauses if not clause.is_without]
        if self.owner is not None:
            return [Clause((owner_mark(self.owner),)), *wanted]
        return wanted or [Clause((MARK,))]

    @property
    def unwanted(self) -> list[Clause]:
        """What must not be there."""
        return [clause for clause in self.clauses if clause.is_without]

    def for_sqlite(self) -> str:
        """As FTS5 reads it; every word is quoted, so nothing in it is syntax."""
        match = " AND ".join(clause.for_sqlite for clause in self.wanted)
        unwanted = " OR ".join(clause.for_sqlite for clause in self.unwanted)
        return f"({match}) NOT ({unwanted})" if unwanted else match

    def for_postgresql(self) -> str:
        """As ``tsquery`` reads it."""
        wanted = [clause.for_gin for clause in self.wanted]
        return " & ".join([*wanted, *(f"!{clause.for_gin}" for clause in self.unwanted)])


class WordsField(models.TextField):  # type: ignore[type-arg]
    """All words of a row: the hidden column of an FTS5 table, a ``tsvector`` on PostgreSQL."""


@WordsField.register_lookup
class Matches(models.Lookup):
    """``filter(words__matches=Match(…))``."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} MATCH %s", [*parameters, self.rhs.for_sqlite()]

    def as_postgresql(
        self, compiler: Any, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        left, parameters = self.process_lhs(compiler, connection)
        # What a query gives is not known to the planner, which then expects one row in two hundred.
        match = "(SELECT %s::tsquery)" if self.rhs.is_scarce else "%s::tsquery"
        return f"{left} @@ {match}", [*parameters, self.rhs.for_postgresql()]


class Words(models.Model):
    """The words of an entry: a virtual table of FTS5, or a table with a ``tsvector``."""

    entry = models.OneToOneField(
        Entry, models.CASCADE, primary_key=True, db_column="rowid", related_name="words"
    )
    # Once more, so that what is found leads straight there; it goes with its entry.
    generation = models.OneToOneField(Generation, models.DO_NOTHING, related_name="words")
    # FTS5 gives all columns together the name of the table.
    all = WordsField(db_column="records_words")
    # Those alone that FTS5 keeps; PostgreSQL has no need of them, and no such columns.
    prompt = models.TextField()
    other = models.TextField()

    class Meta:
        managed = False
        db_table = "records_words"

    def __str__(self) -> str:
        return f"Words of {self.entry_id}"


def pair_marks(words: Sequence[str]) -> Iterator[str]:
    """A word for every two that follow each other, one of 65,536: more would fill the index.

    That one stands for many pairs does no harm: what it finds is looked at.
    """
    for one, other in pairwise(words):
        if not (one.startswith(MARK) or other.startswith(MARK)):
            yield f"{MARK}{MARK}{zlib.crc32(f'{one} {other}'.encode()) & 0xFFFF:x}"


def owner_mark(owner: int) -> str:
    """The word that a person's rows have."""
    return f"{MARK}{owner}"
