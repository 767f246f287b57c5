"""The composer's form: what a person may set, and what the run then asks for."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.parameters import DEFAULTS, Chat
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Choice, Generation, Model, User
from modelless_web.studio.forms.composer import SAMPLE_PROMPT, ComposerForm, initial
from tests.studio.factories import UNHURRIED, a_generation, a_model, filled_in
from tests.support.factories import guest

pytestmark = pytest.mark.django_db

BEYOND = "Ensure this value is"


def form(person: User, on: Model, /, **fields: Any) -> ComposerForm:
    """The form as a browser sent it."""
    return ComposerForm(filled_in(on, **fields), person=person)


def chat(person: User, on: Model, /, **fields: Any) -> Chat:
    """What the run asks for when the form is sent so."""
    sent = form(person, on, **fields)
    assert sent.errors == {}
    return sent.chat()


def roles(asked: Chat) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in asked.messages]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("temperature", ["0", "2", "1", "0.05", "0.123"]),
        ("top_p", ["0", "1", "0.01"]),
        ("presence_penalty", ["-2", "2", "0", "-0.1"]),
        ("frequency_penalty", ["-2", "2", "0", "1.9"]),
        ("n", ["1", "10"]),
        ("max_tokens", ["1", str(2**30 - 1)]),
    ],
)
def test_values_up_to_the_edge_are_taken(
    person: User, model: Model, name: str, values: list[str]
) -> None:
    assert [getattr(chat(person, model, **{name: v}), name) for v in values] == [
        float(value) for value in values
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "2.05"),
        ("temperature", "-0.05"),
        ("top_p", "1.01"),
        ("top_p", "-0.01"),
        ("presence_penalty", "2.1"),
        ("presence_penalty", "-2.1"),
        ("frequency_penalty", "2.1"),
        ("frequency_penalty", "-2.1"),
        ("n", "0"),
        ("n", "11"),
        ("max_tokens", "0"),
        ("max_tokens", str(2**30)),
    ],
)
def test_values_beyond_the_edge_are_refused(
    person: User, model: Model, name: str, value: str
) -> None:
    assert BEYOND in form(person, model, **{name: value}).errors[name][0]


@pytest.mark.parametrize("value", ["warm", "nan", "inf", "1e400", "1,5", "0x1"])
@pytest.mark.parametrize("name", ["temperature", "n"])
def test_what_is_no_number_is_refused(person: User, model: Model, name: str, value: str) -> None:
    assert "Enter a" in form(person, model, **{name: value}).errors[name][0]


@pytest.mark.parametrize("name", [*DEFAULTS, "n", "max_tokens", "stop", "logit_bias", "system"])
def test_blank_means_unset(person: User, model: Model, name: str) -> None:
    blank = form(person, model, **{name: ""})
    assert blank.is_valid()
    assert name not in blank.asked()
    assert blank.parameters().body() == chat(person, model).body()


@pytest.mark.parametrize(("name", "default"), [*DEFAULTS.items(), ("n", 1)])
def test_a_value_at_its_default_is_asked_but_not_sent(
    person: User, model: Model, name: str, default: float
) -> None:
    at_default = form(person, model, **{name: default})
    assert at_default.is_valid()
    assert at_default.asked()[name] == default
    assert name not in at_default.parameters().body()


def test_zero_is_a_value_and_no_blank(person: User, model: Model) -> None:
    asked = chat(person, model, temperature="0", top_p="0")
    assert (asked.body()["temperature"], asked.body()["top_p"]) == (0, 0)


def test_everything_set_is_sent(person: User, model: Model) -> None:
    body = chat(person, model, stop="a\nb", logit_bias="7: -3", max_tokens="9", n="2").body()
    assert body["stop"] == ["a", "b"]
    assert body["logit_bias"] == {"7": -3}
    assert (body["max_tokens"], body["n"]) == (9, 2)


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({"prompt": ""}, {"prompt"}),
        ({"prompt": " \n "}, {"prompt"}),
        ({"prompt": "x" * 32_001}, {"prompt"}),
        ({"prompt": "a\0b"}, {"prompt"}),
        ({"model": None}, {"model"}),
        ({"model": "many"}, {"model"}),
        ({"model": "9" * 5000}, {"model"}),
        ({"stop": "a\nb\nc\nd\ne"}, {"stop"}),
        ({"logit_bias": "cat: 1"}, {"logit_bias"}),
        ({"submission": ""}, {"submission"}),
        ({"submission": "x" * 65}, {"submission"}),
        ({"parent": "not an id"}, {"parent"}),
        ({"prompt": "", "n": "11", "temperature": "3"}, {"prompt", "n", "temperature"}),
    ],
)
def test_each_fault_is_told_at_its_field(
    person: User, model: Model, fields: dict[str, Any], faulty: set[str]
) -> None:
    assert set(form(person, model, **fields).errors) == faulty


@pytest.mark.parametrize("length", [1, 32_000])
def test_a_prompt_of_any_allowed_length_is_taken(person: User, model: Model, length: int) -> None:
    assert chat(person, model, prompt="x" * length).messages[-1].content == "x" * length


@pytest.mark.parametrize(
    "off_offer",
    [
        {"enabled": False},
        {"kind": "hidden"},
        {"kind": "embeddings"},
    ],
)
def test_a_model_that_cannot_be_chosen_is_refused(person: User, off_offer: dict[str, Any]) -> None:
    errors = form(person, a_model(**off_offer)).errors
    assert errors == {"model": ["This model is no longer on offer; choose another."]}


def test_a_model_of_a_gateway_that_is_off_is_refused(person: User, model: Model) -> None:
    model.gateway.enabled = False
    model.gateway.save()
    assert "model" in form(person, model).errors


def test_what_the_model_does_not_take_is_dropped_but_remembered(person: User) -> None:
    reasoner = form(person, a_model("o3", kind="chat"), temperature="0.5", stop="END", n="2")
    assert reasoner.is_valid()
    assert reasoner.parameters().body().keys() == {
        "model",
        "messages",
        "n",
        "stream",
        "stream_options",
    }
    assert reasoner.asked()["temperature"] == 0.5


@pytest.mark.parametrize(
    ("name", "asked"),
    [("gemini-2.5-flash-image-preview", ["image", "text"]), ("stable-diffusion", None)],
)
def test_a_picture_is_asked_for_by_name_where_a_router_needs_it(
    person: User, name: str, asked: list[str] | None
) -> None:
    assert chat(person, a_model(name, kind="image-chat")).body().get("modalities") == asked


def test_an_answer_in_one_go_is_asked_for_by_an_unticked_box(person: User, model: Model) -> None:
    assert chat(person, model, stream=None).body()["stream"] is False


def test_the_gateway_is_told_an_opaque_id_and_never_a_name(person: User, model: Model) -> None:
    person.username, person.email = "ada.lovelace", "ada@example.org"
    body = chat(person, model, user="on").body()
    assert body["user"] == person.opaque_id.hex
    assert "lovelace" not in str(body)
    assert "example.org" not in str(body)


def test_nobody_is_named_unless_the_box_is_ticked(person: User, model: Model) -> None:
    assert "user" not in chat(person, model).body()


def test_a_refinement_sends_the_whole_conversation(person: User, model: Model) -> None:
    first = a_generation(person, prompt="draw a fox", text="Here it is.")
    assert roles(chat(person, model, prompt="in snow", parent=first.pk)) == [
        ("user", "draw a fox"),
        ("assistant", "Here it is."),
        ("user", "in snow"),
    ]


def test_a_refinement_of_a_refinement_sends_all_of_both(person: User, model: Model) -> None:
    first = a_generation(person, prompt="draw a fox", text="One.")
    asked = chat(person, model, prompt="in snow", parent=first.pk)
    second = a_generation(person, prompt="in snow", text="Two.", request=asked.body())
    assert [
        said for _, said in roles(chat(person, model, prompt="at night", parent=second.pk))
    ] == [
        "draw a fox",
        "One.",
        "in snow",
        "Two.",
        "at night",
    ]


def test_an_answer_without_text_leaves_only_what_was_said(person: User, model: Model) -> None:
    first = a_generation(person, prompt="draw a fox")
    assert [role for role, _ in roles(chat(person, model, parent=first.pk))] == ["user", "user"]


def test_only_the_first_of_several_answers_is_refined(person: User, model: Model) -> None:
    first = a_generation(person, text="One.")
    Choice.objects.create(generation=first, index=1, text="Two.")
    assert ("assistant", "Two.") not in roles(chat(person, model, parent=first.pk))


@pytest.mark.parametrize(
    ("system", "sent"), [("Be brief.", ["Be brief."]), ("Be bold.", ["Be bold."]), ("", [])]
)
def test_the_system_message_is_the_one_in_the_form_and_only_once(
    person: User, model: Model, system: str, sent: list[str]
) -> None:
    asked = chat(person, model, system="Be brief.")
    first = a_generation(person, text="Yes.", request=asked.body())
    refined = roles(chat(person, model, parent=first.pk, system=system))
    assert [said for role, said in refined if role == "system"] == sent
    assert len(refined) == 3 + len(sent)


def test_the_system_message_comes_first(person: User, model: Model) -> None:
    first = a_generation(person, text="Yes.")
    assert roles(chat(person, model, parent=first.pk, system="Be brief."))[0][0] == "system"


@pytest.mark.parametrize("fate", ["another's", "in the trash", "unknown"])
def test_only_ones_own_generation_can_be_refined(
    person: User, stranger: User, model: Model, fate: str
) -> None:
    row = a_generation(stranger if fate == "another's" else person)
    if fate == "in the trash":
        Generation.objects.update(deleted_at=timezone.now())
    parent = uuid7() if fate == "unknown" else row.pk
    errors = form(person, model, parent=parent).errors
    assert errors == {"parent": ["The generation to refine is gone."]}


def test_a_form_with_faults_still_knows_what_it_refines(person: User, model: Model) -> None:
    first = a_generation(person)
    assert form(person, model, parent=first.pk, prompt="").refined() == first


def test_a_newcomer_finds_a_sample_prompt(person: User, model: Model) -> None:
    assert initial(person, model, None, "")["prompt"] == SAMPLE_PROMPT


def test_who_has_history_finds_an_empty_box(person: User, model: Model) -> None:
    a_generation(person)
    assert initial(person, model, None, "")["prompt"] == ""


@pytest.mark.parametrize(
    ("take", "taken"),
    [
        ("all", {"prompt", "temperature"}),
        ("prompt", {"prompt"}),
        ("parameters", {"temperature"}),
        ("refine", {"temperature", "parent"}),
    ],
)
def test_each_way_of_taking_takes_its_part(
    person: User, model: Model, take: str, taken: set[str]
) -> None:
    source = a_generation(person, asked={"temperature": 0.5})
    values = initial(person, model, source, take)
    assert set(values) - {"stream", "submission", "model"} == taken


def test_every_fresh_composer_has_a_one_time_id_of_its_own(person: User, model: Model) -> None:
    ids = {initial(person, model, None, "")["submission"] for _ in range(3)}
    assert len(ids) == 3


def test_the_sliders_know_whether_they_differ(person: User, model: Model) -> None:
    sent = form(person, model, temperature="0.5", top_p="1", presence_penalty="much")
    assert [slider["differs"] for slider in sent.sampling] == [True, False, False, False]
    assert sent.changed_sampling == 1


@pytest.mark.parametrize(
    ("fields", "changed"),
    [({}, 0), ({"n": "1"}, 0), ({"n": "2"}, 1), ({"stop": "a", "system": "b", "user": "on"}, 3)],
)
def test_the_limits_that_are_set_are_counted(
    person: User, model: Model, fields: dict[str, str], changed: int
) -> None:
    assert form(person, model, **fields).changed_limits == changed


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
FIELDS = st.fixed_dictionaries(
    {"prompt": WORDS.filter(str.strip)},
    optional={
        "temperature": st.floats(0, 2),
        "top_p": st.floats(0, 1),
        "presence_penalty": st.floats(-2, 2),
        "frequency_penalty": st.floats(-2, 2),
        "n": st.integers(1, 10),
        "max_tokens": st.integers(1, 2**30 - 1),
        "stop": st.lists(WORDS, max_size=4).map("\n".join),
        "logit_bias": st.dictionaries(st.integers(0, 10**6), st.integers(-100, 100)).map(
            lambda bias: "\n".join(f"{token}: {value}" for token, value in bias.items())
        ),
        "system": WORDS,
        "stream": st.none(),
        "user": st.just("on"),
    },
)


@given(FIELDS)
@UNHURRIED
def test_what_was_asked_comes_back_from_history_as_the_same_run(fields: dict[str, Any]) -> None:
    person = guest()
    model = Model.objects.first() or a_model()
    sent = form(person, model, **fields)
    assert sent.is_valid(), sent.errors
    kept = a_generation(
        person,
        prompt=sent.parameters().prompt,
        asked=sent.asked(),
        gateway=model.gateway,
    )
    kept.refresh_from_db()
    assert chat_of(initial(person, model, kept, "all"), person) == sent.parameters()


def chat_of(values: dict[str, Any], person: User) -> Chat:
    """What is asked when a page shows these values and its form is sent unchanged."""
    shown = ComposerForm(initial=values, person=person)
    typed = {name: shown[name].value() for name in shown.fields}
    sent = ComposerForm(
        {k: v for k, v in typed.items() if v is not None and v is not False}, person=person
    )
    assert sent.is_valid(), sent.errors
    return sent.chat()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_alike_however_a_browser_sends_them(person: User, model: Model, end: str) -> None:
    said = roles(chat(person, model, prompt=f"one{end}two", system=f"three{end}four"))
    assert said == [("system", "three\nfour"), ("user", "one\ntwo")]
