"""The price book as a table: what comes in, what is refused, what goes out."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from modelless_web.records.models import Gateway, PriceRule
from modelless_web.records.prices import sheets
from tests.studio.factories import UNHURRIED
from tests.support import factories

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, tzinfo=UTC)
HEAD = "gateway,model,per_request\n"


@pytest.fixture
def seller(db: None) -> Gateway:
    gateway = factories.gateway()
    Gateway.objects.filter(pk=gateway.pk).update(name="Seller")
    gateway.refresh_from_db()
    return gateway


def take(text: str) -> sheets.Plan:
    """Plan a file and carry it out if it is in order."""
    plan = sheets.plan(text.encode(), MAY)
    if not plan.problems:
        sheets.carry_out(plan)
    return plan


def problems(text: str) -> list[str]:
    return sheets.plan(text.encode(), MAY).problems


def test_a_line_is_a_rule(seller: Gateway) -> None:
    take("gateway,model,currency,group_ratio,per_prompt,per_completion\nSeller,m,EUR,0.5,3,6\n")
    rule = PriceRule.objects.get()
    told = (rule.currency, rule.group_ratio, rule.per_prompt, rule.per_completion, rule.source)
    assert told == ("EUR", Decimal("0.5"), 3, 6, PriceRule.Source.CSV)
    assert rule.valid_from == MAY


def test_lines_of_one_model_are_one_rule_with_prices_of_pictures(seller: Gateway) -> None:
    take(
        "gateway,model,size,quality,per_picture\n"
        "Seller,m,,,0.04\nSeller,m,1024x1792,,0.08\nSeller,m,,hd,0.09\n"
    )
    rule = PriceRule.objects.get()
    assert rule.picture_price("1024x1792", "") == Decimal("0.08")
    assert rule.picture_price("512x512", "hd") == Decimal("0.09")


def test_a_change_in_the_middle_of_a_month_is_two_lines(seller: Gateway) -> None:
    take(
        "gateway,model,per_request,valid_from\nSeller,m,0.05,2026-05-15\nSeller,m,0.04,2026-05-01\n"
    )
    first, second = PriceRule.objects.order_by("valid_from")
    assert (first.per_request, first.valid_until) == (Decimal("0.04"), second.valid_from)


def test_a_star_is_every_other_model(seller: Gateway) -> None:
    take(f"{HEAD}Seller,*,0.04\n")
    found = PriceRule.objects.for_run(seller.pk, "whatever", timezone.now())
    assert found
    assert found.per_request == Decimal("0.04")


def test_the_same_file_again_changes_nothing(seller: Gateway) -> None:
    take(f"{HEAD}Seller,m,0.04\n")
    assert take(f"{HEAD}Seller,m,0.040\n").sentence == "0 new, 0 changed, 1 as they were."
    assert PriceRule.objects.count() == 1


def test_a_plan_writes_nothing(seller: Gateway) -> None:
    plan = sheets.plan(f"{HEAD}Seller,m,0.04\n".encode(), MAY)
    assert plan.sentence == "1 new, 0 changed, 0 as they were."
    assert not PriceRule.objects.exists()


def test_semicolons_and_a_byte_order_mark_are_read(seller: Gateway) -> None:
    take("\ufeffgateway;model;per_request\r\nSeller;m;0.04\r\n\r\n;;\r\n")
    assert PriceRule.objects.get().per_request == Decimal("0.04")


def test_one_wrong_line_keeps_all_out(seller: Gateway) -> None:
    plan = take(f"{HEAD}Seller,m,0.04\nSeller,n,four\n")
    assert plan.problems == ["Line 3: per_request is “four”; write a plain number such as 0.04."]
    assert plan.changes == []
    assert not PriceRule.objects.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Nobody,m,0.04", "There is no gateway “Nobody”."),
        ("Seller,,0.04", "Name a model"),
        ("Seller,m,", "names no price"),
        ("Seller,m,-1", "plain number"),
        ("Seller,m,=1+1", "plain number"),
        ("Seller,m,1e3", "plain number"),
        ('Seller,m,"0,04"', "plain number"),
        ("Seller,m,1.0000000001", "plain number"),
        (f"Seller,{'m' * 201},1", "at most 200"),
    ],
)
def test_a_line_that_is_wrong_says_how(seller: Gateway, line: str, said: str) -> None:
    (problem,) = problems(f"{HEAD}{line}\n")
    assert problem.startswith("Line 2: ")
    assert said in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing"),
        ("model,per_request\nm,1\n", "missing"),
        ("gateway,model,price\nSeller,m,1\n", "“price” is no column"),
        ("gateway,model,model\nSeller,m,m\n", "twice"),
        (HEAD, "no line"),
        ("gateway,model,size\nSeller,m,big\n", "per_picture"),
        ("gateway,model,currency,per_request\nSeller,m,dollars,1\n", "currency"),
        ("gateway,model,per_request,valid_from\nSeller,m,1,yesterday\n", "write a date"),
        ("gateway,model,per_request,valid_from\nSeller,m,1,2026-02-30\n", "write a date"),
        ("gateway,model,per_request,valid_until\nSeller,m,1,2020-01-01\n", "before it begins"),
        (f"{HEAD}Seller,m,1\nSeller,m,2\n", "priced twice"),
        ("gateway,model,per_picture\nSeller,m,1\nSeller,m,2\n", "priced twice"),
    ],
)
def test_a_file_that_is_wrong_says_how(seller: Gateway, text: str, said: str) -> None:
    (problem,) = problems(text)
    assert said in problem


def test_a_file_in_another_encoding_is_refused(seller: Gateway) -> None:
    (problem,) = sheets.plan("gateway,model\nSeller,é\n".encode("latin-1"), MAY).problems
    assert "UTF-8" in problem


def test_the_practice_gateway_has_no_prices(db: None) -> None:
    gateway = factories.gateway(is_practice=True)
    assert "costs nothing" in problems(f"{HEAD}{gateway.name},m,1\n")[0]


def test_a_book_that_went_out_comes_in_the_same(seller: Gateway) -> None:
    factories.rule(seller, "@cf/painter", per_request="0.04", note="=1+1")
    factories.rule(
        seller, "m", task="upscale", pictures={("", ""): "0.1", ("64x64", "hd"): "0.000000001"}
    )
    out = b"".join(sheets.table(PriceRule.objects.all()))
    assert b"'@cf/painter" in out
    assert b"'=1+1" in out
    before = {rule.model: rule.terms() for rule in PriceRule.objects.all()}
    PriceRule.objects.all().delete()
    assert take(out.decode()).problems == []
    assert {rule.model: rule.terms() for rule in PriceRule.objects.all()} == before
    assert PriceRule.objects.get(model="m").picture_price("64x64", "hd") == Decimal("1e-9")
    assert PriceRule.objects.get(model="@cf/painter").note == "=1+1"


class AnyFile(TestCase):
    """Whatever somebody chooses to upload."""

    @UNHURRIED
    @given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
    def test_any_file_is_taken_or_refused_in_words(self, data: bytes) -> None:
        plan = sheets.plan(data, MAY)
        assert plan.problems
        assert all(problem.strip() for problem in plan.problems)
