"""The price book in the admin: versions that are added and ended, files in and out, alarms."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from modelless_web.records.models import Gateway, PriceRule, User
from tests.studio.pages import queries, text_of
from tests.support import factories

from .conftest import Make

LIST = reverse("admin:records_pricerule_changelist")
ADD = reverse("admin:records_pricerule_add")
IMPORT = reverse("admin:records_pricerule_import")
TABLE = reverse("admin:records_pricerule_table")
PAYLOAD = "<script>alert(1)</script>"


@pytest.fixture
def rule(gateway: Gateway) -> PriceRule:
    """What the one model has cost for a long time."""
    return factories.rule(gateway, per_request="0.04", note="a contract")


def page_of(rule: PriceRule) -> str:
    return reverse("admin:records_pricerule_change", args=[rule.pk])


def terms(gateway: Gateway, *pictures: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    """A rule as the form sends it."""
    values: dict[str, Any] = {
        **{"gateway": gateway.pk, "model": "stable-diffusion", "currency": "USD"},
        **{"group_ratio": "1", "valid_from_0": "2026-05-01", "valid_from_1": "00:00"},
        "picture_prices-TOTAL_FORMS": len(pictures),
        "picture_prices-INITIAL_FORMS": 0,
    }
    for number, (size, quality, price) in enumerate(pictures):
        names = {"size": size, "quality": quality, "price": price}
        values |= {f"picture_prices-{number}-{name}": value for name, value in names.items()}
    return values | fields


def fresh(rule: PriceRule) -> PriceRule:
    found: PriceRule = PriceRule.objects.get(pk=rule.pk)
    return found


def sheet(text: str, name: str = "take") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("prices.csv", text.encode()), name: "on"}


def may(person: User, *codes: str) -> Client:
    """The browser of somebody with these rights."""
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(person)
    return client


def test_a_rule_added_by_hand_is_in_the_book(admin: Client, gateway: Gateway) -> None:
    admin.post(ADD, terms(gateway, ("", "", "0.04"), ("1024x1792", "hd", "0.12"), group_ratio="2"))
    rule = PriceRule.objects.get()
    assert (rule.source, rule.group_ratio) == (PriceRule.Source.HAND, 2)
    assert rule.picture_price("1024x1792", "hd") == Decimal("0.12")


def test_a_new_version_ends_the_one_before_and_changes_nothing_of_it(
    admin: Client, gateway: Gateway, rule: PriceRule
) -> None:
    before = PriceRule.objects.filter(pk=rule.pk).values().get()
    admin.post(f"{ADD}?after={rule.pk}", terms(gateway, per_request="0.05"))
    new = PriceRule.objects.exclude(pk=rule.pk).get()
    after = PriceRule.objects.filter(pk=rule.pk).values().get()
    assert after == {**before, "valid_until": new.valid_from}


def test_a_new_version_begins_as_a_copy(admin: Client, gateway: Gateway) -> None:
    rule = factories.rule(
        gateway, per_prompt="3", note="a contract", pictures={("8x8", "hd"): "0.07"}
    )
    page = text_of(admin.get(f"{ADD}?after={rule.pk}"))
    for value in ("stable-diffusion", "a contract", "8x8", "hd", "0.070000000", "3.000000000"):
        assert f'value="{value}"' in page


def test_prices_of_pictures_taken_over_untouched_are_kept(admin: Client, gateway: Gateway) -> None:
    rule = factories.rule(gateway, pictures={("8x8", "hd"): "0.07", ("", ""): "0.01"})
    copied = [("", "", "0.010000000"), ("8x8", "hd", "0.070000000")]
    admin.post(f"{ADD}?after={rule.pk}", terms(gateway, *copied))
    new = PriceRule.objects.exclude(pk=rule.pk).get()
    assert new.picture_price("8x8", "hd") == Decimal("0.07")
    assert new.picture_price("9x9", "") == Decimal("0.01")


def test_a_price_of_pictures_that_was_emptied_is_left_out(admin: Client, gateway: Gateway) -> None:
    rule = factories.rule(gateway, pictures={("8x8", "hd"): "0.07", ("", ""): "0.01"})
    admin.post(f"{ADD}?after={rule.pk}", terms(gateway, ("", "", "0.01"), ("", "", "")))
    new = PriceRule.objects.exclude(pk=rule.pk).get()
    assert new.picture_prices.count() == 1


def test_a_rule_in_the_book_cannot_be_rewritten(
    admin: Client, gateway: Gateway, rule: PriceRule
) -> None:
    answer = admin.post(page_of(rule), terms(gateway, per_request="7"))
    assert answer.status_code == 403
    assert fresh(rule).per_request == Decimal("0.04")


@pytest.mark.parametrize(
    "fields",
    [
        {"per_request": "-1"},
        {"group_ratio": "-1"},
        {"currency": "dollars"},
        {"valid_until_0": "2020-01-01", "valid_until_1": "00:00"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    admin: Client, gateway: Gateway, fields: dict[str, str]
) -> None:
    answer = admin.post(ADD, terms(gateway, **fields))
    assert answer.context["errors"]
    assert not PriceRule.objects.exists()


def test_the_practice_gateway_is_not_to_be_priced(admin: Client, db: None) -> None:
    practice = factories.gateway(is_practice=True)
    answer = admin.post(ADD, terms(practice, per_request="1"))
    assert "gateway" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("where", ["list", "page"])
def test_a_rule_can_be_ended_now(admin: Client, rule: PriceRule, where: str) -> None:
    url, name = (LIST, "action") if where == "list" else (page_of(rule), "CHANGE_FORM-action")
    admin.post(url, {name: "end_now", "_selected_action": str(rule.pk)})
    ended = fresh(rule).valid_until
    assert ended
    assert ended <= timezone.now()
    history = page_of(rule).replace("change", "history")
    assert "Ended." in text_of(admin.get(history))


def test_the_page_of_a_rule_leads_to_what_it_priced(
    admin: Client, rule: PriceRule, make: Make
) -> None:
    used, _ = make(price_rule=rule), make()
    link = f"{reverse('admin:records_generation_changelist')}?price_rule__id__exact={rule.pk}"
    assert link in text_of(admin.get(page_of(rule)))
    listed = admin.get(link).context["cl"].result_list
    assert [row.pk for row in listed] == [used.pk]


def test_the_page_of_a_rule_shows_every_version(
    admin: Client, gateway: Gateway, rule: PriceRule
) -> None:
    newer = factories.rule(gateway, per_request="0.05", valid_from=timezone.now())
    page = text_of(admin.get(page_of(rule)))
    assert page_of(newer) in page
    assert "$0.04 a request" in page
    assert "$0.05 a request" in page


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (PriceRule.Source.HAND, "this one ends when the new one begins"),
        (PriceRule.Source.GATEWAY, "by hand it goes before what lists and files say"),
    ],
)
def test_the_page_of_a_rule_says_what_a_new_version_does(
    admin: Client, gateway: Gateway, source: int, said: str
) -> None:
    rule = factories.rule(gateway, per_request="1", source=source)
    assert said in text_of(admin.get(page_of(rule)))


def test_what_has_priced_something_is_kept(admin: Client, rule: PriceRule, make: Make) -> None:
    make(price_rule=rule)
    page = text_of(admin.post(page_of(rule).replace("change", "delete"), follow=True))
    assert "has priced generations" in page
    assert PriceRule.objects.exists()


def test_what_has_priced_nothing_can_be_deleted(admin: Client, rule: PriceRule) -> None:
    admin.post(page_of(rule).replace("change", "delete"), {"post": "yes"})
    assert not PriceRule.objects.exists()


def test_the_list_shows_what_holds_now_unless_all_is_asked_for(
    admin: Client, gateway: Gateway, rule: PriceRule
) -> None:
    newer = factories.rule(gateway, per_request="0.05", valid_from=timezone.now())
    shown = [
        {row.pk for row in admin.get(LIST + query).context["cl"].result_list}
        for query in ("", "?validity=all")
    ]
    assert shown == [{newer.pk}, {rule.pk, newer.pk}]


def test_the_list_asks_as_often_for_many_rules(admin: Client, gateway: Gateway) -> None:
    factories.rule(gateway, "a", pictures={("", ""): "1"})
    few = queries(lambda: admin.get(LIST))
    for number in range(10):
        factories.rule(gateway, f"model {number}", pictures={("", ""): "1"})
    assert queries(lambda: admin.get(LIST)) == few


def test_a_file_is_first_only_tried(admin: Client, gateway: Gateway) -> None:
    text = "gateway,model,per_request\nModelless,m,0.04\n"
    page = text_of(admin.post(IMPORT, sheet(text, "try")))
    assert "1 new, 0 changed, 0 as they were." in page
    assert not PriceRule.objects.exists()


def test_a_file_that_is_taken_is_in_the_book(admin: Client, gateway: Gateway) -> None:
    answer = admin.post(IMPORT, sheet("gateway,model,per_request\nModelless,m,0.04\n"))
    assert answer["Location"] == LIST
    assert PriceRule.objects.get().per_request == Decimal("0.04")


def test_a_file_that_is_wrong_says_where_and_changes_nothing(
    admin: Client, gateway: Gateway
) -> None:
    text = f"gateway,model,per_request\nModelless,m,0.04\nModelless,n,{PAYLOAD}\n"
    answer = admin.post(IMPORT, sheet(text))
    assert "Line 3: per_request is “<script>" in text_of(answer)
    assert PAYLOAD.encode() not in answer.content
    assert not PriceRule.objects.exists()


def test_no_file_at_all_is_said(admin: Client, db: None) -> None:
    assert admin.post(IMPORT, {"take": "on"}).context["form"].errors


def test_the_book_can_be_taken_along(admin: Client, rule: PriceRule) -> None:
    body = b"".join(admin.get(TABLE)).decode("utf-8-sig")
    assert "Modelless,stable-diffusion,,USD,,a contract,1,0.04," in body


def test_who_may_only_look_cannot_add_or_end(staff: User, rule: PriceRule) -> None:
    client = may(staff, "view_pricerule")
    assert client.get(page_of(rule)).status_code == 200
    assert client.get(TABLE).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(IMPORT, sheet("")).status_code == 403
    client.post(LIST, {"action": "end_now", "_selected_action": [rule.pk]})
    assert fresh(rule).valid_until is None


def test_who_may_not_look_sees_nothing(staff: User, rule: PriceRule) -> None:
    client = may(staff, "view_model")
    places = (LIST, TABLE, IMPORT, page_of(rule))
    assert {client.get(place).status_code for place in places} == {403}


def test_alarms_have_a_list(admin: Client, gateway: Gateway) -> None:
    factories.drift(gateway, "painter")
    page = text_of(admin.get(reverse("admin:records_drift_changelist")))
    assert "The newest 12 runs of painter cost $7.00; $1.00 to $2.00 was expected" in page


def test_a_gateways_page_shows_balance_and_alarms(admin: Client, gateway: Gateway) -> None:
    factories.drift(gateway, "painter")
    factories.bill(gateway)
    page = text_of(admin.get(reverse("admin:records_gateway_change", args=[gateway.pk])))
    assert "Balance $12.30 of $20.00" in page
    assert "The newest 12 runs of painter cost $7.00" in page
