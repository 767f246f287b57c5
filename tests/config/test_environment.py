"""The environment: what it means, and the sentence for what it can't mean."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from modelless_web.config.environment import Environment, is_loopback, read, secret_file

PROJECT = Path("/srv/studio")


def given(**environ: str) -> Environment:
    """The environment with these variables set."""
    return read(environ, project=PROJECT)


def test_nothing_needs_to_be_set() -> None:
    environment = given()
    assert (environment.host, environment.port, environment.access) == ("127.0.0.1", 8000, "guests")
    assert environment.base_url == "https://api.modelless.co/v1"
    assert environment.database["NAME"] == PROJECT / "data" / "studio.sqlite3"
    assert not environment.is_deployed


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MODELLESS_PORT", "eighty", "port from 0 to 65535"),
        ("MODELLESS_PORT", "-1", "port from 0 to 65535"),
        ("MODELLESS_PORT", "65536", "port from 0 to 65535"),
        ("MODELLESS_BASE_URL", "api.modelless.co", "http(s) address"),
        ("MODELLESS_BASE_URL", "ftp://api.modelless.co", "http(s) address"),
        ("MODELLESS_BASE_URL", "https://", "http(s) address"),
        ("MODELLESS_ACCESS", "everybody", "'guests' or 'accounts'"),
        ("MODELLESS_SHARING", "yes", "'on' or 'off'"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("DATABASE_URL", "mysql://localhost/studio", "postgresql://"),
        ("DATABASE_URL", "studio.sqlite3", "postgresql://"),
        ("DATABASE_URL", "postgresql://localhost:port/studio", "can't be read"),
        ("MODELLESS_BASE_URL", "http://[::1", "http(s) address"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_that_names_it(
    name: str, value: str, says: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        given(**{name: value})
    assert name in str(refused.value)
    assert says in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "name", ["MODELLESS_PORT", "MODELLESS_ACCESS", "MODELLESS_SHARING", "REDIS_URL"]
)
def test_an_empty_variable_is_as_good_as_none(name: str) -> None:
    assert given(**{name: "  "}) == given()


def test_a_folder_without_a_slash_lies_in_the_project() -> None:
    assert given(MODELLESS_DATA_DIR="elsewhere").data_dir == PROJECT / "elsewhere"


def test_a_whole_path_stays_as_it_is() -> None:
    assert given(MODELLESS_DATA_DIR="/var/lib/studio").data_dir == Path("/var/lib/studio")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "studio.example"])  # noqa: S104
def test_a_studio_that_others_reach_asks_for_accounts(host: str) -> None:
    assert given(MODELLESS_HOST=host).access == "accounts"


def test_guests_may_be_let_in_wherever_it_listens() -> None:
    assert given(MODELLESS_HOST="::", MODELLESS_ACCESS="guests").access == "guests"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_loopback_has_many_names(host: str) -> None:
    assert is_loopback(host)


def test_names_are_parted_by_commas_or_blanks() -> None:
    hosts = given(MODELLESS_ALLOWED_HOSTS="a.example, b.example c.example").allowed_hosts
    assert hosts == ("a.example", "b.example", "c.example")


def test_a_database_address_may_carry_everything() -> None:
    url = "postgresql://me:p%40ss@db.example:5433/my%20studio?sslmode=require"
    database = given(DATABASE_URL=url).database
    assert [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "me",
        "p@ss",
        "db.example",
        "5433",
        "my studio",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("slashes", ["///", "////"])
def test_a_sqlite_file_may_lie_anywhere(slashes: str) -> None:
    database = given(DATABASE_URL=f"sqlite:{slashes}srv/a.sqlite3").database
    assert database["NAME"] == Path("/srv/a.sqlite3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODELLESS_API_KEY", "sk-very-secret"),
        ("MODELLESS_SECRET_KEY", "sk-very-secret"),
        ("DATABASE_URL", "postgresql://me:sk-very-secret@db/studio"),
        ("REDIS_URL", "redis://:sk-very-secret@redis/0"),
    ],
)
def test_secrets_are_not_shown(name: str, value: str) -> None:
    assert "sk-very-secret" not in repr(given(**{name: value}))


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"
    secret = secret_file(path)
    assert secret_file(path) == secret
    assert len(secret) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="MODELLESS_DATA_DIR"):
        secret_file(tmp_path / "file" / "secret.key")
