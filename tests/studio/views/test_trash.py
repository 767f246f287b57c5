"""The trash: what lies there, the way back, and for how long things are kept out of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Generation, User
from tests.studio.factories import a_generation
from tests.studio.pages import cards, text_of

pytestmark = pytest.mark.django_db

TRASH = "/history/trash/"


def test_only_ones_own_trash_is_shown(mine: Client, person: User, stranger: User) -> None:
    gone = a_generation(person, deleted_at=timezone.now())
    a_generation(person)
    a_generation(stranger, deleted_at=timezone.now())
    assert cards(mine.get(TRASH)) == [str(gone.pk)]


def test_an_empty_trash_says_so(mine: Client) -> None:
    assert "The trash is empty" in text_of(mine.get(TRASH))


def test_what_was_deleted_last_comes_first(mine: Client, person: User) -> None:
    now = timezone.now()
    rows = [a_generation(person, deleted_at=now - timedelta(days=days)) for days in (2, 0, 1)]
    assert cards(mine.get(TRASH)) == [str(rows[place].pk) for place in (1, 2, 0)]


@pytest.mark.parametrize("apart", [0, 1, -1])
def test_it_goes_on_over_pages(mine: Client, person: User, apart: int) -> None:
    now = timezone.now()
    rows = [
        a_generation(person, deleted_at=now - timedelta(minutes=apart * number))
        for number in range(50)
    ]
    rows.sort(key=lambda row: (row.deleted_at, row.pk), reverse=True)
    first = mine.get(TRASH)
    assert len(cards(first)) == 48
    older = mine.get(first.context["next_url"])
    assert cards(first) + cards(older) == [str(row.pk) for row in rows]


@pytest.mark.parametrize("words", ["before=x&deleted=2026-01-01", "deleted=soon", "before=1"])
def test_a_cursor_that_is_none_begins_at_the_newest(mine: Client, person: User, words: str) -> None:
    gone = a_generation(person, deleted_at=timezone.now())
    assert cards(mine.get(f"{TRASH}?{words}")) == [str(gone.pk)]


def test_everything_in_it_is_restored_at_once(mine: Client, person: User) -> None:
    for days in range(3):
        a_generation(person, deleted_at=timezone.now() - timedelta(days=days))
    words = {"all": "1", "place": "trash", "change": "restore", "sure": "1", "next": TRASH}
    page = mine.post("/history/act/", words, follow=True)
    assert "3 restored" in text_of(page)
    assert not Generation.objects.exclude(deleted_at=None).exists()


@pytest.mark.parametrize(("typed", "kept"), [("30", 30), ("", None), ("0", 7), ("soon", 7)])
def test_days_to_keep_are_a_number_or_for_ever(
    mine: Client, person: User, typed: str, kept: int | None
) -> None:
    User.objects.filter(pk=person.pk).update(days_kept=7)
    mine.post(f"{TRASH}keep/", {"days_kept": typed})
    assert User.objects.get(pk=person.pk).days_kept == kept
