"""A draft as a page sends it: kept as typed, judged by nothing but its length."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Draft
from modelless_web.studio.forms.drafts import FIELDS, DraftForm, restored

PAGE: dict[str, Any] = {"draft": str(uuid7()), "version": "0", "writer": "tab", "edit": "3"}


def form(**fields: str) -> DraftForm:
    """The form as a page sends it."""
    data = QueryDict(mutable=True)
    data.update(PAGE | fields)
    return DraftForm(data)


def test_every_field_of_the_composer_is_kept_but_the_one_time_id() -> None:
    assert set(FIELDS) == {
        *("model", "prompt", "system", "n", "max_tokens", "stop", "stream", "user", "logit_bias"),
        *("parent", "temperature", "top_p", "presence_penalty", "frequency_penalty"),
        *("size", "quality", "style", "background", "moderation", "response_format"),
        *("output_format", "output_compression", "partial_images", "own_size"),
        *("references", "mask", "make", "input_fidelity"),
    }


def test_what_is_not_sent_is_not_kept() -> None:
    page = form(prompt="a fox", csrfmiddlewaretoken="x", mending="1")
    assert page.is_valid()
    assert page.typed().fields == {"prompt": "a fox"}


def test_what_is_wrong_is_kept_as_typed() -> None:
    wrong = {"n": "-3", "temperature": "hot", "model": "no such", "logit_bias": "cat: 1"}
    page = form(**wrong)
    assert page.is_valid()
    assert page.typed().fields == wrong


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80))
def test_newlines_are_one_whoever_sends_them(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for sent in (plain, plain.replace("\n", "\r\n")):
        page = form(prompt=sent)
        assert page.is_valid()
        assert page.typed().fields == {"prompt": plain}


def test_a_nul_which_no_database_takes_is_left_out() -> None:
    page = form(prompt="a\0b")
    assert page.is_valid()
    assert page.typed().fields == {"prompt": "ab"}


@pytest.mark.parametrize("name", ["prompt", "system", "logit_bias"])
def test_a_field_may_be_as_long_as_the_form_takes_it(name: str) -> None:
    longest = "雪\r\n" * 16_000
    assert form(**{name: longest}).is_valid()
    page = form(**{name: longest + "x"})
    assert not page.is_valid()
    assert page.fault == "One of the fields is longer than 32,000 characters."


@pytest.mark.parametrize(
    "page", [{"draft": "x"}, {"version": "-1"}, {"version": "9" * 40}, {"edit": "x"}]
)
def test_what_no_page_sends_is_refused(page: dict[str, str]) -> None:
    sent = form(**page)
    assert not sent.is_valid()
    assert sent.fault == "This page is out of date; copy your words and reload."


def a_row(*, is_sent: bool, submission: str = "once") -> Draft:
    fields = {"prompt": "a fox", "parent": str(uuid7())}
    row = Draft(fields=fields, submission=submission)
    row.is_sent = is_sent
    return row


def test_what_is_still_to_be_sent_keeps_its_one_time_id() -> None:
    row = a_row(is_sent=False)
    values = restored(row)
    assert (values["submission"], values["parent"]) == ("once", row.fields["parent"])


@pytest.mark.parametrize(("is_sent", "submission"), [(True, "once"), (False, "")])
def test_what_was_sent_gets_a_new_one(is_sent: bool, submission: str) -> None:
    assert restored(a_row(is_sent=is_sent, submission=submission))["submission"] not in {"", "once"}


def test_what_was_sent_is_no_refinement_any_more() -> None:
    assert restored(a_row(is_sent=True))["parent"] == ""


def test_an_unchecked_box_stays_unchecked() -> None:
    assert restored(a_row(is_sent=False))["stream"] == ""
