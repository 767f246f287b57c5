"""Texts in the literals of languages that have escapes, read back by their own compilers."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modelless_web.studio.snippets.literals import c_text, java_text, json_text, without
from tests.studio.snippets.samples import MARKS, documents, words
from tests.studio.snippets.tools import needs

# A compiler takes a second, so that it is asked about many at once, and not to find the smallest.
few = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
many = st.lists(documents, min_size=20, max_size=60)


def says(command: Sequence[str], source: Path, text: str) -> list[Any]:
    """What a program prints, one JSON after the other."""
    source.write_text(text, encoding="utf-8")
    done = subprocess.run([*command, source], check=True, capture_output=True, encoding="utf-8")
    return [json.loads(part) for part in done.stdout.split("\0")[:-1]]


@given(document=documents)
def test_json_is_what_it_was(document: dict[str, Any]) -> None:
    assert json.loads(json_text(document)) == document


@given(text=words, mark=st.sampled_from([mark for mark in MARKS if "\n" not in mark]))
def test_json_without_a_mark_is_what_it_was(text: str, mark: str) -> None:
    character = next((c for c in mark if c not in '"\\{}[],'), "")
    if character and not character.isalnum():
        made = without(json_text([text]), mark, character)
        assert json.loads(made) == [text]
        assert mark not in made


@needs("node")
@pytest.mark.slow
@few
@given(many=many)
def test_javascript_reads_json_as_it_is(
    many: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = (f'process.stdout.write(JSON.stringify({json_text(one)}) + "\\0");' for one in many)
    source = tmp_path_factory.mktemp("node") / "many.mjs"
    assert says(["node"], source, "\n".join(lines)) == many


@needs("sh")
@few
@given(many=many)
def test_a_shell_hands_on_what_stands_in_its_input(
    many: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = (f"cat <<'JSON'\n{json_text(one)}\nJSON\nprintf '\\0'\n" for one in many)
    source = tmp_path_factory.mktemp("sh") / "many.sh"
    assert says(["sh"], source, "".join(lines)) == many


@needs("java")
@pytest.mark.slow
@few
@given(many=many)
def test_java_reads_its_text_blocks(
    many: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert java(many, tmp_path_factory) == many


@needs("java")
@pytest.mark.slow
def test_java_takes_what_is_too_long_for_one_constant(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    long = [
        {"said": '漢 \\" \n' * 8_000},
        {"said": "😀  " * 9_000},
        [f"  {n}" for n in range(9_000)],
    ]
    assert java(long, tmp_path_factory) == long


def java(many: list[Any], folders: pytest.TempPathFactory) -> list[Any]:
    """What Java prints of these."""
    methods = "\n".join(
        f"static void print{n}(PrintStream out) {{ out.print({java_text(one)} + '\\0'); }}"
        for n, one in enumerate(many)
    )
    calls = " ".join(f"print{n}(out);" for n in range(len(many)))
    source = folders.mktemp("java") / "Many.java"
    command = ["java", "-Dfile.encoding=UTF-8"]
    return says(
        command,
        source,
        f"""
import java.io.PrintStream;
public class Many {{
{methods}
public static void main(String[] args) throws Exception {{
  PrintStream out = new PrintStream(System.out, false, "UTF-8"); {calls} out.flush();
}}
}}
""",
    )


@needs("gcc")
@pytest.mark.slow
@few
@given(many=many)
def test_c_reads_its_strings(many: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    lines = (f"fputs({c_text(one, chr(34))}, stdout); putchar(0);" for one in many)
    folder = tmp_path_factory.mktemp("c")
    build = ["sh", "-c", f'gcc -std=c99 -w -o {folder}/many -x c "$0" && {folder}/many']
    text = "#include <stdio.h>\nint main(void) {\n" + "\n".join(lines) + "\nreturn 0;\n}\n"
    assert says(build, folder / "many.c", text) == many
