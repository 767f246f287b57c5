"""What narrows the history, as it stands in an address."""

from datetime import date

import pytest

from modelless_web.records.models import Status, User
from modelless_web.studio.forms.history import HistoryFilter
from tests.studio.factories import a_generation

pytestmark = pytest.mark.django_db


def test_every_filter_that_makes_sense_counts(person: User) -> None:
    a_generation(person, model="flux")
    address = {"model": "flux", "status": "failed", "since": "2026-01-02", "until": "2026-01-03"}
    assert HistoryFilter(address, person=person).values == {
        "model": "flux",
        "status": "failed",
        "since": date(2026, 1, 2),
        "until": date(2026, 1, 3),
    }


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"model": "", "status": "", "since": "", "until": ""},
        {"model": "never used"},
        {"status": "splendid"},
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"since": "9" * 5000},
        {"model": "a\0b", "status": "\0"},
    ],
)
def test_what_cannot_be_read_is_left_out(person: User, address: dict[str, str]) -> None:
    assert HistoryFilter(address, person=person).values == {}


def test_one_unreadable_filter_leaves_the_others(person: User) -> None:
    filters = HistoryFilter({"since": "soon", "status": "failed"}, person=person)
    assert filters.values == {"status": "failed"}


def test_only_models_that_this_person_used_can_be_chosen(person: User, stranger: User) -> None:
    for model in ("flux", "dall-e", "flux"):
        a_generation(person, model=model)
    a_generation(stranger, model="secret")
    choices = HistoryFilter({}, person=person).fields["model"].choices  # type: ignore[attr-defined]
    assert list(choices) == [("", "Any model"), ("dall-e", "dall-e"), ("flux", "flux")]


@pytest.mark.parametrize("status", Status)
def test_a_status_is_read_as_people_say_it(person: User, status: Status) -> None:
    filters = HistoryFilter({"status": status.value}, person=person)
    assert filters.chips == [("status", f"Status: {status.label}")]


def test_dates_are_read_as_from_and_to(person: User) -> None:
    filters = HistoryFilter({"since": "2026-01-02", "until": "2026-01-03"}, person=person)
    assert [label for _, label in filters.chips] == ["From: 2026-01-02", "To: 2026-01-03"]
