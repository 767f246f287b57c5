"""A gateway that is down: prompts fail at once with one sentence, until a probe gets through."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from modelless_web.engine import breaker as room
from modelless_web.engine import run, tasks
from modelless_web.engine.breaker import is_down
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import Gateway, Model, Status
from tests.engine.asking import at, delta, end, generate
from tests.support.beside import beside
from tests.support.servers import free_port
from tests.support.studio import wait_for
from tests.support.upstream import Step, head, reply, upstream

NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FIRST_WAIT", 0.01)


@pytest.fixture
def dead(engine: Engine) -> Model:
    """A model of a gateway that nobody hears, found out by as many prompts as it takes."""
    model = at(NOBODY)
    while not stored(model.gateway).down_since:
        generate(model)
    return model


def stored(gateway: Gateway) -> Gateway:
    return Gateway.objects.get(pk=gateway.pk)


def probe(engine: Engine, *, due: bool = True) -> None:
    """Have the breaker look, the pause being over or not."""
    if due:
        for circuit in engine.breaker._circuits.values():
            circuit.next_try = timezone.now() - timedelta(seconds=1)
    engine.wait_for(engine.breaker.probe())


def note(engine: Engine, gateway: Gateway, error: GatewayError | None) -> None:
    """Tell the breaker how an exchange ended, in its own loop."""

    async def in_loop() -> None:
        engine.breaker.note(gateway, error)

    engine.wait_for(in_loop())


def test_after_five_failures_in_a_row_nothing_is_sent_any_more(engine: Engine, dead: Model) -> None:
    row = generate(dead)
    assert (row.status, row.error_kind, row.maybe_charged) == (Status.FAILED, "network", False)
    assert "has not answered since" in row.error_message
    assert "Nothing was sent" in row.error_message
    assert not row.attempts.exists()


def test_other_gateways_are_not_touched(engine: Engine, dead: Model) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), end()])) as gate:
        assert generate(at(gate.url)).status == Status.SUCCEEDED


def test_a_probe_that_gets_through_closes_it(engine: Engine, dead: Model) -> None:
    with beside(lambda: upstream(reply(b'{"data":[]}'), [head(), delta("Hello"), end()])) as gate:
        Gateway.objects.filter(pk=dead.gateway.pk).update(base_url=gate.url)
        probe(engine)
        assert stored(dead.gateway).down_since is None
        assert generate(dead).status == Status.SUCCEEDED


def test_a_gateway_whose_address_was_mended_is_asked_at_once(engine: Engine, dead: Model) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), end()])) as gate:
        Gateway.objects.filter(pk=dead.gateway.pk).update(base_url=gate.url)
        assert generate(dead).status == Status.SUCCEEDED
    assert stored(dead.gateway).down_since is None


def test_a_probe_goes_to_the_address_as_it_now_is(engine: Engine, dead: Model) -> None:
    with beside(lambda: upstream(reply(b'{"data":[]}'))) as gate:
        Gateway.objects.filter(pk=dead.gateway.pk).update(base_url=gate.url)
        probe(engine)
    assert stored(dead.gateway).down_since is None


def test_a_gateway_that_is_no_longer_in_use_is_not_probed(engine: Engine, dead: Model) -> None:
    Gateway.objects.filter(pk=dead.gateway.pk).update(enabled=False)
    probe(engine)
    assert not engine.breaker._circuits


@pytest.mark.parametrize("script", [[head(), delta("Hello"), end()], reply(b'{"data":[]}')])
def test_the_mark_of_a_process_that_died_goes_with_the_first_answer(
    engine: Engine, script: list[Step]
) -> None:
    with beside(lambda: upstream(script)) as gate:
        model = at(gate.url)
        Gateway.objects.filter(pk=model.gateway.pk).update(down_since=timezone.now())
        if script[0] == head():
            generate(model)
        else:
            tasks.refresh_models()
    assert stored(model.gateway).down_since is None


def test_a_probe_that_fails_doubles_the_pause(engine: Engine, dead: Model) -> None:
    (circuit,) = engine.breaker._circuits.values()
    before = circuit.pause
    since = stored(dead.gateway).down_since
    probe(engine)
    assert circuit.pause == 2 * before
    assert stored(dead.gateway).asked_again_at == circuit.next_try
    assert stored(dead.gateway).down_since == since


def test_no_probe_is_sent_before_its_time(engine: Engine, dead: Model) -> None:
    (circuit,) = engine.breaker._circuits.values()
    before = circuit.next_try
    probe(engine, due=False)
    assert circuit.next_try == before


def test_the_pause_has_an_end(engine: Engine, dead: Model) -> None:
    for _ in range(10):
        probe(engine)
    (circuit,) = engine.breaker._circuits.values()
    assert circuit.pause == room.LONGEST_PAUSE


def test_a_refusal_is_an_answer(engine: Engine) -> None:
    with beside(lambda: upstream(reply(b'{"error":{"message":"no"}}', "401 No"))) as gate:
        model = at(gate.url)
        for _ in range(room.FAILURES + 1):
            generate(model)
        assert stored(model.gateway).down_since is None


def test_a_success_between_failures_begins_the_count_anew(engine: Engine) -> None:
    error = GatewayError(Kind.NETWORK, "The gateway could not be reached.")
    gateway = at(f"http://127.0.0.1:{free_port()}/v1").gateway
    for outcome in [*[error] * 4, None, *[error] * 4]:
        note(engine, gateway, outcome)
    assert engine.breaker.refusal(gateway) is None
    note(engine, gateway, error)
    assert wait_for(lambda: engine.breaker.refusal(gateway))


@pytest.mark.parametrize(
    ("error", "down"),
    [
        (GatewayError(Kind.NETWORK, "no connection"), True),
        (GatewayError(Kind.TIMEOUT, "not reached in time"), True),
        (GatewayError(Kind.HTML, "a proxy's page", status=502), True),
        (GatewayError(Kind.HTML, "the wrong address", status=200), False),
        (GatewayError(Kind.NETWORK, "a redirect", status=301), False),
        (GatewayError(Kind.TIMEOUT, "fell silent", status=200), False),
        (GatewayError(Kind.UPSTREAM, "its own word", status=500), False),
        (GatewayError(Kind.RATE, "busy", status=429), False),
    ],
    ids=lambda value: value.message if isinstance(value, GatewayError) else "",
)
def test_only_what_cannot_be_reached_is_down(error: GatewayError, down: bool) -> None:
    assert is_down(error) is down


def test_a_mark_that_can_not_be_written_costs_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(rows: QuerySet[Gateway], **columns: Any) -> int:
        if "down_since" in columns:
            raise OperationalError("database is locked")
        return update(rows, **columns)

    update = QuerySet.update
    with beside(lambda: upstream([head(), delta("Hello"), end()], prompts_only=True)) as gate:
        model = at(gate.url)
        Gateway.objects.filter(pk=model.gateway.pk).update(down_since=timezone.now())
        monkeypatch.setattr(QuerySet, "update", locked)
        row = generate(model)
    assert (row.status, row.text, row.error_kind) == (Status.SUCCEEDED, "Hello", "")
