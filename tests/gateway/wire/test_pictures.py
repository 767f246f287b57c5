"""Which pictures are in a text, and which links are none."""

import base64
from typing import Any

import pytest

from modelless_web.gateway.wire.pictures import find, from_item, visible
from tests.support.recordings import JPEG, JPEG64, PNG, PNG64, ref

X = "https://x.example/"


def found(text: str, structured: list[Any] | None = None, follow: bool = True) -> list[str | bytes]:
    pictures = find(text, structured or [], follow).pictures
    return [picture.url or picture.data for picture in pictures]


@pytest.mark.parametrize(
    ("text", "pictures"),
    [
        (f"![a]({X}a_(1).png)", [f"{X}a_(1).png"]),
        (f'![a]({X}a.png "A title")', [f"{X}a.png"]),
        (f"![a](<{X}a.png>)", [f"{X}a.png"]),
        (f"![a]( {X}a.png )", [f"{X}a.png"]),
        (f"![a]({X}a.png", [f"{X}a.png"]),
        (f"[![a]({X}a.png)]({X}page)", [f"{X}a.png"]),
        (f"![a]({X}a.png) ![b]({X}b.png)", [f"{X}a.png", f"{X}b.png"]),
        (f"![a]({X}a.png?s=1) ![b]({X}a.png?s=2)", [f"{X}a.png?s=1"]),
        (f"![a]({X}view?f=1) ![b]({X}view?f=2)", [f"{X}view?f=1", f"{X}view?f=2"]),
        (f"[Download]({X}file/1)", [f"{X}file/1"]),
        (f"[Picture 1]({X}a.jpg) [Picture 2]({X}b.jpg)", [f"{X}a.jpg", f"{X}b.jpg"]),
        (f"[the docs]({X}docs)", []),
        (f"[play video]({X}download)", []),
        (f"![a]({X}v.mp4)", []),
        (f"{X}v.mp4", []),
        (f"see {X}page", []),
        (f"see ({X}a.png), and {X}b.PNG!", [f"{X}a.png", f"{X}b.PNG"]),
        (f"看{X}a.png。好", [f"{X}a.png"]),
        (f"```\n![a]({X}a.png)\n```", []),
        (f"~~~\n{X}a.png\n~~~\n![b]({X}b.png)", [f"{X}b.png"]),
        (f"text <think>![a]({X}a.png)</think>", []),
        ("![a](/local/a.png) ![b](file:///etc/passwd) ![c](ftp://x/a.png)", []),
        (f"![a](data:image/png;base64,{PNG64}) data:image/jpeg;base64,{JPEG64}.", [PNG, JPEG]),
        (f"data:image/png;base64,{PNG64} data:image/png;base64,{PNG64}", [PNG]),
        (f"![a]({PNG64})", [PNG]),
        ("data:image/png;base64,", []),
        ("write base64://short", []),
        ("data:image/svg+xml;utf8,<svg/>", []),
        ("", []),
    ],
)
def test_pictures_are_found_in_text(text: str, pictures: list[str | bytes]) -> None:
    assert found(text) == pictures


def test_structured_pictures_come_first() -> None:
    assert found(f"![a]({X}a.png)", [{"url": f"{X}b.png"}]) == [f"{X}b.png", f"{X}a.png"]


def test_the_same_bytes_count_once() -> None:
    item = {"image_url": {"url": f"data:image/png;base64,{PNG64}"}}
    assert found(f"![a](data:image/png;base64,{PNG64})", [item]) == [PNG]


def test_a_text_model_gets_structured_and_inline_pictures_only() -> None:
    text = f"![a]({X}a.png) ![b](data:image/png;base64,{PNG64})"
    assert found(text, [{"url": f"{X}b.png"}], follow=False) == [f"{X}b.png", PNG]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{JPEG64}"}},
        {"type": "image_url", "image_url": f"data:image/jpeg;base64,{JPEG64}"},
        {"imageUrl": {"url": f"data:image/jpeg;base64,{JPEG64}"}},
        {"b64_json": JPEG64},
        {"type": "image", "image": {"base64": JPEG64}},
        {"type": "image", "source": {"type": "base64", "data": JPEG64}},
        {"inline_data": {"mime_type": "image/jpeg", "data": JPEG64}},
        f"data:image/jpeg;base64,{JPEG64}",
        {"url": "", "b64_json": base64.urlsafe_b64encode(JPEG).decode().rstrip("=")},
    ],
)
def test_every_structured_shape_is_read(item: Any) -> None:
    picture = from_item(item)
    assert picture is not None
    assert picture.data == JPEG


@pytest.mark.parametrize(
    "item", [None, 1, {}, {"url": None}, {"url": "file:///x"}, {"url": ""}, []]
)
def test_what_is_no_picture_is_left_alone(item: Any) -> None:
    assert from_item(item) is None


def test_an_empty_link_is_a_failed_picture() -> None:
    assert find("> 67%\n![image]()").failed


def test_the_alternative_text_is_kept() -> None:
    assert find(f"![a fox]({X}a.png)").pictures[0].alt == "a fox"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> 1.56%\n> ID: task_ab12\nfine", "fine"),
        ("进度：30%\nfine", "fine"),  # noqa: RUF001
        ("Progress: 30%\nfine", "fine"),
        ("(30%)\nfine", "fine"),
        ("图片生成进度：30%\nfine", "fine"),  # noqa: RUF001
        ("> To be or not to be\nfine", "> To be or not to be\nfine"),
        ("30% of all foxes", "30% of all foxes"),
        ("The progress was 30%", "The progress was 30%"),
        (f"![a](data:image/png;base64,{PNG64})", f"![a]({ref(PNG)})"),
    ],
)
def test_progress_and_base64_are_not_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_progress_is_capped_at_one_hundred() -> None:
    assert [mark.percent for mark in find("> 140%\n> 3% then 9.5%\n").progress] == [100, 9.5]


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://[broken/a.png)",
        "https://[::1/a.png",
        "[Download](https://]x[/a.png)",
        "![a](https://)",
        "![a](http:///a.png)",
    ],
)
def test_a_link_that_leads_to_no_host_is_no_picture(text: str) -> None:
    assert find(text).pictures == []
