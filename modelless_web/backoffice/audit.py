"""Writing the audit log."""

from typing import cast

from django.http import HttpRequest

from modelless_web.records.models import Audit, User


def note(
    request: HttpRequest,
    what: Audit.What,
    kind: str,
    *,
    target: object = "",
    count: int | None = None,
) -> None:
    """Write down what the person behind a request sees or does; a page waits for it to be kept."""
    Audit(
        actor=cast(User, request.user),
        what=what,
        kind=kind[:20],
        target=str(target)[:40],
        count=count,
        address=request.get_full_path()[: Audit.LONGEST_ADDRESS],
    ).save()
