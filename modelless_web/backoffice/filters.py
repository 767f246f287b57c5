"""Filters whose choices are read from small tables, never from the long one.

A filter by what the roll-up knows, too, narrows either: the totals above a list ask it to.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.contrib.admin import DateFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from modelless_web.backoffice.once import once
from modelless_web.records.models import Gateway, Generation, Model, PriceRule, Share, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.models.stored import FORMATS

type Rows = QuerySet[Any]
type Choices = list[tuple[str, str]]

A_DAY: Final = timedelta(days=1)
MOST_NAMESAKES: Final = 20
SINCE: Final = "day__gte"
UNTIL: Final = "day__lt"


class Offer(NamedTuple):
    """A gateway with one of its models; without one, where it has none."""

    gateway: int
    name: str
    is_practice: bool
    model: str | None


def offers(request: HttpRequest) -> list[Offer]:
    """Every gateway with its models, read once for all the filters of a page."""
    columns = "pk", "name", "is_practice", "models__name"
    return once(
        request, "offers", lambda: [*map(Offer._make, Gateway.objects.values_list(*columns))]
    )


class ModelFilter(SimpleListFilter):
    """By model id."""

    title = "model"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        names = {offer.model for offer in offers(request) if offer.model}
        return [(name, name) for name in sorted(names)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(model=self.value()) if self.value() else queryset


class KindFilter(SimpleListFilter):
    """By kind of model."""

    title = "kind of model"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(value), str(label)) for value, label in Model.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(model_kind=self.value()) if self.value() else queryset


class GatewayFilter(SimpleListFilter):
    """By gateway; its key is not even read."""

    title = "gateway"
    parameter_name = "gateway"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        names = {str(offer.gateway): offer.name for offer in offers(request)}
        return [*names.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value() or ""
        return queryset.filter(gateway_id=int(value)) if value.isdecimal() else queryset


class PracticeFilter(SimpleListFilter):
    """Practice, or the real thing."""

    title = "practice"
    parameter_name = "practice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("no", "Real gateways"), ("yes", "Practice")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in {"yes", "no"}:
            return queryset
        # A handful of ids instead of a join: both databases then keep to the index.
        is_wanted = self.value() == "yes"
        wanted = {each.gateway for each in offers(request) if each.is_practice == is_wanted}
        return queryset.filter(gateway_id__in=wanted)


class InForceFilter(SimpleListFilter):
    """Prices that hold now, unless all that ever held are asked for."""

    title = "validity"
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("all", "All that ever held")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "all":
            return queryset
        return queryset.filter(pk__in=PriceRule.objects.in_force(timezone.now()).values("pk"))

    def choices(self, changelist: ChangeList) -> Any:
        return _with_default(self, changelist, super().choices(changelist), "Hold now")


class MediaTypeFilter(SimpleListFilter):
    """By the kinds of picture that the store keeps."""

    title = "media type"
    parameter_name = "media_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(f"image/{ending}", name) for name, ending in FORMATS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(media_type=self.value()) if self.value() else queryset


class PeopleFilter(SimpleListFilter):
    """Accounts, unless guests are asked for: there may be very many of them."""

    title = "kind of person"
    parameter_name = "people"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("guests", "Guests"), ("all", "Everybody")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "all":
            return queryset
        return queryset.filter(is_guest=self.value() == "guests")

    def choices(self, changelist: ChangeList) -> Any:
        return _with_default(self, changelist, super().choices(changelist), "Accounts")


def _with_default(
    chooser: SimpleListFilter, changelist: ChangeList, choices: Iterable[Any], name: str
) -> Iterator[Any]:
    """The choices, where the one that sets nothing is called by what it shows."""
    nothing = changelist.get_query_string(remove=[chooser.parameter_name or ""])
    for choice in choices:
        yield {**choice, "display": name} if choice["query_string"] == nothing else choice


class DaysFilter(DateFieldListFilter):
    """By day, each of its owner's own calendar, as the roll-up and the bars count them."""

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        found: Rows = super().queryset(request, queryset)  # type: ignore[assignment]
        if queryset.model is not Generation:
            return found
        # The index is on time, and no calendar is a whole day away from UTC.
        since, until = self.ends
        if since:
            found = found.filter(queued_at__gte=midnight(since - A_DAY))
        if until:
            found = found.filter(queued_at__lt=midnight(until + A_DAY))
        return found

    @property
    def ends(self) -> tuple[date | None, date | None]:
        """The first day that is meant, and the first that no longer is."""
        return ends_in(self.date_params)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Django's, and whatever else was chosen by a bar of the chart."""
        choices = list(super().choices(changelist))
        yield from choices
        if not any(choice["selected"] for choice in choices):
            yield {
                "selected": True,
                "query_string": changelist.get_query_string(),
                "display": span_text(*self.ends),
            }


