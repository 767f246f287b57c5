"""What a generation was given: asked, sent and echoed, and how two of them differ."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from modelless_web.gateway.families import family_of
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import DEFAULTS
from modelless_web.records.models import Generation, Model, Reference

KNOWN: Final = (*DEFAULTS, "n", "max_tokens", "stop", "stream", "user", "logit_bias")
# These have a place of their own: prompt and pictures above, words and model in the lines below.
ELSEWHERE: Final = frozenset(
    {"model", "messages", "prompt", "system", "references", "mask", "make", "image"}
)
# What replies of the images API repeat (gateway reference, section 3).
ECHOED: Final = frozenset({"size", "quality", "style", "background", "output_format", "seed"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the table; what is not there is empty."""

    name: str
    asked: str = ""
    sent: str = ""
    echoed: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter in which generations differ, with the value of each in their order."""

    name: str
    values: tuple[str, ...]


def parameters(row: Generation) -> list[Parameter]:
    """Every parameter as asked, as sent and as echoed, with why they differ."""
    asked, sent, echoed = row.asked, row.request, row.response
    extra = {*asked, *sent, *(ECHOED & set(echoed))} - ELSEWHERE - set(KNOWN)
    defaults = _defaults(row)
    names = (*KNOWN, *sorted(extra))
    told = [_parameter(name, defaults.get(name), asked, sent, echoed) for name in names]
    return [_model(row), *_system(row), *told]


def measured(row: Generation) -> list[Parameter]:
    """What can be counted of what came, and the pixels as our bytes of the pictures have them."""
    stored = (picture for picture in row.pictures.all() if picture.is_stored)
    sizes = list(dict.fromkeys(f"{picture.width}x{picture.height}" for picture in stored))
    asked = _plain(row.asked.get("size"))
    differs = _as_size(asked) and any(size != _as_size(asked) for size in sizes)
    note = "differs from the size asked for" if differs else ""
    lines = []
    if sizes:
        shown = ", ".join(size.replace("x", " × ") for size in sizes)
        size = Parameter("pixels", asked, _plain(row.request.get("size")), shown, note)
        lines.append(size)
    if not row.is_open:
        lines.append(_answers(row))
    return lines


def given(row: Generation) -> list[Reference]:
    """The pictures that went along, in their order, the mask last."""
    names = family_of(row.model_kind).attached(row.request).names
    found = {reference.name: reference for reference in row.references.all()} if names else {}
    return [found[name] for name in names if name in found]


def changes(rows: Sequence[Generation]) -> list[Change]:
    """The parameters in which these differ; prompts and system messages are texts, and not here."""
    given = [_given(row) for row in rows]
    names = dict.fromkeys(name for values in given for name in values)
    told = [Change(name, tuple(values.get(name, "") for values in given)) for name in names]
    return [change for change in told if len(set(change.values)) > 1]


def revised_prompts(row: Generation) -> list[str]:
    """The prompts as a gateway rewrote them (gateway reference, section 3), without doubles."""
    data = row.response.get("data")
    items: Iterable[Any] = data if isinstance(data, list) else ()
    told = (item.get("revised_prompt") for item in items if isinstance(item, dict))
    return list(dict.fromkeys(text for text in told if isinstance(text, str) and text))


def system_message(row: Generation) -> str:
    """The system message that a person set."""
    return _plain(row.asked.get("system"))


def _given(row: Generation) -> dict[str, str]:
    """What was asked for by name; a value at its default is as if it had not been set."""
    defaults = _defaults(row)
    set_values = {
        name: _plain(value)
        for name, value in row.asked.items()
        if name not in ELSEWHERE and (value is False or not _is_default(value, defaults.get(name)))
    }
    return {"model": row.model, "gateway": row.gateway.name, **set_values}


def _parameter(
    name: str,
    default: Any,
    asked: Mapping[str, Any],
    sent: Mapping[str, Any],
    echoed: Mapping[str, Any],
) -> Parameter:
    set_to, gone, back = asked.get(name), sent.get(name), echoed.get(name)
    note = _note(default, set_to, gone, back)
    return Parameter(name, _plain(set_to), _plain(gone), _plain(back), note)


def _note(default: Any, asked: Any, sent: Any, echoed: Any) -> str:
    if sent is None:
        return "at default" if _is_default(asked, default) else "dropped for this model"
    if _is_number(asked) and _is_number(sent) and asked != sent:
        return "clamped"
    if asked is None:
        return "added by the studio"
    if echoed is not None and echoed != sent:
        return "echoed differently"
    return ""


def _model(row: Generation) -> Parameter:
    sent, echoed = _plain(row.request.get("model")), _plain(row.response.get("model"))
    note = "another model answered" if echoed and echoed != sent else ""
    return Parameter("model", row.model, sent, echoed, note)


def _system(row: Generation) -> list[Parameter]:
    messages = row.request.get("messages") or []
    sent = next((m["content"] for m in messages if m.get("role") == "system"), "")
    asked = system_message(row)
    return [Parameter("system", asked, _plain(sent))] if asked or sent else []


def _answers(row: Generation) -> Parameter:
    asked, sent = row.asked.get("n", 1), row.request.get("n", 1)
    came = sum(not slot.is_empty for slot in row.slots)
    note = (
        ""
        if came == sent
        else "fewer than were sent for"
        if came < sent
        else "more than were sent for"
    )
    return Parameter("answers", _plain(asked), _plain(sent), str(came), note)


def _defaults(row: Generation) -> dict[str, Any]:
    """What a gateway assumes where nothing is sent, by name."""
    images = image_traits(row.model) if row.model_kind == Model.Kind.IMAGES else None
    assumed = {name: values[0] for name, values in images.options.items()} if images else {}
    return {**DEFAULTS, "n": 1, **assumed}


def _is_default(value: Any, default: Any) -> bool:
    return value is None or value is False or value in ("", default)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_size(text: str) -> str:
    """A size as width and height in pixels, or nothing where it says something else."""
    width, _, height = text.lower().replace("×", "x").replace(" ", "").partition("x")
    return f"{width}x{height}" if width.isdecimal() and height.isdecimal() else ""


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
