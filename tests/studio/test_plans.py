"""How SQLite goes about what pages ask: it has no figures of its tables, so it may go wrong."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from modelless_web.records.models import User
from tests.studio.factories import a_generation, a_picture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite is asked for its plan"),
]
PAGES = (
    "/?from={pk}",
    "/generations/{pk}/",
    "/compare/?pk={pk}&pk={parent}",
    "/history/",
    "/history/?q=fox&best=on",
    "/history/?q=is:starred",
    "/history/?q=tag:sea+rating:>=3",
    "/history/cull/?q=is:starred",
    "/history/export/",
    "/history/facets/",
    "/history/facets/?q=is:starred",
    "/history/trash/",
    "/boards/",
    "/usage/",
)
WHOLE = ("records_generation", "by_owner_and_time (owner_id=?)", "newest_of_owner (owner_id=?)")
"""How a step ends that reads them all."""
FEW = re.compile(r" LIMIT \d+$")


@pytest.mark.parametrize("address", PAGES)
def test_no_page_walks_through_all_that_a_person_has(
    mine: Client, person: User, address: str
) -> None:
    parent = a_generation(person)
    row = a_generation(person, parent=parent)
    a_picture(row)
    walks: list[str] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and not FEW.search(sql):
            # As it is executed, past this wrapper.
            plan = execute(f"EXPLAIN QUERY PLAN {sql}", params, many, context).fetchall()
            walks.extend(step for *_, step in plan if step.endswith(WHOLE))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert mine.get(address.format(pk=row.pk, parent=parent.pk)).status_code == 200
    assert walks == []
