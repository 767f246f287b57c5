"""A request that pictures go along with, as code: only as a form, with the pictures as files."""

import ast
import shlex
from typing import Any

import pytest

from modelless_web.gateway.attachments import NOTHING
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Images
from modelless_web.gateway.wire import images
from modelless_web.studio.snippets.languages import FORMS
from modelless_web.studio.snippets.request import Request
from tests.studio.snippets.samples import BASE_URL, MARKS

NAMES = ("picture:sha256:" + "a" * 64, "picture:sha256:" + "b" * 64)
NASTY = "".join(MARKS)


def written(slug: str, prompt: str) -> str:
    body = Images(
        model="gpt-image-1",
        prompt=prompt,
        traits=image_traits("gpt-image-1"),
        pictures=NAMES,
        mask=NAMES[0],
    ).body()
    return FORMS[slug].write(Request(BASE_URL, images.call_of(body, NOTHING), body))


@pytest.mark.parametrize("prompt", ["A red door", NASTY])
def test_the_shell_reads_every_part_word_for_word(prompt: str) -> None:
    words = [word for word in shlex.split(written("shell", prompt)) if word != "\n"]
    assert words[1] == f"{BASE_URL}/images/edits"
    assert words[4:] == [
        *("--form-string", "model=gpt-image-1"),
        *("--form-string", f"prompt={prompt}"),
        *("--form", "image[]=@picture-1.png"),
        *("--form", "image[]=@picture-2.png"),
        *("--form", "mask=@mask.png"),
    ]


@pytest.mark.parametrize("prompt", ["A red door", NASTY])
def test_python_reads_every_part_word_for_word(prompt: str) -> None:
    call: Any = ast.parse(written("python", prompt)).body[2]
    given = {word.arg: word.value for word in call.value.keywords}
    assert ast.literal_eval(given["data"]) == {"model": "gpt-image-1", "prompt": prompt}
    files = [(pair.elts[0].value, pair.elts[1].args[0].value) for pair in given["files"].elts]
    assert files[0] == ("image[]", "picture-1.png")
    assert files[2] == ("mask", "mask.png")
