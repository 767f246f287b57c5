"""How an open page follows a run: never a piece twice, never one missing, whatever the news."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelless_web.engine.live import News, card
from modelless_web.records.models import Choice, Generation, Status, User
from modelless_web.studio import fragments
from modelless_web.studio.fragments import Page
from tests.studio.factories import FINAL, OPEN, a_generation
from tests.studio.paper import Paper
from tests.support.factories import guest

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    "</span><img src=x onerror=alert(1)>",
    "</div></article><p id='status' hx-swap-oob='true'>",
    '"><b hx-get="/">',
    "a\nb\n\nc",
    "a\u2028b\u2029c\x85d",
    "&lt;b&gt; &amp;amp; &#x3c;",
    "<!-- ",
    "]]><![CDATA[",
    "{{ user }} {% now 'U' %}",
]


@pytest.fixture
def row(person: User) -> Generation:
    """A running generation of which "hello" has come."""
    return a_generation(person, status=Status.RUNNING, text="hello")


@pytest.fixture
def opened(person: User, row: Generation) -> tuple[Page, Paper]:
    """The person's open page, with that run on it."""
    page, paper = Page(person), Paper()
    paper.show(page.join(0.0))
    return page, paper


def piece(row: Generation, offset: int, text: str, index: int = 0, kind: Any = "text") -> News:
    return {
        "owner": row.owner_id,
        "generation": str(row.pk),
        "kind": kind,
        "index": index,
        "offset": offset,
        "text": text,
    }


def updated(page: Page, news: list[News]) -> str:
    """What the page is sent when it hears this."""
    return page.update(news, fragments.cards(page.stale(news)))


def card_of(row: Generation) -> News:
    return card(row.owner_id, row.pk)


def shown(paper: Paper, row: Generation, place: str = "text-{}-0") -> str:
    return paper.texts[place.format(row.pk)]


def test_a_page_that_joins_shows_what_has_come(opened: tuple[Page, Paper], row: Generation) -> None:
    assert shown(opened[1], row) == "hello"


@pytest.mark.parametrize(
    ("news", "text"),
    [
        ([(5, " world")], "hello world"),
        ([(5, " wo"), (8, "rld")], "hello world"),
        ([(0, "hello")], "hello"),
        ([(1, "ell")], "hello"),
        ([(0, "he"), (2, "llo"), (5, " world")], "hello world"),
        ([(3, "lo world")], "hello world"),
        ([(5, " wo"), (5, " wo"), (8, "rld"), (5, " world")], "hello world"),
        ([(0, "he"), (5, " world")], "hello world"),
    ],
    ids=[
        "next",
        "two",
        "doubled",
        "within",
        "replayed",
        "overlapping",
        "stuttered",
        "old and next",
    ],
)
def test_a_piece_is_shown_once_and_without_asking_the_ledger(
    opened: tuple[Page, Paper], row: Generation, news: list[tuple[int, str]], text: str
) -> None:
    live, paper = opened
    told = [piece(row, offset, said) for offset, said in news]
    assert not live.stale(told)
    paper.show(updated(live, told))
    assert shown(paper, row) == text


@pytest.mark.parametrize(
    "news", [[(6, "world")], [(8, "rld")], [(8, "rld"), (5, " wo")], [(11, "!")]]
)
def test_where_a_piece_is_missing_the_ledger_is_read(
    opened: tuple[Page, Paper], row: Generation, news: list[tuple[int, str]]
) -> None:
    live, paper = opened
    Choice.objects.update(text="hello world")
    told = [piece(row, offset, said) for offset, said in news]
    assert live.stale(told)
    paper.show(updated(live, told))
    assert shown(paper, row) == "hello world" + ("!" if news[0][0] == 11 else "")


def test_what_is_not_in_the_ledger_yet_comes_with_later_news(
    opened: tuple[Page, Paper], row: Generation
) -> None:
    live, paper = opened
    paper.show(updated(live, [piece(row, 8, "rld")]))
    assert shown(paper, row) == "hello"
    Choice.objects.update(text="hello world")
    paper.show(updated(live, [piece(row, 11, "!")]))
    assert shown(paper, row) == "hello world!"


