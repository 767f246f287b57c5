"""Create: the page with the composer, and the way of its form into the ledger."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.errors import Kind
from modelless_web.records.models import Generation, Model, Status, User
from modelless_web.studio.forms.chat import SAMPLING
from modelless_web.studio.forms.composer import SAMPLE_PROMPT
from tests.studio.conftest import signed_in
from tests.studio.factories import UNHURRIED, a_generation, a_model, filled_in, generations
from tests.studio.pages import HTMX, cards, chosen_model, faults, queries, text_of, typed
from tests.support.factories import guest

pytestmark = pytest.mark.django_db

SUBMIT = "/generations/"
TRASHED = {"deleted_at": timezone.now()}


def test_a_newcomer_finds_a_sample_prompt(mine: Client, model: Model) -> None:
    assert typed(mine.get("/"), "prompt") == SAMPLE_PROMPT


def test_who_has_history_finds_an_empty_box_and_their_newest(
    mine: Client, person: User, model: Model
) -> None:
    rows = generations(person, 14)
    page = mine.get("/")
    assert typed(page, "prompt") == ""
    assert cards(page) == [str(row.pk) for row in reversed(rows)][:12]
    assert "Older ones in History" in text_of(page)


@pytest.mark.parametrize(
    ("take", "taken"),
    [
        ("all", {"prompt": "a red fox", "temperature": "0.5"}),
        ("prompt", {"prompt": "a red fox"}),
        ("parameters", {"temperature": "0.5"}),
        ("refine", {"temperature": "0.5"}),
    ],
)
def test_the_composer_takes_what_was_asked_for(
    mine: Client, person: User, model: Model, take: str, taken: dict[str, str]
) -> None:
    source = a_generation(person, asked={"temperature": 0.5})
    page = mine.get("/", {"from": str(source.pk), "take": take})
    shown = {name: typed(page, name) for name in ("prompt", "temperature")}
    assert {name: value for name, value in shown.items() if value} == taken


@pytest.mark.parametrize(
    ("take", "is_refined"), [("all", False), ("prompt", False), ("refine", True)]
)
def test_only_a_refinement_goes_on_with_the_conversation(
    mine: Client, person: User, model: Model, take: str, is_refined: bool
) -> None:
    source = a_generation(person)
    page = mine.get("/", {"from": str(source.pk), "take": take})
    assert typed(page, "parent") == (str(source.pk) if is_refined else "")
    assert ("Refining “a red fox”" in text_of(page)) is is_refined


def test_everything_is_taken_where_nothing_else_is_said(
    mine: Client, person: User, model: Model
) -> None:
    source = a_generation(person, asked={"temperature": 0.5})
    page = mine.get("/", {"from": str(source.pk)})
    assert (typed(page, "prompt"), typed(page, "temperature")) == ("a red fox", "0.5")


def test_an_unknown_way_of_taking_takes_nothing(mine: Client, person: User, model: Model) -> None:
    source = a_generation(person, asked={"temperature": 0.5})
    page = mine.get("/", {"from": str(source.pk), "take": "half"})
    assert (typed(page, "prompt"), typed(page, "temperature")) == ("", "")
    assert "Taken from" not in text_of(page)


def test_a_prompt_in_the_address_is_typed_in_and_escaped(mine: Client, model: Model) -> None:
    page = mine.get("/", {"prompt": '</textarea><script>alert("1")</script>'})
    assert typed(page, "prompt") == '</textarea><script>alert("1")</script>'
    assert b"<script>alert" not in page.content


def test_a_prompt_in_the_address_is_cut_at_the_longest(mine: Client, model: Model) -> None:
    assert len(typed(mine.get("/", {"prompt": "x" * 40_000}), "prompt")) == 32_000


def test_a_model_in_the_address_is_chosen(mine: Client, model: Model) -> None:
    wanted = a_model("flux-dev")
    assert chosen_model(mine.get("/", {"model": wanted.pk})) == "flux-dev"


def test_the_model_used_last_is_chosen(mine: Client, person: User, model: Model) -> None:
    last = a_model("flux-dev")
    a_generation(person, model="flux-dev", gateway=last.gateway)
    assert chosen_model(mine.get("/")) == "flux-dev"


def test_the_default_model_is_chosen_first(mine: Client, db: None) -> None:
    a_model("another")
    a_model("stable-diffusion")
    assert chosen_model(mine.get("/")) == "stable-diffusion"


def test_a_studio_without_models_says_so(mine: Client) -> None:
    page = mine.get("/")
    assert "No gateway offers a model yet." in text_of(page)
    assert "disabled" in text_of(page)


@pytest.mark.parametrize("fate", ["another's", "in the trash", "unknown", "nonsense"])
def test_only_ones_own_generation_can_be_taken_from(
    mine: Client, person: User, stranger: User, fate: str
) -> None:
    row = a_generation(stranger if fate == "another's" else person)
    if fate == "in the trash":
        Generation.objects.update(**TRASHED)
    source = {"unknown": guest().opaque_id, "nonsense": "x"}.get(fate, row.pk)
    assert mine.get("/", {"from": str(source)}).status_code == 404


@pytest.mark.parametrize("model_id", ["0", "-1", "9" * 30, "9" * 5000, "٣", "²", "one", "1.5"])
def test_any_model_id_in_the_address_is_answered(mine: Client, model: Model, model_id: str) -> None:
    assert chosen_model(mine.get("/", {"model": model_id})) == "stable-diffusion"


NAMES = st.sampled_from(["from", "take", "prompt", "model", "n", "view"])
NONSENSE = st.one_of(
    st.text(max_size=40),
    st.uuids().map(str),
    st.integers().map(str),
    st.sampled_from(["all", "refine", "\0", "%", "9" * 4999]),
)


@given(st.lists(st.tuples(NAMES, NONSENSE), max_size=6))
@UNHURRIED
def test_no_address_breaks_the_page(words: list[tuple[str, str]]) -> None:
    query = urlencode(words, errors="surrogatepass")
    assert signed_in(guest()).get(f"/?{query}").status_code in {200, 404}


@given(st.binary(max_size=60))
@UNHURRIED
def test_no_raw_query_breaks_the_page(query: bytes) -> None:
    browser = signed_in(guest())
    answer = browser.get("/", QUERY_STRING=query.decode("latin-1"))
    assert answer.status_code in {200, 404}


def test_a_sent_form_is_in_the_ledger(mine: Client, person: User, model: Model) -> None:
    mine.post(SUBMIT, filled_in(model, temperature="0.5"))
    row = Generation.objects.get()
    assert (row.owner, row.status, row.prompt) == (person, Status.QUEUED, "a red fox")
    assert row.request["temperature"] == row.asked["temperature"] == 0.5


def test_without_scripts_it_leads_to_the_generation(mine: Client, model: Model) -> None:
    answer = mine.post(SUBMIT, filled_in(model))
    assert answer.status_code == 303
    assert answer["Location"] == Generation.objects.get().get_absolute_url()


def test_htmx_has_nothing_to_put_in_place_but_a_fresh_id(mine: Client, model: Model) -> None:
    sent = filled_in(model)
    answer = mine.post(SUBMIT, sent, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (200, "none")
    assert typed(answer, "submission") not in {"", sent["submission"]}
    assert b"<form" not in answer.content


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_double_press_makes_one_row(mine: Client, model: Model, headers: dict[str, str]) -> None:
    sent = filled_in(model)
    answers = [mine.post(SUBMIT, sent, headers=headers) for _ in range(2)]
    assert Generation.objects.count() == 1
    assert answers[0].status_code == answers[1].status_code


def test_an_old_form_with_new_words_makes_a_new_row(mine: Client, model: Model) -> None:
    sent = filled_in(model)
    mine.post(SUBMIT, sent)
    mine.post(SUBMIT, sent | {"prompt": "a blue fox"})
    assert sorted(Generation.objects.values_list("prompt", flat=True)) == [
        "a blue fox",
        "a red fox",
    ]


def test_two_people_may_send_the_same_one_time_id(
    mine: Client, theirs: Client, model: Model
) -> None:
    sent = filled_in(model)
    mine.post(SUBMIT, sent)
    theirs.post(SUBMIT, sent)
    assert Generation.objects.count() == 2


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_with_faults_says_which_and_keeps_what_was_typed(
    mine: Client, model: Model, headers: dict[str, str]
) -> None:
    sent = filled_in(model, temperature="3", stop="a\nb\nc\nd\ne", logit_bias="cat: 1", n="11")
    answer = mine.post(SUBMIT, sent, headers=headers)
    assert answer.status_code == 422
    assert faults(answer) == [
        "Ensure this value is less than or equal to 10.",
        "Ensure this value is less than or equal to 2.",
        "At most 4 stop sequences, one per line.",
        "“cat” is not a token id; write lines such as “50256: -100”.",
    ]
    kept = {name: typed(answer, name) for name in ("prompt", "temperature", "n", "submission")}
    assert kept == {name: sent[name] for name in kept}
    assert Generation.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("prompt", "", "Write what you would like to see."),
        ("model", "", "Choose a model."),
        ("model", "999999", "This model is no longer on offer; choose another."),
        ("parent", "01900000-0000-7000-8000-000000000000", "The generation to refine is gone."),
    ],
)
def test_a_fault_is_told_in_words(
    mine: Client, model: Model, field: str, value: str, sentence: str
) -> None:
    assert faults(mine.post(SUBMIT, filled_in(model) | {field: value})) == [sentence]


def test_htmx_gets_the_faulty_composer_alone(mine: Client, model: Model) -> None:
    answer = mine.post(SUBMIT, filled_in(model, prompt=""), headers=HTMX)
    assert answer.content.lstrip().startswith(b'<form id="composer"')


def test_a_mended_form_is_answered_with_a_composer_without_faults(
    mine: Client, model: Model
) -> None:
    sent = filled_in(model, mending="1", temperature="0.5")
    answer = mine.post(SUBMIT, sent, headers=HTMX)
    assert (typed(answer, "prompt"), typed(answer, "temperature")) == ("a red fox", "0.5")
    assert typed(answer, "submission") not in {"", sent["submission"]}
    assert (typed(answer, "mending"), faults(answer)) == ("", [])


def test_a_refinement_knows_its_parent(mine: Client, person: User, model: Model) -> None:
    first = a_generation(person, text="Here it is.")
    mine.post(SUBMIT, filled_in(model, prompt="in snow", parent=first.pk))
    row = Generation.objects.exclude(pk=first.pk).get()
    assert (row.parent, row.descent) == (first, "refined")
    assert len(row.request["messages"]) == 3


def test_who_refines_with_a_fault_still_sees_what_they_refine(
    mine: Client, person: User, model: Model
) -> None:
    first = a_generation(person, prompt="draw a fox")
    answer = mine.post(SUBMIT, filled_in(model, prompt="", parent=first.pk))
    assert "Refining “draw a fox”" in text_of(answer)


FIELDS = st.sampled_from(
    [
        *("model", "prompt", "system", "n", "max_tokens", "stop", "stream", "user", "logit_bias"),
        *("submission", "parent", "mending", *SAMPLING),
    ]
)


@given(st.dictionaries(FIELDS, NONSENSE, max_size=8), st.booleans())
@UNHURRIED
def test_no_form_breaks_the_way_in(fields: dict[str, Any], is_htmx: bool) -> None:
    model = Model.objects.first() or a_model()
    sent = filled_in(model) | fields
    answer = signed_in(guest()).post(SUBMIT, sent, headers=HTMX if is_htmx else {})
    assert answer.status_code in {200, 303, 422}


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_the_way_in_takes_only_a_sent_form(mine: Client, method: str) -> None:
    assert getattr(mine, method)(SUBMIT).status_code == 405


def test_more_failed_cards_take_no_more_queries(mine: Client, person: User, model: Model) -> None:
    failed = {"status": Status.FAILED, "error_kind": Kind.UPSTREAM, "error_body": "<html>"}
    generations(person, 2, **failed)
    few = queries(lambda: mine.get("/"))
    generations(person, 10, **failed)
    assert queries(lambda: mine.get("/")) == few
