"""Every way in which the practice gateway fails, carried through to the ledger."""

from dataclasses import dataclass

import pytest

from modelless_web.engine import tasks
from modelless_web.practice.catalogue import MODELS
from modelless_web.records.models import Gateway, Generation, Picture, Status
from tests.engine.asking import begin, finish, generate, offered, reach

STORED, LOST = Picture.State.STORED, Picture.State.LOST


@dataclass(frozen=True)
class Ending:
    """How a generation ends, as the ledger tells it."""

    status: Status
    kind: str = ""
    maybe_charged: bool = False
    words: str = ""
    pictures: tuple[str, ...] = ()


def failed(kind: str, *, maybe_charged: bool = False, words: str = "") -> Ending:
    return Ending(Status.FAILED, kind, maybe_charged, words)


def done(words: str, *pictures: str) -> Ending:
    return Ending(Status.SUCCEEDED, words=words, pictures=pictures)


OPENING = "a long shore, a low sun, and somebody who"
ENDINGS = {
    "stable-diffusion": done("painting", STORED),
    "practice-writer": done("A first thought"),
    "practice-inline": done("](picture:sha256:", STORED),
    "practice-structured": done("Here is your picture.", STORED),
    "practice-parts": done("Here is your picture.", STORED),
    "practice-four": done("![4](", STORED, STORED, STORED, STORED),
    "practice-bare-link": done("/pictures/", STORED),
    "practice-video": done("在线播放"),
    "practice-think-aloud": done("![A lake 96x64](", STORED),
    "practice-sees": done("I see no picture."),
    "practice-think": done("keep it simple"),
    "practice-gateway-progress": done("![file_x](", STORED),
    "practice-duplicate": done("```json", STORED),
    "practice-huge-text": done("### Part 1"),
    "practice-slow": done("Slowly the light comes up"),
    "practice-429": failed("rate"),
    "practice-429-empty": failed("rate"),
    "practice-429-then-well": done("A first thought"),
    "practice-401": failed("auth"),
    "practice-401-quota": failed("quota"),
    "practice-quota": failed("quota"),
    "practice-503": failed("model"),
    "practice-400": failed("validation"),
    "practice-moderated": failed("moderation"),
    "practice-500": failed("upstream"),
    "practice-upstream": failed("upstream"),
    "practice-flat-error": failed("quota"),
    "practice-unsuccessful": failed("upstream", maybe_charged=True),
    "practice-text-error": failed("validation"),
    "practice-200-error": failed("upstream", maybe_charged=True),
    "practice-html": failed("html", maybe_charged=True),
    "practice-redirect": failed("network"),
    "practice-empty": failed("empty", maybe_charged=True),
    "practice-refused": done("I cannot make this picture"),
    "practice-truncated": Ending(Status.SUCCEEDED, "truncated", True, OPENING),
    "practice-reset": failed("network", maybe_charged=True, words=OPENING),
    "practice-midway-error": failed("upstream", maybe_charged=True, words=OPENING),
    "practice-damaged": done("has all the time in the world."),
    "practice-json": done("A first thought"),
    "practice-stream": done("A first thought"),
    "practice-expiring": done("this picture will not stay long", STORED),
    "practice-lost": done("Here it is.", LOST),
    "practice-not-a-picture": done("Here they are.", LOST),
    "practice-empty-link": failed("upstream", maybe_charged=True),
}


ENDLESS = {"practice-stall", "practice-keep-alive"}


def test_every_model_has_its_ending_here() -> None:
    assert set(MODELS) == set(ENDINGS) | ENDLESS


def has_all(row: Generation) -> bool:
    """Whether a generation has ended and each of its pictures is safe or lost."""
    return not row.is_open and all(picture.is_settled for picture in row.pictures.all())


def test_every_model_ends_as_it_must(practice: Gateway) -> None:
    rows = {name: begin(offered(practice, name), "A lake 96x64") for name in ENDINGS}
    found = {name: reach(row, has_all) for name, row in rows.items()}
    for row, ending in ((found[name], ENDINGS[name]) for name in ENDINGS):
        kept = ending.words if ending.words in row.text else row.text
        pictures = tuple(str(picture.state) for picture in row.pictures.all())
        assert ending == Ending(
            Status(row.status), row.error_kind, row.maybe_charged, kept, pictures
        ), row.model


@pytest.mark.parametrize("name", ["practice-stream", "practice-json"])
def test_the_other_form_than_asked_for_is_read_all_the_same(practice: Gateway, name: str) -> None:
    row = generate(offered(practice, name), stream=name == "practice-json")
    assert (row.status, row.finish_reason) == (Status.SUCCEEDED, "stop")


def test_a_damaged_line_is_counted(practice: Gateway) -> None:
    assert generate(offered(practice, "practice-damaged")).damaged == 1


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_a_gateway_that_never_ends_can_be_stopped(practice: Gateway, name: str) -> None:
    row = begin(offered(practice, name))
    reach(row, lambda found: found.choices.filter(text__contains="somebody who").exists())
    tasks.stop(row)
    ended = finish(row)
    assert (ended.status, ended.error_kind) == (Status.CANCELLED, "")
    assert OPENING in ended.text


def test_every_choice_has_its_own_answer(practice: Gateway) -> None:
    row = generate(offered(practice, "practice-writer"), n=3)
    assert [choice.index for choice in row.choices.all()] == [0, 1, 2]
    assert all(choice.text and choice.finish_reason for choice in row.choices.all())


def test_the_thoughts_are_kept_apart_from_the_answer(practice: Gateway) -> None:
    row = generate(offered(practice, "practice-think"))
    assert row.reasoning
    assert row.reasoning not in row.text


def test_the_tokens_that_a_gateway_counts_are_kept(practice: Gateway) -> None:
    row = generate(offered(practice, "practice-writer"))
    assert row.total_tokens == (row.prompt_tokens or 0) + (row.completion_tokens or 0) > 0
