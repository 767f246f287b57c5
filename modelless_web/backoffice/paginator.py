"""Pages of a table of any length, without ever counting all of it."""

from typing import Final

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED: Final = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to 10,000 rows and pages through no more: whoever looks further narrows by date.

    So neither the count nor the offset of a page grows with the table.
    """

    object_list: QuerySet  # type: ignore[type-arg]
    note = f"The first {MOST_COUNTED:,} can be paged through; narrow the list to reach others."

    @cached_property
    def _found(self) -> int:
        # In the order of the list, so that both read from the same index.
        return self.object_list.values("pk")[: MOST_COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        """The rows that can be paged through."""
        return min(self._found, MOST_COUNTED)

    @property
    def is_bounded(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self._found > MOST_COUNTED

    @cached_property
    def shown_count(self) -> str:
        """The number of rows in words: exact, "10,000+", or what PostgreSQL's planner thinks."""
        if not self.is_bounded:
            return f"{self._found:,}"
        estimate = 0 if self.object_list.query.where else self._planner_estimate()
        return f"about {estimate:,}" if estimate > MOST_COUNTED else f"{MOST_COUNTED:,}+"

    def _planner_estimate(self) -> int:
        connection = connections[self.object_list.db]
        if connection.vendor != "postgresql":
            return 0
        table = connection.ops.quote_name(self.object_list.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
            return int(cursor.fetchone()[0])
