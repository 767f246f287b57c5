"""Rows as the studio itself would make them; each call makes one more."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone
from PIL import Image

from modelless_web.engine import submissions
from modelless_web.engine.submissions import Submission
from modelless_web.gateway.parameters import Chat, Message
from modelless_web.gateway.traits import describe
from modelless_web.records import references
from modelless_web.records.ids import uuid7
from modelless_web.records.models import (
    Bill,
    Draft,
    Drift,
    Gateway,
    Generation,
    Model,
    Picture,
    PicturePrice,
    PriceRule,
    Reference,
    User,
)
from modelless_web.records.models.drafts import Typed
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.money.budgets import OverBudgetError

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_number = count(1)


def person(**columns: Any) -> User:
    """Somebody with an account."""
    return User.objects.create_user(f"person{next(_number)}", password="a long password", **columns)


def guest() -> User:
    """Somebody without one."""
    return User.objects.create_guest()


def gateway(base_url: str = "http://127.0.0.1:9/v1", **columns: Any) -> Gateway:
    """A gateway; at this address nobody ever answers."""
    key = columns.pop("with_key", "sk-tests-0123456789abcdef")
    row = Gateway(name=f"Gateway {next(_number)}", base_url=base_url, **columns)
    row.set_key(key)
    row.save()
    return row


def rule(at: Gateway, model: str = "stable-diffusion", **columns: Any) -> PriceRule:
    """A price in the book, from the beginning of time unless it says otherwise."""
    pictures = columns.pop("pictures", {})
    columns.setdefault("valid_from", LONG_AGO)
    terms = {
        name: Decimal(value)
        for name, value in columns.items()
        if isinstance(value, str) and name.startswith(("per_", "group_ratio"))
    }
    prices = [
        PicturePrice(size=size, quality=quality, price=Decimal(price))
        for (size, quality), price in pictures.items()
    ]
    return PriceRule.objects.publish(PriceRule(gateway=at, model=model, **columns | terms), prices)


def drift(at: Gateway, model: str = "stable-diffusion", **columns: Any) -> Drift:
    """The alarm that twelve runs of a model cost 7 dollars where 1 to 2 were expected."""
    now = timezone.now()
    values: dict[str, Any] = {
        **{"low": Decimal(1), "high": Decimal(2), "actual": Decimal(7), "runs": 12},
        **{"since": now, "seen_at": now, "checked_at": now, "currency": "USD"},
    }
    return Drift.objects.create(gateway=at, model=model, **values | columns)


def bill(at: Gateway, **columns: Any) -> Bill:
    """What a gateway has just told: 7.70 dollars of 20 are used."""
    values: dict[str, Any] = {
        **{"limit": Decimal(20), "used": Decimal("7.7"), "counted": ZERO, "unpriced": 0},
        **{"key_tail": at.key_tail, "read_at": timezone.now(), "is_quiet": True},
    }
    return Bill.objects.create(gateway=at, **values | columns)


def model(name: str = "stable-diffusion", at: Gateway | None = None) -> Model:
    """A model on offer."""
    return Model.objects.create(gateway=at or gateway(), name=name, kind=describe(name).kind)


def chat(name: str = "stable-diffusion", prompt: str = "A lighthouse", **values: Any) -> Chat:
    """What a person asks for."""
    return Chat(model=name, messages=(Message(role="user", content=prompt),), **values)


def generation(
    owner: User | None = None, of: Model | None = None, prompt: str = "A lighthouse", **values: Any
) -> Generation:
    """A queued generation that no engine has been told of."""
    of = of or model()
    row, _ = entered(
        submissions.new(
            owner=owner or guest(),
            model=of,
            parameters=chat(of.name, prompt, **values),
            asked=values,
            submission=uuid7().hex,
        )
    )
    return row


def entered(submission: Submission) -> tuple[Generation, bool]:
    """The row of a submission that no engine has been told of, and whether it is new.

    Raises OverBudgetError.
    """
    (result,) = submissions.enter([submission])
    if isinstance(result, OverBudgetError):
        raise result
    return result


def picture(of: Generation, **columns: Any) -> Picture:
    """A picture of a generation, waiting to be fetched if it has an address."""
    if columns.get("source_url"):
        columns.setdefault("next_try_at", timezone.now())
    return Picture.objects.create(generation=of, position=next(_number), **columns)


def draft(owner: User, prompt: str = "half a thought", **fields: str) -> Draft:
    """A draft, as a page of its own has written it."""
    typed = Typed({"prompt": prompt, **fields}, writer=uuid7().hex, edit=1)
    return Draft.objects.write(owner, uuid7(), 0, typed).draft


def photo(
    width: int = 64, height: int = 48, colour: str = "#3366cc", form: str = "PNG", **more: Any
) -> bytes:
    """The bytes of a picture in one colour."""
    file = io.BytesIO()
    Image.new("RGBA" if len(colour) > len("#rrggbb") else "RGB", (width, height), colour).save(
        file, form, **more
    )
    return file.getvalue()


def reference(owner: User, data: bytes | None = None, **origin: Any) -> Reference:
    """A picture that somebody gives along."""
    return references.take(owner, data or photo(), **origin)
