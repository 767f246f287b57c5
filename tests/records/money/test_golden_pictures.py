"""Pictures priced by hand, from the request and the reply on the wire to the amount.

What was made new, edited, varied, several at once, streamed or drawn in a chat: each must come out
to the last place.
"""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest

from modelless_web.gateway.families import family_of
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Images
from modelless_web.records.models import Basis, Charge, Generation
from modelless_web.records.money.closing import cost_of
from tests.gateway.folding import JSON, STREAM, read
from tests.support import factories
from tests.support.recordings import PNG64, whole

pytestmark = pytest.mark.django_db

ONE, TWO, MASK = (f"picture:sha256:{letter * 64}" for letter in "abc")
LINKS: Final = [{"url": f"https://files.example/{number}.png"} for number in range(10)]
BYTES: Final = {"b64_json": PNG64}
# Dollars: by the picture, by its size and quality, by tokens as the maker of the models asks.
FLAT: Final = {"pictures": {("", ""): "0.042"}}
BY_QUALITY: Final = {
    "pictures": {
        ("", "low"): "0.011",
        ("", ""): "0.042",
        ("", "high"): "0.167",
        ("1536x1024", "low"): "0.016",
        ("1536x1024", "high"): "0.25",
    }
}
BY_SIZE: Final = {
    "pictures": {("256x256", ""): "0.016", ("512x512", ""): "0.018", ("", ""): "0.02"}
}
BY_TOKEN: Final = {"per_prompt": "10", "per_completion": "40"}
A_CALL: Final = {"per_request": "0.04"}
MIXED: Final = {"per_request": "0.01", **BY_TOKEN}


class Case(NamedTuple):
    """What was asked, what was answered, what stands in the book, and what it comes to."""

    asked: dict[str, Any]
    answered: bytes
    terms: dict[str, Any]
    amount: str


def new(model: str, **more: Any) -> dict[str, Any]:
    """The JSON that asks for new pictures, for an edit where some go along, or for a variation."""
    values = {"prompt": "" if more.get("is_variation") else "A red door", **more}
    return Images(model=model, traits=image_traits(model), **values).body()


def edit(model: str, *pictures: str, **more: Any) -> dict[str, Any]:
    return new(model, pictures=pictures or (ONE,), **more)


def vary(**more: Any) -> dict[str, Any]:
    return edit("dall-e-2", is_variation=True, **more)


def links(count: int = 1) -> bytes:
    """A reply with so many links, as gateways write it that name every member."""
    return json.dumps({"created": 1710000000, "data": LINKS[:count]}).encode()


def counted(text: int, image: int, output: int, count: int = 1, **details: int) -> bytes:
    """A reply of the gpt-image family, with the tokens of words and of pictures apart."""
    told = usage(text, image, output, **details)
    return json.dumps({"created": 1710000000, "data": [BYTES] * count, "usage": told}).encode()


def usage(text: int, image: int, output: int, **details: int) -> dict[str, Any]:
    return {
        "input_tokens": text + image,
        "output_tokens": output,
        "total_tokens": text + image + output,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image, **details},
    }


def streamed(text: int, image: int, output: int, family: str = "image_edit") -> bytes:
    """The same in events, with a sketch before the picture."""
    sketch = {"type": f"{family}.partial_image", "b64_json": PNG64, "partial_image_index": 0}
    done = {"type": f"{family}.completed", "b64_json": PNG64, "usage": usage(text, image, output)}
    return b"".join(f"data: {json.dumps(each)}\n\n".encode() for each in (sketch, done))


def drawn(count: int, prompt: int = 9, completion: int = 60) -> bytes:
    """An answer in a chat with so many pictures."""
    text = "\n".join(f"![{at}]({item['url']})" for at, item in enumerate(LINKS[:count]))
    tokens = {"prompt_tokens": prompt, "completion_tokens": completion}
    return whole(text, usage={**tokens, "total_tokens": prompt + completion})


