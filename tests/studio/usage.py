"""What somebody has used, and what tests read off the pages that tell it."""

import html
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from modelless_web.records.ids import first_at
from modelless_web.records.models import Charge, Gateway, Generation, Status, User
from modelless_web.records.models.generations import Basis, midnight
from modelless_web.records.usage import rollup
from tests.studio.factories import unsaved_generation
from tests.support import factories

ROW: Final = re.compile(r'<tr data-name="([^"]*)">(.*?)</tr>', re.DOTALL)
BAR: Final = re.compile(r'<a class="chart-bar[^"]*" href="([^"]*)" tabindex="-1"><title>([^<]*)<')


def used(
    owner: User, day: date, gateway: Gateway | None = None, hour: int = 12, **columns: Any
) -> Generation:
    """A generation that has ended, counted; ``hour`` is that of UTC, which may be another day's."""
    row = unsaved_generation(owner, gateway or factories.gateway(), day=day, **columns)
    moment = midnight(day) + timedelta(hours=hour)
    row.queued_at, row.pk = moment, UUID(int=first_at(moment).int | row.pk.int & (1 << 62) - 1)
    if not row.charge:
        row.charge = Charge.CHARGED if row.status == Status.SUCCEEDED else Charge.REFUSED
    row.save(force_insert=True)
    rollup.count([row.pk])
    return row


def priced(amount: str, currency: str = "USD") -> dict[str, Any]:
    """The columns of what has a price."""
    return {"cost": Decimal(amount), "currency": currency, "cost_basis": Basis.EXACT}


def rows(page: str, heading: str) -> dict[str, str]:
    """The rows of the table with that caption, by name."""
    (found,) = re.findall(rf">{heading}</caption>(.*?)</table>", page, re.DOTALL)
    return dict(ROW.findall(found))


def asked_of(href: str) -> str:
    """The query that a link leads to."""
    return parse_qs(urlsplit(html.unescape(href)).query)["q"][0]


def leads(page: str) -> list[str]:
    """Every query that the page leads to."""
    found = re.findall(r'href="(/(?:history|admin/records/generation)/\?q=[^"]*)"', page)
    return list(dict.fromkeys(asked_of(href) for href in found))
