"""Pictures in the admin: previews for staff, and nobody else."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.records.models import Picture, User

from .conftest import Make

LIST = "admin:records_picture_changelist"


def image_of(picture: Picture, variant: str = "320") -> str:
    return reverse("admin:records_picture_image", args=[picture.pk, variant])


def test_staff_see_the_original_bytes(admin: Client, stored_picture: Picture) -> None:
    answer = admin.get(image_of(stored_picture, "original"))
    assert answer.headers["Content-Type"] == "image/png"
    with pytest.warns(Warning, match="asynchronous iterators"):
        assert b"".join(answer).startswith(b"\x89PNG")


def test_a_thumbnail_comes_with_safe_headers(admin: Client, stored_picture: Picture) -> None:
    answer = admin.get(image_of(stored_picture))
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_staff_without_the_right_see_no_picture(
    client: Client, staff: User, stored_picture: Picture
) -> None:
    client.force_login(staff)
    assert client.get(image_of(stored_picture)).status_code == 403


def test_staff_with_the_right_see_it(client: Client, staff: User, stored_picture: Picture) -> None:
    for code in ("view_picture", "read_prompts"):
        staff.user_permissions.add(Permission.objects.get(codename=code))
    client.force_login(staff)
    assert client.get(image_of(stored_picture)).status_code == 200


def test_its_owner_is_sent_to_sign_in(client: Client, stored_picture: Picture) -> None:
    client.force_login(stored_picture.generation.owner)
    assert client.get(image_of(stored_picture)).status_code == 302


def test_a_lost_picture_has_no_bytes_and_says_why(admin: Client, make: Make) -> None:
    picture = make().pictures.get()
    lost = {"state": Picture.State.LOST, "trouble": "Its server answered 404.", "sha256": ""}
    Picture.objects.filter(pk=picture.pk).update(**lost)
    assert admin.get(image_of(picture)).status_code == 404
    page = admin.get(reverse("admin:records_picture_change", args=[picture.pk])).content.decode()
    assert "Its server answered 404." in page
    assert image_of(picture, "640") not in page


def test_the_list_shows_previews_and_hosts(admin: Client, make: Make) -> None:
    picture = make().pictures.get()
    page = admin.get(reverse(LIST)).content.decode()
    assert image_of(picture) in page
    assert "pictures.example.com" in page
    assert "512 × 512" in page


def test_the_list_asks_as_often_for_many_rows_as_for_few(admin: Client, make: Make) -> None:
    counts = []
    for rows in (3, 30):
        for _ in range(rows):
            make()
        with CaptureQueriesContext(connection) as context:
            admin.get(reverse(LIST))
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_a_hash_an_address_or_a_generation_finds_a_picture(admin: Client, make: Make) -> None:
    make()
    picture = make().pictures.get()
    Picture.objects.filter(pk=picture.pk).update(source_url="https://cdn.example.org/owl.png")
    for term in (picture.sha256, "owl.png", str(picture.pk), str(picture.generation_id)):
        rows = admin.get(reverse(LIST), {"q": term}).context["cl"].result_list
        assert [row.pk for row in rows] == [picture.pk]


def test_pictures_can_be_narrowed_by_media_type(admin: Client, make: Make) -> None:
    make()
    assert not admin.get(reverse(LIST), {"media_type": "image/gif"}).context["cl"].result_count
    assert admin.get(reverse(LIST), {"media_type": "image/png"}).context["cl"].result_count == 1


def test_html_in_an_address_is_escaped(admin: Client, make: Make) -> None:
    picture = make().pictures.get()
    payload = '"><script>alert(1)</script>'
    Picture.objects.filter(pk=picture.pk).update(source_url=payload, alt=payload, trouble=payload)
    for url in (reverse(LIST), reverse("admin:records_picture_change", args=[picture.pk])):
        assert b"<script>alert" not in admin.get(url).content


def test_nobody_changes_or_deletes_a_picture(admin: Client, make: Make) -> None:
    picture = make().pictures.get()
    for action in ("change", "delete"):
        url = reverse(f"admin:records_picture_{action}", args=[picture.pk])
        assert admin.post(url, {"post": "yes"}).status_code == 403
    assert Picture.objects.exists()
