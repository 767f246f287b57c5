"""``manage.py rebuild_search``: make the index of words anew, while the studio runs."""

from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.console import plain_failures, progress
from modelless_web.records.search import index


class Command(BaseCommand):
    help = "Make the index of words anew; until it ends, searches find the newest alone."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with plain_failures("The index is not complete; run the command again."):
            refuse_if_none()
            count = index.rebuild(tell=progress("generations"))
        self.stdout.write(f"Indexed {count:,} generation{pluralize(count)}.")
