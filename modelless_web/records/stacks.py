"""Stacks: what looks the same, or was made at once, takes one place on a page.

The rule: all pictures of one generation stand in one stack. A generation also joins the stack of
a newer one of the same page and day, at most ``REACH`` generations before it, if one of its
pictures looks nearly like one of the pictures of that stack's *first* generation. It is never
compared with what has joined since, so that a stack does not drift from one look to another. A
stack stands where its first generation stands, which is the newest.

For a page of ``n`` generations that is ``n`` times ``REACH`` comparisons of a few numbers each,
and no query.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from modelless_web.records.likeness import distance
from modelless_web.records.models import Generation, Picture

REACH: Final = 12
# Bits of 64. Measured on the practice gateway's pictures: the same picture in another size,
# compression, brightness or cut differs by 4 at most, pictures of other words by 6 or more.
NEAR: Final = 5
# Of 256 steps of each colour: the same shapes by day and by night are two pictures.
SAME_COLOUR: Final = 32


@dataclass(frozen=True)
class Stack:
    """Generations that take one place, newest first."""

    generations: list[Generation]
    is_open: bool = False
    """Whether its cells stand side by side and there is no cover."""

    @cached_property
    def count(self) -> int:
        """How many cells it holds: one for each picture, and one for what has none."""
        return sum(max(1, len(row.pictures.all())) for row in self.generations)

    @property
    def is_single(self) -> bool:
        """Whether there is nothing to be collapsed."""
        return self.is_open or self.count == 1

    @cached_property
    def best(self) -> Generation:
        """The highest rated, else starred, else first; a rejected one only among its like."""
        return max(
            self.generations, key=lambda row: (not row.is_rejected, row.rating, row.is_starred)
        )

    @cached_property
    def cover(self) -> Picture | None:
        """The best one's first picture that is here, or any other's."""
        return next((p for row in (self.best, *self.generations) for p in _stored(row)), None)


def stacked(rows: Iterable[Generation]) -> list[Stack]:
    """Collapse generations of one day and page, newest first, whose pictures are prefetched."""
    stacks: list[tuple[int, Stack]] = []
    for place, row in enumerate(rows):
        reached = (stack for first, stack in stacks if place - first <= REACH)
        home = next((stack for stack in reached if _look_alike(stack.generations[0], row)), None)
        if home:
            home.generations.append(row)
        else:
            stacks.append((place, Stack([row])))
    return [stack for _, stack in stacks]


def look_alike(one: Picture, other: Picture) -> bool:
    """Whether two pictures are nearly the same to look at."""
    if not (one.likeness and other.likeness):
        # Not looked at yet, or too plain to be like anything.
        return False
    return distance(one.likeness, other.likeness) <= NEAR and _in_same_colour(one, other)


def _look_alike(one: Generation, other: Generation) -> bool:
    return any(look_alike(a, b) for a in _stored(one) for b in _stored(other))


def _stored(row: Generation) -> list[Picture]:
    return [picture for picture in row.pictures.all() if picture.is_stored]


def _in_same_colour(one: Picture, other: Picture) -> bool:
    pairs = zip(_channels(one.colour), _channels(other.colour), strict=False)
    return all(abs(a - b) <= SAME_COLOUR for a, b in pairs)


def _channels(colour: str) -> bytes:
    """The three numbers of #rrggbb."""
    return bytes.fromhex(colour.removeprefix("#"))
