"""What a share link shows to whoever has it, and what it never shows."""

import dataclasses
import re
from typing import Any, Final

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Picture, Share, User
from tests.studio.factories import a_generation, a_picture, png
from tests.studio.pages import queries, text_of
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

PROMPT: Final = "a prompt that stays here"
DISCREET: Final = {
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def row(person: User) -> Generation:
    """A finished generation with an answer and a picture."""
    row = a_generation(person, prompt=PROMPT, text="Here **it** is.")
    a_picture(row, png(1000, 700), alt=PROMPT)
    return row


@pytest.fixture
def share(row: Generation) -> Share:
    """A link to it, without the prompt."""
    return Share.objects.create(generation=row)


@pytest.fixture
def anybody() -> Client:
    """A browser that the studio has never seen."""
    return Client()


def at(share: Share, place: str = "") -> str:
    return f"/shared/{share.pk}/{share.signature}/{place}"


def places(share: Share) -> list[str]:
    return [at(share), at(share, "1/320"), at(share, "1/original")]


def told(client: Client, address: str) -> int:
    return client.get(address).status_code


def test_whoever_has_the_link_sees_the_answer_without_signing_in(
    anybody: Client, share: Share, accounts_only: None
) -> None:
    page = text_of(anybody.get(at(share)))
    assert "<p>Here <strong>it</strong> is.</p>" in page
    assert "stable-diffusion" in page
    assert "sessionid" not in anybody.cookies


def test_nobody_becomes_a_guest_by_looking(anybody: Client, share: Share) -> None:
    before = User.objects.count()
    assert [told(anybody, place) for place in places(share)] == [200, 200, 200]
    assert User.objects.count() == before
    assert not anybody.cookies


def test_every_picture_of_the_page_is_there_in_every_size(anybody: Client, share: Share) -> None:
    found = set(re.findall(r"/shared/[^\" ]+/1/\w+", text_of(anybody.get(at(share)))))
    assert found == {at(share, f"1/{variant}") for variant in ("320", "640", "original")}
    for address in found:
        assert told(anybody, address) == 200


def test_a_picture_is_the_very_bytes_in_a_sandbox(anybody: Client, share: Share) -> None:
    answer = anybody.get(at(share, "1/original"))
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"] == 'inline; filename="picture-1.png"'
    assert b"".join(answer) == png(1000, 700)


def test_the_prompt_is_there_only_if_its_owner_chose_so(anybody: Client, share: Share) -> None:
    assert PROMPT not in text_of(anybody.get(at(share)))
    Share.objects.update(with_prompt=True)
    assert PROMPT in text_of(anybody.get(at(share)))


def test_nothing_private_is_on_the_page(anybody: Client, share: Share, row: Generation) -> None:
    asked = {"system": "a secret system", "stream": True}
    columns = {"cost": "7.1234", "currency": "USD", "cost_basis": "exact", "reasoning": "thoughts"}
    Generation.objects.update(asked=asked, request={"secret": "body"}, **columns)
    User.objects.update(username="olive")
    picture = Picture.objects.get()
    page = text_of(anybody.get(at(share)))
    ids = [row.pk, picture.pk, row.owner.opaque_id, row.gateway.name, picture.sha256]
    for private in ("olive", "7.12", "thoughts", "secret", PROMPT, *map(str, ids)):
        assert private not in page, private


def test_nothing_on_the_page_leads_into_the_studio(anybody: Client, share: Share) -> None:
    page = text_of(anybody.get(at(share)))
    leads = re.findall(r'(?:href|action|src|sse-connect|hx-\w+)="([^"]*)"', page)
    own = (f"/shared/{share.pk}/", "/static/", "data:")
    assert [lead for lead in leads if not lead.startswith(own)] == []
    assert "csrf" not in page


def test_its_owner_sees_what_everybody_sees(mine: Client, anybody: Client, share: Share) -> None:
    assert mine.get(at(share)).content == anybody.get(at(share)).content


def test_practice_is_called_practice(anybody: Client, person: User) -> None:
    real, practice = (
        a_generation(person, text="Here.", gateway=factories.gateway(is_practice=is_practice))
        for is_practice in (False, True)
    )
    pages = [
        text_of(anybody.get(at(Share.objects.create(generation=row)))) for row in (real, practice)
    ]
    assert ['class="label">practice' in page for page in pages] == [False, True]


def test_all_of_it_is_kept_from_engines_other_sites_and_caches(
    anybody: Client, share: Share
) -> None:
    for place in places(share):
        answer = anybody.get(place)
        assert {name: answer[name] for name in DISCREET} == DISCREET, place


def end(share: Share, way: str, settings: LazySettings) -> None:
    """Let a link lead nowhere, in one of the ways that there are."""
    match way:
        case "ran out":
            Share.objects.update(expires_at=timezone.now())
        case "stopped":
            Share.objects.filter(pk=share.pk).delete()
        case "in the trash":
            Generation.objects.update(deleted_at=timezone.now())
        case "under way":
            Generation.objects.update(status="running")
        case "closed account":
            User.objects.update(is_active=False)
        case "switched off":
            settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, sharing=False)


