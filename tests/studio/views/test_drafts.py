"""Drafts: their list, what can be done with them, and Create, which comes back to them."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Draft, Generation, Model, User
from modelless_web.records.models.drafts import MOST_DRAFTS
from tests.studio.conftest import signed_in
from tests.studio.factories import UNHURRIED, a_generation, a_model, filled_in
from tests.studio.pages import HTMX, chosen_model, queries, text_of, typed
from tests.support.factories import draft as a_draft
from tests.support.factories import guest

pytestmark = pytest.mark.django_db

SAVE = "/drafts/save/"
SCRIPT = {"Accept": "application/json"}
APART = "Another tab has changed this draft"


def titles(response: Any) -> list[str]:
    """The drafts in the list, in order."""
    found = re.findall(r'<span class="draft-title">([^<]*)<', response.content.decode())
    return [str(title) for title in found]


def page_of(draft: Draft, **fields: Any) -> dict[str, Any]:
    """What a page without a script sends that has this draft open."""
    return {"draft": str(draft.pk), "version": str(draft.version), **fields}


def new_page(**fields: Any) -> dict[str, Any]:
    return {"draft": str(uuid7()), "version": "0", "prompt": "half a thought", **fields}


def fill_up(owner: User) -> None:
    rows = [Draft(owner=owner, words="kept", fields={"prompt": "kept"}) for _ in range(MOST_DRAFTS)]
    Draft.objects.bulk_create(rows)


# Create


def test_create_comes_back_to_the_last_used(mine: Client, person: User, model: Model) -> None:
    a_draft(person, "older")
    draft = a_draft(person, "half a thought", temperature="0.5", n="3")
    page = mine.get("/")
    shown = [typed(page, name) for name in ("prompt", "temperature", "n", "draft", "version")]
    assert shown == ["half a thought", "0.5", "3", str(draft.pk), "1"]


def test_what_is_wrong_comes_back_as_typed(mine: Client, person: User, model: Model) -> None:
    a_draft(person, logit_bias="cat: 1", temperature="9")
    page = mine.get("/")
    assert (typed(page, "logit_bias"), typed(page, "temperature")) == ("cat: 1", "9")


def test_any_draft_is_opened_by_its_address_and_is_then_the_last_used(
    mine: Client, person: User, model: Model
) -> None:
    older = a_draft(person, "older")
    a_draft(person, "newer")
    assert typed(mine.get(older.get_absolute_url()), "prompt") == "older"
    assert typed(mine.get("/"), "prompt") == "older"


@pytest.mark.parametrize("fate", ["another's", "deleted", "unknown", "nonsense"])
def test_no_other_draft_is_opened(
    mine: Client, person: User, stranger: User, model: Model, fate: str
) -> None:
    draft = a_draft(stranger if fate == "another's" else person, "a secret")
    if fate == "deleted":
        draft.trash()
    address = {"unknown": str(uuid7()), "nonsense": "x"}.get(fate, str(draft.pk))
    assert mine.get("/", {"draft": address}).status_code == 404


@pytest.mark.parametrize("address", ["", "x", "{theirs}"])
def test_a_new_draft_is_empty(
    mine: Client, person: User, stranger: User, model: Model, address: str
) -> None:
    a_draft(person)
    theirs = a_draft(stranger, "a secret")
    page = mine.get("/", {"new": address.format(theirs=theirs.pk)})
    assert (typed(page, "prompt"), typed(page, "version")) == ("", "0")
    assert "New draft" in text_of(page)


def test_a_new_draft_that_was_kept_since_is_found_by_the_same_address(
    mine: Client, person: User, model: Model
) -> None:
    draft = a_draft(person)
    a_draft(person, "newer")
    assert typed(mine.get("/", {"new": str(draft.pk)}), "prompt") == "half a thought"


def test_a_model_in_the_address_goes_with_the_draft(
    mine: Client, person: User, model: Model
) -> None:
    wanted = a_model("flux-dev")
    a_draft(person, model=str(model.pk))
    page = mine.get("/", {"model": wanted.pk})
    assert (typed(page, "prompt"), chosen_model(page)) == ("half a thought", "flux-dev")


def test_a_draft_brings_its_model(mine: Client, person: User, model: Model) -> None:
    a_draft(person, model=str(a_model("flux-dev").pk))
    assert chosen_model(mine.get("/")) == "flux-dev"


@pytest.mark.parametrize("gone", ["999999", "x", ""])
def test_a_draft_whose_model_is_gone_gets_the_last_used(
    mine: Client, person: User, model: Model, gone: str
) -> None:
    last = a_model("flux-dev")
    a_generation(person, model="flux-dev", gateway=last.gateway)
    a_draft(person, model=gone)
    assert chosen_model(mine.get("/")) == "flux-dev"


def test_taking_something_up_leaves_the_draft_alone(
    mine: Client, person: User, model: Model
) -> None:
    draft = a_draft(person)
    source = a_generation(person)
    page = mine.get("/", {"from": str(source.pk), "take": "all"})
    assert typed(page, "draft") not in {"", str(draft.pk)}
    assert "Taken from “a red fox” into a new draft" in text_of(page)


def test_an_example_leaves_the_draft_alone(mine: Client, person: User, model: Model) -> None:
    a_draft(person)
    page = mine.get("/", {"prompt": "An example"})
    assert (typed(page, "prompt"), typed(page, "version")) == ("An example", "0")


def test_a_refinement_goes_on(mine: Client, person: User, model: Model) -> None:
    source = a_generation(person)
    a_draft(person, parent=str(source.pk))
    page = mine.get("/")
    assert typed(page, "parent") == str(source.pk)
    assert "Refining “a red fox”" in text_of(page)


@pytest.mark.parametrize("parent", ["x", "{unknown}", "{theirs}"])
def test_a_refinement_of_something_gone_says_so(
    mine: Client, person: User, stranger: User, model: Model, parent: str
) -> None:
    theirs = a_generation(stranger, prompt="a secret")
    a_draft(person, parent=parent.format(unknown=uuid7(), theirs=theirs.pk))
    page = mine.get("/")
    assert typed(page, "parent") == ""
    assert "The answer that this refined is gone" in text_of(page)
    assert "a secret" not in text_of(page)


def test_what_was_sent_is_no_ghost(mine: Client, person: User, model: Model) -> None:
    sent = filled_in(model)
    mine.post(SAVE, new_page(**sent), headers=SCRIPT)
    mine.post("/generations/", sent)
    draft = Draft.objects.get()
    page = mine.get("/")
    assert (typed(page, "prompt"), typed(page, "version")) == ("", "0")
    again = mine.get(draft.get_absolute_url())
    assert typed(again, "prompt") == "a red fox"
    assert typed(again, "submission") != sent["submission"]


def test_pressing_generate_again_after_a_crash_sends_nothing_twice(
    mine: Client, model: Model
) -> None:
    sent = filled_in(model)
    mine.post(SAVE, new_page(**sent), headers=SCRIPT)
    reopened = mine.get("/")
    mine.post("/generations/", sent)
    mine.post("/generations/", sent | {"submission": typed(reopened, "submission")})
    assert Generation.objects.count() == 1


def test_create_is_never_shown_from_a_browsers_cache(mine: Client, model: Model) -> None:
    assert "no-store" in mine.get("/")["Cache-Control"]


def test_a_faulty_form_stays_with_its_draft(mine: Client, person: User, model: Model) -> None:
    draft = a_draft(person)
    answer = mine.post("/generations/", filled_in(model, prompt="") | page_of(draft))
    assert answer.status_code == 422
    assert (typed(answer, "draft"), typed(answer, "version")) == (str(draft.pk), "1")


def test_many_drafts_take_no_more_queries(mine: Client, person: User, model: Model) -> None:
    a_draft(person)
    few = queries(lambda: mine.get("/"))
    fill_up(person)
    assert queries(lambda: mine.get("/")) == few


# Saving


def test_a_script_is_told_where_it_is_kept(mine: Client, person: User) -> None:
    sent = new_page(draft=typed(mine.get("/"), "draft"), writer="tab", edit="1")
    told = mine.post(SAVE, sent, headers=SCRIPT).json()
    assert told == {
        **{"draft": sent["draft"], "version": 1, "title": "half a thought"},
        **{"said": "Saved", "note": ""},
    }
    assert Draft.objects.get().owner == person


def test_a_script_is_told_that_another_tab_was_faster(mine: Client, person: User) -> None:
    draft = a_draft(person, "theirs")
    told = mine.post(SAVE, page_of(draft, prompt="ours") | {"version": "0"}, headers=SCRIPT).json()
    assert told["draft"] != str(draft.pk)
    assert told["note"].startswith(APART)


def test_a_form_is_led_to_its_draft(mine: Client, model: Model) -> None:
    page = mine.post(SAVE, new_page(), follow=True)
    assert page.redirect_chain == [(f"/?draft={Draft.objects.get().pk}&said=saved", 303)]
    assert typed(page, "prompt") == "half a thought"
    assert "Saved" in text_of(page)


def test_a_form_is_told_that_another_tab_was_faster(
    mine: Client, person: User, model: Model
) -> None:
    draft = a_draft(person, "theirs")
    sent = page_of(draft, prompt="ours") | {"version": "0"}
    page = mine.post(SAVE, sent, follow=True)
    assert typed(page, "prompt") == "ours"
    assert APART in text_of(page)


def test_what_cannot_be_kept_is_told_and_stays_in_the_form(
    mine: Client, person: User, model: Model
) -> None:
    fill_up(person)
    answer = mine.post(SAVE, new_page(temperature="9"))
    assert answer.status_code == 422
    assert (typed(answer, "prompt"), typed(answer, "temperature")) == ("half a thought", "9")
    assert "Not saved. You have 100 drafts, as many as there may be." in text_of(answer)


def test_a_script_is_told_why_it_cannot_be_kept(mine: Client, person: User) -> None:
    fill_up(person)
    answer = mine.post(SAVE, new_page(), headers=SCRIPT)
    assert (answer.status_code, list(answer.json())) == (422, ["said"])
    too_long = mine.post(SAVE, new_page(prompt="x" * 32_001), headers=SCRIPT)
    assert too_long.json()["said"].startswith("Not saved. One of the fields is longer")


def test_anothers_draft_stays_as_it_is(theirs: Client, person: User, stranger: User) -> None:
    draft = a_draft(person)
    told = theirs.post(SAVE, page_of(draft, prompt="mine now"), headers=SCRIPT).json()
    draft.refresh_from_db()
    assert draft.fields == {"prompt": "half a thought"}
    assert Draft.objects.get(pk=told["draft"]).owner == stranger


NAMES = st.sampled_from(["draft", "version", "writer", "edit", "submission", "prompt", "parent"])


@given(st.dictionaries(NAMES, st.text(max_size=90), max_size=7), st.booleans())
@UNHURRIED
def test_no_form_breaks_saving(fields: dict[str, str], is_script: bool) -> None:
    sent = {name: text.encode(errors="replace").decode() for name, text in fields.items()}
    answer = signed_in(guest()).post(SAVE, new_page() | sent, headers=SCRIPT if is_script else {})
    assert answer.status_code in {200, 303, 422}


# The list


def test_the_list_shows_the_last_used_first_and_which_is_open(mine: Client, person: User) -> None:
    draft = a_draft(person, "older")
    a_draft(person, "newer")
    page = mine.get("/drafts/", {"draft": str(draft.pk)})
    assert titles(page) == ["newer", "older"]
    assert re.search(rf'draft={draft.pk}" aria-current="true"', page.content.decode())


def test_create_gets_the_list_alone(mine: Client, person: User) -> None:
    a_draft(person)
    page = mine.get("/drafts/", headers=HTMX)
    assert page.content.lstrip().startswith(b'<div id="drafts"')
    assert page["Vary"].startswith("HX-Request")


def test_an_empty_list_says_what_drafts_are(mine: Client) -> None:
    assert "No drafts yet." in text_of(mine.get("/drafts/"))


def test_nobody_sees_anothers(theirs: Client, person: User) -> None:
    draft = a_draft(person, "a secret")
    for address in ("/drafts/", f"/drafts/?draft={draft.pk}", f"/drafts/?undo={draft.pk}"):
        assert "a secret" not in text_of(theirs.get(address))


def test_more_drafts_take_no_more_queries_to_list(mine: Client, person: User) -> None:
    a_draft(person)
    few = queries(lambda: mine.get("/drafts/"))
    fill_up(person)
    assert queries(lambda: mine.get("/drafts/")) == few


@pytest.mark.parametrize("act", ["name", "duplicate", "trash", "restore"])
def test_what_is_anothers_can_not_be_acted_on(theirs: Client, person: User, act: str) -> None:
    draft = a_draft(person)
    assert theirs.post(f"/drafts/{draft.pk}/{act}/").status_code == 404
    assert theirs.get(f"/drafts/{draft.pk}/{act}/").status_code == 405


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_name_is_given(mine: Client, person: User, headers: dict[str, str]) -> None:
    draft = a_draft(person)
    address = f"/drafts/{draft.pk}/name/"
    page = mine.post(address, {"name": "Foxes"}, headers=headers, follow=True)
    assert titles(page) == ["Foxes"]
    assert ('id="draft-title" hx-swap-oob' in text_of(page)) is bool(headers)


def test_a_name_is_shown_as_text(mine: Client, person: User, model: Model) -> None:
    draft = a_draft(person)
    mine.post(f"/drafts/{draft.pk}/name/", {"name": "<script>alert(1)</script>"})
    for address in ("/", "/drafts/", f"/drafts/?draft={draft.pk}"):
        assert b"<script>alert" not in mine.get(address).content


def test_a_copy_is_gone_on_with(mine: Client, person: User, model: Model) -> None:
    draft = a_draft(person)
    page = mine.post(f"/drafts/{draft.pk}/duplicate/", follow=True)
    assert typed(page, "prompt") == "half a thought"
    assert "half a thought (copy)" in text_of(page)


def test_one_copy_too_many_is_told(mine: Client, person: User, model: Model) -> None:
    fill_up(person)
    page = mine.post(f"/drafts/{Draft.objects.all()[0].pk}/duplicate/", follow=True)
    assert "You have 100 drafts, as many as there may be." in text_of(page)


def test_without_scripts_delete_leads_to_the_list_with_undo(
    mine: Client, person: User, model: Model
) -> None:
    draft = a_draft(person)
    page = mine.post(f"/drafts/{draft.pk}/trash/", follow=True)
    assert page.redirect_chain == [(f"/drafts/?undo={draft.pk}", 303)]
    assert titles(page) == []
    back = mine.post(f"/drafts/{draft.pk}/restore/", follow=True)
    assert back.redirect_chain == [(f"/?draft={draft.pk}", 303)]
    assert typed(back, "prompt") == "half a thought"


def test_htmx_gets_the_list_and_the_way_back(mine: Client, person: User) -> None:
    kept, gone = a_draft(person, "kept"), a_draft(person, "gone")
    page = mine.post(f"/drafts/{gone.pk}/trash/", {"draft": str(kept.pk)}, headers=HTMX)
    assert titles(page) == ["kept"]
    assert f"/drafts/{gone.pk}/restore/" in text_of(page)


def test_who_deletes_the_open_one_gets_an_empty_composer_with_undo(
    mine: Client, person: User, model: Model
) -> None:
    draft = a_draft(person)
    sent = {"draft": str(draft.pk)}
    answer = mine.post(f"/drafts/{draft.pk}/trash/", sent, headers=HTMX)
    assert answer["HX-Redirect"] == f"/?undo={draft.pk}"
    page = mine.get(answer["HX-Redirect"])
    assert typed(page, "prompt") == ""
    assert f"/drafts/{draft.pk}/restore/" in text_of(page)
