"""Pictures that went along, in the admin: previews for staff, and nobody else."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.backoffice import masks
from modelless_web.records.models import Generation, Reference, User
from tests.support import factories

from .conftest import Make

LIST = "admin:records_reference_changelist"


def image_of(reference: Reference, variant: str = "320") -> str:
    return reverse("admin:records_reference_image", args=[reference.pk, variant])


def page_of(reference: Reference) -> str:
    return reverse("admin:records_reference_change", args=[reference.pk])


@pytest.fixture
def given(owner: User, make: Make) -> Reference:
    """A picture that went along with two generations."""
    reference = factories.reference(owner, source_url="https://pictures.example.com/owl.png")
    reference.generations.set([make(), make()])
    return reference


def staff_with(client: Client, staff: User, *codes: str) -> Client:
    staff.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(staff)
    return client


def test_the_list_shows_a_preview_whose_it_is_where_it_went_and_its_size(
    admin: Client, given: Reference
) -> None:
    page = admin.get(reverse(LIST)).content.decode()
    newest = given.generations.order_by("-pk")[0]
    assert image_of(given) in page
    assert f"{newest.model}, {newest.queued_at:%Y-%m-%d %H:%M:%S}" in page
    for shown in ("painter", "64 × 48", f"{given.size} bytes"):
        assert shown in page, shown


@pytest.mark.parametrize("kind", ["reference", "picture"])
def test_the_preview_leads_to_the_bytes_and_the_dimensions_to_the_page(
    admin: Client, given: Reference, kind: str
) -> None:
    row = given if kind == "reference" else given.generations.all()[0].pictures.get()
    page = admin.get(reverse(f"admin:records_{kind}_changelist")).content.decode()
    place = reverse(f"admin:records_{kind}_change", args=[row.pk])
    assert re.search(rf'<a href="{place}[^"]*">{row.width} × {row.height}</a>', page)
    assert page.count(place) == 1


def test_its_page_names_every_generation_that_it_went_along_with(
    admin: Client, given: Reference
) -> None:
    page = admin.get(page_of(given)).content.decode()
    assert image_of(given, "640") in page
    for row in given.generations.all():
        assert reverse("admin:records_generation_change", args=[row.pk]) in page


def test_one_that_has_gone_along_with_nothing_yet_has_its_page(admin: Client, owner: User) -> None:
    assert admin.get(page_of(factories.reference(owner))).status_code == 200


@pytest.fixture
def edit(owner: User, make: Make) -> Generation:
    """An edit of two pictures through a mask."""
    given = [
        factories.reference(owner, factories.photo(colour=colour))
        for colour in ("navy", "white", "gold")
    ]
    navy, white, gold = (reference.name for reference in given)
    request = {"model": "gpt-image-1", "image": [gold, navy], "mask": white}
    row = make(model_kind="images", request=request)
    row.references.set(given)
    return row


def test_the_page_of_a_generation_shows_what_went_along_in_its_order_and_the_mask_last(
    admin: Client, edit: Generation
) -> None:
    page = admin.get(reverse("admin:records_generation_change", args=[edit.pk])).content.decode()
    navy, white, gold = edit.references.order_by("pk")
    places = [page.index(image_of(reference)) for reference in (gold, navy, white)]
    assert places == sorted(places)
    assert f'<a href="{page_of(white)}">Mask, {white}</a>' in page
    assert page.count("Mask, ") == 1


def test_without_the_right_to_read_prompts_it_shows_only_that_some_went_along(
    masked: Client, edit: Generation
) -> None:
    page = masked.get(reverse("admin:records_generation_change", args=[edit.pk])).content.decode()
    for reference in edit.references.all():
        assert page_of(reference) in page
        assert image_of(reference) not in page


def test_staff_with_the_rights_see_the_exact_bytes(
    client: Client, staff: User, given: Reference
) -> None:
    answer = staff_with(client, staff, "view_reference", "read_prompts").get(
        image_of(given, "original")
    )
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with pytest.warns(Warning, match="asynchronous iterators"):
        assert b"".join(answer) == factories.photo()


def test_staff_who_read_no_prompts_see_neither_bytes_nor_preview_nor_address(
    client: Client, staff: User, given: Reference
) -> None:
    office = staff_with(client, staff, "view_reference")
    assert office.get(image_of(given)).status_code == 403
    for address in (reverse(LIST), page_of(given)):
        page = office.get(address).content.decode()
        assert masks.SENTENCE in page
        for hidden in (image_of(given), image_of(given, "640"), "owl.png", given.sha256):
            assert hidden not in page, hidden


def test_the_list_asks_as_often_for_many_rows_as_for_few(
    admin: Client, owner: User, make: Make
) -> None:
    counts = []
    for rows in (3, 20):
        for number in range(rows):
            colour = f"#{rows:02x}{number:02x}00"
            factories.reference(owner, factories.photo(colour=colour)).generations.add(make())
        with CaptureQueriesContext(connection) as context:
            admin.get(reverse(LIST))
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_a_hash_an_address_an_id_or_a_generation_finds_it_once(
    admin: Client, owner: User, given: Reference
) -> None:
    factories.reference(owner, factories.photo(colour="red"))
    generation = given.generations.all()[0]
    for term in (given.sha256, "owl.png", str(given.pk), str(generation.pk)):
        rows = admin.get(reverse(LIST), {"q": term}).context["cl"].result_list
        assert [row.pk for row in rows] == [given.pk], term


def test_they_can_be_narrowed_to_a_person(admin: Client, given: Reference) -> None:
    other = factories.reference(factories.person())
    for reference in (given, other):
        rows = admin.get(reverse(LIST), {"owner": reference.owner.username}).context["cl"]
        assert [row.pk for row in rows.result_list] == [reference.pk]


def test_nobody_adds_changes_or_deletes_one(admin: Client, given: Reference) -> None:
    for action in ("change", "delete"):
        url = reverse(f"admin:records_reference_{action}", args=[given.pk])
        assert admin.post(url, {"post": "yes"}).status_code == 403
    assert admin.get(reverse("admin:records_reference_add")).status_code == 403
    assert Reference.objects.exists()
