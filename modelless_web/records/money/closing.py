"""What an ended generation cost: said once, in the transaction that ends it."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from modelless_web.gateway import sight
from modelless_web.gateway.errors import Kind
from modelless_web.records.models.generations import Basis, Charge, Generation, Status
from modelless_web.records.models.troubles import Attempt
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.money.pricing import Used, price, prompt_tokens, tokens_of
from modelless_web.records.usage import rollup

HEAVY = ("response", "error_body", "reasoning", "asked", "prompt", "text", "request")
COLUMNS = ("picture_count", "charge", "cost", "cost_basis", "duration_ms")


def close(pks: Collection[UUID]) -> None:
    """Say of generations that have just ended what they cost, and count them in the roll-up."""
    rows = Generation.objects.filter(pk__in=pks).select_related("price_rule", "gateway")
    rows = rows.defer(*HEAVY, "gateway__key")
    row: Any
    refused = Attempt.objects.filter(generation=OuterRef("pk"), error_status__isnull=False)
    for row in rows.annotate(found=Count("pictures"), was_refused=Exists(refused)):
        row.picture_count = row.found
        row.charge = charge_of(row, was_refused=row.was_refused)
        row.cost, row.cost_basis = cost_of(row)
        row.duration_ms = row.milliseconds
        Generation.objects.filter(pk=row.pk).update(
            **{name: getattr(row, name) for name in COLUMNS}
        )
    rollup.count(pks)


def charge_of(row: Generation, *, was_refused: bool = False) -> Charge:
    """Whether an ended generation is paid for; ``was_refused``: an attempt before the last was.

    What the gateway reported tokens of, it charges for, however the run ended.
    """
    if row.total_tokens:
        return Charge.CHARGED
    if row.maybe_charged or row.error_kind == Kind.TRUNCATED:
        return Charge.MAYBE
    if row.status == Status.SUCCEEDED:
        return Charge.CHARGED
    was_answered = row.error_status or row.first_byte_at or was_refused
    return Charge.REFUSED if was_answered else Charge.UNSENT


def cost_of(row: Generation) -> tuple[Decimal | None, Basis]:
    """What it cost and how that is known; what may have been charged counts as if it was."""
    if row.gateway.is_practice or row.charge in {Charge.UNSENT, Charge.REFUSED}:
        return ZERO, Basis.FREE
    rule = row.price_rule
    if rule is None:
        return None, Basis.NONE
    is_counted = row.completion_tokens is not None or not rule.by_tokens
    amount = price(rule, used_by(row))
    if amount is None:
        return None, Basis.NONE
    is_exact = is_counted and row.charge == Charge.CHARGED
    return amount, Basis.EXACT if is_exact else Basis.ESTIMATED


def used_by(row: Generation) -> Used:
    """What a generation used, in the gateway's own figures; ours where it reported none."""
    prompt, completion = row.prompt_tokens, row.completion_tokens
    needs_tokens = row.price_rule is not None and row.price_rule.by_tokens
    if needs_tokens and (prompt is None or completion is None):
        prompt, completion = _counted(row)
    is_for_pictures = row.price_rule is not None and row.price_rule.by_pictures
    asked = row.request if is_for_pictures else {}
    return Used(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=row.cached_tokens or 0,
        pictures=_pictures(row) if is_for_pictures else 0,
        size=str(asked.get("size", "")),
        quality=str(asked.get("quality", "")),
    )


def _counted(row: Generation) -> tuple[int, int]:
    """Tokens of the prompt and of the answer, and the most that their pictures can have been."""
    _, seen = sight.seen(row.request)
    _, each = sight.drawn(row.request) or (0, 0)
    answer = tokens_of(row.text) + tokens_of(row.reasoning)
    return prompt_tokens(row.request) + seen, answer + each * _pictures(row)


def _pictures(row: Generation) -> int:
    """How many are paid for: where none came, all that were asked for may be on the bill."""
    if row.charge == Charge.MAYBE and not row.picture_count:
        return int(row.request.get("n", 1))
    return row.picture_count
