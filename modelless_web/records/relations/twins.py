"""Pictures that came twice, byte for byte."""

from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from modelless_web.records.models import Generation, Picture


def twins(row: Generation) -> dict[UUID, Picture]:
    """For each stored picture of ``row`` the first one of the same person with the same bytes.

    Only what came earlier and is not in the trash; never another person's.
    """
    earlier = Picture.objects.filter(
        sha256=OuterRef("sha256"),
        pk__lt=OuterRef("pk"),
        state=Picture.State.STORED,
        generation__owner=row.owner_id,
        generation__deleted_at=None,
    ).order_by("pk")
    pairs = dict(
        Picture.objects.filter(generation=row, state=Picture.State.STORED)
        .annotate(first=Subquery(earlier.values("pk")[:1]))
        .exclude(first=None)
        .values_list("pk", F("first"))
    )
    firsts = Picture.objects.select_related("generation").in_bulk(set(pairs.values()))
    return {pk: firsts[first] for pk, first in pairs.items()}
