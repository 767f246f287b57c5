"""Which languages' tools are on this machine."""

import ctypes.util
import shutil
from pathlib import Path
from typing import Final

import pytest

_HEADERS: Final = (Path("/usr/include/curl"), *Path("/usr/include").glob("*/curl"))
_LIBRARY: Final = ctypes.util.find_library("curl")
_OWN_HEADER: Final = f"-I{Path(__file__).with_name('libcurl')} -l:{_LIBRARY}"
# The library is on many machines that have no header for it.
LIBCURL: Final = "-lcurl" if any(map(Path.exists, _HEADERS)) else _OWN_HEADER
needs_libcurl: Final = pytest.mark.skipif(
    not _LIBRARY, reason="This runs code of another language and needs libcurl."
)


def needs(*commands: str) -> pytest.MarkDecorator:
    """Skip a test where one of these commands is missing."""
    missing = [command for command in commands if not shutil.which(command)]
    reason = f"This runs code of another language and needs {' and '.join(missing)}."
    return pytest.mark.skipif(bool(missing), reason=reason)
