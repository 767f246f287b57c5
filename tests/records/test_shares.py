"""Links that show one generation: which of them lead somewhere, and how many there may be."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Picture, Share, User
from modelless_web.records.models.shares import MOST_SHARES, TooManySharesError, can_be_shared
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.retention import purge
from tests.studio.factories import FINAL, OPEN, a_generation, a_picture
from tests.support import factories

WEEK = timedelta(days=7)


@pytest.fixture
def row(db: None) -> Generation:
    return a_generation(factories.guest(), text="Here it is.")


@pytest.fixture
def share(row: Generation) -> Share:
    return make(row)


def make(row: Generation, lasting: timedelta | None = WEEK) -> Share:
    return Share.objects.make(row, lasting=lasting, with_prompt=False)


def found(share: Share) -> Share | None:
    return Share.objects.behind(share.pk, share.signature)


def test_a_link_is_found_by_its_id_and_its_signature(share: Share) -> None:
    assert found(share) == share


def test_a_signature_opens_its_own_link_alone(row: Generation, share: Share) -> None:
    other = make(row)
    assert Share.objects.behind(other.pk, share.signature) is None
    assert Share.objects.behind(uuid7(), share.signature) is None


@pytest.mark.parametrize("change", ["", "x", "{}x", "x{}", "{}:{}", "ü{}"])
def test_nothing_but_the_whole_signature_opens_it(share: Share, change: str) -> None:
    signature = share.signature
    assert Share.objects.behind(share.pk, change.format(signature, signature)) is None
    assert Share.objects.behind(share.pk, signature[:-1]) is None


def test_no_column_holds_what_its_address_needs(share: Share) -> None:
    row = Share.objects.values().get()
    assert share.signature not in str(row)


def test_a_link_that_ran_out_leads_nowhere(share: Share) -> None:
    Share.objects.update(expires_at=timezone.now())
    assert found(share) is None


def test_a_link_without_an_end_leads_on(row: Generation) -> None:
    share = make(row, lasting=None)
    assert share.expires_at is None
    assert found(share) == share


def test_a_link_into_the_trash_leads_nowhere_until_it_is_restored(share: Share) -> None:
    Generation.objects.update(deleted_at=timezone.now())
    assert found(share) is None
    Generation.objects.update(deleted_at=None)
    assert found(share) == share


@pytest.mark.parametrize("status", OPEN)
def test_a_link_to_what_has_not_ended_leads_nowhere(share: Share, status: str) -> None:
    Generation.objects.update(status=status)
    assert found(share) is None


def test_a_link_of_a_closed_account_leads_nowhere(share: Share) -> None:
    User.objects.update(is_active=False)
    assert found(share) is None


def test_a_stopped_link_leads_nowhere(share: Share) -> None:
    Share.objects.filter(pk=share.pk).delete()
    assert found(share) is None


def test_links_of_a_guest_lead_on_when_an_account_takes_over(row: Generation, share: Share) -> None:
    account = factories.person()
    adopt(account, row.owner)
    found_again = found(share)
    assert found_again is not None
    assert found_again.generation.owner == account


def test_links_go_with_their_generation(row: Generation, share: Share) -> None:
    assert purge([row.pk]) == 1
    assert not Share.objects.exists()


def test_openings_are_counted_and_those_of_a_stopped_link_are_not(share: Share) -> None:
    for _ in range(2):
        Share.objects.count_opening(share.pk)
    share.refresh_from_db()
    assert share.opened == 2
    assert share.last_opened_at is not None
    share.delete()
    Share.objects.count_opening(share.pk)
    assert not Share.objects.exists()


def test_a_generation_has_so_many_links_and_no_more(row: Generation) -> None:
    for _ in range(MOST_SHARES):
        make(row)
    with pytest.raises(TooManySharesError):
        make(row)
    make(a_generation(row.owner, text="Another."))


def test_links_that_ran_out_make_room(row: Generation) -> None:
    for _ in range(MOST_SHARES):
        make(row)
    Share.objects.update(expires_at=timezone.now())
    make(row)
    assert Share.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_made_than_there_may_be(row: Generation) -> None:
    def press() -> None:
        try:
            make(row)
        except TooManySharesError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(MOST_SHARES + 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Share.objects.count() == MOST_SHARES


@pytest.mark.django_db
@pytest.mark.parametrize("status", FINAL)
def test_what_has_ended_with_words_can_be_shared(status: str) -> None:
    assert can_be_shared(a_generation(factories.person(), text="So far.", status=status))


@pytest.mark.django_db
@pytest.mark.parametrize("status", OPEN)
def test_what_is_under_way_can_not_be_shared(status: str) -> None:
    assert not can_be_shared(a_generation(factories.person(), text="So far.", status=status))


@pytest.mark.django_db
def test_what_has_only_a_lost_picture_can_not_be_shared_and_with_a_stored_one_it_can() -> None:
    row = a_generation(factories.person())
    factories.picture(row, state=Picture.State.LOST)
    assert not can_be_shared(row)
    a_picture(row, position=1)
    assert can_be_shared(row)
