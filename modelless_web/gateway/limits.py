"""How much the studio takes in from one answer, whatever a gateway sends.

Each limit ends the run with a sentence of its own; what came until then is kept.
"""

from typing import Final

EVENT_BYTES: Final = 64 * 1024 * 1024
"""One event of a stream, or a whole reply that is none: a picture in base64 is one line."""
ANSWER_BYTES: Final = 256 * 1024 * 1024
"""Everything that one exchange brings."""
TEXT_CHARACTERS: Final = 4_000_000
"""Words and thoughts of all choices together."""
CHOICES: Final = 128
"""Answers side by side: the most that the API lets anybody ask for."""
TOKENS: Final = 2**31 - 1
"""What a gateway counts; a larger number is no count, and no database keeps it."""
PICTURES: Final = 100
"""Pictures of one choice."""