class PersonFilter(SimpleListFilter):
    """By the name that somebody types; a script suggests names, and none is needed."""

    title = "person"
    parameter_name = "owner"
    template = "admin/person_filter.html"
    column = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        asked = owners(request)
        return queryset if asked is None else queryset.filter(**{f"{self.column}__in": asked})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        kept = changelist.get_filters_params()
        yield {
            "value": self.value() or "",
            "everybody": changelist.get_query_string(remove=["owner"]),
            "kept": [
                (name, value)
                for name, values in kept.items()
                for value in values
                if name != self.parameter_name
            ]
            + ([("q", changelist.query)] if changelist.query else []),
        }


class SharerFilter(PersonFilter):
    """By whose generation it is that a link shows."""

    column = "generation__owner"


class LivingFilter(SimpleListFilter):
    """By whether a link leads somewhere: not if it ran out, or leads into the trash."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("alive", "Lead somewhere"), ("over", "Ran out"), ("hidden", "Show nothing now")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        match self.value():
            case "alive":
                return queryset.filter(pk__in=Share.objects.alive().values("pk"))
            case "over":
                return queryset.exclude(pk__in=Share.objects.unexpired().values("pk"))
            case "hidden":
                shown = Share.objects.alive().values("pk")
                unexpired = Share.objects.unexpired().values("pk")
                return queryset.filter(pk__in=unexpired).exclude(pk__in=shown)
        return queryset


class CostFilter(SimpleListFilter):
    """By what a generation cost, in whatever currency."""

    title = "cost"
    parameter_name = "cost"
    BANDS: Final = {
        "unknown": ("No price known", Q(cost=None) & ~Q(charge="")),
        "nothing": ("Nothing", Q(cost=0)),
        "cent": ("Less than 0.01", Q(cost__gt=0, cost__lt=Decimal("0.01"))),
        "ten": ("0.01 to 0.10", Q(cost__gte=Decimal("0.01"), cost__lt=Decimal("0.10"))),
        "one": ("0.10 to 1", Q(cost__gte=Decimal("0.10"), cost__lt=1)),
        "more": ("1 and more", Q(cost__gte=1)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, label) for name, (label, _) in self.BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        band = self.BANDS.get(self.value() or "")
        return queryset.filter(band[1]) if band else queryset


class DurationFilter(SimpleListFilter):
    """By the time from the form to the saved answer."""

    title = "duration"
    parameter_name = "took"
    BANDS: Final = {
        "2": ("Less than 2 s", Q(duration_ms__lt=2_000)),
        "10": ("2 to 10 s", Q(duration_ms__gte=2_000, duration_ms__lt=10_000)),
        "30": ("10 to 30 s", Q(duration_ms__gte=10_000, duration_ms__lt=30_000)),
        "120": ("30 s to 2 min", Q(duration_ms__gte=30_000, duration_ms__lt=120_000)),
        "more": ("2 min and more", Q(duration_ms__gte=120_000)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, label) for name, (label, _) in self.BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        band = self.BANDS.get(self.value() or "")
        return queryset.filter(band[1]) if band else queryset


def owners(request: HttpRequest) -> list[int] | None:
    """The ids of those whose generations a list is narrowed to; None for everybody."""
    name = request.GET.get(PersonFilter.parameter_name, "").strip()
    return once(request, "owners", lambda: people_named(name)) if name else None


def ends_in(asked: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The first day that an address asks for, and the first that no longer belongs to them."""
    return _day(asked.get(SINCE)), _day(asked.get(UNTIL))


def people_named(name: str) -> list[int]:
    """The ids of those whom the admin calls so: a name, or ``Guest 1a2b3c``."""
    people = User.objects.filter(username=name)
    ending = name.removeprefix("Guest ").lower()
    if ending != name.lower():
        people = User.objects.filter(opaque_id__endswith=ending, is_guest=True)
    return list(people.values_list("pk", flat=True)[:MOST_NAMESAKES])


def span_text(since: date | None, until: date | None) -> str:
    """A stretch of days as people read it; ``until`` is the first that no longer belongs to it."""
    last = until - A_DAY if until else None
    first_text, last_text = (date_format(day, "j M Y") if day else "" for day in (since, last))
    if since and last:
        return first_text if since == last else f"{first_text} to {last_text}"
    return f"From {first_text}" if since else f"Up to {last_text}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        # Django reads more spellings than we need bounds for.
        return None
