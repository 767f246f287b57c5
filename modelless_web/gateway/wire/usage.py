"""What a gateway counted (gateway reference, sections 2.2 and 4.2)."""

from typing import Any

from modelless_web.gateway import limits
from modelless_web.gateway.events import UsageReported


def read_usage(usage: Any) -> UsageReported | None:
    """Return the tokens that a usage object tells of; None where it tells of none.

    The images API calls them input and output; a total that is missing is their sum.
    """
    if not isinstance(usage, dict):
        return None
    prompt = _count(usage, "prompt_tokens", "input_tokens")
    completion = _count(usage, "completion_tokens", "output_tokens")
    total = _count(usage, "total_tokens") or min(prompt + completion, limits.TOKENS)
    return UsageReported(prompt, completion, total, _cached(usage)) if total else None


def _count(usage: dict[str, Any], *names: str) -> int:
    for name in names:
        value = usage.get(name)
        if isinstance(value, int | float) and 0 < value <= limits.TOKENS:
            return int(value)
    return 0


def _cached(usage: dict[str, Any]) -> int | None:
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return int(cached) if isinstance(cached, int | float) and 0 <= cached <= limits.TOKENS else None
