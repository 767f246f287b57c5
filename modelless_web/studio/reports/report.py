"""A usage page put together: what the address asks for, and rows that lead to what they count."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from modelless_web.records.language.query import Query, Term
from modelless_web.records.models import Charge, Status, Usage
from modelless_web.records.models.usage import Span
from modelless_web.records.usage import period as periods
from modelless_web.records.usage.reading import (
    COUNTED,
    NONE,
    Figures,
    Sums,
    by_month,
    first_sums,
    fold,
    forecast,
    lately,
    most_of,
    sums,
    total,
    within,
)
from modelless_web.studio.reports.asked import ENDED, HEADS, Asked, choices
from modelless_web.studio.reports.charts import Chart, Point, chart, share
from modelless_web.studio.reports.rows import (
    Row,
    cause,
    label_of,
    measured,
    names_of,
    said,
    short,
    word_of,
)

MOST: Final = 20
"""Models, or people, that have a row of their own."""
MOST_COMBINED: Final = 50
MOST_CHOICES: Final = 200
OPERATORS: Final = {
    "owner": "owner",
    "model": "model",
    "day": "on",
    "status": "status",
    "charge": "charge",
    "error_kind": "error",
}
"""By what operator each column is found."""
MEASURES: Final = {name: name.capitalize() for name in COUNTED}


@dataclass
class Report:
    """One reading of ``cells``, and of ``each`` person's where people are told apart.

    ``door`` makes an address of a query, or "" where there is none.
    ``is_about_money``: bars show the first currency unless something else is asked for.
    """

    cells: QuerySet[Any]
    each: QuerySet[Usage]
    asked: Asked
    today: date
    door: Callable[[str], str]
    terms: list[Term] = field(default_factory=list)
    is_about_money: bool = False

    @cached_property
    def narrowed(self) -> QuerySet[Any]:
        return self.cells.filter(**self.asked.filters)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        return self.rows_by(())

    def narrowed_by(self, names: Collection[str]) -> QuerySet[Any]:
        """What is to be told apart by these columns, of all times."""
        return self.each.filter(**self.asked.filters) if "owner" in names else self.narrowed

    def rows_by(self, names: Collection[str]) -> QuerySet[Any]:
        """The same, of the period."""
        longest = Span.DAY if "day" in names else Span.YEAR
        return within(self.narrowed_by(names), self.asked.period, longest)

    @cached_property
    def ends(self) -> Sums:
        """By model and how they ended: few rows, of which several tables are made."""
        return sums(self.rows, "model", "status", "charge", "error_kind", "is_purged")

    @cached_property
    def total(self) -> Figures:
        return total(self.ends)

    @cached_property
    def currencies(self) -> list[str]:
        return list(self.total.costs)

    @cached_property
    def measure(self) -> str:
        if self.asked.measure in {*COUNTED, *self.currencies}:
            return self.asked.measure
        return self.currencies[0] if self.is_about_money and self.currencies else COUNTED[0]

    def link(self, when: list[Term] | None = None, /, **columns: Any) -> str:
        """Where the generations are that have these columns, beside what was asked for.

        What is open is not counted yet, and left out there, too.
        """
        columns = self.asked.filters | columns
        if when is None:
            when = [] if "day" in columns else self.asked.period.terms
        found = [*when, *self.terms, *(term_of(*pair) for pair in columns.items())]
        if not {"status", "charge"} & columns.keys():
            found.append(Term("open", "is", is_without=True))
        return self.door(Query(tuple(dict.fromkeys(found))).text)

    def row(
        self, label: str, figures: Figures, when: list[Term] | None = None, /, **columns: Any
    ) -> Row:
        """A line that leads to its generations, where there are any."""
        return Row((label,), self.link(when, **columns) if figures.generations else "", figures)

    def context(self) -> dict[str, Any]:
        """What every usage page shows."""
        now, month = lately(self.narrowed, self.today)
        steps = self.steps()
        return {
            "asked": self.asked,
            "measure": self.measure,
            "measures": [*MEASURES.items(), *((c, f"Cost in {c}") for c in self.currencies)],
            "tiles": [
                self.row("Today", now, day=self.today),
                self.row("This month", month, periods.this_month(self.today).terms),
                Row(("Forecast to the month’s end",), "", forecast(month, self.today)),
            ],
            "days_so_far": self.today.day,
            "days_of_month": Span.MONTH.last(self.today).day,
            "total": self.row("All", self.total),
            "purged": fold(self.ends, 4).get((True,), NONE).generations,
            "steps": steps,
            "step_head": HEADS["month" if self.asked.period.by_month else "day"],
            "chart": self.chart(steps),
            "models": self.models(),
            "statuses": self.fixed(1, "status", Status.choices, ENDED),
            "charges": self.fixed(2, "charge", Charge.choices, Charge.values),
            "failures": self.failures(),
            "periods": choices(self.today),
            "all_statuses": [(status.value, status.label) for status in ENDED],
            "all_charges": Charge.choices,
            "all_models": self.all_models(),
            "combined": self.combined(),
            "combined_heads": [HEADS[name] for name in self.asked.by],
            "most_combined": MOST_COMBINED,
            "csv_url": self.url(format="csv"),
        }

    def steps(self) -> list[Row]:
        """Every day of the period, or every month of a long one, those without any included.

        All time begins with the first of them.
        """
        period = self.asked.period
        step = Span.MONTH if period.by_month else Span.DAY
        found = sums(within(self.narrowed, period, step), "day")
        if period.by_month:
            found = by_month(found)
        begins = min((day for (day,) in found), default=self.today)
        return [
            replace(
                self.row(step.label, found.get((step.begins,), NONE), step.terms), name=step.name
            )
            for step in period.steps()
            if period.name != periods.ALL or step.last >= begins
        ]

    def chart(self, steps: Sequence[Row]) -> Chart:
        return chart(
            [
                Point(
                    row.figures.measured(self.measure),
                    short(row.name),
                    f"{row.label}: {measured(row.figures, self.measure)}",
                    row.href,
                    is_marked=row.name == self.today.isoformat(),
                )
                for row in steps
            ],
            lambda value: said(value, self.measure),
        )

    def models(self) -> list[Row]:
        """Those that have the most."""
        found = fold(self.ends, 0).items()
        rows = [replace(self.row(name, each, model=name), name=name) for (name,), each in found]
        return self.in_order(rows)[:MOST]

    def people(self) -> list[Row]:
        """Those that have the most."""
        found = most_of(self.rows_by(("owner",)), "owner", self.measure, MOST)
        people = names_of(owner for (owner,) in found)
        rows = []
        for (owner,), figures in found.items():
            name = word_of(owner, people)
            row = self.row(label_of("owner", owner, people), figures, owner=name)
            rows.append(replace(row, name=str(name)))
        return self.in_order(rows)

    def in_order(self, rows: list[Row]) -> list[Row]:
        """With bars, the longest first."""
        most = max((row.figures.measured(self.measure) for row in rows), default=Decimal(0))
        drawn = [
            replace(row, share=share(row.figures.measured(self.measure), most)) for row in rows
        ]
        return sorted(drawn, key=lambda row: (-row.share, -row.figures.generations, row.label))

    def fixed(
        self, place: int, name: str, labels: Iterable[tuple[str, str]], values: Iterable[str]
    ) -> list[Row]:
        """A row for each of a few values, also for those of which there are none."""
        found, spoken_as = fold(self.ends, place), dict(labels)
        rows = [
            replace(
                self.row(spoken_as[value], found.get((value,), NONE), **{name: value}), name=value
            )
            for value in values
        ]
        lengths = {row.name: row.share for row in self.in_order(rows)}
        return [replace(row, share=lengths[row.name]) for row in rows]

    def failures(self) -> list[Row]:
        """What went wrong, the commonest first."""
        found = fold(self.ends, 3)
        rows = [
            replace(self.row(cause(kind), figures, error_kind=kind), name=kind)
            for (kind,), figures in found.items()
            if kind
        ]
        return self.in_order(rows)

    def combined(self) -> list[Row]:
        """By what was chosen together, the newest days first: fifty rows and what is left."""
        by = self.asked.by
        if not by:
            return []
        found = first_sums(self.narrowed_by(by), self.asked.period, by, MOST_COMBINED, self.today)
        place = by.index("owner") if "owner" in by else None
        people = {} if place is None else names_of(key[place] for key in found)
        rows = [
            Row(
                tuple(label_of(name, value, people) for name, value in zip(by, key, strict=True)),
                self.link(**{n: word_of(v, people) for n, v in zip(by, key, strict=True)}),
                figures,
            )
            for key, figures in found.items()
        ]
        rest = self.total + -total(found)
        others = Row(("All others", *[""] * (len(by) - 1)), "", rest)
        return [*rows, others] if rest.generations else rows

    def all_models(self) -> list[str]:
        """What there is to choose from in the period."""
        if not self.asked.filters:
            return [name for (name,) in fold(self.ends, 0)][:MOST_CHOICES]
        names = within(self.cells, self.asked.period).order_by("model")
        return list(names.values_list("model", flat=True).distinct()[:MOST_CHOICES])

    def url(self, **more: str) -> str:
        """The address of this page with something more."""
        return "?" + urlencode(self.asked.words() | more, doseq=True)


def term_of(name: str, value: Any) -> Term:
    """The term that finds a column's value."""
    return Term(str(value), OPERATORS[name])


def door(view: str) -> Callable[[str], str]:
    """To the generations that a view finds: of a person ``history``, of everybody admin's list."""
    address = reverse(view)
    return lambda query: f"{address}?{urlencode({'q': query})}"


def nowhere(query: str) -> str:
    """For who may read the sums and not the generations."""
    return ""
