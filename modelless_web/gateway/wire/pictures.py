"""Finds the pictures in a whole answer (gateway reference, sections 3.1 and 3.2)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from .inline import REFERENCE, Folder, from_uri, reference
from .progress import Mark, ProgressLines

_FENCE: Final = re.compile(r"(?ms)^[ ]{0,3}(`{3,}|~{3,}).*?(?:^[ ]{0,3}\1[`~]*[ \t]*$|\Z)")
_THINK: Final = re.compile(r"(?s)<think>.*?(?:</think>|\Z)")
_IMAGE: Final = re.compile(r"!\[([^\]\[]{0,500})\]\(")
_LINK: Final = re.compile(r"(?<!!)\[([^\]\[]{0,500})\]\(")
_BARE: Final = re.compile(r"https?://[^\s<>\"'`\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_REFERENCE: Final = re.compile(re.escape(REFERENCE) + "[0-9a-f]{64}")
_PICTURE_PATH: Final = re.compile(r"\.(?:png|jpe?g|webp|gif|bmp|avif|heic|tiff?)$", re.IGNORECASE)
_VIDEO_PATH: Final = re.compile(r"\.(?:mp4|webm|mov|m4v|mkv|avi|m3u8)$", re.IGNORECASE)
_VIDEO_LABEL: Final = re.compile(r"播放|视频|video|▶", re.IGNORECASE)
_DOWNLOAD: Final = re.compile(r"下载|download", re.IGNORECASE)
_PROXIED: Final = "/mj/image/"
_LONGEST_URL: Final = 8192
_MOST_LINKS: Final = 500


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in an answer: exactly one of `url` and `data`."""

    url: str = ""
    data: bytes = b""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer brought. `failed`: a picture was announced, but its link was empty."""

    pictures: list[Picture] = field(default_factory=list)
    text: str = ""
    progress: list[Mark] = field(default_factory=list)
    failed: bool = False


def find(
    text: str,
    structured: Sequence[Any] = (),
    follow_links: bool = True,
    *,
    inline: Mapping[str, bytes] | None = None,
) -> Found:
    """Return the pictures of a whole answer, in order and without doubles.

    `structured` are the items of `images` and of part arrays. With `follow_links` false only
    these and pictures inside the text count: a text model may mention pictures that nobody asked
    for. `inline` gives the bytes of references that are in the text already.
    """
    folder = Folder()
    text = folder.feed(text) + folder.flush()
    inline = {**(inline or {}), **folder.pictures}
    given = [picture for item in structured if (picture := from_item(item)) is not None]
    if not follow_links:
        return Found(_distinct([*given, *_inline(_uncoded(text), inline)]), text)
    shown, marks = _split(text)
    prose = _uncoded(shown)
    images = [(alt, _target(prose, end)) for alt, end in _openings(_IMAGE, prose)]
    pictures = [*given, *_embedded(images, inline), *_inline(prose, inline)]
    if not pictures:
        pictures = list(_linked(prose)) or list(_bare(prose))
    failed = any(not target for _, target in images)
    return Found(_distinct(pictures), shown, marks, failed)


def visible(text: str) -> str:
    """Return an answer as it is shown: pictures folded into references, no progress lines."""
    folder = Folder()
    return _split(folder.feed(text) + folder.flush())[0]


def from_item(item: Any) -> Picture | None:
    """Read one structured picture, in any of the shapes of samples H and I; None if it is none."""
    if isinstance(item, str):
        return _picture(item)
    if not isinstance(item, dict):
        return None
    for key in ("image_url", "imageUrl", "url", "b64_json", "base64", "image", "source", "data"):
        value = item.get(key)
        if isinstance(value, str) and value:
            return _picture(value, bare=key in {"b64_json", "base64", "data", "image"})
        if isinstance(value, dict):
            inner = from_item(value)
            if inner is not None:
                return inner
    inline = item.get("inline_data") or item.get("inlineData")
    return from_item(inline) if isinstance(inline, dict) else None


def name_of(picture: Picture) -> str:
    """Return what stands for a picture in a stored response: its address or its reference."""
    return picture.url or reference(picture.data)


def _picture(value: str, alt: str = "", *, bare: bool = False) -> Picture | None:
    value = value.strip()
    if value.startswith(("http://", "https://")):
        return Picture(url=value, alt=alt) if _is_address(value) else None
    data = from_uri(value, any_bare=bare)
    return Picture(data=data, alt=alt) if data else None


def _split(text: str) -> tuple[str, list[Mark]]:
    lines = ProgressLines()
    shown, marks = lines.feed(text)
    rest, more = lines.flush()
    return shown + rest, marks + more


def _uncoded(text: str) -> str:
    """Return the text without fenced code and thoughts, whose links are not results."""
    return _FENCE.sub("\n", _THINK.sub("\n", text))


def _openings(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    openings = islice(pattern.finditer(text), _MOST_LINKS)
    return ((found[1].strip(), found.end()) for found in openings)


def _target(text: str, start: int) -> str:
    """Return the link target that begins at `start`; its end may be missing."""
    while start < len(text) and text[start] in " \t\n":
        start += 1
    if text.startswith("<", start):
        return re.split(r"[>\s]", text[start + 1 : start + _LONGEST_URL], maxsplit=1)[0]
    depth = 0
    limit = min(len(text), start + _LONGEST_URL + 1)
    for at in range(start, limit):
        char = text[at]
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        if depth < 0 or char.isspace():
            return text[start:at]
    return text[start:limit]


def _embedded(images: Iterable[tuple[str, str]], inline: Mapping[str, bytes]) -> Iterator[Picture]:
    for alt, target in images:
        if target in inline:
            yield Picture(data=inline[target], alt=alt)
        elif not _VIDEO_PATH.search(_path(target)):
            picture = _picture(target, alt)
            if picture is not None:
                yield picture


def _inline(text: str, inline: Mapping[str, bytes]) -> Iterator[Picture]:
    for found in _REFERENCE.finditer(text):
        if found[0] in inline:
            yield Picture(data=inline[found[0]])


def _linked(text: str) -> Iterator[Picture]:
    for label, end in _openings(_LINK, text):
        url = _target(text, end)
        path = _path(url)
        if _VIDEO_PATH.search(path) or _VIDEO_LABEL.search(label):
            continue
        if _is_picture_path(path) or _DOWNLOAD.search(label):
            picture = _picture(url, "" if _DOWNLOAD.search(label) else label)
            if picture is not None:
                yield picture


def _bare(text: str) -> Iterator[Picture]:
    urls = [_trimmed(found[0]) for found in _BARE.finditer(text)]
    is_whole = len(urls) == 1 and text.strip() == urls[0]
    for url in urls:
        path = _path(url)
        is_one = _is_picture_path(path) or (is_whole and path and not _VIDEO_PATH.search(path))
        if is_one and _is_address(url):
            yield Picture(url=url)


def _trimmed(url: str) -> str:
    """Drop the punctuation of the sentence around a bare address."""
    while url and (url[-1] in ".,;:!?*_]}" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


def _is_address(url: str) -> bool:
    """Whether a link leads to some host: not all that begins like one can be taken apart."""
    try:
        return len(url) <= _LONGEST_URL and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _is_picture_path(path: str) -> bool:
    return bool(_PICTURE_PATH.search(path)) or _PROXIED in path


def _distinct(pictures: Iterable[Picture]) -> list[Picture]:
    seen: dict[str, Picture] = {}
    for picture in pictures:
        seen.setdefault(_identity(picture), picture)
    return list(seen.values())


def _identity(picture: Picture) -> str:
    """Return what makes a picture the same: the bytes, or the address without its signature.

    The query of an address that names no file is kept: there it may be what names the picture.
    """
    if picture.data:
        return reference(picture.data)
    parts = urlsplit(picture.url)
    address = f"{parts.netloc}{parts.path}"
    return address if _is_picture_path(parts.path) else f"{address}?{parts.query}"
