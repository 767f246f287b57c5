"""What pages of usage tell."""

from datetime import date

import pytest

from modelless_web.records.models import Charge, Status, User
from tests.studio.usage import priced, used
from tests.support import factories


@pytest.fixture
def work(person: User, stranger: User) -> User:
    """Somebody's month, beside somebody else's."""
    gateway = factories.gateway()
    for owner in (person, stranger):
        used(owner, date(2026, 3, 5), gateway, total_tokens=10, **priced("0.10"))
        used(owner, date(2026, 3, 5), gateway, model="gpt", **priced("0.50", "EUR"))
        used(owner, date(2026, 3, 20), gateway, model="two words")
        used(
            owner,
            date(2026, 3, 31),
            gateway,
            status=Status.FAILED,
            error_kind="timeout",
            charge=Charge.MAYBE,
            **priced("0.02"),
        )
        used(owner, date(2026, 4, 1), gateway, **priced("7"))
        used(owner, date(2026, 2, 28), gateway, **priced("9"))
    return person
