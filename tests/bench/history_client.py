"""Asks the database that the environment names, in this process; prints a JSON line a question."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

import django
from django.db import connection
from django.test import Client
from django.utils import timezone

ROUNDS: Final = 40
PAGE: Final = 49
SEARCHES: Final = {
    "rare word": "quetzalcoatl",
    "common word": "sea",
    "three words": "red sea mountain",
    "words that never meet": "diffusion flux",
    "phrase": '"on the sea"',
    "beginning": "light*",
    "no hit": "nothinglikeit",
    "without a word": "-sea",
    "word in a month": "sea on:{month}",
    "word, tag and stars": "sea tag:cover rating:>=3",
    "tag": "tag:odd",
    "board": "board:favourites",
    "starred": "is:starred",
    "failed of a model": "model:claude-haiku status:failed",
    "with a picture": "has:picture",
}


def main() -> None:
    """Time each question ``ROUNDS`` times, after two that warm it up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")
    django.setup()
    from modelless_web.records.ids import first_at
    from modelless_web.records.language.query import parse
    from modelless_web.records.models import User
    from modelless_web.records.search.find import find

    person = User.objects.get(username="history")
    past = timezone.now() - timedelta(days=900)
    far_down = first_at(past)
    month = f"{past:%Y-%m}"

    def search(typed: str, *, is_far: bool = False, ranked: bool = False) -> Callable[[], object]:
        before = far_down if is_far else None
        return lambda: list(
            find(person, parse(typed), before=before, ranked=ranked).values_list("pk")[:PAGE]
        )

    for name, typed in SEARCHES.items():
        tell("search", name, search(typed.format(month=month)))
    tell("search", "common word, far down", search("sea", is_far=True))
    tell("search", "common word, best first", search("sea", ranked=True))
    tell("search", "three words, best first", search("red sea mountain", ranked=True))

    has_picture = find(person, parse("has:picture")).values_list("pk", flat=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    pages = {
        "first page": "/history/",
        "page far down": f"/history/?before={far_down}",
        "jump to a month": f"/history/?at={month}-01",
        "detail": f"/generations/{has_picture.first()}/",
        "cull": "/history/cull/?q=has:picture",
        "facets and months": "/history/facets/",
        "facets and months of a common word": "/history/facets/?q=sea",
    }
    for name, address in pages.items():
        tell("page", name, partial(opened, client, address))


def opened(client: Client, address: str) -> None:
    """Ask for a page, which must come."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer)


def tell(kind: str, name: str, ask: Callable[[], object]) -> None:
    """Ask ``ROUNDS`` times, after twice that warm it up, and print how long it took each time."""
    ask()
    queries: list[str] = []

    def count(execute: Callable[..., object], sql: str, *rest: object) -> object:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        ask()
    wall, spent = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        ask()
        wall.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - used) * 1000)
    told = {"kind": kind, "name": name, "wall": wall, "cpu": spent, "queries": len(queries)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
