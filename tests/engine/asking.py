"""How the tests ask for a generation and wait for what becomes of it."""

import json
from collections.abc import Callable
from typing import Any

from modelless_web.engine import submissions, tasks
from modelless_web.gateway.parameters import Chat, Images
from modelless_web.gateway.traits import describe
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Gateway, Generation, Model, User
from tests.support import factories
from tests.support.studio import wait_for


def press(
    of: Model, parameters: Chat | Images, owner: User | None = None, **asked: Any
) -> Generation:
    """Press Generate."""
    return tasks.submit(
        submissions.new(
            owner=owner or factories.guest(),
            model=of,
            parameters=parameters,
            asked=asked,
            submission=uuid7().hex,
        )
    )


def begin(
    of: Model, prompt: str = "A lighthouse", owner: User | None = None, **values: Any
) -> Generation:
    """Press Generate beneath a prompt in words."""
    return press(of, factories.chat(of.name, prompt, **values), owner, **values)


def reach(row: Generation, condition: Callable[[Generation], object]) -> Generation:
    """Wait until the ledger says so, 30 seconds at most; return the row as it then is."""

    def read() -> Generation | None:
        found = Generation.objects.with_answers().get(pk=row.pk)
        return found if condition(found) else None

    found = wait_for(read)
    assert found, Generation.objects.filter(pk=row.pk).values()
    return found


def finish(row: Generation) -> Generation:
    """Wait until a generation has ended."""
    return reach(row, lambda found: not found.is_open)


def generate(of: Model, prompt: str = "A lighthouse", **values: Any) -> Generation:
    """Press Generate and wait for the end."""
    return finish(begin(of, prompt, **values))


def at(url: str, name: str = "stable-diffusion") -> Model:
    """A model at a gateway with this address."""
    return factories.model(name, factories.gateway(url))


def offered(gateway: Gateway, name: str) -> Model:
    """A model of a gateway, whether its list has named it already or not."""
    kind = describe(name).kind
    return Model.objects.get_or_create(gateway=gateway, name=name, defaults={"kind": kind})[0]


def delta(text: str, index: int = 0, **more: Any) -> bytes:
    """One piece of a stream."""
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": index, "delta": {"content": text}, "finish_reason": None}],
        **more,
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()


def end(reason: str = "stop") -> bytes:
    """A stream's last words."""
    chunk = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    return f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
