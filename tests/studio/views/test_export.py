"""Export: what a query finds, or what was picked, as a ZIP, a table or JSON Lines."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Board, Generation, User
from modelless_web.studio.views import export
from tests.studio.conftest import signed_in
from tests.studio.factories import a_generation, a_picture, generations, png
from tests.studio.pages import HTMX, text_of
from tests.support import factories

pytestmark = [
    # The steps of an export are taken in threads, which see only what is committed.
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

PLACE: Final = "/history/export/"
SECRET: Final = "a fox that nobody else may see"


def body(response: Any) -> bytes:
    return b"".join(response)


def prompts(response: Any) -> list[str]:
    """The prompts in an export as JSON Lines."""
    return [json.loads(line)["prompt"] for line in body(response).splitlines()]


def test_a_zip_holds_pictures_manifest_and_a_word(mine: Client, person: User) -> None:
    data = png()
    a_picture(a_generation(person, prompt="a red fox"), data)
    with zipfile.ZipFile(io.BytesIO(body(mine.get("/history/export/?format=zip")))) as made:
        assert made.testzip() is None
        picture, *others = made.namelist()
        assert others == ["manifest.jsonl", "README.txt"]
        assert made.read(picture) == data
        assert json.loads(made.read("manifest.jsonl"))["pictures"][0]["file"] == picture


def test_a_table_holds_a_row_for_each(mine: Client, person: User) -> None:
    for prompt in ("older", "newer"):
        a_generation(person, prompt=prompt)
    text = body(mine.get("/history/export/?format=csv")).decode("utf-8-sig")
    assert [row["prompt"] for row in csv.DictReader(io.StringIO(text))] == ["newer", "older"]


def test_json_lines_hold_a_line_for_each(mine: Client, person: User) -> None:
    for prompt in ("older", "newer"):
        a_generation(person, prompt=prompt)
    assert prompts(mine.get("/history/export/?format=jsonl")) == ["newer", "older"]


def test_the_query_counts(mine: Client, person: User) -> None:
    for prompt in ("a red fox", "a blue whale"):
        a_generation(person, prompt=prompt)
    assert prompts(mine.get(f"{PLACE}?format=jsonl&q=fox")) == ["a red fox"]


def test_a_board_is_a_query_too(mine: Client, person: User) -> None:
    row, _ = a_generation(person, prompt="on it"), a_generation(person, prompt="not on it")
    Board.objects.create(owner=person, name="wall").generations.add(row)
    assert prompts(mine.get(PLACE, {"format": "jsonl", "q": "board:wall"})) == ["on it"]


def test_what_was_picked_counts_alone(mine: Client, person: User) -> None:
    first, _, third = (a_generation(person, prompt=str(number)) for number in (1, 2, 3))
    assert prompts(mine.get(f"{PLACE}?format=jsonl&of={first.pk}&of={third.pk}")) == ["3", "1"]


def test_a_long_selection_is_posted_in_one_field(mine: Client, person: User) -> None:
    rows = generations(person, 1_200)
    fields = {"format": "jsonl", "of": " ".join(str(row.pk) for row in rows)}
    assert len(prompts(mine.post(PLACE, fields))) == 1_200


def test_everything_that_matches_can_be_posted(mine: Client, person: User) -> None:
    for prompt in ("a red fox", "a blue whale"):
        a_generation(person, prompt=prompt)
    assert prompts(mine.post(PLACE, {"format": "jsonl", "all": "1", "q": "whale"})) == [
        "a blue whale"
    ]


def test_nothing_picked_is_not_everything(mine: Client, person: User) -> None:
    a_generation(person)
    answer = mine.post(PLACE, {"format": "zip", "q": ""})
    assert answer.status_code == 404
    assert "there is nothing to export" in text_of(answer)


def test_too_many_are_refused(mine: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_PICKED", 2)
    fields = {"format": "csv", "of": " ".join(str(row.pk) for row in generations(person, 3))}
    assert mine.post(PLACE, fields).status_code == 400


def test_a_post_needs_its_token(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.post(PLACE, {"format": "csv", "all": "1"}).status_code == 403


@pytest.mark.parametrize("form", ["zip", "csv", "jsonl"])
def test_an_empty_selection_is_one_sentence_and_no_file(mine: Client, form: str) -> None:
    answer = mine.get(f"{PLACE}?format={form}")
    assert answer.status_code == 404
    assert "Nothing matches, so there is nothing to export." in text_of(answer)
    assert "Content-Disposition" not in answer


def staff() -> User:
    """Somebody who may do everything in admin."""
    return factories.person(is_staff=True, is_superuser=True)


@pytest.mark.parametrize("role", [factories.guest, factories.person, staff])
def test_nobody_takes_along_what_is_not_theirs(person: User, role: Callable[[], User]) -> None:
    other = role()
    row, own = a_generation(person, prompt=SECRET), a_generation(other, prompt="own")
    browser = signed_in(other)
    assert prompts(browser.get(f"{PLACE}?format=jsonl")) == ["own"]
    for pk in (row.pk, uuid7(), "nonsense"):
        answer = browser.get(f"{PLACE}?format=jsonl&of={own.pk}&of={pk}")
        assert answer.status_code == 404
        assert SECRET not in text_of(answer)


@pytest.mark.usefixtures("accounts_only")
def test_a_stranger_is_sent_to_sign_in(person: User) -> None:
    a_generation(person)
    answer = Client().get(f"{PLACE}?format=zip")
    assert (answer.status_code, answer["Location"][:15]) == (302, "/account/login/")


def test_what_is_in_the_trash_stays_there(mine: Client, person: User) -> None:
    kept, thrown = a_generation(person, prompt="kept"), a_generation(person, prompt="thrown")
    Generation.objects.filter(pk=thrown.pk).update(deleted_at=timezone.now())
    assert prompts(mine.get(f"{PLACE}?format=jsonl")) == [kept.prompt]
    assert mine.get(f"{PLACE}?format=jsonl&of={thrown.pk}").status_code == 404


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("zip", "application/zip"),
        ("csv", "text/csv; charset=utf-8"),
        ("jsonl", "application/jsonl; charset=utf-8"),
    ],
)
def test_it_is_a_file_with_a_name_that_nobody_keeps_or_packs(
    mine: Client, person: User, form: str, content_type: str
) -> None:
    a_generation(person)
    answer = mine.get(f"{PLACE}?format={form}", headers={"Accept-Encoding": "gzip, br"})
    disposition = r'attachment; filename="generations-\d{4}-\d\d-\d\d-\d{4}\.' + form + '"'
    assert re.fullmatch(disposition, answer["Content-Disposition"])
    assert answer["Content-Type"] == content_type
    assert answer["Cache-Control"] == "private, no-store, no-transform"
    assert "Content-Encoding" not in answer


def test_without_a_form_it_says_how_much_it_would_be(mine: Client, person: User) -> None:
    row = a_generation(person, queued_at=timezone.now() - timedelta(days=1))
    a_picture(row, png())
    a_picture(row, png(9, 9), position=1)
    page = text_of(mine.get(PLACE))
    size = sum(picture.size for picture in row.pictures.all())
    assert f"1 generation, 2 pictures, {size}\xa0bytes" in page
    assert mine.get(PLACE, headers=HTMX).content.strip() == (
        f"1 generation, 2 pictures, {size}\xa0bytes".encode()
    )


def test_what_went_along_is_counted_once(mine: Client, person: User) -> None:
    given = factories.reference(person)
    given.generations.set([a_generation(person), a_generation(person)])
    factories.reference(person, factories.photo(colour="red"))
    said = f"2 generations, 0 pictures, 1 reference picture, {given.size}\xa0bytes"
    assert said in text_of(mine.get(PLACE))


def test_the_page_asks_for_the_same_again(mine: Client, person: User) -> None:
    row, _ = a_generation(person, prompt="this"), a_generation(person, prompt="not this")
    page = mine.get(f"{PLACE}?of={row.pk}").content.decode()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert prompts(mine.post(PLACE, fields | {"format": "jsonl"})) == ["this"]


def test_the_history_offers_what_it_shows(mine: Client, person: User) -> None:
    for prompt in ("a red fox", "a blue whale"):
        a_generation(person, prompt=prompt)
    page = text_of(mine.get("/history/?q=fox&view=list"))
    found = re.search(r'href="(/history/export/\?format=jsonl[^"]*)"', page)
    assert found
    assert prompts(mine.get(found[1])) == ["a red fox"]


def test_a_head_makes_no_file(mine: Client, person: User) -> None:
    a_generation(person)
    assert mine.head(f"{PLACE}?format=zip").status_code == 405