WAYS: Final = ["ran out", "stopped", "in the trash", "under way", "closed account", "switched off"]


def not_found(client: Client, address: str) -> tuple[int, Any, bytes]:
    """What an answer tells, without what a token makes different every time."""
    answer = client.get(address)
    return answer.status_code, answer.headers, re.sub(rb'"[A-Za-z0-9]{64}"', b"~", answer.content)


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_leads_nowhere_is_one_that_never_was(
    anybody: Client, share: Share, settings: LazySettings, way: str
) -> None:
    never = f"/shared/{uuid7()}/{share.signature}/"
    before = not_found(anybody, never)
    end(share, way, settings)
    for place in places(share):
        assert not_found(anybody, place) == before, place
    assert before[0] == 404


def test_without_its_signature_a_link_opens_nothing(
    anybody: Client, share: Share, row: Generation
) -> None:
    other = Share.objects.create(generation=row)
    for signature in (other.signature, share.signature[:-1], "x", "no"):
        assert told(anybody, f"/shared/{share.pk}/{signature}/") == 404
        assert told(anybody, f"/shared/{share.pk}/{signature}/1/320") == 404


def test_restored_from_the_trash_it_is_shown_again(anybody: Client, share: Share) -> None:
    Generation.objects.update(deleted_at=timezone.now())
    assert told(anybody, at(share)) == 404
    Generation.objects.update(deleted_at=None)
    assert told(anybody, at(share)) == 200


@pytest.mark.parametrize("place", ["0/320", "2/320", "999/320", "1/100", "1000/320"])
def test_there_are_no_other_pictures_behind_it(
    anybody: Client, share: Share, row: Generation, place: str
) -> None:
    a_picture(a_generation(row.owner), png(20, 20))
    assert told(anybody, at(share, place)) == 404


def test_a_picture_that_is_not_stored_is_left_out(
    anybody: Client, share: Share, row: Generation
) -> None:
    lost = factories.picture(row, state=Picture.State.LOST, trouble="It was gone.")
    page = text_of(anybody.get(at(share)))
    assert page.count("<img") == 1
    assert lost.trouble not in page
    assert told(anybody, at(share, "2/320")) == 404


def test_a_picture_whose_file_is_missing_is_not_found(anybody: Client, share: Share) -> None:
    default_storage.delete(Picture.objects.get().original_name)
    assert told(anybody, at(share, "1/original")) == 404


def test_only_opening_the_page_is_counted(anybody: Client, share: Share) -> None:
    anybody.head(at(share))
    told(anybody, at(share, "1/320"))
    told(anybody, f"/shared/{share.pk}/wrong/")
    assert not Share.objects.get().opened
    told(anybody, at(share))
    assert Share.objects.get().opened == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_looked_at(anybody: Client, share: Share, method: str) -> None:
    for place in places(share):
        assert getattr(anybody, method)(place).status_code == 405


def test_more_pictures_take_no_more_queries(anybody: Client, share: Share, row: Generation) -> None:
    few = queries(lambda: anybody.get(at(share)))
    for number in range(1, 6):
        a_picture(row, png(20, 20 + number), choice=number)
    assert queries(lambda: anybody.get(at(share))) == few
