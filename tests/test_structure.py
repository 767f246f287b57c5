"""The shape of the project, held by tests: what a template may say, how large a file may grow."""

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
MOST_LINES = 400
MOST_TEMPLATE_LINES = 150
VARIABLE = re.compile(r"""["'](MODELLESS_[A-Z_]+|DATABASE_URL|REDIS_URL)["']""")
TARGET = re.compile(r'hx-swap-oob="[a-zA-Z]+:#([a-z-]+)|<(?:span|p|progress) id="([a-z-]+)')


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file that git keeps, or would."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (PROJECT / name for name in listing.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def files(folder: str, pattern: str) -> list[Path]:
    """The files of a folder whose names match, but for migrations, which Django writes."""
    return [
        path
        for path in kept_files()
        if path.is_relative_to(PROJECT / folder)
        and path.match(pattern)
        and "migrations" not in path.parts
    ]


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


TEMPLATES = files("templates", "*.html")
CODE = [*files("modelless_web", "*.py"), *files("tests", "*.py"), *files("static", "*.js")]


@pytest.mark.parametrize("path", CODE, ids=named)
def test_no_file_of_code_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_is_longer_than_150_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_TEMPLATE_LINES


@pytest.mark.parametrize(
    "pattern",
    [
        r"<[^>]*\sstyle\s*=",
        r"<[^>]*\son[a-z]+\s*=",
        r"hx-on",
        r"\bjs:",
        r"javascript:",
        r"<style\b",
        r"<script(?![^>]*\bsrc=)[^>]*>",
    ],
    ids=["style", "handlers", "hx-on", "js", "javascript", "style sheets", "scripts"],
)
def test_templates_hold_nothing_that_the_policy_refuses(pattern: str) -> None:
    found = [named(path) for path in TEMPLATES if re.search(pattern, path.read_text(), re.I)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_text_from_people_and_gateways_is_always_escaped(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape off", path.read_text())


@pytest.mark.parametrize("path", files("static", "*.js"), ids=named)
def test_scripts_make_no_code_of_text(path: Path) -> None:
    assert not re.search(r"\beval\(|new Function|document\.write", path.read_text())


@pytest.mark.parametrize("path", files("modelless_web/studio/views", "[a-z]*.py"), ids=named)
def test_a_view_module_renders_the_template_of_its_name(path: Path) -> None:
    pages = set(re.findall(r'"studio/([a-z_]+)\.html', path.read_text()))
    # Signing in and becoming the owner are two pages about one account.
    own = {"login", "owner"} if path.stem == "account" else {path.stem}
    assert pages <= own


@pytest.mark.parametrize("path", files("templates/studio", "*.html"), ids=named)
def test_every_page_is_rendered_by_a_view(path: Path) -> None:
    views = "".join(view.read_text() for view in files("modelless_web/studio/views", "*.py"))
    assert f'"studio/{path.name}' in views


@pytest.mark.parametrize("path", files("tests", "test_*.py"), ids=named)
def test_a_test_file_lies_where_its_subject_does(path: Path) -> None:
    room = path.relative_to(PROJECT / "tests").parts[0]
    rooms = {folder.name for folder in (PROJECT / "modelless_web").iterdir() if folder.is_dir()}
    assert room in rooms | {"browser", "faults", "bench", path.name}


def test_what_a_fragment_aims_at_is_in_exactly_one_template() -> None:
    fragments = (PROJECT / "modelless_web/studio/fragments.py").read_text()
    aims = {name.rstrip("-") for pair in TARGET.findall(fragments) for name in pair if name}
    places = Counter(
        aim
        for path in TEMPLATES
        for aim in aims
        if re.search(rf'\bid="{aim}(?:-\{{\{{[^"]*)?"', path.read_text())
    )
    assert dict(places) == dict.fromkeys(aims, 1)


@cache
def variables() -> frozenset[str]:
    """Every variable of the environment that the studio reads."""
    code = "".join(path.read_text() for path in files("modelless_web", "*.py"))
    return frozenset(VARIABLE.findall(code))


def test_the_environment_is_read_in_one_place_only() -> None:
    readers = [
        named(path)
        for path in files("modelless_web", "*.py")
        if re.search(r"os\.environ(?!\.setdefault)|os\.getenv", path.read_text())
    ]
    assert readers == [
        "modelless_web/config/settings.py",
        # The practice gateway stands alone, and has its one variable to itself.
        "modelless_web/practice/app.py",
        # What is copied as Python reads the environment of whoever runs it.
        "modelless_web/studio/snippets/scripted.py",
    ]


@pytest.mark.skipif(not (PROJECT / "README.md").exists(), reason="There is no README yet.")
@pytest.mark.parametrize("name", sorted(variables()))
def test_every_variable_is_in_the_readmes_table(name: str) -> None:
    assert re.search(rf"^\|\s*`{name}`", (PROJECT / "README.md").read_text(), re.MULTILINE)


@pytest.mark.skipif(not (PROJECT / "README.md").exists(), reason="There is no README yet.")
def test_the_readmes_table_invents_no_variable() -> None:
    table = re.findall(r"^\|\s*`([A-Z_]+)`", (PROJECT / "README.md").read_text(), re.MULTILINE)
    assert set(table) <= variables()


def test_no_address_of_a_package_registry_is_kept() -> None:
    registries = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org")
    found = [
        named(path)
        for path in kept_files()
        if any(registry.encode() in path.read_bytes() for registry in registries)
    ]
    assert found == []
