"""Where a generation comes from and what it led to."""

from typing import Any

import pytest
from django.utils import timezone

from modelless_web.records.models import Generation, User
from modelless_web.records.relations import lineage as tree
from modelless_web.records.relations.lineage import Node, lineage
from tests.studio.factories import a_generation, a_picture
from tests.studio.pages import queries
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db: None) -> User:
    return factories.guest()


def line(person: User, length: int, **more: Any) -> list[Generation]:
    """Each made from the one before, the root first."""
    rows: list[Generation] = []
    for number in range(length):
        parent = rows[-1] if rows else None
        rows.append(a_generation(person, parent=parent, prompt=f"step {number}", **more))
    return rows


def prompts(nodes: list[Node]) -> list[str]:
    return [node.row.prompt for node in nodes]


def test_what_has_no_family_is_alone(person: User) -> None:
    assert lineage(a_generation(person)).is_alone


def test_the_chain_leads_from_the_root_to_the_parent(person: User) -> None:
    rows = line(person, 4)
    found = lineage(rows[-1])
    assert prompts(found.chain) == ["step 0", "step 1", "step 2"]
    assert [node.row for node in found.chain[-1].children] == [rows[-1]]


def test_siblings_stand_around_it_in_their_order(person: User) -> None:
    parent = a_generation(person)
    rows = [a_generation(person, parent=parent, prompt=name) for name in "abc"]
    brood = lineage(rows[1]).chain[-1].children
    assert prompts(brood) == ["a", "b", "c"]
    assert [node.is_here for node in brood] == [False, True, False]


def test_children_stand_below_it(person: User) -> None:
    root, child, grandchild = line(person, 3)
    here = lineage(child).chain[0].children[0]
    assert prompts(here.children) == [grandchild.prompt]
    assert prompts(lineage(root).chain[0].children) == [child.prompt]


def test_a_long_chain_keeps_its_root_and_the_nearest(person: User) -> None:
    rows = line(person, tree.MOST_ANCESTORS + 4)
    chain = lineage(rows[-1]).chain
    assert len(chain) == tree.MOST_ANCESTORS
    assert (chain[0].row, chain[0].skipped) == (rows[0], 3)
    assert chain[1].row == rows[4]


def test_of_a_large_brood_the_newest_are_shown_and_the_others_counted(person: User) -> None:
    parent = a_generation(person)
    rows = [a_generation(person, parent=parent) for _ in range(tree.MOST_CHILDREN + 12)]
    here = lineage(parent).chain[0]
    assert [node.row for node in here.children] == rows[12:]
    assert here.more == 12


def test_a_tree_never_grows_past_thirty(person: User) -> None:
    rows = line(person, 20)
    for _ in range(20):
        a_generation(person, parent=rows[-1])
        a_generation(person, parent=rows[-2])
    found = lineage(rows[-1])
    brood = found.chain[-1].children
    here = next(node for node in brood if node.is_here)
    assert len(found.chain) + len(brood) + len(here.children) <= 30


def test_an_edge_tells_what_is_different(person: User) -> None:
    parent = a_generation(person, prompt="a red fox", asked={"temperature": 0.2, "system": "a"})
    row = a_generation(person, prompt="a blue fox", parent=parent, descent="refined")
    edge = lineage(row).chain[-1].children[0].edge
    assert edge is not None
    assert edge.relation == "Refined"
    assert [piece.text for piece in edge.prompt.pieces] == ["a ", "red", "blue", " fox"]
    assert {change.name for change in edge.changes} >= {"temperature"}
    assert edge.is_other_system


def test_what_is_in_the_trash_keeps_the_chain_together_without_its_words(person: User) -> None:
    root, middle, last = line(person, 3)
    Generation.objects.filter(pk=middle.pk).update(deleted_at=timezone.now())
    chain = lineage(last).chain
    assert [node.is_in_trash for node in chain] == [False, True]
    assert chain[0].row == root
    assert chain[1].edge is None
    assert chain[1].children[0].edge is None


def test_children_and_siblings_in_the_trash_are_left_out(person: User) -> None:
    parent, row, child = line(person, 3)
    a_generation(person, parent=parent, prompt="away", deleted_at=timezone.now())
    Generation.objects.filter(pk=child.pk).update(deleted_at=timezone.now())
    brood = lineage(row).chain[-1].children
    assert prompts(brood) == [row.prompt]
    assert brood[0].children == []


@pytest.mark.parametrize("place", [0, 1])
def test_another_persons_are_no_relatives(person: User, place: int) -> None:
    rows = line(person, 3)
    Generation.objects.filter(pk=rows[place].pk).update(owner=factories.guest())
    assert rows[place] not in [node.row for node in lineage(rows[2]).chain]


def test_anothers_children_are_not_shown(person: User) -> None:
    row = a_generation(person)
    a_generation(factories.guest(), parent=row)
    assert lineage(row).is_alone


def test_what_was_made_from_something_gone_says_so(person: User) -> None:
    row = a_generation(person, descent="again")
    assert lineage(row).is_orphan


def test_a_circle_ends(person: User) -> None:
    rows = line(person, 3)
    Generation.objects.filter(pk=rows[0].pk).update(parent=rows[2])
    rows[2].refresh_from_db()
    assert len(lineage(rows[2]).chain) <= 3


def test_it_is_known_by_its_first_stored_picture(person: User) -> None:
    parent, row = line(person, 2)
    factories.picture(parent)
    kept = a_picture(parent, position=1)
    assert lineage(row).chain[0].picture == kept


def test_a_larger_tree_takes_no_more_queries(person: User) -> None:
    small, large = line(person, 2)[-1], line(person, 9)[-1]
    for _ in range(9):
        a_picture(a_generation(person, parent=large))
        a_picture(a_generation(person, parent=large.parent))
    a_generation(person, parent=small)
    a_generation(person, parent=small.parent)

    def walk(row: Generation) -> None:
        for node in lineage(row).chain:
            str([(child.edge and child.edge.changes, child.picture) for child in node.children])

    assert queries(lambda: walk(small)) == queries(lambda: walk(large))
