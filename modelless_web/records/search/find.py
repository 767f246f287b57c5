"""Finding."""

from modelless_web.records.models import Generation, User
from modelless_web.records.models.generations import GenerationQuerySet
from modelless_web.records.search.query import Query


def find(user: User, query: Query, *, ranked: bool = False) -> GenerationQuerySet:
    rows = Generation.objects.visible_to(user)
    for term in query.terms:
        name, _, value = term.text.partition(":")
        value = value.strip('"')
        if name in {"model", "status"}:
            rows = rows.filter(**{name: value})
        elif name == "tag":
            rows = rows.filter(tags__name=value)
        elif name == "board":
            rows = rows.filter(boards__name__iexact=value)
        elif term.text == "is:starred":
            rows = rows.filter(is_starred=True)
        else:
            rows = rows.filter(prompt__icontains=term.text)
    return rows