def test_answers_and_reasoning_grow_side_by_side(person: User) -> None:
    row = a_generation(person, status=Status.RUNNING, text="one", request={"n": 2})
    live, paper = Page(person), Paper()
    paper.show(live.join(0.0))
    news = [
        piece(row, 0, "two", index=1),
        piece(row, 3, "!"),
        piece(row, 0, "why", kind="reasoning"),
    ]
    paper.show(updated(live, news))
    texts = {place.replace(str(row.pk), ""): text for place, text in paper.texts.items()}
    assert texts == {"text--0": "one!", "text--1": "two", "reasoning--0": "why", "reasoning--1": ""}


def test_an_answer_that_was_not_expected_gets_a_place_in_the_end(
    opened: tuple[Page, Paper], row: Generation
) -> None:
    live, paper = opened
    Choice.objects.create(generation=row, index=1, text="more")
    paper.show(updated(live, [card_of(row), piece(row, 4, "!", index=1)]))
    assert shown(paper, row, "text-{}-1") == "more!"


def test_the_final_card_is_what_the_ledger_says(
    opened: tuple[Page, Paper], row: Generation
) -> None:
    live, paper = opened
    Generation.objects.update(status=Status.SUCCEEDED)
    Choice.objects.update(text="Good day.")
    paper.show(updated(live, [piece(row, 5, " wor"), card_of(row), piece(row, 9, "ld")]))
    assert paper.cards == {str(row.pk): "succeeded"}
    assert paper.texts == {}
    assert "Good day." in paper.prose


@pytest.mark.parametrize("offset", [0, 5, 9])
def test_late_pieces_change_no_final_card(
    opened: tuple[Page, Paper], row: Generation, offset: int
) -> None:
    live, paper = opened
    Generation.objects.update(status=Status.SUCCEEDED)
    paper.show(updated(live, [card_of(row)]))
    paper.show(updated(live, [piece(row, offset, "late")]))
    assert paper.cards == {str(row.pk): "succeeded"}
    assert "late" not in paper.prose
    assert paper.lost == []


@pytest.mark.parametrize("status", FINAL)
def test_the_end_is_said_once(opened: tuple[Page, Paper], row: Generation, status: Status) -> None:
    live, _ = opened
    Generation.objects.update(status=status)
    assert fragments.SAID[status] in updated(live, [card_of(row)])
    assert fragments.SAID[status] not in updated(live, [card_of(row)])


def test_every_status_can_be_said() -> None:
    assert set(fragments.SAID) == set(Status)


def test_a_page_that_joins_is_told_nothing_aloud(person: User, row: Generation) -> None:
    assert 'id="status"' not in Page(person).join(0.0)


@pytest.mark.parametrize(
    ("news", "needed"),
    [([], False), (["stage"], False), (["card"], True), (["stage", "card"], True)],
)
def test_only_cards_need_the_ledger(
    opened: tuple[Page, Paper], row: Generation, news: list[Any], needed: bool
) -> None:
    told: list[News] = [
        {"owner": row.owner_id, "generation": str(row.pk), "kind": kind, "progress": 3}
        for kind in news
    ]
    assert bool(opened[0].stale(told)) is needed


@pytest.mark.parametrize(("progress", "words"), [(0, "drawing, 0 %"), (100, "drawing, 100 %")])
def test_progress_is_said_and_drawn(
    opened: tuple[Page, Paper], row: Generation, progress: int, words: str
) -> None:
    told: News = {
        "owner": row.owner_id,
        "generation": str(row.pk),
        "kind": "stage",
        "stage": words,
        "progress": progress,
    }
    html = updated(opened[0], [told])
    assert words in html
    assert f'value="{progress}"' in html


def test_a_stage_without_progress_is_said_and_leaves_the_bar_alone(
    opened: tuple[Page, Paper], row: Generation
) -> None:
    told: News = {
        "owner": row.owner_id,
        "generation": str(row.pk),
        "kind": "stage",
        "stage": "writing",
        "progress": None,
    }
    html = updated(opened[0], [told])
    assert "writing" in html
    assert "<progress" not in html


@pytest.mark.parametrize("kind", ["card", "text", "stage"])
def test_news_of_another_show_nothing(person: User, stranger: User, kind: Any) -> None:
    row = a_generation(stranger, status=Status.RUNNING, text="a secret")
    news = piece(row, 3, "a secret", kind=kind) | {"stage": "a secret", "progress": None}
    live = Page(person)
    assert "secret" not in live.join(0.0) + updated(live, [news])


