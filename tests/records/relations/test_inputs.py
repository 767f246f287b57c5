"""What a generation was given: asked, sent and echoed, and how two of them differ."""

from typing import Any

import pytest

from modelless_web.records.models import Gateway, Generation
from modelless_web.records.relations.inputs import (
    changes,
    measured,
    parameters,
    revised_prompts,
)
from tests.studio.factories import a_generation, a_picture, png
from tests.support import factories


def given(**columns: Any) -> Generation:
    """A generation that no ledger has."""
    return Generation(gateway=Gateway(name="one"), model="flux", **columns)


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("temperature", (0.5, 0.5, None), ("0.5", "0.5", "", "")),
        ("temperature", (0.5, 0.5, 0.7), ("0.5", "0.5", "0.7", "echoed differently")),
        ("temperature", (0.0, None, None), ("0.0", "", "", "dropped for this model")),
        ("temperature", (2.0, 1.5, None), ("2.0", "1.5", "", "clamped")),
        ("n", (4, 1, None), ("4", "1", "", "clamped")),
        ("size", ("1x1", "1x1", "1x1"), ("1x1", "1x1", "1x1", "")),
        ("quality", ("hd", None, "standard"), ("hd", "", "standard", "dropped for this model")),
        ("stream_options", (None, {}, None), ("", "{}", "", "added by the studio")),
        ("temperature", (0.5, None, None), ("0.5", "", "", "dropped for this model")),
        ("temperature", (1.0, None, None), ("1.0", "", "", "at default")),
        ("temperature", (None, None, None), ("", "", "", "at default")),
        ("presence_penalty", (0.0, None, None), ("0.0", "", "", "at default")),
        ("n", (1, None, None), ("1", "", "", "at default")),
        ("n", (2, 2, None), ("2", "2", "", "")),
        ("stop", (["é"], "é", None), ('["é"]', "é", "", "")),
        ("stop", (["a"], None, None), ('["a"]', "", "", "dropped for this model")),
        ("stream", (False, False, None), ("false", "false", "", "")),
        ("user", (False, None, None), ("false", "", "", "at default")),
        ("logit_bias", ({"7": 1}, {"7": 1}, None), ('{"7": 1}', '{"7": 1}', "", "")),
        ("max_tokens", (None, None, None), ("", "", "", "at default")),
    ],
)
def test_a_parameter_is_told_as_asked_as_sent_and_as_echoed(
    name: str, values: tuple[Any, Any, Any], told: tuple[str, ...]
) -> None:
    asked, sent, echoed = ({} if value is None else {name: value} for value in values)
    row = Generation(asked=asked, request=sent, response=echoed)
    shown = next(line for line in parameters(row) if line.name == name)
    assert (shown.asked, shown.sent, shown.echoed, shown.note) == told


@pytest.mark.parametrize(
    ("asked", "note"), [("high", ""), ("low", "at default"), ("", "at default")]
)
def test_how_closely_pictures_are_followed_is_told_with_what_was_assumed(
    asked: str, note: str
) -> None:
    sent = {"input_fidelity": asked} if asked == "high" else {}
    row = given(asked={"input_fidelity": asked}, request=sent)
    row.model, row.model_kind = "gpt-image-1", "images"
    shown = next(line for line in parameters(row) if line.name == "input_fidelity")
    assert (shown.asked, shown.sent, shown.note) == (asked, sent.get("input_fidelity", ""), note)


def test_the_model_that_answered_may_be_another() -> None:
    row = given(request={"model": "flux"}, response={"model": "flux-1.1"})
    line = parameters(row)[0]
    assert (line.asked, line.sent, line.echoed) == ("flux", "flux", "flux-1.1")
    assert line.note == "another model answered"


def test_the_system_message_is_told_as_it_was_sent() -> None:
    sent = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
    row = given(asked={"system": "be brief"}, request={"messages": sent})
    line = next(line for line in parameters(row) if line.name == "system")
    assert (line.asked, line.sent) == ("be brief", "be brief")


def test_the_prompt_is_no_setting() -> None:
    row = given(request={"messages": [{"role": "user", "content": "a fox"}], "prompt": "a fox"})
    assert "a fox" not in str(parameters(row))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("size", "note"),
    [
        ("8x6", ""),
        ("8 × 6", ""),
        ("16x6", "differs from the size asked for"),
        ("auto", ""),
        (None, ""),
    ],
)
def test_pixels_are_measured_beside_the_size_asked_for(size: str | None, note: str) -> None:
    row = a_generation(factories.guest(), asked={"size": size} if size else {})
    a_picture(row, png(8, 6))
    line = next(line for line in measured(row) if line.name == "pixels")
    assert (line.echoed, line.note) == ("8 × 6", note)


@pytest.mark.django_db
def test_several_sizes_are_all_told() -> None:
    row = a_generation(factories.guest())
    for place, size in enumerate([(8, 6), (6, 8), (8, 6)]):
        a_picture(row, png(*size), position=place)
    assert measured(row)[0].echoed == "8 × 6, 6 × 8"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "note"), [(1, ""), (3, "fewer than were sent for")], ids=["all", "fewer"]
)
def test_the_answers_that_came_are_counted(sent: int, note: str) -> None:
    request = {"n": sent} if sent > 1 else {}
    row = a_generation(factories.guest(), text="here", asked={"n": sent}, request=request)
    line = next(line for line in measured(row) if line.name == "answers")
    assert (line.asked, line.sent, line.echoed, line.note) == (str(sent), str(sent), "1", note)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ({"data": [{"revised_prompt": "a fox, oil"}, {"revised_prompt": "a fox, oil"}]}, 1),
        ({"data": [{"revised_prompt": None}, {"url": "x"}, "odd"]}, 0),
        ({"data": {"revised_prompt": "a fox"}}, 0),
        ({}, 0),
    ],
)
def test_a_rewritten_prompt_is_found_where_the_reply_has_one(
    response: dict[str, Any], told: int
) -> None:
    assert revised_prompts(given(response=response)) == ["a fox, oil"][:told]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"temperature": 0.5}, {"temperature": 0.7}, [("temperature", ("0.5", "0.7"))]),
        ({"temperature": 0.5}, {}, [("temperature", ("0.5", ""))]),
        ({"temperature": 1.0}, {}, []),
        ({"temperature": 0.0}, {}, [("temperature", ("0.0", ""))]),
        ({"stream": False}, {"stream": True}, [("stream", ("false", "true"))]),
        ({"n": 1}, {"n": 2}, [("n", ("", "2"))]),
        ({"system": "a"}, {"system": "b"}, []),
        ({"stop": ["a"]}, {"stop": ["a"]}, []),
    ],
)
def test_only_what_differs_is_told(
    one: dict[str, Any], other: dict[str, Any], told: list[tuple[str, tuple[str, ...]]]
) -> None:
    found = changes([given(asked=one), given(asked=other)])
    assert [(change.name, change.values) for change in found] == told


def test_another_model_and_another_gateway_are_differences() -> None:
    rows = [given(), Generation(gateway=Gateway(name="two"), model="dall-e")]
    assert [change.name for change in changes(rows)] == ["model", "gateway"]
