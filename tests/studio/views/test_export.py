"""Export: what a filter finds, or what was selected, as a ZIP, a table or JSON Lines."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from modelless_web.records.models import User
from tests.studio.factories import a_generation, a_picture, png

pytestmark = [
    # The steps of an export are taken in threads, which see only what is committed.
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


def body(response: Any) -> bytes:
    return b"".join(response)


def prompts(response: Any) -> list[str]:
    """The prompts in an export as JSON Lines."""
    return [json.loads(line)["prompt"] for line in body(response).splitlines()]


def test_a_zip_holds_pictures_manifest_and_a_word(mine: Client, person: User) -> None:
    data = png()
    a_picture(a_generation(person, prompt="a red fox"), data)
    with zipfile.ZipFile(io.BytesIO(body(mine.get("/history/export/?form=zip")))) as made:
        assert made.testzip() is None
        picture, *others = made.namelist()
        assert others == ["manifest.jsonl", "README.txt"]
        assert made.read(picture) == data
        assert json.loads(made.read("manifest.jsonl"))["pictures"][0]["file"] == picture


def test_a_table_holds_a_row_for_each(mine: Client, person: User) -> None:
    for prompt in ("older", "newer"):
        a_generation(person, prompt=prompt)
    text = body(mine.get("/history/export/?form=csv")).decode("utf-8-sig")
    assert [row["prompt"] for row in csv.DictReader(io.StringIO(text))] == ["newer", "older"]


def test_json_lines_hold_a_line_for_each(mine: Client, person: User) -> None:
    for prompt in ("older", "newer"):
        a_generation(person, prompt=prompt)
    assert prompts(mine.get("/history/export/?form=jsonl")) == ["newer", "older"]
