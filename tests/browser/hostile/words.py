"""What stands in every place where somebody else's words are shown, and its harmless twin.

Each piece begins with the name of its carrier and its number, so that a page tells what it shows.
"""

from dataclasses import dataclass
from typing import Final

from tests.browser.hostile.payloads import PAYLOADS

COUNT: Final = len(PAYLOADS)


@dataclass(frozen=True, slots=True)
class Words:
    """One attempt after the other, or plain letters in its place that are just as long."""

    are_hostile: bool

    def one(self, carrier: str, number: int) -> str:
        """One attempt."""
        payload = PAYLOADS[number]
        said = payload if self.are_hostile else "x" * len(payload)
        return f"{carrier}-{number} {said}"

    def all(self, carrier: str) -> str:
        """Every attempt, in paragraphs."""
        return "\n\n ".join(self.each(carrier))

    def each(self, carrier: str) -> list[str]:
        """Every attempt by itself."""
        return [self.one(carrier, number) for number in range(COUNT)]
