"""Which models the gateways offer, asked of them and kept in the records."""

import asyncio

from django.db import transaction
from django.utils import timezone

from modelless_web.gateway.client import Client
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.families import describe
from modelless_web.records.models import Gateway, Model


async def refresh(client: Client) -> None:
    """Ask every enabled gateway for its models; one that fails keeps the list it had."""
    gateways = await asyncio.to_thread(lambda: list(Gateway.objects.filter(enabled=True)))
    await asyncio.gather(*(_refresh_one(client, gateway) for gateway in gateways))


async def _refresh_one(client: Client, gateway: Gateway) -> None:
    try:
        names = await client.list_models(gateway.address)
    except GatewayError as error:
        await asyncio.to_thread(note_trouble, gateway, error.message)
    else:
        await asyncio.to_thread(take, gateway, names)


def note_trouble(gateway: Gateway, trouble: str) -> None:
    """Keep the reason why the list could not be had, for the page of models."""
    Gateway.objects.filter(pk=gateway.pk).update(trouble=trouble)


@transaction.atomic
def take(gateway: Gateway, names: list[str]) -> None:
    """Make the records say what the gateway offers now.

    A model that vanished stays known, but not on offer; a kind set by hand stays.
    """
    now = timezone.now()
    Model.objects.bulk_create(
        [
            Model(gateway=gateway, name=name, kind=describe(name).kind, seen_at=now)
            for name in names
        ],
        update_conflicts=True,
        unique_fields=["gateway", "name"],
        update_fields=["seen_at"],
    )
    Gateway.objects.filter(pk=gateway.pk).update(trouble="", checked_at=now)
