"""What several parts of one page ask for, read once."""

from collections.abc import Callable

from django.http import HttpRequest


def once[Found](request: HttpRequest, name: str, read: Callable[[], Found]) -> Found:
    """What ``read`` returned the first time that a request asked for it by this name."""
    kept: dict[str, Found] = vars(request).setdefault("read_once", {})
    if name not in kept:
        kept[name] = read()
    return kept[name]
