"""The event stream of a page, over a real socket, beside a real engine."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.engine.live import News, card
from modelless_web.records.models import Generation, Model, Status, User
from modelless_web.studio import cards, stream
from modelless_web.studio.stream import message
from tests.studio.addresses import WORDS, people, some_work
from tests.studio.conftest import signed_in
from tests.studio.factories import a_generation, filled_in
from tests.studio.streams import Pages, piece
from tests.support.factories import person
from tests.support.studio import wait_for

BEAT: Final = "event: beat"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(pages: Pages, person: User) -> Generation:
    """A run that somebody else's engine carries out, of which "hello" has come."""
    return a_generation(
        person,
        status=Status.RUNNING,
        text="hello",
        lease_owner="elsewhere",
        lease_until=timezone.now() + timedelta(hours=1),
    )


def test_without_a_session_there_is_no_stream(pages: Pages) -> None:
    assert pages.open(Client()).reply.status == 403


@pytest.mark.parametrize("cookies", ["sessionid=unknown0unknown0", "sessionid=", "[}=;;,", "a"])
def test_a_session_that_is_none_opens_no_stream(pages: Pages, cookies: str) -> None:
    assert pages.open(Client(), cookies=cookies).reply.status == 403


def test_someone_who_was_switched_off_gets_no_stream(pages: Pages, mine: Client) -> None:
    User.objects.update(is_active=False)
    assert pages.open(mine).reply.status == 403


def test_who_has_signed_out_gets_no_stream(pages: Pages, person: User) -> None:
    left, browser = signed_in(person), signed_in(person)
    left.cookies = browser.cookies.copy()  # type: ignore[assignment]
    browser.post("/account/logout/")
    assert pages.open(left).reply.status == 403


@pytest.mark.parametrize("cookies", ['odd={"a": 1}; ', "a[b]=c; ", "=; ", "plain=1; "])
def test_another_programs_cookies_are_no_hindrance(
    pages: Pages, mine: Client, cookies: str
) -> None:
    assert pages.open(mine, cookies=cookies).reply.status == 200


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Type", "text/event-stream; charset=utf-8"),
        ("Cache-Control", "no-cache, no-transform"),
        ("X-Accel-Buffering", "no"),
    ],
)
def test_nothing_between_may_hold_the_stream_back(
    pages: Pages, mine: Client, header: str, value: str
) -> None:
    assert pages.open(mine).reply.getheader(header) == value


def test_the_first_message_is_what_stands_now(pages: Pages, mine: Client, row: Generation) -> None:
    opened = pages.open(mine)
    assert opened.block() == ["retry: 1000"]
    first = "\n".join(opened.block())
    assert f'id="generation-{row.pk}"' in first
    assert ">hello</div>" in first


def test_a_page_with_nothing_to_show_hears_a_beat_first(pages: Pages, mine: Client) -> None:
    opened = pages.open(mine)
    assert opened.block() == ["retry: 1000"]
    assert opened.block() == [BEAT, "data: "]


@pytest.mark.parametrize("since", ["", "0", "-1", "nan", "inf", "soon", "9" * 400, "%00", "1e400"])
def test_any_moment_to_begin_with_is_answered(pages: Pages, mine: Client, since: str) -> None:
    opened = pages.open(mine, since=since)
    assert (opened.reply.status, opened.block()) == (200, ["retry: 1000"])


def test_pieces_follow_the_snapshot(pages: Pages, mine: Client, row: Generation) -> None:
    opened = pages.open(mine)
    opened.hears("hello")
    pages.engine.tell([piece(row, 5, " world")])
    assert opened.hears(" world") == (
        f'<span hx-swap-oob="beforeend:#text-{row.pk}-0"> world</span>'
    )


def test_a_piece_of_many_lines_is_one_message(pages: Pages, mine: Client, row: Generation) -> None:
    opened = pages.open(mine)
    opened.hears("hello")
    pages.engine.tell([piece(row, 5, "\n\ndata: <b>\r\nevent: beat\n\n")])
    assert ">\n\ndata: &lt;b&gt;\nevent: beat\n\n</span>" in opened.hears("beforeend")


def test_a_card_follows_when_a_run_ends(pages: Pages, mine: Client, row: Generation) -> None:
    opened = pages.open(mine)
    opened.hears("hello")
    Generation.objects.update(status=Status.SUCCEEDED)
    pages.engine.tell([card(row.owner_id, row.pk)])
    assert "Generation finished." in opened.hears('data-status="succeeded"')


def test_every_page_of_a_person_hears_the_same(pages: Pages, mine: Client, row: Generation) -> None:
    opened = [pages.open(mine) for _ in range(3)]
    for each in opened:
        each.hears("hello")
    pages.engine.tell([piece(row, 5, " world")])
    assert len({each.hears(" world") for each in opened}) == 1


def test_nobody_hears_of_anothers_runs(
    pages: Pages, theirs: Client, stranger: User, row: Generation
) -> None:
    opened = pages.open(theirs)
    own = a_generation(stranger)
    pages.engine.tell([piece(row, 5, " secret"), card(row.owner_id, row.pk)])
    pages.engine.tell([card(row.owner_id, own.pk), card(stranger.pk, own.pk)])
    blocks = [opened.block()]
    while not any(str(own.pk) in line for line in blocks[-1]):
        blocks.append(opened.block())
    assert str(row.pk) not in str(blocks)


