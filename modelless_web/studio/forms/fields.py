"""Fields that parse their own text, so that views receive values."""

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms

from modelless_web.gateway.parameters import BIAS_LIMIT, MOST_STOPS


def read_ids(text: str) -> list[UUID]:
    """The ids in a text, one after the other with a space between; what is none is left out."""
    found = []
    for word in text.split():
        with suppress(ValueError):
            found.append(UUID(word))
    return found


class WordsField(forms.CharField):
    """A text of many lines, whose ends are what scripts and gateways take for one: a form sends
    other ones than it was given.
    """

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return plain_lines(super().to_python(value) or "")


def plain_lines(text: str) -> str:
    """The text with ``\n`` at the end of each line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class LinesField(forms.CharField):
    """Up to so many sequences, one per line; spaces count, and ``\\n`` means a newline."""

    widget = forms.Textarea

    def __init__(self, *, most: int = MOST_STOPS, **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.most = most

    def clean(self, value: Any) -> tuple[str, ...]:
        text = plain_lines(super().clean(value))
        lines = tuple(line.replace("\\n", "\n") for line in text.split("\n") if line)
        if len(lines) > self.most:
            raise forms.ValidationError(f"At most {self.most} stop sequences, one per line.")
        return lines

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(line.replace("\n", "\\n") for line in value)
        return value


class BiasField(forms.CharField):
    """Token ids and their bias: one ``token: bias`` per line, or a JSON object."""

    widget = forms.Textarea

    def clean(self, value: Any) -> dict[str, int]:
        text = super().clean(value)
        return dict(_pair(token, bias) for token, bias in _pairs(text))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{token}: {bias}" for token, bias in value.items())
        return value


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.startswith("{"):
        try:
            return [(str(token), str(bias)) for token, bias in json.loads(text).items()]
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                "This begins like a JSON object but can't be read as one."
            ) from error
    lines = (line.partition(":") for line in text.splitlines() if line.strip())
    return [(token.strip(), bias.strip()) for token, _, bias in lines]


def _pair(token: str, bias: str) -> tuple[str, int]:
    if not (token.isascii() and token.isdigit()):
        raise forms.ValidationError(
            f"“{token}” is not a token id; write lines such as “50256: -100”."
        )
    try:
        number = int(bias)
    except ValueError:
        number = BIAS_LIMIT + 1
    if abs(number) > BIAS_LIMIT:
        raise forms.ValidationError(
            f"The bias of token {token} must be a whole number from -{BIAS_LIMIT} to {BIAS_LIMIT}."
        )
    return token, number
