"""Section 3.1 of the reference: every way in which an answer brings a picture, or brings none."""

from typing import Final, NamedTuple

import httpx
import pytest

from tests.practice.contract.talking import chat


class Sample(NamedTuple):
    """Its letter and name, who answers so, how many pictures, what else is told, how it fails."""

    name: str
    model: str
    pictures: int
    beside: str = ""
    kind: str = ""


SAMPLES: Final = [
    Sample("A a Markdown link", "stable-diffusion", 1, "progress"),
    Sample("B a tool call, picture and download", "practice-duplicate", 1),
    Sample("C progress, picture and download", "practice-gateway-progress", 1, "progress"),
    Sample("D progress and an empty link", "practice-empty-link", 0, "progress", "upstream"),
    Sample("E four pictures and buttons", "practice-four", 4, "progress"),
    Sample("F base64 in Markdown", "practice-inline", 1),
    Sample("G a bare address", "practice-bare-link", 1),
    Sample("H an images array", "practice-structured", 1),
    Sample("I a list of parts", "practice-parts", 1),
    Sample("J reasoning beside", "practice-think", 0, "reasoning"),
    Sample("J reasoning inside", "practice-think-aloud", 1, "reasoning"),
    Sample("K a film", "practice-video", 0),
    Sample("L a refusal as text", "practice-refused", 0),
]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "one body"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_is_read_for_what_it_is(http: httpx.Client, sample: Sample, stream: bool) -> None:
    heard = chat(http, sample.model, stream=stream)
    told = {name for name in ("progress", "reasoning") if getattr(heard.folded, name)}
    assert (heard.status, heard.error[0]) == (200, sample.kind)
    assert (heard.sizes, told) == (["96x64"] * sample.pictures, {sample.beside} - {""})


def test_every_letter_has_its_row() -> None:
    assert {sample.name[0] for sample in SAMPLES} == set("ABCDEFGHIJKL")
