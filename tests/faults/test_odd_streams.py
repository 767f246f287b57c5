"""Streams that no gateway should send: the reader takes each to an end, and raises nothing."""

import random
from collections.abc import Callable

from modelless_web.gateway.events import Failed, Finished, TextDelta
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader
from tests.support.recordings import SAMPLES, stream

FEW, MANY = 3_000, 60_000
SEED = 20_260_304


def damaged(body: bytes, dice: random.Random) -> bytes:
    """The same bytes, cut, doubled, shuffled, flipped or with others between them."""
    for _ in range(dice.randint(1, 4)):
        at, to = sorted(dice.randrange(len(body) + 1) for _ in range(2))
        match dice.randrange(7):
            case 0:
                body = body[:at]
            case 1:
                body = body[:at] + body[to:]
            case 2:
                body = body[:to] + body[at:to] + body[to:]
            case 3:
                body = body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
            case 4:
                body = body[:at] + dice.randbytes(dice.randint(1, 9)) + body[at:]
            case 5:
                events = body.split(b"\n\n")
                dice.shuffle(events)
                body = b"\n\n".join(events)
            case _:
                body = body.replace(dice.choice([b'"', b"{", b"\n\n", b"data"]), b"", 1)
    return body


def blocks(body: bytes, dice: random.Random) -> list[bytes]:
    """Cut anywhere, as networks do."""
    cuts = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randrange(6)))
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def test_no_odd_stream_breaks_the_reader(is_long: bool, figures: Callable[..., None]) -> None:
    dice = random.Random(SEED)
    bodies = [sample.as_stream() for sample in SAMPLES] + [stream("Hello ", "there")]
    number = MANY if is_long else FEW
    for _ in range(number):
        body = damaged(dice.choice(bodies), dice)
        reader = Reader(Completion(dice.random() < 0.5))
        reader.begin(dice.choice([200, 200, 200, 400, 500]), {"content-type": "text/event-stream"})
        events = [event for block in blocks(body, dice) for event in reader.read(block)]
        events += reader.close()
        assert any(isinstance(event, Failed | Finished | TextDelta) for event in events)
        assert sum(isinstance(event, Failed) for event in events) <= 1
        told: dict[int, str] = {}
        for event in events:
            if isinstance(event, TextDelta):
                told[event.index] = told.get(event.index, "") + event.text
        assert {index: text for index, text in reader.answers.items() if text} == told
        assert reader.response
    figures("odd streams", fed=number, crashes=0)
