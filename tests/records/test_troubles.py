"""Errors of one group, counted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import ErrorGroup, Generation, troubles
from modelless_web.records.models.troubles import fingerprint
from tests.support import factories

pytestmark = pytest.mark.django_db


def an_error(message: str = "Broken.", **more: object) -> GatewayError:
    return GatewayError(Kind.UPSTREAM, message, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Node 17 is down", "Node 4 is  down"),
        ("no task 3fa85f64-5717", "no task 9bc11d02-0001"),
        ("see https://a.example/1", "see https://b.example/x/y"),
        ("NOT AVAILABLE", "not available"),
    ],
)
def test_particulars_make_no_other_group(one: str, other: str) -> None:
    assert fingerprint(an_error(one)) == fingerprint(an_error(other))


@pytest.mark.parametrize(
    "other",
    [
        an_error("Something else."),
        an_error(code="another"),
        an_error(status=502),
        GatewayError(Kind.RATE, "Broken."),
    ],
)
def test_other_words_codes_statuses_and_kinds_do(other: GatewayError) -> None:
    assert fingerprint(an_error()) != fingerprint(other)


def test_the_same_error_again_is_counted() -> None:
    first = ErrorGroup.objects.count_in(an_error("Node 1 is down"))
    ErrorGroup.objects.count_in(an_error("Node 2 is down"))
    group = ErrorGroup.objects.get()
    assert (group.count, group.sample) == (2, "Node 1 is down")
    assert group.first_seen == first.first_seen < group.last_seen


def test_what_no_rule_recognised_can_be_asked_for() -> None:
    ErrorGroup.objects.count_in(an_error())
    odd = ErrorGroup.objects.count_in(an_error("Whatever.", is_known=False))
    assert list(ErrorGroup.objects.unknown()) == [odd]


def test_groups_that_nobody_has_seen_for_long_are_forgotten_and_the_errors_kept() -> None:
    row = factories.generation()
    old, fresh = (ErrorGroup.objects.count_in(an_error(words)) for words in ("One", "Two"))
    Generation.objects.filter(pk=row.pk).update(error_group=old, error_message="One")
    ErrorGroup.objects.filter(pk=old.pk).update(last_seen=timezone.now() - timedelta(days=181))
    ErrorGroup.objects.forget()
    assert list(ErrorGroup.objects.all()) == [fresh]
    assert Generation.objects.get().error_message == "One"


def test_only_the_newest_groups_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles, "MOST_GROUPS", 2)
    groups = [ErrorGroup.objects.count_in(an_error(words)) for words in ("One", "Two", "Three")]
    ErrorGroup.objects.forget()
    assert set(ErrorGroup.objects.all()) == set(groups[1:])
