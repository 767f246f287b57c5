"""Every model of the practice gateway: its name, what it does in a sentence, and what does it."""

from dataclasses import dataclass

from . import answers
from .answers import Behaviour, answering


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the list of models."""

    description: str
    behave: Behaviour


MODELS: dict[str, Model] = {
    "practice-painter": Model(
        "Describes what it paints, shows its progress, then links a picture.",
        answering(answers.paint),
    ),
}