CHAT: Final = {"model": "stable-diffusion", "messages": [{"role": "user", "content": "A door"}]}
CASES: Final = [
    # New ones, several at once.
    Case(new("dall-e-2", n=3, size="512x512"), links(3), BY_SIZE, "0.054"),
    Case(new("dall-e-2", n=10), links(10), BY_SIZE, "0.2"),
    Case(new("dall-e-2", n=3, size="256x256"), links(2), BY_SIZE, "0.032"),
    Case(new("gpt-image-1", n=2, quality="low"), counted(12, 0, 544, 2), BY_QUALITY, "0.022"),
    Case(new("gpt-image-1", n=2, quality="low"), counted(12, 0, 544, 2), BY_TOKEN, "0.02188"),
    Case(new("gpt-image-1", n=4), counted(12, 0, 4_224, 4), FLAT, "0.168"),
    # Edited, by size and quality.
    Case(edit("gpt-image-1"), counted(12, 323, 1_056), BY_QUALITY, "0.042"),
    Case(edit("gpt-image-1", quality="low"), counted(12, 323, 272), BY_QUALITY, "0.011"),
    Case(edit("gpt-image-1", quality="high"), counted(12, 323, 4_160), BY_QUALITY, "0.167"),
    Case(
        edit("gpt-image-1", quality="high", size="1536x1024"),
        counted(12, 323, 6_208),
        BY_QUALITY,
        "0.25",
    ),
    Case(
        edit("gpt-image-1", quality="low", size="1536x1024", n=3),
        counted(12, 323, 1_200, 3),
        BY_QUALITY,
        "0.048",
    ),
    Case(edit("dall-e-2", size="512x512"), links(), BY_SIZE, "0.018"),
    Case(edit("dall-e-2", size="256x256", n=5), links(5), BY_SIZE, "0.08"),
    Case(edit("gpt-image-1", ONE, TWO, mask=MASK), counted(12, 646, 1_056), FLAT, "0.042"),
    Case(edit("gpt-image-1", n=4), counted(12, 323, 4_224, 4), A_CALL, "0.04"),
    # Edited, by the tokens of words and pictures.
    Case(edit("gpt-image-1"), counted(12, 0, 1_056), BY_TOKEN, "0.04236"),
    Case(edit("gpt-image-1"), counted(12, 323, 1_056), BY_TOKEN, "0.04559"),
    Case(edit("gpt-image-1", ONE, TWO), counted(12, 646, 1_056), BY_TOKEN, "0.04882"),
    Case(edit("gpt-image-1", quality="low"), counted(12, 194, 272), BY_TOKEN, "0.01294"),
    Case(
        edit("gpt-image-1", input_fidelity="high"), counted(12, 4_483, 1_056), BY_TOKEN, "0.08719"
    ),
    Case(edit("gpt-image-1", n=2), counted(12, 323, 2_112, 2), BY_TOKEN, "0.08783"),
    Case(edit("gpt-image-1"), counted(12, 323, 1_056), MIXED, "0.05559"),
    Case(edit("gpt-image-1", stream=True), streamed(12, 323, 1_056), BY_TOKEN, "0.04559"),
    Case(
        edit("gpt-image-1", stream=True, partial_images=1),
        streamed(12, 323, 1_156),
        BY_TOKEN,
        "0.04959",
    ),
    Case(
        edit("gpt-image-1"),
        counted(12, 323, 1_056, cached_tokens=300),
        {**BY_TOKEN, "per_cached": "2.5"},
        "0.04334",
    ),
    Case(
        edit("gpt-image-1"),
        counted(12, 323, 1_056),
        {**BY_TOKEN, "group_ratio": "0.333333"},
        "0.015196651",
    ),
    # Varied.
    Case(vary(), links(), BY_SIZE, "0.02"),
    Case(vary(size="256x256"), links(), BY_SIZE, "0.016"),
    Case(vary(size="512x512", n=4), links(4), BY_SIZE, "0.072"),
    Case(vary(n=10), links(10), {**BY_SIZE, "group_ratio": "0.8"}, "0.16"),
    Case(vary(n=4), links(4), A_CALL, "0.04"),
    # Drawn in a chat: by the call, by the tokens, by the picture.
    Case(CHAT, drawn(1), A_CALL, "0.04"),
    Case(CHAT | {"n": 1}, drawn(4), A_CALL, "0.04"),
    Case(CHAT, drawn(1, 12, 70), {"per_prompt": "30", "per_completion": "60"}, "0.00456"),
    Case(CHAT, drawn(4), FLAT, "0.168"),
]


def closed(case: Case) -> Generation:
    """The generation as it stands in the ledger when its reply was read."""
    kind = "image-chat" if "messages" in case.asked else "images"
    reader = family_of(kind).reader(case.asked, "")
    headers = STREAM if case.answered.startswith(b"data:") else JSON
    found = read(case.answered, reader=reader, headers=headers)
    used = {} if not found.usage else asdict(found.usage[-1])
    gateway = factories.gateway()
    return Generation(
        gateway=gateway,
        model_kind=kind,
        request=case.asked,
        charge=Charge.CHARGED,
        price_rule=factories.rule(gateway, case.asked["model"], **case.terms),
        picture_count=len(found.pictures),
        **used,
    )


@pytest.mark.parametrize("case", CASES)
def test_what_pictures_cost_is_exact(case: Case) -> None:
    assert cost_of(closed(case)) == (Decimal(case.amount), Basis.EXACT)


@pytest.mark.parametrize(
    ("asked", "count", "most"),
    [
        (edit("gpt-image-1", quality="low"), 1, (3 + 581) * 10 + 408 * 40),
        (edit("gpt-image-1", quality="low", n=2), 2, (3 + 581) * 10 + 2 * 408 * 40),
        (edit("gpt-image-1", ONE, TWO, input_fidelity="high"), 1, 13_645 * 10 + 6_240 * 40),
        (new("gpt-image-2", quality="high"), 1, 3 * 10 + 23_720 * 40),
    ],
)
def test_what_was_not_counted_is_thought_to_be_the_most_that_it_can_be(
    asked: dict[str, Any], count: int, most: int
) -> None:
    row = closed(Case(asked, links(count), BY_TOKEN, ""))
    assert cost_of(row) == (Decimal(most) / 10**6, Basis.ESTIMATED)


def test_where_nothing_came_that_may_be_charged_all_that_was_asked_for_is_counted() -> None:
    row = closed(Case(edit("gpt-image-1", quality="low", n=3), links(1), BY_TOKEN, ""))
    row.charge, row.picture_count = Charge.MAYBE, 0
    most = (3 + 581) * 10 + 3 * 408 * 40
    assert cost_of(row) == (Decimal(most) / 10**6, Basis.ESTIMATED)


def test_the_table_has_every_way_of_making_pictures() -> None:
    kinds = [("image-chat" if "messages" in case.asked else "images", case) for case in CASES]
    ways = {family_of(kind).call_of(case.asked, {}).path for kind, case in kinds}
    made = {f"/images/{way}" for way in ("generations", "edits", "variations")}
    assert ways == made | {"/chat/completions"}
    assert len(CASES) >= 30
