"""A backup of the running studio, restored elsewhere, shows the same history."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import IN_CI, StartStudio
from tests.support.backups import about, rewritten, with_about
from tests.support.commands import manage, refused
from tests.support.servers import MissingProgramError, postgresql, redis
from tests.support.studio import Studio, Visitor, wait_for

TOKENS = re.compile(
    r'(name="(csrfmiddlewaretoken|submission)" value="|"X-CSRFToken": "|since=)[^"]*'
)
# The practice gateway stands elsewhere after each start, and code to copy names it.
PRACTICE = re.compile(r"127\.0\.0\.1:\d+")
PICTURE = re.compile(r"/pictures/[0-9a-f-]{36}/(?:original|320|640)")
FINAL = {"succeeded", "failed", "cancelled", "interrupted"}


@dataclass
class Memory:
    """What somebody sees of their history: each page without its one-time tokens and ports."""

    pages: dict[str, str]
    pictures: dict[str, bytes]


def remembered(visitor: Visitor, generations: list[str]) -> Memory:
    pages = {}
    for path in ["/history/", *(f"/generations/{pk}/" for pk in generations)]:
        pages[path] = PRACTICE.sub("", TOKENS.sub("", visitor.open(path).text))
    addresses = sorted({name for page in pages.values() for name in PICTURE.findall(page)})
    return Memory(pages, {name: visitor.http.get(name).content for name in addresses})


def made_history(visitor: Visitor) -> list[str]:
    """A picture, a text and a failure, all of them ended."""
    made = [
        visitor.generate("A lighthouse", "stable-diffusion"),
        visitor.generate("A list of lakes", "practice-writer"),
        visitor.generate("Anything", "practice-429"),
    ]
    assert wait_for(lambda: {visitor.status(pk) for pk in made} <= FINAL)
    return made


@contextmanager
def as_the_same(studio: Studio, cookies: httpx.Cookies) -> Iterator[Visitor]:
    """The same browser at another studio."""
    with studio.visitor() as visitor:
        visitor.http.cookies = cookies
        yield visitor


@pytest.mark.parametrize("keys", ["--with-keys", None], ids=["with keys", "without"])
def test_a_restored_studio_shows_the_same_history(
    start_studio: StartStudio, tmp_path: Path, keys: str | None
) -> None:
    before = start_studio(PRACTICE_PACE="0")
    with before.visitor() as visitor:
        made = made_history(visitor)
        there = remembered(visitor, made)
        ended = manage(before.data_dir, "backup", tmp_path / "b.tar", *filter(None, [keys]))
        assert ended.returncode == 0, ended.stderr
        cookies = visitor.http.cookies
    if keys is None:
        # The key of sessions is brought along by hand, as the command says.
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "secret.key").write_bytes((before.data_dir / "secret.key").read_bytes())
    ended = manage(tmp_path / "new", "restore", tmp_path / "b.tar")
    assert ended.returncode == 0, ended.stderr
    with as_the_same(start_studio(tmp_path / "new"), cookies) as visitor:
        assert remembered(visitor, made) == there
    assert there.pictures


def test_what_was_open_at_the_moment_of_the_backup_is_never_sent_again(
    start_studio: StartStudio, tmp_path: Path
) -> None:
    before = start_studio()
    with before.visitor() as visitor:
        pk = visitor.generate("Anything", "practice-stall")
        card = f"/generations/{pk}/card/"
        assert wait_for(lambda: "a long shore" in visitor.http.get(card).text)
        ended = manage(before.data_dir, "backup", tmp_path / "b.tar", "--with-keys")
        assert ended.returncode == 0, ended.stderr
        assert visitor.status(pk) == "running"
        cookies = visitor.http.cookies
    before.kill()
    manage(tmp_path / "new", "restore", tmp_path / "b.tar")
    assert complaints(tmp_path / "new" / "studio.sqlite3") == []
    with as_the_same(start_studio(tmp_path / "new"), cookies) as visitor:
        assert visitor.status(pk) == "interrupted"
        assert "a long shore" in visitor.http.get(card).text


def test_backups_in_the_middle_of_a_crowd_are_whole(
    start_studio: StartStudio, tmp_path: Path
) -> None:
    """Rows and pictures come in all the while; what a copied row names is in the file."""
    studio = start_studio(PRACTICE_PACE="0.2")
    with studio.visitor() as visitor:
        for number in range(3):
            for _ in range(8):
                visitor.generate("A lighthouse", "stable-diffusion", n="2")
            ended = manage(studio.data_dir, "backup", tmp_path / f"{number}.tar")
            assert ended.stderr == ""
    for number in range(3):
        target = tmp_path / f"new{number}"
        assert manage(target, "restore", tmp_path / f"{number}.tar").returncode == 0
        assert complaints(target / "studio.sqlite3") == []
        checked = manage(target, "check_store")
        assert checked.returncode == 0, checked.stdout
    assert not checked.stdout.startswith("0 ")


def complaints(database: Path) -> list[str]:
    """What SQLite finds wrong in a database."""
    with closing(sqlite3.connect(database)) as connection:
        found = [*connection.execute("PRAGMA integrity_check")]
        found += connection.execute("PRAGMA foreign_key_check")
    return [str(row) for row in found if row != ("ok",)]


def test_a_backup_from_postgresql_is_restored_there(
    start_studio: StartStudio, tmp_path: Path
) -> None:
    try:
        with postgresql() as old, postgresql() as new, redis() as queue:
            there_and_back(start_studio, tmp_path, old, new, queue)
    except MissingProgramError as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))


def there_and_back(
    start_studio: StartStudio, tmp_path: Path, old: str, new: str, queue: str
) -> None:
    before = start_studio(PRACTICE_PACE="0", DATABASE_URL=old, REDIS_URL=queue)
    with before.visitor() as visitor:
        made = made_history(visitor)
        there = remembered(visitor, made)
        file = tmp_path / "b.tar"
        ended = manage(before.data_dir, "backup", file, "--with-keys", DATABASE_URL=old)
        assert ended.returncode == 0, ended.stderr
        cookies = visitor.http.cookies
    before.stop()
    assert "PostgreSQL" in refused(tmp_path / "sqlite", "restore", file)
    nothing_is_left_of_a_failure(file, tmp_path / "new", new)
    ended = manage(tmp_path / "new", "restore", file, DATABASE_URL=new)
    assert ended.returncode == 0, ended.stderr
    after = start_studio(tmp_path / "new", DATABASE_URL=new, REDIS_URL=queue, PRACTICE_PACE="0")
    with as_the_same(after, cookies) as visitor:
        assert remembered(visitor, made) == there
    with after.visitor() as newcomer:
        # New rows are numbered after the old ones: a person, a choice.
        pk = newcomer.generate("One more")
        assert wait_for(lambda: newcomer.status(pk) == "succeeded")
    after.stop()
    said = refused(tmp_path / "new", "restore", file, DATABASE_URL=new)
    assert "There is a database at DATABASE_URL already" in said


def nothing_is_left_of_a_failure(file: Path, target: Path, database: str) -> None:
    """Restore a backup whose pictures belong to nothing; then there is still no table."""
    orphaned = file.with_name("orphaned.tar")
    orphaned.write_bytes(rewritten(file.read_bytes(), without_generations))
    said = refused(target, "restore", orphaned, DATABASE_URL=database)
    assert "foreign key" in said
    assert said.endswith("Nothing was changed.\n")
    assert not (target / "media").exists()


def without_generations(name: str, content: bytes) -> bytes:
    is_table = name == "database/records_generation.csv"
    return content.splitlines(keepends=True)[0] if is_table else content


def test_an_older_postgresql_backup_is_brought_forward(
    start_studio: StartStudio, tmp_path: Path
) -> None:
    try:
        with postgresql() as old, postgresql() as new, redis() as queue:
            studio = start_studio(DATABASE_URL=old, REDIS_URL=queue)
            manage(studio.data_dir, "backup", tmp_path / "b.tar", DATABASE_URL=old)
            studio.stop()
            older = tmp_path / "older.tar"
            older.write_bytes(before_sessions((tmp_path / "b.tar").read_bytes()))
            ended = manage(tmp_path / "new", "restore", older, DATABASE_URL=new)
            assert ended.returncode == 0, ended.stderr
            after = start_studio(tmp_path / "new", DATABASE_URL=new, REDIS_URL=queue)
            with after.visitor() as visitor:
                assert visitor.generate("It has sessions again")
            after.stop()
    except MissingProgramError as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))


def before_sessions(data: bytes) -> bytes:
    """The backup as it was before its database knew of sessions."""
    migrations = [name for name in about(data)["migrations"] if name[0] != "sessions"]
    return rewritten(
        with_about(data, migrations=migrations),
        lambda name, content: None if name == "database/django_session.csv" else content,
    )
