"""Copy as code: the request that was sent, in a language that is chosen once and remembered."""

import re
from html import unescape

import pytest
from django.conf import LazySettings
from django.test import Client

from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Images
from modelless_web.records.models import Generation, User
from modelless_web.studio.snippets.languages import FORMS, LANGUAGES
from tests.studio.factories import a_generation
from tests.studio.pages import HTMX, text_of
from tests.studio.snippets.samples import NASTY, request_of
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(person: User) -> Generation:
    """A generation of the person's with a prompt that is hard to write down."""
    return a_generation(person, request=NASTY)


def at(row: Generation, language: str = "") -> str:
    return f"/generations/{row.pk}/code/" + (f"?language={language}" if language else "")


def chosen(response: object) -> list[str]:
    """The languages that are selected."""
    return re.findall(r'<option value="([a-z-]+)" selected>', text_of(response))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "snippet"])
@pytest.mark.parametrize("slug", LANGUAGES)
def test_the_very_request_is_shown_in_the_language_that_was_asked_for(
    mine: Client, row: Generation, slug: str, headers: dict[str, str]
) -> None:
    wanted = LANGUAGES[slug].write(request_of(NASTY, row.gateway.base_url))
    assert f">{wanted}</pre>" in text_of(mine.get(at(row, slug), headers=headers))


def test_without_scripts_it_is_the_whole_page_with_the_code_open(
    mine: Client, row: Generation
) -> None:
    page = mine.get(at(row, "ruby"))
    assert '<details id="code" class="code" open>' in text_of(page)
    assert chosen(page) == ["ruby"]


def test_htmx_gets_the_snippet_alone(mine: Client, row: Generation) -> None:
    answer = mine.get(at(row, "ruby"), headers=HTMX)
    assert answer.content.strip().startswith(b'<pre class="snippet"')
    assert answer.content.strip().endswith(b"</pre>")
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "drawer"])
def test_the_language_is_remembered(mine: Client, row: Generation, headers: dict[str, str]) -> None:
    assert chosen(mine.get(f"/generations/{row.pk}/", headers=headers)) == ["shell"]
    mine.get(at(row, "ocaml"), headers=HTMX)
    assert chosen(mine.get(f"/generations/{row.pk}/", headers=headers)) == ["ocaml"]


def test_the_detail_keeps_the_code_folded(mine: Client, row: Generation) -> None:
    assert '<details id="code" class="code">' in text_of(mine.get(f"/generations/{row.pk}/"))


@pytest.mark.parametrize("language", ["", "cobol", "PYTHON", "../"])
def test_an_unknown_language_is_the_first_one(mine: Client, row: Generation, language: str) -> None:
    assert chosen(mine.get(at(row, language))) == ["shell"]
    mine.cookies["code-language"] = language
    assert chosen(mine.get(f"/generations/{row.pk}/")) == ["shell"]


@pytest.mark.parametrize("is_secure", [False, True])
def test_the_cookie_is_for_the_studio_alone(
    mine: Client, row: Generation, settings: LazySettings, is_secure: bool
) -> None:
    settings.SESSION_COOKIE_SECURE = is_secure
    cookie = mine.get(at(row, "go")).cookies["code-language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("go", True, "Lax")
    assert bool(cookie["secure"]) is is_secure


@pytest.mark.parametrize("language", FORMS)
def test_an_edit_is_shown_as_a_form_with_all_that_was_set(
    mine: Client, person: User, language: str
) -> None:
    sent = Images(
        model="gpt-image-1",
        prompt="A red door",
        traits=image_traits("gpt-image-1"),
        pictures=("picture:sha256:" + "a" * 64,),
        input_fidelity="high",
    ).body()
    row = a_generation(person, model="gpt-image-1", model_kind="images", request=sent)
    page = unescape(text_of(mine.get(at(row, language))))
    assert chosen(mine.get(at(row, language))) == [language]
    assert ("input_fidelity=high" in page) or ('"input_fidelity": "high"' in page)
    assert "picture-1.png" in page


def test_the_key_is_in_no_language(mine: Client, row: Generation) -> None:
    key = row.gateway.key
    assert len(key) > 8
    for slug in LANGUAGES:
        assert key not in text_of(mine.get(at(row, slug), headers=HTMX))


def test_an_address_that_nothing_can_be_sent_to_is_not_shown(mine: Client, person: User) -> None:
    gateway = factories.gateway(base_url="https://somebody:secret@gateway.example/v1")
    row = a_generation(person, gateway=gateway)
    detail = mine.get(f"/generations/{row.pk}/")
    assert detail.status_code == 200
    assert "secret@" not in text_of(detail)
    assert mine.get(at(row)).status_code == 404
