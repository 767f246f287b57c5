"""``manage.py rotate_keys`` and ``check_store`` beside a running studio."""

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import StartStudio
from tests.support.beside import beside
from tests.support.commands import begun, manage, refused
from tests.support.studio import Studio, wait_for
from tests.support.upstream import Upstream, reply, upstream

KEY = "sk-tests-0123456789abcdef"
ENDED = {"succeeded", "failed"}
MODELS = {"object": "list", "data": [{"id": "gpt-tests", "object": "model"}]}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Upstream]:
    """A gateway that has one model and no answers."""
    with beside(lambda: upstream(reply(json.dumps(MODELS).encode()))) as state:
        yield state


@pytest.fixture
def keyed(start_studio: StartStudio, gateway: Upstream) -> Studio:
    """A running studio with a gateway that needs a key."""
    return start_studio(MODELLESS_BASE_URL=gateway.url, MODELLESS_API_KEY=KEY, PRACTICE_PACE="0")


@pytest.mark.parametrize("option", ["", "--drop-old"])
def test_a_running_studio_goes_on_with_the_new_key(
    keyed: Studio, gateway: Upstream, option: str
) -> None:
    with keyed.visitor() as visitor:
        before = visitor.generate("Before", "gpt-tests")
        assert wait_for(lambda: visitor.status(before) in ENDED)
        ended = manage(keyed.data_dir, "rotate_keys", *filter(None, [option]))
        assert ended.returncode == 0, ended.stderr
        assert "Encrypted with a new key: 1 gateway." in ended.stdout
        gateway.requests.clear()
        assert visitor.open(f"/generations/{before}/").status_code == 200
        after = visitor.generate("After", "gpt-tests")
        assert wait_for(lambda: visitor.status(after) in ENDED)
    sent = [request for request in gateway.requests if b"After" in request]
    assert len(sent) == 1
    assert f"Bearer {KEY}".encode() in sent[0]
    left = (keyed.data_dir / "fields.key").read_text().split()
    assert len(left) == (1 if option else 2)
    assert "Traceback" not in keyed.log


def test_who_reads_while_keys_change_is_never_turned_away(keyed: Studio) -> None:
    with keyed.visitor() as visitor:
        page = f"/generations/{visitor.generate('Before', 'gpt-tests')}/"
        rotation = begun(keyed.data_dir, "rotate_keys", "--drop-old")
        answers = []
        while rotation.poll() is None:
            answers.append(visitor.http.get(page).status_code)
        rotation.communicate()
    assert rotation.returncode == 0
    assert set(answers) == {200}


def test_a_key_that_no_key_opens_is_said(keyed: Studio) -> None:
    fields = keyed.data_dir / "fields.key"
    fields.write_text(another_key(fields.read_text()))
    said = refused(keyed.data_dir, "rotate_keys")
    assert "No key opens what is stored for 1 gateway;" in said
    assert "Django admin" in said


def another_key(key: str) -> str:
    """A key of the right shape that opens nothing."""
    return key.swapcase()


def test_a_key_file_that_holds_no_keys_is_named(keyed: Studio) -> None:
    (keyed.data_dir / "fields.key").write_text("not a key\n")
    assert "fields.key" in refused(keyed.data_dir, "rotate_keys")


def test_the_check_names_each_file_and_ends_with_a_summary(start_studio: StartStudio) -> None:
    studio = start_studio(PRACTICE_PACE="0")
    with studio.visitor() as visitor:
        pk = visitor.generate("A lighthouse", "stable-diffusion")
        assert wait_for(lambda: visitor.status(pk) == "succeeded")
    right = manage(studio.data_dir, "check_store")
    assert (right.returncode, right.stdout.splitlines()[-1][:20]) == (0, "1 picture is right; ")
    shutil.rmtree(studio.data_dir / "media" / "thumbnails")
    wrong = manage(studio.data_dir, "check_store")
    assert wrong.returncode == 1
    assert [line.split(":")[0] for line in wrong.stdout.splitlines()[:2]] == ["no thumbnail"] * 2
    assert manage(studio.data_dir, "check_store", "--mend").returncode == 0
    assert manage(studio.data_dir, "check_store").returncode == 0
