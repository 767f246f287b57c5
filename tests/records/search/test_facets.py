"""Facets: what the hits have in common, and how often."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modelless_web.records.language.query import parse
from modelless_web.records.search import facets
from tests.records.search import history
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_what_the_hits_have_in_common_is_counted() -> None:
    owner = factories.guest()
    history.make(factories.guest())
    history.make(owner)
    found = facets.facets(owner, parse("lighthouse"))
    counts = {
        name: {facet.label: facet.count for facet in some}
        for name, some in found.by_operator.items()
    }
    assert counts == {
        "model": {"stable-diffusion": 3},
        "status": {"succeeded": 2, "failed": 1},
        "kind": {"image": 3},
        "tag": {"sea": 2, "two words": 1},
        "is": {"starred": 1, "rejected": 1},
    }
    assert (found.hits, found.is_partial) == (3, False)


def test_every_facet_narrows_to_as_many_as_it_says() -> None:
    owner = factories.guest()
    history.make(owner)
    query = parse("")
    for some in facets.facets(owner, query).by_operator.values():
        for facet in some:
            narrowed = query.with_term(facet.term.text)
            assert facets.facets(owner, narrowed).hits == facet.count


def test_only_the_newest_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = factories.guest()
    history.make(owner)
    monkeypatch.setattr(facets, "COUNTED", 2)
    found = facets.facets(owner, parse(""))
    assert (found.hits, found.is_partial) == (2, True)


def test_facets_cost_two_queries_beside_finding(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = factories.guest()
    history.make(owner)
    monkeypatch.setattr("modelless_web.records.search.find.ENOUGH", 0)
    # PostgreSQL is asked first whether there are hits near.
    with django_assert_num_queries(2 if connection.vendor == "sqlite" else 3):
        facets.facets(owner, parse("lighthouse"))