def test_what_is_deleted_goes_away(opened: tuple[Page, Paper], row: Generation) -> None:
    live, paper = opened
    Generation.objects.update(deleted_at=row.queued_at)
    paper.show(updated(live, [card_of(row)]))
    assert paper.cards == {}


def test_a_page_joins_open_runs_and_what_has_changed_since(person: User) -> None:
    moment = a_generation(person).changed_at
    old = moment.replace(year=2020)
    a_generation(person, changed_at=old)
    running = a_generation(person, status=Status.RUNNING, changed_at=old)
    changed = a_generation(person, status=Status.FAILED)
    paper = Paper()
    paper.show(Page(person).join(moment.timestamp()))
    assert {str(running.pk), str(changed.pk)} <= paper.cards.keys()
    assert len(paper.cards) == 3


def test_a_page_without_news_is_sent_nothing(person: User) -> None:
    assert Page(person).join(0.0) == ""


def test_the_number_of_open_runs_comes_with_each_card(person: User) -> None:
    rows = [a_generation(person, status=status) for status in (*OPEN, *FINAL)]
    page = Page(person)
    page.join(0.0)
    assert "2 running" in updated(page, [card_of(rows[0])])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words_in_a_piece(
    opened: tuple[Page, Paper], row: Generation, text: str
) -> None:
    live, paper = opened
    paper.show(updated(live, [piece(row, 5, text)]))
    assert shown(paper, row) == "hello" + text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words_in_a_card(person: User, text: str) -> None:
    row = a_generation(person, status=Status.RUNNING, text=text, prompt=text, model=text)
    paper = Paper()
    paper.show(Page(person).join(0.0))
    assert shown(paper, row) == text
    assert paper.lost == []


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_any_piece_is_one_fragment_that_says_just_this(text: str) -> None:
    paper = Paper()
    paper.texts["text-x-0"] = ""
    paper.show(fragments.appended("text", "x", 0, text))
    assert paper.texts == {"text-x-0": text}


TRUTH = "The <b>red</b> fox & co.\nsits still "
CUTS = st.lists(st.integers(1, len(TRUTH) - 1), unique=True, max_size=6).map(sorted)
STEPS = st.lists(
    st.tuples(st.integers(0, len(TRUTH)), st.lists(st.integers(-1, 6), max_size=6)), max_size=8
)


@given(CUTS, STEPS)
@settings(deadline=None, max_examples=60)
def test_whatever_the_order_the_page_shows_a_beginning_and_ends_as_the_ledger(
    cuts: list[int], steps: list[tuple[int, list[int]]]
) -> None:
    """Each step: how far the ledger has come, then news; -1 is a card, else a piece's number."""
    row = a_generation(guest(), status=Status.RUNNING)
    Choice.objects.create(generation=row, index=0)
    pieces = [
        piece(row, begin, TRUTH[begin:end])
        for begin, end in zip([0, *cuts], [*cuts, len(TRUTH)], strict=True)
    ]
    live, paper = Page(row.owner), Paper()
    paper.show(live.join(0.0))
    reached = 0
    for written, numbers in steps:
        reached = max(reached, written)
        Choice.objects.filter(generation=row).update(text=TRUTH[:reached])
        news = [card_of(row) if n < 0 else pieces[n] for n in numbers if n < len(pieces)]
        paper.show(updated(live, news))
        assert TRUTH.startswith(shown(paper, row))
    finish(row)
    paper.show(updated(live, [*pieces, card_of(row)]))
    assert (paper.cards, paper.texts, paper.lost) == ({str(row.pk): "succeeded"}, {}, [])
    assert words(TRUTH) in words(paper.prose)


def finish(row: Generation) -> None:
    Choice.objects.filter(generation=row).update(text=TRUTH)
    Generation.objects.filter(pk=row.pk).update(status=Status.SUCCEEDED, text=TRUTH)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@given(CUTS, st.integers(0, len(TRUTH)))
@settings(deadline=None, max_examples=30)
def test_news_in_order_are_shown_whole_wherever_the_ledger_stands(
    cuts: list[int], written: int
) -> None:
    row = a_generation(guest(), status=Status.RUNNING, text=TRUTH[:written])
    live, paper = Page(row.owner), Paper()
    paper.show(live.join(0.0))
    for begin, end in zip([0, *cuts], [*cuts, len(TRUTH)], strict=True):
        paper.show(updated(live, [piece(row, begin, TRUTH[begin:end])]))
    assert shown(paper, row) == TRUTH
