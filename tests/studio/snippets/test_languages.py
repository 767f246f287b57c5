"""The fifteen languages: each as it was looked at once, and read again as its compiler would."""

import ast
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given

from modelless_web.studio.snippets.languages import LANGUAGES
from modelless_web.studio.snippets.request import Request
from tests.studio.snippets.samples import NASTY, PLAIN, documents, request_of

GOLDEN: Final = Path(__file__).with_name("golden")
SAMPLES: Final = {"plain": PLAIN, "nasty": NASTY}
PAGE: Final = [
    "Shell",
    "JavaScript",
    "Java",
    "Swift",
    "Go",
    "PHP",
    "Python",
    "HTTP",
    "C",
    "C#",
    "Objective-C",
    "Ruby",
    "OCaml",
    "Dart",
    "R",
]
# Literals without escapes: how they begin, and the first thing that ends them.
RAW: Final = {
    "shell": r"<<'JSON'\n(.*?)^JSON$",
    "swift": r'#"""\n(.*?)"""#',
    "go": r"NewReader\(`(.*?)`",
    "php": r"<<<'JSON'\n(.*?)^\s*JSON\b",
    "http": r"\n\n(.*)",
    "csharp": r'StringContent\("""\n(.*?)"""',
    "ruby": r"<<~'JSON'\n(.*?)^\s*JSON$",
    "ocaml": r"\{\|(.*?)\|\}",
    "dart": r"r'''(.*?)'''",
    "r": r'r"---\((.*?)\)---"',
}
URL: Final = re.compile(r"https?://[^\"'\s]+")


def written(slug: str, request: Request) -> str:
    return LANGUAGES[slug].write(request)


def test_the_languages_are_those_of_the_endpoints_page() -> None:
    assert [language.label for language in LANGUAGES.values()] == list(PAGE)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("slug", LANGUAGES)
def test_a_language_looks_as_it_was_seen(slug: str, sample: str) -> None:
    golden = GOLDEN / f"{slug}-{sample}.txt"
    assert written(slug, request_of(SAMPLES[sample])) == golden.read_text()


@pytest.mark.parametrize("slug", LANGUAGES)
def test_the_key_is_only_ever_a_placeholder(slug: str) -> None:
    text = written(slug, request_of(PLAIN))
    assert text.count("MODELLESS_API_KEY") == 1
    assert "Bearer" in text


@pytest.mark.parametrize("slug", RAW)
@given(document=documents)
def test_nothing_in_a_prompt_ends_a_literal_that_knows_no_escapes(
    slug: str, document: dict[str, Any]
) -> None:
    (found,) = re.findall(RAW[slug], written(slug, request_of(document)), re.S | re.M)
    assert json.loads(found) == document


@given(document=documents)
def test_nothing_in_a_prompt_is_an_escape_to_swift(document: dict[str, Any]) -> None:
    assert "\\#" not in written("swift", request_of(document))


@given(document=documents)
def test_python_reads_what_was_sent(document: dict[str, Any]) -> None:
    tree = ast.parse(written("python", request_of(document)))
    named = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
    (sent,) = (node.value for node in named if node.arg == "json")
    assert ast.literal_eval(sent) == document


@pytest.mark.parametrize("slug", LANGUAGES)
@given(document=documents)
def test_what_cannot_be_seen_is_in_no_snippet(slug: str, document: dict[str, Any]) -> None:
    text = written(slug, request_of(document))
    assert {c for c in text if not c.isprintable()} <= {"\n", "\t"}


@given(document=documents)
def test_the_raw_request_tells_the_length_of_its_body(document: dict[str, Any]) -> None:
    head, _, sent = written("http", request_of(document)).partition("\n\n")
    assert f"Content-Length: {len(sent.encode())}" in head.splitlines()


@pytest.mark.parametrize("slug", [slug for slug in LANGUAGES if slug != "http"])
@pytest.mark.parametrize(
    "base_url", ['http://a/"$(id)`\\', "http://a/'#{x}$y ${z}\n", "http://é/%20|}"]
)
def test_an_address_breaks_out_of_no_language(slug: str, base_url: str) -> None:
    (url,) = URL.findall(written(slug, request_of(PLAIN, base_url)))
    assert url.endswith("/chat/completions")
    assert not set(url) & set("`$\\#{} ")
