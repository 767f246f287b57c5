"""Completions."""

from modelless_web.records.models import User


def complete(user: User, text: str, cursor: int) -> list[object]:
    return []
