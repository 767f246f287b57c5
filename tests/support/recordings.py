"""Replies as gateways send them, written for the tests: the samples and the pitfalls.

The letters are those of the gateway reference, section 3.1. Each sample stands with the pictures
it must give and the text that is shown; every one is replayed as a stream and as one JSON body.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(reversed(range(200)))
PNG64: Final = base64.b64encode(PNG).decode()
JPEG64: Final = base64.b64encode(JPEG).decode()
WRAPPED64: Final = "\n".join(PNG64[at : at + 76] for at in range(0, len(PNG64), 76))


def ref(data: bytes) -> str:
    """Return the reference that stands for a picture in text."""
    return f"picture:sha256:{hashlib.sha256(data).hexdigest()}"


def chunk(delta: Mapping[str, Any] | None, reason: str | None = None, **more: Any) -> bytes:
    """Return one chunk of a chat stream as a data line with its blank line."""
    choice = {"index": more.pop("index", 0), "delta": delta, "finish_reason": reason}
    return data({"id": "chatcmpl-1", "model": "m", "choices": [choice], **more})


def data(value: Any) -> bytes:
    """Return any JSON value as an event."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def stream(*deltas: str | Mapping[str, Any], end: str | None = "stop", done: bool = True) -> bytes:
    """Return a whole chat stream; a string is a delta of content."""
    parts = [chunk({"content": d} if isinstance(d, str) else d) for d in deltas]
    if end is not None:
        parts.append(chunk({}, end))
    return b"".join(parts) + (b"data: [DONE]\n\n" if done else b"")


def whole(message: Mapping[str, Any] | str, reason: str | None = "stop", **more: Any) -> bytes:
    """Return a chat reply that is one JSON body."""
    if isinstance(message, str):
        message = {"role": "assistant", "content": message}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    reply = {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "m"}
    return json.dumps({**reply, "choices": [choice], **more}, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Sample:
    """One reply of a picture model: its message, and what must be made of it."""

    name: str
    message: Mapping[str, Any]
    pictures: Sequence[str | bytes] = ()
    shown: str = ""
    failed: str = ""
    reasoning: str = ""

    def as_stream(self) -> bytes:
        """Return the sample in deltas of seven characters, structured pictures in one."""
        deltas: list[Mapping[str, Any]] = []
        for key, value in self.message.items():
            if isinstance(value, str) and key != "role":
                deltas += [{key: value[at : at + 7]} for at in range(0, len(value), 7)]
            elif value is not None:
                deltas.append({key: value})
        return stream(*deltas)

    def as_json(self) -> bytes:
        """Return the sample as one JSON body."""
        return whole(self.message)


def _text(name: str, content: str, *pictures: str | bytes, **more: Any) -> Sample:
    return Sample(name, {"content": content}, pictures, more.pop("shown", content), **more)


_FOX = "https://files.host.example/cdn/2024/fox.png"
_B = (
    '```json\n{"prompt":"a red fox","size":"1024x1024"}\n```\n'
    f"![image]({_FOX})\n\n[下载](https://files.host.example/cdn/download/2024/fox.png)\n\n"
    "Here is your fox."
)
_C_END = (
    "![file_x](https://files.host.example/x.png)\n"
    "[点击下载](https://files.host.example/cdn/download/x.png)"
)
_C = f"> 排队中...\n> 生成中...\n> 进度 **2%**\n> 进度 **67%**\n> 生成完成 ✅\n{_C_END}"
_GRID = "\n".join(f"![{n}](https://cdn.mj.example/{n}.webp?ex=1&hm=2)" for n in range(4))
_URI = f"data:image/png;base64,{PNG64}"
_IMAGES = [{"type": "image_url", "image_url": {"url": _URI}}]

SAMPLES: Final = (
    _text(
        "A markdown link",
        "![image](https://cdn.host.example/a1b2.png)",
        "https://cdn.host.example/a1b2.png",
    ),
    _text("B fence, image, download", _B, _FOX),
    _text("C progress lines", _C, "https://files.host.example/x.png", shown=_C_END),
    _text("D empty link", "> 67.19%\n![image]()", shown="![image]()", failed="upstream"),
    _text(
        "E four pictures", _GRID, *(f"https://cdn.mj.example/{n}.webp?ex=1&hm=2" for n in range(4))
    ),
    _text(
        "E a grid and buttons",
        "![grid](https://cdn.mj.example/g.png)\n[U1](https://mj.example/u1) [V4](https://mj.example/v4)",
        "https://cdn.mj.example/g.png",
    ),
    _text("F data URI", f"![image]({_URI})", PNG, shown=f"![image]({ref(PNG)})"),
    _text(
        "F data URI with line breaks",
        f"![image](data:image/png;base64,{WRAPPED64})",
        PNG,
        shown=f"![image]({ref(PNG)})",
    ),
    _text(
        "F data URI without its end",
        f"![image]({_URI}\nHere is your fox.",
        PNG,
        shown=f"![image]({ref(PNG)}\nHere is your fox.",
    ),
    _text("F base64 scheme", f"base64://{PNG64}", PNG, shown=ref(PNG)),
    _text("F bare base64", PNG64, PNG, shown=ref(PNG)),
    _text("G bare address", "https://cdn.host.example/x.webp", "https://cdn.host.example/x.webp"),
    _text(
        "G signed address in a sentence",
        "Here it is: https://cdn.host.example/x.webp?st=1&se=2&sig=3.",
        "https://cdn.host.example/x.webp?st=1&se=2&sig=3",
    ),
    _text(
        "G proxied address",
        "Done https://gw.example/mj/image/1712",
        "https://gw.example/mj/image/1712",
    ),
    _text("G nothing but an address", "https://h.example/view/9\n", "https://h.example/view/9"),
    Sample("H images array", {"content": "", "images": _IMAGES}, [PNG]),
    Sample("H images array, imageUrl", {"content": "", "images": [{"imageUrl": _URI}]}, [PNG]),
    Sample(
        "H images array, base64",
        {"content": "", "images": [{"type": "image", "image": {"base64": JPEG64}}]},
        [JPEG],
    ),
    Sample(
        "I parts",
        {"content": [{"type": "text", "text": "A fox."}, *_IMAGES]},
        [PNG],
        shown="A fox.",
    ),
    Sample(
        "J reasoning beside",
        {
            "reasoning_content": "Think of https://no.example/a.png",
            "content": "![f](https://y.example/f.png)",
        },
        ["https://y.example/f.png"],
        shown="![f](https://y.example/f.png)",
        reasoning="Think of https://no.example/a.png",
    ),
    _text(
        "J inline thought",
        "<think>\nUse https://no.example/a.png\n</think>\n\n![f](https://y.example/f.png)",
        "https://y.example/f.png",
        shown="![f](https://y.example/f.png)",
        reasoning="\nUse https://no.example/a.png\n",
    ),
    _text(
        "J fenced thought",
        "```think\n> 进度 30%\n```\n![f](https://y.example/f.png)",
        "https://y.example/f.png",
        shown="![f](https://y.example/f.png)",
        reasoning="> 进度 30%",
    ),
    _text("K video", "[在线播放▶️](https://h.example/v.mp4?st=1&se=2)"),
    _text("L failure as text", "任务失败: the prompt is against our policy"),
)
