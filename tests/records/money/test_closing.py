"""Whether an ended generation is paid for, as far as we can know."""

from typing import Any

import pytest
from django.utils import timezone

from modelless_web.records.models import Charge, Generation, Status
from modelless_web.records.money.closing import charge_of

NOW = timezone.now()
UNSENT, REFUSED, MAYBE, CHARGED = Charge.UNSENT, Charge.REFUSED, Charge.MAYBE, Charge.CHARGED
SAID = {"first_byte_at": NOW}
TOLD = SAID | {"total_tokens": 29}
UNSURE = {"maybe_charged": True}


@pytest.mark.parametrize(
    ("status", "columns", "charge"),
    [
        (Status.SUCCEEDED, TOLD, CHARGED),
        (Status.SUCCEEDED, SAID, CHARGED),
        (Status.SUCCEEDED, SAID | {"error_kind": "truncated"}, MAYBE),
        (Status.SUCCEEDED, TOLD | {"error_kind": "truncated"}, CHARGED),
        (Status.FAILED, {"error_kind": "network"}, UNSENT),
        (Status.FAILED, {"error_kind": "rate", "error_status": 429}, REFUSED),
        (Status.FAILED, SAID | {"error_kind": "moderation"}, REFUSED),
        (Status.FAILED, UNSURE | {"error_kind": "timeout"}, MAYBE),
        (Status.FAILED, UNSURE | SAID | {"error_kind": "network"}, MAYBE),
        (Status.FAILED, UNSURE | TOLD | {"error_kind": "network"}, CHARGED),
        (Status.CANCELLED, {}, UNSENT),
        (Status.CANCELLED, SAID, REFUSED),
        (Status.CANCELLED, UNSURE, MAYBE),
        (Status.CANCELLED, UNSURE | TOLD, CHARGED),
        (Status.INTERRUPTED, {}, UNSENT),
        (Status.INTERRUPTED, UNSURE, MAYBE),
    ],
)
def test_every_end_has_its_charge(status: Status, columns: dict[str, Any], charge: Charge) -> None:
    assert charge_of(Generation(status=status, **columns)) == charge


def test_between_two_attempts_the_first_was_refused() -> None:
    row = Generation(status=Status.INTERRUPTED)
    assert charge_of(row, was_refused=True) == REFUSED
