"""Where a generation comes from and what it led to, as a small tree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from modelless_web.records.models import Generation, Picture
from modelless_web.records.relations.inputs import Change, changes, system_message
from modelless_web.records.relations.words import Difference

MOST_ANCESTORS: Final = 12
MOST_SIBLINGS: Final = 6
MOST_CHILDREN: Final = 10
# Links of the chain that are followed at all.
DEEPEST: Final = 200
# A tree has many edges, so each may cost less than a comparison that stands alone.
STEPS: Final = 2_000_000

_LINE: Final = """
    WITH RECURSIVE line (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM records_generation WHERE id = %s
        UNION ALL
        SELECT parent.id, parent.parent_id, line.depth + 1
        FROM records_generation AS parent JOIN line ON parent.id = line.parent_id
        WHERE parent.owner_id = %s AND line.depth < %s
    )
    SELECT id FROM line
"""


@dataclass(frozen=True)
class Edge:
    """What is different from the generation above, and the pair to compare."""

    above: Generation
    below: Generation

    @property
    def relation(self) -> str:
        return self.below.get_descent_display().removesuffix(" from")

    @property
    def prompt(self) -> Difference:
        return Difference(self.above.prompt, self.below.prompt, STEPS)

    @property
    def changes(self) -> list[Change]:
        return changes([self.above, self.below])

    @property
    def is_other_system(self) -> bool:
        return system_message(self.above) != system_message(self.below)


@dataclass
class Node:
    """A generation in its place; ``skipped`` ones of the chain stand between it and the next."""

    row: Generation
    edge: Edge | None = None
    is_here: bool = False
    skipped: int = 0
    children: list["Node"] = field(default_factory=list)
    more: int = 0

    @property
    def is_in_trash(self) -> bool:
        return self.row.is_deleted

    @property
    def picture(self) -> Picture | None:
        """What it is recognised by."""
        return next((p for p in self.row.pictures.all() if p.is_stored), None)


@dataclass(frozen=True)
class Lineage:
    """The chain from the root down to the parent; the last node of it holds the siblings.

    ``is_orphan``: it was made from another one that is gone for good.
    """

    chain: list[Node]
    is_orphan: bool = False

    @property
    def is_alone(self) -> bool:
        return len(self.chain) == 1 and not self.chain[0].children and not self.is_orphan


def lineage(row: Generation) -> Lineage:
    """The tree around a generation, in a fixed number of queries, of its owner's rows alone.

    What is in the trash shows only where it holds the chain together, without its words.
    """
    ancestors = _ancestors(row)
    parent = ancestors[-1] if ancestors else None
    here = _node(row, parent, is_here=True)
    here.children, here.more = _brood(row, MOST_CHILDREN, besides=row.pk)
    chain = _chain(ancestors)
    if parent:
        chain[-1].children, chain[-1].more = _brood(parent, MOST_SIBLINGS, besides=row.pk)
        chain[-1].children.append(here)
        chain[-1].children.sort(key=lambda node: node.row.pk)
    return Lineage(chain or [here], is_orphan=bool(row.descent and not parent))


def _ancestors(row: Generation) -> list[Generation]:
    """The generations that it comes from, the root first."""
    if row.parent_id is None:
        return []
    pk = Generation._meta.pk.get_db_prep_value(row.pk, connection)
    line = RawSQL(_LINE, (pk, row.owner_id, DEEPEST))  # noqa: S611 - no word of it is anybody's
    found = {other.pk: other for other in _shown().filter(pk__in=line).exclude(pk=row.pk)}
    chain, at = [], found.pop(row.parent_id, None)
    while at:
        chain.append(at)
        at = found.pop(at.parent_id, None) if at.parent_id else None
    return chain[::-1]


def _chain(ancestors: Sequence[Generation]) -> list[Node]:
    """A node for each, or for the root and the nearest where there are too many."""
    pairs = zip(ancestors, [None, *ancestors], strict=False)
    nodes = [_node(row, above) for row, above in pairs]
    too_many = len(nodes) - MOST_ANCESTORS
    if too_many > 0:
        nodes[0].skipped = too_many
        del nodes[1 : 1 + too_many]
    return nodes


def _brood(parent: Generation, most: int, besides: UUID) -> tuple[list[Node], int]:
    """The newest that were made from a generation, oldest first, and how many more there are."""
    mine = Q(parent=parent, owner_id=parent.owner_id, deleted_at=None)
    rows = _shown().filter(mine).exclude(pk=besides)
    newest = list(rows.order_by("-id")[:most])[::-1]
    return [_node(row, parent) for row in newest], max(rows.count() - most, 0)


def _node(row: Generation, above: Generation | None, *, is_here: bool = False) -> Node:
    has_words = above and not above.is_deleted and not row.is_deleted
    return Node(row, Edge(above, row) if above and has_words else None, is_here=is_here)


def _shown() -> QuerySet[Generation]:
    """What a node shows, without the heavy columns."""
    columns = ("owner", "gateway", "model", "model_kind", "parent", "descent", "prompt", "asked")
    return (
        Generation.objects.select_related("gateway")
        .only(*columns, "queued_at", "deleted_at", "status", "gateway__name")
        .prefetch_related("pictures")
    )
