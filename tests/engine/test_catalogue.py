"""The models on offer, as the gateways tell them."""

import json

from modelless_web.engine import tasks
from modelless_web.engine.runtime import Engine
from modelless_web.practice.catalogue import MODELS
from modelless_web.practice.images import IMAGE_MODELS
from modelless_web.records.models import Gateway, Model
from tests.support import factories
from tests.support.beside import beside
from tests.support.upstream import Step, reply, upstream


def listing(*names: str) -> list[Step]:
    """The reply with which a gateway lists its models."""
    body = {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    return reply(json.dumps(body).encode())


def offered(gateway: Gateway) -> set[str]:
    return set(Model.objects.on_offer().filter(gateway=gateway).values_list("name", flat=True))


def test_the_first_look_around_lists_the_models(practice: Gateway) -> None:
    tasks.refresh_models()
    assert offered(practice) == {*MODELS, *IMAGE_MODELS}


def test_a_model_that_vanished_is_known_but_not_on_offer(engine: Engine) -> None:
    with beside(lambda: upstream(listing("a", "b"), listing("b"))) as gate:
        gateway = factories.gateway(gate.url)
        for _ in range(2):
            tasks.refresh_models()
    assert offered(gateway) == {"b"}
    assert Model.objects.filter(gateway=gateway, name="a").exists()


def test_a_kind_that_was_set_by_hand_stays(engine: Engine) -> None:
    with beside(lambda: upstream(listing("a"))) as gate:
        gateway = factories.gateway(gate.url)
        tasks.refresh_models()
        Model.objects.filter(gateway=gateway).update(kind=Model.Kind.HIDDEN)
        tasks.refresh_models()
    assert Model.objects.get(gateway=gateway).kind == Model.Kind.HIDDEN


def test_a_gateway_that_fails_keeps_its_list_and_says_why(engine: Engine) -> None:
    refusal = reply(b'{"error": {"message": "no such token"}}', "401 Unauthorized")
    with beside(lambda: upstream(listing("a"), refusal)) as gate:
        gateway = factories.gateway(gate.url)
        for _ in range(2):
            tasks.refresh_models()
    gateway.refresh_from_db()
    assert offered(gateway) == {"a"}
    assert gateway.trouble


def test_a_gateway_that_is_switched_off_is_not_asked(engine: Engine) -> None:
    with beside(lambda: upstream(listing("a"))) as gate:
        factories.gateway(gate.url, enabled=False)
        tasks.refresh_models()
        assert gate.requests == []
