"""The languages that a request can be copied as, in the order of the endpoint's own page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import compiled, plain, scripted
from .request import Request


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its name in addresses, its name on the page, and who writes it."""

    slug: str
    label: str
    write: Callable[[Request], str]


_TABLE: Final = (
    Language("shell", "Shell", plain.shell),
    Language("javascript", "JavaScript", scripted.javascript),
    Language("java", "Java", compiled.java),
    Language("swift", "Swift", compiled.swift),
    Language("go", "Go", compiled.go),
    Language("php", "PHP", scripted.php),
    Language("python", "Python", scripted.python),
    Language("http", "HTTP", plain.http),
    Language("c", "C", compiled.c),
    Language("csharp", "C#", compiled.csharp),
    Language("objective-c", "Objective-C", compiled.objective_c),
    Language("ruby", "Ruby", scripted.ruby),
    Language("ocaml", "OCaml", compiled.ocaml),
    Language("dart", "Dart", compiled.dart),
    Language("r", "R", scripted.r),
)
LANGUAGES: Final = {language.slug: language for language in _TABLE}
# What pictures go along with is a form.
FORMS: Final = {
    language.slug: language
    for language in (
        Language("shell", "Shell", plain.shell_form),
        Language("python", "Python", scripted.python_form),
    )
}
