"""Which models the gateways offer, asked of them and kept in the records."""

import asyncio
from datetime import datetime
from functools import partial

from django.utils import timezone

from modelless_web.engine.recorder import Recorder
from modelless_web.gateway.client import Client
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.traits import describe
from modelless_web.gateway.wire import edits
from modelless_web.gateway.wire.models import Offer
from modelless_web.records.models import Gateway, Model

LONGEST_DESCRIPTION = 300
NOT_THERE = {edits.EDITS: "no_edits_at", edits.VARIATIONS: "no_variations_at"}


async def refresh(client: Client, recorder: Recorder) -> None:
    """Ask every enabled gateway for its models; one that fails keeps the list it had."""
    gateways = await recorder.do(lambda: list(Gateway.objects.filter(enabled=True)))
    await asyncio.gather(*(_refresh_one(client, recorder, gateway) for gateway in gateways))


async def _refresh_one(client: Client, recorder: Recorder, gateway: Gateway) -> None:
    try:
        offers = await client.list_models(gateway.address)
    except GatewayError as error:
        await recorder.do(partial(note_trouble, gateway, error.message))
    else:
        await recorder.do(partial(take, gateway, offers))


def note_trouble(gateway: Gateway, trouble: str) -> None:
    """Keep the reason why the list could not be had, for the page of models."""
    Gateway.objects.filter(pk=gateway.pk).update(trouble=trouble)


def note_refusal(gateway: int, path: str) -> None:
    """Remember that a gateway does not know an address (gateway reference, section 4.4)."""
    column = NOT_THERE[path]
    Gateway.objects.filter(pk=gateway).update(**{column: timezone.now()})


def take(gateway: Gateway, offers: list[Offer]) -> None:
    """Make the records say what the gateway offers now.

    A model that vanished stays known, but not on offer; a kind set by hand stays.
    """
    now = timezone.now()
    Model.objects.bulk_create(
        [_row(gateway, offer, now) for offer in offers],
        update_conflicts=True,
        unique_fields=["gateway", "name"],
        update_fields=["description", "seen_at"],
    )
    Gateway.objects.filter(pk=gateway.pk).update(
        trouble="",
        checked_at=now,
        down_since=None,
        asked_again_at=None,
        no_edits_at=None,
        no_variations_at=None,
    )


def _row(gateway: Gateway, offer: Offer, now: datetime) -> Model:
    return Model(
        gateway=gateway,
        name=offer.id[:200],
        kind=describe(offer.id).kind,
        description=offer.description[:LONGEST_DESCRIPTION],
        seen_at=now,
    )