@pytest.mark.parametrize("in_trash", [False, True], ids=["kept", "in the trash"])
def test_whoever_comes_hears_only_of_their_own(
    pages: Pages, in_trash: bool, figures: Callable[..., None]
) -> None:
    work = some_work(person(), in_trash=in_trash)
    leased = {"lease_owner": "elsewhere", "lease_until": timezone.now() + timedelta(hours=1)}
    Generation.objects.update(status=Status.RUNNING, **leased)
    roles = {role: who for role, who in people(work).items() if who}
    opened = {role: pages.open(signed_in(who)) for role, who in roles.items()}
    assert [page.reply.status for page in opened.values()] == [200] * 5
    first = {role: str([page.block(), page.block()]) for role, page in opened.items()}
    secret = WORDS["generation"]
    # News that was sent to the wrong person by mistake is not shown either.
    for who in roles.values():
        astray: News = piece(work.row, len(secret), secret) | {"owner": who.pk}
        pages.engine.tell([astray, card(who.pk, work.row.pk)])
    through = []
    for role, who in roles.items():
        own = a_generation(who)
        pages.engine.tell([card(who.pk, own.pk)])
        heard = first[role] + opened[role].until(f"generation-{own.pk}")
        if role != "owner" and (secret in heard or str(work.row.pk) in heard):
            through.append((role, heard))
        assert role != "owner" or (secret in heard) is not in_trash
    stranger = pages.open(Client()).reply
    assert (stranger.status, stranger.read()) == (403, b"")
    figures("event stream × role cells", tried=len(opened) + 1, through=len(through))
    assert through == []


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_stream_is_only_read(pages: Pages, mine: Client, method: str) -> None:
    reply = pages.open(mine, method=method).reply
    assert (reply.status, reply.getheader("Allow"), reply.read()) == (405, "GET", b"")


def test_a_sent_form_shows_up_on_the_open_page(pages: Pages, mine: Client, model: Model) -> None:
    opened = pages.open(mine)
    mine.post("/generations/", filled_in(model, prompt="a fox at sea"))
    assert "a fox at sea" in opened.hears('data-status="failed"')


def test_a_silent_stream_beats(pages: Pages, mine: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT", 0.05)
    opened = pages.open(mine)
    opened.block()
    assert [opened.block() for _ in range(3)] == [[BEAT, "data: "]] * 3


def test_the_stream_ends_when_the_studio_does(pages: Pages, mine: Client) -> None:
    opened = pages.open(mine)
    opened.block()
    pages.close_log()
    assert b"retry: 1000" in opened.reply.read()


def test_a_studio_that_ends_opens_no_stream(pages: Pages, mine: Client) -> None:
    pages.close_log()
    assert pages.open(mine).reply.status == 503


def test_a_database_that_is_away_opens_no_stream(
    pages: Pages, mine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(stream, "_person", away)
    assert pages.open(mine).reply.status == 503


def test_who_leaves_is_forgotten(pages: Pages, mine: Client) -> None:
    opened = [pages.open(mine) for _ in range(3)]
    assert wait_for(lambda: pages.watchers == 3)
    for each in opened:
        each.leave()
    assert wait_for(lambda: pages.watchers == 0)


def test_open_streams_hold_no_thread_and_no_database_connection(
    pages: Pages, mine: Client, row: Generation
) -> None:
    pages.open(mine).hears("hello")
    threads, connections = threading.active_count(), database_connections()
    for _ in range(20):
        pages.open(mine).hears("hello")
    # What the engine does beside them may take one of its own.
    assert threading.active_count() - threads <= cards.THREADS
    assert database_connections() - connections <= cards.THREADS


def database_connections() -> int:
    """How many connections to the database this process has, where they are files."""
    name = Path(str(connection.settings_dict["NAME"]))
    return sum(1 for file in Path("/proc/self/fd").iterdir() if is_file(file, name))


def is_file(link: Path, name: Path) -> bool:
    try:
        return link.readlink() == name
    except OSError:
        return False


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_message_reads_back_as_one_event_with_the_same_lines(html: str) -> None:
    sent = message(html).decode()
    assert sent.endswith("\n\n")
    lines = sent.removesuffix("\n\n").split("\n")
    if html:
        assert all(line.startswith("data: ") for line in lines)
        newlines = html.replace("\r\n", "\n").replace("\r", "\n")
        assert "\n".join(line.removeprefix("data: ") for line in lines) == newlines
    else:
        assert lines == [BEAT, "data: "]


@pytest.mark.parametrize("why", ["signed out", "switched off", "deleted", "new password"])
def test_a_stream_ends_soon_after_its_person_has_gone(
    pages: Pages, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TRUSTED", 0.02)
    monkeypatch.setattr(stream, "BEAT", 0.1)
    ada = person()
    browser = signed_in(ada)
    opened = pages.open(browser)
    opened.block()
    if why == "signed out":
        browser.post("/account/logout/")
    elif why == "deleted":
        ada.delete()
    else:
        ada.is_active = why != "switched off"
        ada.set_password("another long password")
        ada.save()
    assert any(opened.block() == [] for _ in range(100))
    assert wait_for(lambda: pages.watchers == 0)


def test_a_stream_goes_on_while_its_person_stays(
    pages: Pages, mine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TRUSTED", 0.02)
    monkeypatch.setattr(stream, "BEAT", 0.2)
    opened = pages.open(mine)
    opened.block()
    assert [opened.block() for _ in range(3)] == [[BEAT, "data: "]] * 3
