"""A gateway's bill is read strictly: what it says adds up, or a sentence says where it does not."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelless_web.backoffice.reconcile.bill import NAMES, Billed, BillError, read

DAY = date(2026, 3, 5)
FIRST, LAST = date(2000, 1, 1), date(2030, 1, 1)
models = (
    some.text(min_size=1, max_size=30).map(str.strip).filter(lambda text: text and "\0" not in text)
)
amounts = some.decimals(-1_000_000, 1_000_000, places=9)
lines = some.lists(
    some.tuples(some.dates(FIRST, LAST), models, amounts, some.integers(0, 10**9)),
    min_size=1,
    max_size=20,
)


@given(
    lines,
    some.sampled_from(",;\t"),
    some.sampled_from(NAMES["day"]),
    some.sampled_from(NAMES["model"]),
)
def test_whatever_a_table_says_adds_up(
    rows: list[tuple[date, str, Decimal, int]], delimiter: str, day_name: str, model_name: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([model_name, "Cost", "remark", day_name.upper(), "count"])
    spent, asked = Counter[tuple[date, str]](), Counter[tuple[date, str]]()
    for day, model, amount, count in rows:
        writer.writerow([model, f"{amount:f}", "=1+1", day.isoformat(), count])
        spent[day, model] += amount  # type: ignore[assignment]
        asked[day, model] += count
    found = read(text.getvalue().encode("utf-8-sig"), UTC)
    assert found.keys() == spent.keys()
    assert {key: line.amount for key, line in found.items()} == spent
    assert {key: line.requests for key, line in found.items()} == asked


@given(some.binary(max_size=300) | some.text(max_size=300).map(str.encode))
def test_whatever_is_sent_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    assert is_read_or_refused(data)


@given(some.text(max_size=40), some.text(max_size=40), some.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_refused(day: str, model: str, amount: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["day", "model", "amount"], [day, model, amount]])
    assert is_read_or_refused(text.getvalue().encode(errors="replace"))


@given(some.datetimes(datetime(2000, 1, 2), datetime(2030, 1, 1)), some.integers(-12, 14))
def test_a_moment_falls_on_a_day_of_the_zone(moment: datetime, hours: int) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    at = moment.replace(microsecond=0, tzinfo=UTC)
    shifted = at.astimezone(timezone(timedelta(hours=hours)))
    for text in (shifted.isoformat(), str(int(at.timestamp()))):
        found = read(f"time,model,amount\n{text},m,1\n".encode(), zone)
        assert [day for day, _ in found] == [at.astimezone(zone).date()]


def is_read_or_refused(data: bytes) -> bool:
    """Whether a file is read, or refused with a whole sentence; anything else is raised."""
    try:
        return bool(read(data, UTC))
    except BillError as refusal:
        return str(refusal).endswith(".")


def one(text: str) -> Billed:
    (line,) = read(text.encode(), UTC).values()
    return line


def test_quota_is_half_a_million_to_the_unit() -> None:
    assert one("created_at,model_name,quota\n1772668800,m,750000\n").amount == Decimal("1.5")


def test_without_counts_every_line_is_a_request() -> None:
    assert one("day,model,cost\n2026-03-05,m,1\n2026-03-05,m,2\n") == Billed(2, Decimal(3))


def test_tokens_add_up() -> None:
    text = (
        "day,model,count,prompt_tokens,completion_tokens\n2026-03-05,m,2,10,20\n2026-03-05,m,1,,5\n"
    )
    assert one(text) == Billed(3, None, 10, 25)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "No column says the day"),
        (b"day,amount\n2026-03-05,1\n", "No column says the model"),
        (b"day,model\n2026-03-05,m\n", "No column says what was asked"),
        (b"day,date,model,amount\n", "Several columns say the day: day, date."),
        (b"day,model,amount\n", "no line below"),
        (
            b"day,model,amount\n5 March,m,1\n",
            "Line 2: “5 March” is no day",
        ),
        (b'day,model,amount\n2026-03-05,m,"1,5"\n', "is no amount"),
        (b"day,model,amount\n2026-03-05,m,NaN\n", "is no amount"),
        (b"day,model,amount\n2026-03-05,,1\n", "Line 2: it names no model"),
        (b"day,model,count\n2026-03-05,m,1.5\n", "is no whole number"),
        ("day,model,amount\n2026-03-05,caf\xe9,1\n".encode("latin-1"), "not UTF-8"),
        (b"day,model,amount\n2026-03-05,m,1\0\n", "not text"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MiB"),
    ],
)
def test_what_is_no_bill_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BillError, match=sentence.replace(".", r"\.")):
        read(data, UTC)
