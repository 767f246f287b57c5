"""The queue of pictures: the soonest to die first, each to one process."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from modelless_web.engine.rescue import queue
from modelless_web.gateway.events import PictureFound
from modelless_web.records.models import Generation, Picture
from modelless_web.records.store import Kept
from tests.support import factories

pytestmark = pytest.mark.django_db

KEPT = Kept("ab" * 32, "image/png", 9, 1, 1, "#000000", 0)


def waiting(*seconds: int) -> list[Picture]:
    """Pictures whose links die in so many seconds."""
    now = timezone.now()
    return [
        factories.picture(
            factories.generation(),
            source_url=f"https://a.example/{number}.png",
            expires_at=now + timedelta(seconds=life),
        )
        for number, life in enumerate(seconds)
    ]


def claimed(most: int = 10) -> list[Picture]:
    return queue.claim(most, {}, most).pictures


def test_the_soonest_to_die_comes_first() -> None:
    late, soon, middle = waiting(60, 2, 30)
    assert claimed() == [soon, middle, late]


def test_no_more_are_claimed_than_there_is_room_for() -> None:
    _, soon = waiting(60, 2)
    assert claimed(1) == [soon]


def test_what_is_claimed_is_not_to_be_had_again() -> None:
    waiting(60)
    assert claimed()
    assert claimed() == []


def test_a_process_that_died_gives_its_pictures_back() -> None:
    (picture,) = waiting(60)
    claimed()
    past = timezone.now() - timedelta(seconds=1)
    Picture.objects.filter(pk=picture.pk).update(next_try_at=past)
    assert claimed() == [picture]


def test_what_may_be_had_in_time_comes_before_what_is_lost_already() -> None:
    dead, late = waiting(-60, 60)
    assert claimed() == [late, dead]


def test_what_was_tried_often_in_vain_steps_back() -> None:
    stubborn, fresh = waiting(2, 60)
    Picture.objects.filter(pk=stubborn.pk).update(attempts=queue.MOST_IN_TURN)
    assert claimed() == [fresh, stubborn]


def test_one_persons_pictures_leave_room_for_another() -> None:
    first, second, theirs = waiting(2, 3, 60)
    Generation.objects.filter(pk=second.generation_id).update(owner=first.generation.owner_id)
    assert queue.claim(3, {}, 1).pictures == [first, theirs]
    assert queue.claim(3, {first.generation.owner_id: 1}, 1).pictures == []
    assert claimed() == [second]


def test_a_claim_that_is_renewed_holds_on() -> None:
    (picture,) = waiting(60)
    (ours,) = claimed()
    soon = timezone.now() + timedelta(seconds=1)
    Picture.objects.filter(pk=picture.pk).update(next_try_at=soon)
    assert ours.next_try_at
    assert queue.hold({picture.pk: soon}).keys() == {picture.pk}
    assert Picture.objects.get().next_try_at >= ours.next_try_at  # type: ignore[operator]


def test_a_claim_is_not_renewed_once_the_picture_was_put_off() -> None:
    (picture,) = waiting(60)
    (ours,) = claimed()
    assert ours.next_try_at
    queue.postpone(picture.pk, "busy", 1, 5)
    assert queue.hold({picture.pk: ours.next_try_at}) == {}


def test_a_start_that_is_alone_takes_up_what_a_dead_process_held() -> None:
    (picture,) = waiting(60)
    claimed()
    queue.take_up()
    assert claimed() == [picture]


def test_pages_that_were_away_hear_of_a_picture_that_was_settled() -> None:
    (picture,) = waiting(60)
    before = picture.generation.changed_at
    queue.keep(picture.pk, KEPT, 1)
    assert Generation.objects.get(pk=picture.generation_id).changed_at > before


def test_it_says_when_the_next_one_is_due() -> None:
    (picture,) = waiting(60)
    queue.postpone(picture.pk, "busy", 1, 30)
    claims = queue.claim(10, {}, 10)
    assert (claims.pictures, claims.next_due) == ([], Picture.objects.get().next_try_at)


def test_a_link_says_when_it_dies() -> None:
    row = factories.generation()
    url = "https://a.blob.example/x.png?se=2099-01-02T03%3A04%3A05Z&sig=x"
    (picture,) = queue.announce(row.pk, [PictureFound(0, url=url)])
    assert picture.expires_at.isoformat() == "2099-01-02T03:04:05+00:00"


def test_what_came_as_bytes_is_never_fetched() -> None:
    queue.announce(factories.generation().pk, [PictureFound(0, data=b"x")])
    assert claimed() == []


@pytest.mark.parametrize("first", ["keep", "lose"])
def test_what_is_settled_stays_so(first: str) -> None:
    (picture,) = waiting(60)
    ways: dict[str, Callable[[], bool]] = {
        "keep": lambda: queue.keep(picture.pk, KEPT, 1),
        "lose": lambda: queue.lose(picture.pk, "gone", 1),
    }
    assert ways[first]()
    assert not any(way() for way in ways.values())
    assert not queue.postpone(picture.pk, "busy", 2, 1)
    assert claimed() == []
