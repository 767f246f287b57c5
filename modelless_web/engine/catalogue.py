"""What the gateways offer and ask for it, asked of them and kept in the records."""

import asyncio
from datetime import datetime
from functools import partial
from itertools import batched

from django.utils import timezone

from modelless_web.engine.recorder import Recorder
from modelless_web.gateway.client import Client
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.traits import describe
from modelless_web.gateway.wire import edits
from modelless_web.gateway.wire.models import Offer
from modelless_web.gateway.wire.pricing import PriceList
from modelless_web.records.models import Gateway, Model
from modelless_web.records.prices import bills, book, drift

LONGEST_DESCRIPTION = 300
# Rules written in one transaction: what runs must not wait for a long list.
RULES_AT_ONCE = 40
NOT_THERE = {edits.EDITS: "no_edits_at", edits.VARIATIONS: "no_variations_at"}


class Catalogue:
    """Asks, and keeps what it hears: one round at a time, so that who comes meanwhile waits."""

    def __init__(self, client: Client, recorder: Recorder) -> None:
        self._client = client
        self._do = recorder.do
        self._turn = asyncio.Lock()

    async def refresh(self) -> None:
        """Ask every enabled gateway for models, prices and bill; one that fails keeps what it had.

        The practice gateway costs nothing, whatever it says.
        """
        async with self._turn:
            gateways = await self._do(_enabled)
            paid = [gateway for gateway in gateways if not gateway.is_practice]
            await asyncio.gather(*map(self._models, gateways), *map(self._money, paid))

    async def refresh_bills(self) -> None:
        """Ask those that cost anything what their keys have used."""
        async with self._turn:
            paid = [gateway for gateway in await self._do(_enabled) if not gateway.is_practice]
            await asyncio.gather(*map(self._bill, paid))

    async def _models(self, gateway: Gateway) -> None:
        try:
            offers = await self._client.list_models(gateway.address)
        except GatewayError as error:
            await self._do(partial(note_trouble, gateway, error.message))
        else:
            await self._do(partial(take, gateway, offers))

    async def _money(self, gateway: Gateway) -> None:
        await asyncio.gather(self._prices(gateway), self._bill(gateway))
        await self._do(partial(drift.check, gateway, timezone.now()))

    async def _prices(self, gateway: Gateway) -> None:
        """Bring the price book up to the gateway's list; without one it stays as it is."""
        try:
            prices = await self._client.list_prices(gateway.address)
        except GatewayError as error:
            await self._do(partial(note_price_trouble, gateway, error.message))
            return
        now = timezone.now()
        changes = await self._do(partial(_changes, gateway, prices, now))
        for quotes in batched(changes.to_write, RULES_AT_ONCE):
            await self._do(partial(book.write, quotes))
        await self._do(partial(book.end, changes.gone, now))

    async def _bill(self, gateway: Gateway) -> None:
        """Ask what the key has used, unless somebody did in this minute. Many do not tell."""
        if not await self._do(partial(bills.is_due, gateway, timezone.now())):
            return
        before = await self._do(partial(bills.count, gateway))
        try:
            bill = await self._client.read_bill(gateway.address)
        except GatewayError:
            return
        await self._do(partial(bills.note, gateway, bill, before, timezone.now()))


def _enabled() -> list[Gateway]:
    return list(Gateway.objects.filter(enabled=True))


def _changes(gateway: Gateway, prices: PriceList, now: datetime) -> book.Changes:
    """What the list changes; a list that does not know the key's group ends all it had said."""
    try:
        quotes, trouble = book.quotes_of(gateway, prices, now), ""
    except book.UnknownGroupError as error:
        quotes, trouble = [], str(error)
    Gateway.objects.filter(pk=gateway.pk).update(priced_at=now, price_trouble=trouble)
    return book.compare_all(gateway, quotes, now)


def note_trouble(gateway: Gateway, trouble: str) -> None:
    """Keep the reason why the list could not be had, for the page of models."""
    Gateway.objects.filter(pk=gateway.pk).update(trouble=trouble)


def note_price_trouble(gateway: Gateway, trouble: str) -> None:
    """Keep the reason why the prices could not be had."""
    Gateway.objects.filter(pk=gateway.pk).update(price_trouble=trouble)


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
