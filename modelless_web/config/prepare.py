"""What must be true before the studio serves; each step is quick when there is nothing to do."""

import hashlib
import subprocess
import sys

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from modelless_web.backup.about import unknown
from modelless_web.gateway.traits import describe
from modelless_web.records.models import Gateway, Model

DEFAULT_MODEL = "stable-diffusion"
PRACTICE = "Practice"
CONNECTED = "Gateway"
KEYLESS = "It is switched off because MODELLESS_API_KEY is not set."


def database() -> None:
    """Bring the database to the newest migration.

    Raises CommandError if its server can't be reached or it is of a newer version, and Django's
    DatabaseError for all else.
    """
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        if connection.vendor == "sqlite":
            raise
        raise CommandError(
            f"The database can't be reached ({error}); check DATABASE_URL."
        ) from error
    newer = unknown(executor.loader.applied_migrations)
    if newer:
        raise CommandError(
            f"The database is of a newer version of the studio ({newer} is unknown here); "
            "update the studio, or restore a backup that this version made. Nothing was changed."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def static_files() -> None:
    """Collect the static files, unless those that are there are the same."""
    stamp = settings.STATIC_ROOT / "collected"
    digest = _static_digest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest)


def _static_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            modified = storage.get_modified_time(name).timestamp()
            digest.update(f"{name} {storage.size(name)} {modified}\n".encode())
    return digest.hexdigest()


def start_practice() -> subprocess.Popen[str]:
    """Start the practice gateway on a free loopback port, as a process of its own.

    Drawing then never delays a page. It reads the pipe that we hold open, and ends with us.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "modelless_web.practice", "--port", "0", "--watch-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.PROJECT,
        text=True,
    )


def practice_address(practice: subprocess.Popen[str]) -> str:
    """Read the address that the practice gateway prints when it is ready."""
    line = practice.stdout.readline() if practice.stdout else ""
    if not line:
        raise CommandError("The practice gateway did not start.")
    return line.split()[-1]


def gateways(practice_url: str) -> None:
    """Make the records say which gateways the environment names."""
    practice, _ = Gateway.objects.update_or_create(
        is_practice=True,
        defaults={"base_url": practice_url},
        create_defaults={"name": PRACTICE, "base_url": practice_url, "is_practice": True},
    )
    _know_default_model(practice)
    _connected_gateway()


def _connected_gateway() -> None:
    """Follow the environment's key.

    A gateway that was switched off here for want of a key comes back with one. One that the
    operator switched off stays off, also where a backup was restored that holds no keys.
    """
    environment = settings.ENVIRONMENT
    row = Gateway.objects.filter(name=CONNECTED, from_environment=True).first()
    if not environment.api_key:
        if row:
            _switch_off(row)
        return
    row = row or Gateway(name=CONNECTED, from_environment=True)
    if row.trouble == KEYLESS:
        row.enabled, row.trouble = True, ""
    row.base_url = environment.base_url
    row.set_key(environment.api_key)
    row.save()
    _know_default_model(row)


def _switch_off(row: Gateway) -> None:
    if row.enabled:
        row.enabled, row.trouble = False, KEYLESS
    row.set_key("")
    row.save()


def _know_default_model(gateway: Gateway) -> None:
    """Offer the model of the endpoint's page before the gateway's list has been asked for."""
    Model.objects.get_or_create(
        gateway=gateway,
        name=DEFAULT_MODEL,
        defaults={"kind": describe(DEFAULT_MODEL).kind},
    )
