"""The command line of the practice gateway."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from modelless_web.practice.server import main

COMMAND = [sys.executable, "-m", "modelless_web.practice", "--port", "0", "--watch-stdin"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_it_says_where_it_listens_and_listens_there(process: subprocess.Popen[str]) -> None:
    line = first_line(process)
    found = re.fullmatch(r"practice gateway on (http://127\.0\.0\.1:\d+/v1)\n", line)
    assert found
    assert httpx.get(f"{found[1]}/models").status_code == 200


def test_it_stops_when_its_standard_input_ends(process: subprocess.Popen[str]) -> None:
    first_line(process)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")


def test_it_stops_even_while_somebody_listens(process: subprocess.Popen[str]) -> None:
    url = first_line(process).split()[-1]
    asked = {
        "model": "practice-stall",
        "stream": True,
        "messages": [{"role": "user", "content": "x"}],
    }
    with httpx.stream("POST", f"{url}/chat/completions", json=asked) as reply:
        next(reply.iter_lines())
        process.communicate(timeout=5)
    assert process.returncode == 0


def test_a_taken_port_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    expected = f"The practice gateway cannot use 127.0.0.1 port {port}: Address already in use.\n"
    assert capsys.readouterr().err == expected


def test_an_impossible_port_is_told_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "70000"]) == 1
    assert "cannot use 127.0.0.1 port 70000" in capsys.readouterr().err
