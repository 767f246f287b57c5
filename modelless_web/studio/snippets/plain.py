"""What needs no program of its own: the shell's command, and the request as it is on the wire."""

import shlex
from typing import Final
from urllib.parse import urlsplit

from .literals import json_line, json_text
from .request import Request, fill

_SHELL: Final = """\
curl §options'§url' \\
  §headers
  --header "Authorization: Bearer $MODELLESS_API_KEY" \\
  --data-binary @- <<'JSON'
§body
JSON
"""

# With pictures it is a form, and they stand there as files.
_SHELL_FORM: Final = """\
curl '§url' \\
  --header "Authorization: Bearer $MODELLESS_API_KEY" \\
§parts
"""

_HTTP: Final = """\
POST §path HTTP/1.1
Host: §host
§headers
Authorization: Bearer {{MODELLESS_API_KEY}}
Content-Length: §length

§body"""


def shell(request: Request) -> str:
    """cURL. The JSON comes through its input: one argument may not hold more than 128 KiB."""
    return fill(
        _SHELL,
        options="--no-buffer " if request.streams else "",
        url=request.url,
        headers=request.headers("--header '§name: §value' \\"),
        body=json_text(request.document),
    )


def shell_form(request: Request) -> str:
    """cURL, for a form; what is no file is taken word for word."""
    # Indented here: a prompt of many lines must stay as it is.
    said = [f"  --form-string {shlex.quote(f'{name}={value}')}" for name, value in request.fields]
    held = [f"  --form {shlex.quote(f'{name}=@{file}')}" for name, file in request.files]
    return fill(_SHELL_FORM, url=request.url, parts=" \\\n".join([*said, *held]))


def http(request: Request) -> str:
    """The request itself. Its body is one line, so that its length is right on every system."""
    parts = urlsplit(request.url)
    body = json_line(request.document)
    return fill(
        _HTTP,
        path=parts.path,
        host=parts.netloc,
        headers=request.headers("§name: §value"),
        length=str(len(body.encode())),
        body=body,
    )
