"""What a run costs in the end, from what its gateway said of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

import pytest
from django.utils import timezone

from modelless_web.engine import tasks
from modelless_web.records.models import Basis, Charge, Generation, Model, Status, Usage, User
from modelless_web.records.money.budgets import OverBudgetError, standings
from modelless_web.records.usage.checking import differences
from tests.engine.asking import at, begin, delta, end, finish, reach
from tests.records.money.book import budget, rule
from tests.support import factories
from tests.support.beside import beside
from tests.support.upstream import HANG, Step, Upstream, head, reply, upstream

pytestmark = pytest.mark.usefixtures("engine")

# A dollar for a million of each, so that a token is a millionth.
PRICE: Final = {"per_prompt": "1", "per_completion": "1"}


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def counted(prompt: int, completion: int) -> bytes:
    """What a stream says last of what it used."""
    return f"data: {json.dumps({'choices': [], 'usage': usage(prompt, completion)})}\n\n".encode()


def error(status: str) -> list[Step]:
    return reply(b'{"error":{"message":"No."}}', status)


@contextmanager
def priced(*script: Step) -> Iterator[tuple[Model, Upstream]]:
    """A model whose gateway plays this, with known prices."""
    with beside(lambda: upstream(list(script), prompts_only=True)) as gate:
        model = at(gate.url, "gpt-scripted")
        rule(model.gateway, **PRICE)
        yield model, gate


BROKEN: Final = b'data: {"error":{"message":"It broke.","type":"server_error"}}\n\n'
HELLO: Final = delta("Hello")  # Two tokens by our count, as is the prompt's third.
ENDS: Final[dict[str, tuple[list[Step], Status, Charge, Basis]]] = {
    "an answer with its count": (
        [head(), HELLO, counted(9, 20), end()],
        Status.SUCCEEDED, Charge.CHARGED, Basis.EXACT,
    ),
    "an answer without a count": (
        [head(), HELLO, end()],
        Status.SUCCEEDED, Charge.CHARGED, Basis.ESTIMATED,
    ),
    "an error midway": ([head(), HELLO, BROKEN], Status.FAILED, Charge.MAYBE, Basis.ESTIMATED),
    "a stream without its end": (
        [head(), HELLO], Status.SUCCEEDED, Charge.MAYBE, Basis.ESTIMATED,
    ),
    "an error after the count": (
        [head(), HELLO, counted(9, 20), BROKEN],
        Status.FAILED, Charge.CHARGED, Basis.EXACT,
    ),
    "a refusal": (error("400 Bad Request"), Status.FAILED, Charge.REFUSED, Basis.FREE),
    "a wrong key": (error("401 Unauthorized"), Status.FAILED, Charge.REFUSED, Basis.FREE),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_every_end_has_its_charge(name: str) -> None:
    script, status, charge, basis = ENDS[name]
    with priced(*script) as (model, _):
        row = finish(begin(model))
    assert (row.status, row.charge, row.cost_basis) == (status, charge, basis)
    expected = {
        Basis.EXACT: Decimal("0.000029"),
        # Three tokens in and two out by our own count.
        Basis.ESTIMATED: Decimal("0.000005"),
        Basis.FREE: Decimal(0),
    }
    assert row.cost == expected[basis]
    assert differences() == []


def test_the_last_report_counts_and_reports_are_never_added() -> None:
    reports = [counted(9, 1), counted(9, 5), b'data: {"choices":[],"usage":null}\n\n']
    with priced(head(), HELLO, *reports, end()) as (model, _):
        row = finish(begin(model))
    assert (row.prompt_tokens, row.completion_tokens) == (9, 5)
    assert row.cost == Decimal("0.000014")


def test_a_gateway_that_was_never_reached_charges_nothing() -> None:
    model = at("http://127.0.0.1:9/v1")
    rule(model.gateway, **PRICE)
    row = finish(begin(model))
    assert (row.status, row.charge, row.cost) == (Status.FAILED, Charge.UNSENT, Decimal(0))


def test_what_is_stopped_midway_may_be_charged_and_frees_the_rest() -> None:
    person = factories.person()
    budget("1")
    with priced(head(), HELLO, HANG) as (model, _):
        row = begin(model, owner=person)
        reach(row, lambda found: found.choices.exists())
        tasks.stop(row)
        row = finish(row)
    assert (row.status, row.charge) == (Status.CANCELLED, Charge.MAYBE)
    assert left(person) == Decimal(1) - Decimal("0.000005")


def left(person: User) -> Decimal:
    (found,) = standings(person, person.day(timezone.now()))
    assert found.reserved == 0
    return found.left


def test_what_goes_beyond_the_budget_never_reaches_the_gateway() -> None:
    budget("0.0005")
    with priced(head(), HELLO, end()) as (model, gate):
        with pytest.raises(OverBudgetError, match="This may cost"):
            begin(model)
        assert [line for line in gate.requests if line.startswith(b"POST")] == []
    assert not Generation.objects.exists()


def test_an_end_makes_room_for_the_next() -> None:
    budget("0.0015")
    person = factories.person()
    with priced(head(), HELLO, 0.5, counted(9, 20), end()) as (model, _):
        first = begin(model, owner=person)
        with pytest.raises(OverBudgetError):
            begin(model, owner=person)
        finish(first)
        finish(begin(model, owner=person))
    assert Usage.objects.get().generations == 2
