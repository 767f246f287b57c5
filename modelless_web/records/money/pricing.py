"""What a generation costs by a rule of the price book; pure arithmetic, in ``Decimal``."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from modelless_web.records.models.prices import PriceRule, per_million
from modelless_web.records.money.amounts import ZERO, rounded

# Of ordinary English; other languages have fewer, so that an estimate is rather too high.
BYTES_PER_TOKEN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What is to be paid for. Tokens are None where nobody counted them.

    ``size`` and ``quality`` are as sent; ``cached_tokens`` are a part of ``prompt_tokens``.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    pictures: int = 0
    size: str = ""
    quality: str = ""


def price(rule: PriceRule, used: Used) -> Decimal | None:
    """The amount in the rule's currency, rounded to billionths once, at the end.

    None where the rule has no price for what was used: tokens that nobody counted, a size that it
    does not name, or nothing at all.
    """
    parts = [rule.per_request, _tokens(rule, used), _pictures(rule, used)]
    known = [part for part in parts if part is not None]
    is_asked = [rule.per_request is not None, rule.by_tokens, rule.by_pictures]
    if not any(is_asked) or len(known) < sum(is_asked):
        return None
    return rounded(sum(known, ZERO) * rule.group_ratio)


def _tokens(rule: PriceRule, used: Used) -> Decimal | None:
    if not rule.by_tokens or used.prompt_tokens is None or used.completion_tokens is None:
        return None
    cached = min(used.cached_tokens, used.prompt_tokens)
    per_cached = rule.per_prompt if rule.per_cached is None else rule.per_cached
    return (
        per_million(rule.per_prompt, used.prompt_tokens - cached)
        + per_million(per_cached, cached)
        + per_million(rule.per_completion, used.completion_tokens)
    )


def _pictures(rule: PriceRule, used: Used) -> Decimal | None:
    if not rule.by_pictures:
        return None
    if not used.pictures:
        return ZERO
    each = rule.picture_price(used.size, used.quality)
    return None if each is None else each * used.pictures


def tokens_of(text: str) -> int:
    """About how many tokens a text is: one for four bytes, and at least one if there is any."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def prompt_tokens(request: dict[str, Any]) -> int:
    """About how many tokens the words of a request's messages, or of its one prompt, are."""
    messages: Iterable[Any] = request.get("messages") or [{"content": request.get("prompt", "")}]
    return sum(tokens_of(_words(message.get("content"))) for message in messages)


def _words(content: Any) -> str:
    """The text of a message; of one that has parts, that of its text parts."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and "text" in part]
        return " ".join(str(part["text"]) for part in parts)
    return content if isinstance(content, str) else ""
