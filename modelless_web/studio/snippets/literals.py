"""What was sent, as it can stand in source code: JSON in any string literal, and Python's own.

A literal that knows no escapes can hold any JSON, for JSON has escapes of its own: of what would
end the literal, one character is written as ``\\uXXXX``, which reads back as the same.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

# Characters. A constant of Java may take 65,535 bytes, and a character up to six of them.
MOST_OF_A_JAVA_CONSTANT: Final = 10_000


def json_text(document: Any) -> str:
    """Write JSON on many lines; what a reader could not see stands as its escape."""
    return _seen(json.dumps(document, ensure_ascii=False, indent=2), _json_escape)


def json_line(document: Any) -> str:
    """Write JSON on one line."""
    return _seen(json.dumps(document, ensure_ascii=False, separators=(",", ":")), _json_escape)


def without(text: str, mark: str, character: str) -> str:
    """Write JSON so that ``mark`` is not in it, where it is, by escaping a ``character`` of it.

    It must be a character that JSON has nowhere but in strings.
    """
    return text.replace(character, _json_escape(character)) if mark in text else text


def c_text(document: Any, opening: str) -> str:
    """Write JSON as a C string, one literal for each line; ``opening`` is what begins them."""
    # Two question marks begin a trigraph, which older compilers read even in strings.
    text = without(json_text(document), "??", "?")
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return "\n".join(f'{opening}{line}\\n"' for line in escaped.split("\n"))


def java_text(document: Any) -> str:
    """Write JSON as a text block of Java, or as several where one would be too long."""
    text = json_text(document).replace("\\", r"\\")
    most = MOST_OF_A_JAVA_CONSTANT
    if len(text) <= most:
        return f'"""\n{text}\n"""'
    # No piece ends within an escape; a backslash at the end of a line takes the line's end away.
    pieces = re.findall(rf"(?:\\.|[^\\]){{1,{most}}}", text, re.DOTALL)
    blocks = ",\n".join(f'"""\n{piece}\\\n"""' for piece in pieces)
    return f'String.join("",\n{blocks})'


def python_text(value: Any) -> str:
    """Write what was JSON as Python."""
    if isinstance(value, str):
        return _seen(json.dumps(value, ensure_ascii=False), _python_escape)
    if isinstance(value, dict) and value:
        pairs = (f"{python_text(name)}: {python_text(held)}" for name, held in value.items())
        return _block("{}", pairs)
    if isinstance(value, list) and value:
        return _block("[]", map(python_text, value))
    return repr(value)


def _block(brackets: str, items: Iterable[str]) -> str:
    lines = ",\n".join(items).replace("\n", "\n    ")
    return f"{brackets[0]}\n    {lines},\n{brackets[1]}"


def _seen(text: str, escape: Callable[[str], str]) -> str:
    return "".join(c if c.isprintable() or c == "\n" else escape(c) for c in text)


def _json_escape(character: str) -> str:
    if character.isascii():
        return f"\\u{ord(character):04x}"
    return json.dumps(character)[1:-1]


def _python_escape(character: str) -> str:
    return repr(character)[1:-1]
