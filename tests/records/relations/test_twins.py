"""Pictures that came twice, byte for byte."""

import pytest
from django.utils import timezone

from modelless_web.records.models import Generation, Picture
from modelless_web.records.relations.twins import twins
from tests.studio.factories import a_generation, a_picture, png
from tests.studio.pages import queries
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(db: None) -> Generation:
    """An earlier generation, with a picture."""
    row = a_generation(factories.guest())
    a_picture(row)
    return row


def later(before: Generation) -> tuple[Generation, Picture]:
    """A generation of the same person, with the same bytes."""
    row = a_generation(before.owner)
    return row, a_picture(row)


def test_the_first_with_the_same_bytes_is_found(before: Generation) -> None:
    later(before)
    row, picture = later(before)
    assert twins(row) == {picture.pk: before.pictures.get()}


def test_the_first_itself_has_none(before: Generation) -> None:
    later(before)
    assert twins(before) == {}


def test_other_bytes_are_no_twin(before: Generation) -> None:
    row = a_generation(before.owner)
    a_picture(row, png(colour="#123456"))
    assert twins(row) == {}


def test_one_generation_may_bring_the_same_bytes_twice(before: Generation) -> None:
    second = a_picture(before, position=1)
    assert twins(before) == {second.pk: before.pictures.first()}


def test_what_another_person_has_is_never_told(before: Generation) -> None:
    row = a_generation(factories.guest())
    a_picture(row)
    assert twins(row) == {}


def test_what_is_in_the_trash_is_not_told(before: Generation) -> None:
    Generation.objects.filter(pk=before.pk).update(deleted_at=timezone.now())
    assert twins(later(before)[0]) == {}


def test_pictures_without_bytes_are_not_the_same(before: Generation) -> None:
    factories.picture(before)
    row = a_generation(before.owner)
    factories.picture(row)
    assert twins(row) == {}


def test_many_take_no_more_queries(before: Generation) -> None:
    one, _ = later(before)
    many, _ = later(before)
    for place in range(1, 5):
        a_picture(many, position=place)
    assert queries(lambda: twins(one)) == queries(lambda: twins(many)) == 2
