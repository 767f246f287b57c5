"""What a snippet is made of: one HTTP request, and the pattern of a language around it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from modelless_web.gateway.wire import edits
from modelless_web.gateway.wire.call import Call

# What an address may hold that no language takes for the end of a string or for a variable.
_PLAIN: Final = ":/?[]@!&()*+,;=%~"


@dataclass(frozen=True, slots=True)
class Request:
    """One call, and the base address of the gateway that it went to; the key is not in it.

    ``body`` is what it was made of where it is a form.
    """

    base_url: str
    call: Call
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The whole address, which can stand in any language's quotes as it is."""
        return quote(self.base_url + self.call.path, safe=_PLAIN)

    @property
    def document(self) -> Any:
        """The JSON that was sent."""
        return json.loads(self.call.body)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a form says beside its files."""
        return list(edits.fields(self.body))

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files of a form: the field, and what the file may be called."""
        return [(name, f"{file}.png") for name, _, file in edits.files(self.body)]

    @property
    def streams(self) -> bool:
        """Whether the answer comes piece by piece."""
        return bool(self.document.get("stream"))

    def headers(self, pattern: str, *, but: str = "") -> str:
        """Every header except the key's and ``but``, as ``pattern`` says, one below the other."""
        named = self.call.headers.items()
        lines = (fill(pattern, name=name, value=value) for name, value in named if name != but)
        return "\n".join(lines)


def fill(pattern: str, **parts: str) -> str:
    """Put every part where its §name stands; its further lines are indented as the first is."""

    def put(place: re.Match[str]) -> str:
        line = pattern[pattern.rfind("\n", 0, place.start()) + 1 : place.start()]
        indent = line[: len(line) - len(line.lstrip())]
        return parts[place[1]].replace("\n", f"\n{indent}")

    return re.sub("§([a-z]+)", put, pattern)
