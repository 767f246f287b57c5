"""The images API of the practice gateway, as clients meet it."""

import base64
import io
import json
from typing import Any

import httpx
import pytest
from PIL import Image


def ask(http: httpx.Client, model: str, **fields: Any) -> httpx.Response:
    body = {"model": model, "prompt": "a calm lake", **fields}
    return http.post("images/generations", json=body)


def size_of(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return f"{image.width}x{image.height}"


@pytest.mark.parametrize("size", ["1024x1024", "1792x1024", "1024x1792"])
def test_a_link_leads_to_a_picture_of_the_size_asked_for(http: httpx.Client, size: str) -> None:
    (item,) = ask(http, "dall-e-3", size=size).json()["data"]
    assert size_of(httpx.get(item["url"], trust_env=False).content) == size


def test_absent_members_are_empty_strings(http: httpx.Client) -> None:
    (item,) = ask(http, "dall-e-2", size="256x256").json()["data"]
    assert (item["b64_json"], item["revised_prompt"]) == ("", "")


def test_gpt_image_gives_bytes_and_counts_tokens(http: httpx.Client) -> None:
    reply = ask(http, "gpt-image-1", n=2, output_format="webp", quality="high").json()
    assert [base64.b64decode(item["b64_json"])[8:12] for item in reply["data"]] == [b"WEBP"] * 2
    assert reply["usage"]["output_tokens"] == 2 * 4160


def test_a_stream_names_its_events(http: httpx.Client) -> None:
    text = ask(http, "gpt-image-1", stream=True, partial_images=2).text
    names = [line.removeprefix("event: ") for line in text.splitlines() if line[:6] == "event:"]
    assert names == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    data = [json.loads(line[5:]) for line in text.splitlines() if line[:5] == "data:"]
    assert [item.get("partial_image_index") for item in data] == [0, 1, None]


@pytest.mark.parametrize("body", [b"", b"[]", b"no json"])
def test_what_is_no_call_is_refused(http: httpx.Client, body: bytes) -> None:
    assert http.post("images/generations", content=body).status_code == 400
