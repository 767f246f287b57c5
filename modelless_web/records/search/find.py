"""stub"""

from django.db.models import QuerySet

from modelless_web.records.models import Generation, User


def find(user: User, query: str) -> QuerySet[Generation]:
    rows = Generation.objects.visible_to(user)
    return rows.filter(prompt__icontains=query) if query else rows
