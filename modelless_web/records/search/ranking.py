"""How well a row matches: its words in the prompt count ten times those anywhere else."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, FloatField, Func, Value

from modelless_web.records.models.entries import Clause

PROMPT_WEIGHT: Final = 10
_FUNCTION: Final = "words_score"
_HALF: Final = 1.5
"""So many times a word counts half of what any number of times does, in a short text."""
_LONG: Final = 100
"""Words; in a text of that length it takes twice as many."""


def score(clauses: Iterable[Clause]) -> Func:
    """The score of a row of ``Generation`` as an expression; higher is better."""
    wanted = tuple(clause for clause in clauses if not clause.is_without)
    if connection.vendor == "sqlite":
        columns = F("words__prompt"), F("words__other")
        needles = "\n".join(_needle(clause) for clause in wanted)
        return Func(*columns, Value(needles), function=_FUNCTION, output_field=FloatField())
    weights = _Weights(f"{{0.1,0.1,0.1,{0.1 * PROMPT_WEIGHT}}}")
    match = Value(" & ".join(clause.for_postgresql for clause in wanted))
    words = F("words__all")
    # The 1: the length of a text counts, but only its logarithm.
    template = "ts_rank(%(expressions)s::tsquery, 1)"
    return Func(weights, words, match, template=template, output_field=FloatField())


class _Weights(Value):
    """Weights as an array, which the parameter alone is not."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, parameters = super().as_sql(compiler, connection)
        return f"{sql}::float4[]", parameters


def prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a new connection with SQLite the function that scores; FTS5's own weighs every hit."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(_FUNCTION, 3, weigh, deterministic=True)


def weigh(prompt: str, other: str, needles: str) -> float:
    """The score of words in two texts; ``needles`` are lines, each a word or words in a row."""
    total = 0.0
    for needle in filter(None, needles.split("\n")):
        total += PROMPT_WEIGHT * _share(prompt, needle) + _share(other, needle)
    return total


def _share(text: str, needle: str) -> float:
    times = f" {text} ".count(needle)
    return times / (times + _HALF * (1 + text.count(" ") / _LONG)) if times else 0.0


def _needle(clause: Clause) -> str:
    return f" {' '.join(clause.words)}{'' if clause.is_prefix else ' '}"
