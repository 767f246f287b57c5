"""What the upkeep commands show on a terminal, and nowhere else."""

import io
import sys

import pytest

from modelless_web.config.management.console import progress


class Terminal(io.StringIO):
    """An output that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("output", "shown"),
    [(Terminal(), "\r1 of 2 pictures\r2 of 2 pictures\n"), (io.StringIO(), "")],
    ids=["a terminal", "a file"],
)
def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, output: io.StringIO, shown: str
) -> None:
    monkeypatch.setattr(sys, "stderr", output)
    tell = progress("pictures")
    tell(1, 2)
    tell(2, 2)
    assert output.getvalue() == shown
