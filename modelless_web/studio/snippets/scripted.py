"""Languages that run as they are written."""

from typing import Final

from .literals import json_text, python_text, without
from .request import Request, fill

_JAVASCRIPT: Final = """\
const response = await fetch("§url", {
  method: "POST",
  headers: {
    §headers
    "Authorization": `Bearer ${process.env.MODELLESS_API_KEY}`,
  },
  body: JSON.stringify(§body),
});

§ending
"""
_JAVASCRIPT_STREAM: Final = """\
for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
  process.stdout.write(text);
}"""

_PYTHON: Final = """\
import os

import httpx

§opening
    "§url",
    headers={
        §headers
        "Authorization": f"Bearer {os.environ['MODELLESS_API_KEY']}",
    },
    json=§body,
    timeout=600,
§ending
"""
_PYTHON_WHOLE: Final = ("response = httpx.post(", ")\nprint(response.text)")
_PYTHON_STREAM: Final = (
    'with httpx.stream(\n    "POST",',
    """\
) as response:
    for text in response.iter_text():
        print(text, end="", flush=True)""",
)

# With pictures it is a form, and they stand there as files.
_PYTHON_FORM: Final = """\
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

_PHP: Final = """\
<?php

$body = <<<'JSON'
§body
JSON;

$curl = curl_init("§url");
curl_setopt_array($curl, [
    CURLOPT_HTTPHEADER => [
        §headers
        "Authorization: Bearer " . getenv("MODELLESS_API_KEY"),
    ],
    CURLOPT_POSTFIELDS => $body,
]);
curl_exec($curl);
"""

_RUBY: Final = """\
require "net/http"

uri = URI("§url")
request = Net::HTTP::Post.new(uri)
§headers
request["Authorization"] = "Bearer #{ENV.fetch("MODELLESS_API_KEY")}"
request.body = <<~'JSON'
  §body
JSON

Net::HTTP.start(uri.hostname, uri.port, use_ssl: uri.scheme == "https", read_timeout: 600) do |http|
  http.request(request) do |response|
    response.read_body { |part| print part }
  end
end
"""

_R: Final = """\
library(httr2)

body <- r"---(
§body
)---"

response <- request("§url") |>
  req_headers(
    §headers
    Authorization = paste("Bearer", Sys.getenv("MODELLESS_API_KEY"))
  ) |>
  req_body_raw(body) |>
  §perform()

§ending
"""
_R_STREAM: Final = """\
while (!resp_stream_is_complete(response)) {
  cat(resp_stream_lines(response), sep = "\\n")
}
close(response)"""


def javascript(request: Request) -> str:
    """Fetch, as in Node; JSON is JavaScript already."""
    return fill(
        _JAVASCRIPT,
        url=request.url,
        headers=request.headers('"§name": "§value",'),
        body=json_text(request.document),
        ending=_JAVASCRIPT_STREAM if request.streams else "console.log(await response.text());",
    )


def python(request: Request) -> str:
    """Python, with httpx."""
    opening, ending = _PYTHON_STREAM if request.streams else _PYTHON_WHOLE
    return fill(
        _PYTHON,
        opening=opening,
        url=request.url,
        headers=request.headers('"§name": "§value",'),
        body=python_text(request.document),
        ending=ending,
    )


def python_form(request: Request) -> str:
    """Python with httpx, for a form."""
    lines = [f'("{name}", open("{file}", "rb")),' for name, file in request.files]
    fields = python_text(dict(request.fields))
    return fill(_PYTHON_FORM, url=request.url, fields=fields, files="\n".join(lines))


def php(request: Request) -> str:
    """PHP's own cURL, which prints what it receives; a nowdoc knows no escapes."""
    return fill(
        _PHP,
        url=request.url,
        headers=request.headers('"§name: §value",'),
        body=json_text(request.document),
    )


def ruby(request: Request) -> str:
    """Ruby's own Net::HTTP; a heredoc in single quotes knows no escapes."""
    return fill(
        _RUBY,
        url=request.url,
        headers=request.headers('request["§name"] = "§value"'),
        body=json_text(request.document),
    )


def r(request: Request) -> str:
    """R, with httr2."""
    return fill(
        _R,
        url=request.url,
        headers=request.headers('`§name` = "§value",'),
        body=without(json_text(request.document), ')---"', ")"),
        perform="req_perform_connection" if request.streams else "req_perform",
        ending=_R_STREAM if request.streams else "cat(resp_body_string(response))",
    )
