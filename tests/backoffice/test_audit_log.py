"""Every unmasked view stands in a log that only grows."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modelless_web.records.models import Audit, Picture, User
from modelless_web.records.models.audits import AppendOnlyError
from modelless_web.records.models.generations import today

from .conftest import Make

MODULE = "modelless_web.backoffice.thumbnails"
LIST = reverse("admin:records_generation_changelist")


def entries() -> list[tuple[Any, ...]]:
    return list(Audit.objects.order_by("pk").values_list("what", "kind", "target", "count"))


def test_a_list_with_prompts_is_written_down_with_its_question(admin: Client, make: Make) -> None:
    for _ in range(2):
        make()
    admin.get(LIST, {"q": "lighthouse"})
    assert entries() == [("pictured", "generation", "", 2)]
    assert Audit.objects.get().address == f"{LIST}?q=lighthouse"


def test_reading_one_is_written_down(admin: Client, operator: User, make: Make) -> None:
    row = make()
    admin.get(reverse("admin:records_generation_change", args=[row.pk]))
    assert entries() == [("read", "generation", str(row.pk), None)]
    assert Audit.objects.get().actor == operator


def test_a_row_that_is_not_there_is_not_written_down(admin: Client) -> None:
    admin.get(reverse("admin:records_generation_change", args=["nonsense"]))
    assert entries() == []


def thumbnails(browser: Client, page: str) -> list[str]:
    """The addresses of the small pictures on a page."""
    shown = browser.get(page).content.decode()
    return [unescape(source) for source in re.findall(r'<img src="([^"]*/image/[^"]*)"', shown)]


def image(picture: Picture, variant: str) -> str:
    return reverse("admin:records_picture_image", args=[picture.pk, variant])


def test_a_list_without_pictures_is_no_list_with_pictures(admin: Client, make: Make) -> None:
    make().pictures.all().delete()
    admin.get(LIST)
    assert entries() == [("listed", "generation", "", 1)]


@pytest.mark.parametrize("kind", ["generation", "picture"])
def test_the_thumbnails_of_a_list_are_written_down_with_it(
    admin: Client, stored_picture: Picture, kind: str
) -> None:
    (small,) = thumbnails(admin, reverse(f"admin:records_{kind}_changelist"))
    assert admin.get(small).status_code == 200
    assert entries() == [("pictured", kind, "", 1)]


def test_the_thumbnails_of_one_generation_are_written_down_with_it(
    admin: Client, stored_picture: Picture
) -> None:
    pk = stored_picture.generation_id
    (small,) = thumbnails(admin, reverse("admin:records_generation_change", args=[pk]))
    assert admin.get(small).status_code == 200
    assert entries() == [("read", "generation", str(pk), None)]


def test_a_thumbnail_that_another_was_shown_is_written_down(
    admin: Client, stored_picture: Picture
) -> None:
    (small,) = thumbnails(admin, LIST)
    other = Client()
    other.force_login(User.objects.create_superuser("other", password=None))
    assert other.get(small).status_code == 200
    assert entries()[-1] == ("picture", "picture", str(stored_picture.pk), None)


def test_a_thumbnail_of_a_page_lends_its_way_to_no_other_picture(
    admin: Client, stored_picture: Picture
) -> None:
    (small,) = thumbnails(admin, LIST)
    second = Picture.objects.create(
        generation=stored_picture.generation,
        position=1,
        state=Picture.State.STORED,
        sha256=stored_picture.sha256,
        media_type="image/png",
    )
    for there in (image(second, "320"), image(stored_picture, "original")):
        admin.get(f"{there}?{small.partition('?')[2]}")
    told = [(what, target) for what, _, target, _ in entries()]
    pictures = [("picture", str(second.pk)), ("picture", str(stored_picture.pk))]
    assert told == [("pictured", ""), *pictures]


def test_a_thumbnail_of_days_ago_is_written_down(
    admin: Client, stored_picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small,) = thumbnails(admin, LIST)
    for days, count in ((1, 1), (2, 2)):
        later = today() + timedelta(days=days)
        monkeypatch.setattr(f"{MODULE}.today", lambda later=later: later)
        admin.get(small)
        monkeypatch.undo()
        assert len(entries()) == count


def test_the_bytes_of_a_picture_are_written_down(admin: Client, stored_picture: Picture) -> None:
    admin.get(reverse("admin:records_picture_image", args=[stored_picture.pk, "original"]))
    assert entries() == [("picture", "picture", str(stored_picture.pk), None)]


def test_an_export_is_written_down(admin: Client, make: Make) -> None:
    make()
    admin.get(reverse("admin:records_generation_export", args=["csv"]))
    assert entries() == [("export", "generation", "", None)]


@pytest.fixture
def entry(operator: User) -> Audit:
    return Audit.objects.create(
        actor=operator, what=Audit.What.READ, kind="generation", address="/"
    )


def test_an_entry_is_never_changed(entry: Audit) -> None:
    entry.kind = "picture"
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        Audit.objects.update(kind="picture")
    with pytest.raises(AppendOnlyError):
        Audit.objects.bulk_update([entry], ["kind"])


def test_an_entry_is_never_deleted(entry: Audit) -> None:
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        Audit.objects.filter(pk=entry.pk).delete()


def test_whoever_stands_in_the_log_is_not_deleted(admin: Client, entry: Audit) -> None:
    url = reverse("admin:records_user_delete", args=[entry.actor.pk])
    admin.post(url, {"post": "yes"})
    assert User.objects.filter(pk=entry.actor.pk).exists()


def test_the_log_can_be_read_and_narrowed(admin: Client, entry: Audit) -> None:
    url = reverse("admin:records_audit_changelist")
    rows = admin.get(url, {"what__exact": "read"}).context["cl"].result_list
    assert [row.pk for row in rows] == [entry.pk]
    assert not admin.get(url, {"what__exact": "export"}).context["cl"].result_list


@pytest.mark.parametrize("action", ["change", "delete"])
def test_nobody_writes_into_the_log(admin: Client, entry: Audit, action: str) -> None:
    url = reverse(f"admin:records_audit_{action}", args=[entry.pk])
    assert admin.post(url, {"post": "yes", "kind": "x"}).status_code == 403
