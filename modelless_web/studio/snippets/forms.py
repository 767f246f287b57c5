"""A request that pictures go along with, which is a form: for the shell, and for Python.

The pictures stand there as files, whose names are for whoever copies it to change.
"""

import shlex
from typing import Final

from .literals import python_text
from .request import Request, fill

_SHELL: Final = """\
curl '§url' \\
  --header "Authorization: Bearer $MODELLESS_API_KEY" \\
§parts
"""
_PYTHON: Final = """\
import os

import httpx

response = httpx.post(
    "§url",
    headers={"Authorization": f"Bearer {os.environ['MODELLESS_API_KEY']}"},
    data=§fields,
    files=[
        §files
    ],
    timeout=600,
)
print(response.text)
"""


def shell(request: Request) -> str:
    """cURL; what is no file is taken word for word."""
    # Indented here: a prompt of many lines must stay as it is.
    said = [f"  --form-string {shlex.quote(f'{name}={value}')}" for name, value in request.fields]
    held = [f"  --form {shlex.quote(f'{name}=@{file}')}" for name, file in request.files]
    return fill(_SHELL, url=request.url, parts=" \\\n".join([*said, *held]))


def python(request: Request) -> str:
    """Python with httpx."""
    lines = [f'("{name}", open("{file}", "rb")),' for name, file in request.files]
    fields = python_text(dict(request.fields))
    return fill(_PYTHON, url=request.url, fields=fields, files="\n".join(lines))
