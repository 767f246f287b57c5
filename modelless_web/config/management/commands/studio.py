"""``manage.py studio``: everything in one process, from an empty folder to an address."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from modelless_web.config import prepare
from modelless_web.config.lock import lock_data_folder
from modelless_web.config.management.console import in_a_sentence
from modelless_web.engine import runtime
from modelless_web.records.owner import has_owner, owner_token

LAST_RESORT = 10


class Server(uvicorn.Server):
    """A server that lets go of open event streams when it is asked to stop.

    A second time it is asked, it waits for nothing any more. uvicorn takes the signals while it
    serves, and raises them again after its shutdown: those are no new ones.
    """

    heard = 0
    replayed = 0

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.heard += 1
        engine = runtime.current()
        if engine:
            engine.log.close()
            self._hurry_if_asked_again(engine, self.heard)
        super().handle_exit(sig, frame)

    def before_serving(self, *_: object) -> None:
        """Take a signal while there is nothing yet to be ended with care.

        A KeyboardInterrupt would not do. One that is raised while ``exec`` runs a text, as
        dataclasses do, has Python end as if the signal had killed it, even though it was caught.
        And where something on the way loses what is raised here, the server ends as it begins.
        """
        self.should_exit = True
        sys.exit()

    def around_serving(self, *_: object) -> None:
        """Take a signal outside uvicorn's watch: early, a replay of one that it took, or new."""
        self.should_exit = True
        self.replayed += 1
        engine = runtime.current()
        if engine:
            self._hurry_if_asked_again(engine, max(self.heard, self.replayed))

    def _hurry_if_asked_again(self, engine: runtime.Engine, times: int) -> None:
        if times > 1:
            engine.hurry()


class Command(BaseCommand):
    help = "Run the studio: prepare the data folder, then serve pages and carry out generations."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        server = _server()
        # A shell that put us into the background may have had us ignore SIGINT.
        _take_signals(server.before_serving)
        environment = settings.ENVIRONMENT
        lock = lock_data_folder(
            "stop it first, or give this one its own folder with MODELLESS_DATA_DIR."
        )
        listener = self._listen(environment.host, environment.port)
        practice = prepare.start_practice()
        try:
            with in_a_sentence("The studio did not start; see to that first, then try again."):
                prepare.database()
                prepare.static_files()
                prepare.gateways(prepare.practice_address(practice))
            # Ours stand before uvicorn's and after them, so that the engine can still write down
            # what it had and the exit status is 0.
            _take_signals(server.around_serving)
            self._announce(listener.getsockname()[1])
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(_serve(server, listener))
        finally:
            # Its stdin is a pipe of ours: it also ends by itself if we are killed.
            practice.terminate()
            practice.wait()
            lock.close()

    def _listen(self, host: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} can't be used ({error.strerror}); "
                "choose another with MODELLESS_PORT."
            ) from error
        listener.listen(2048)
        return listener

    def _announce(self, port: int) -> None:
        host = settings.ENVIRONMENT.host
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}"
        self.stdout.write(f"Modelless Studio is at {address}/")
        if not has_owner():
            link = address + reverse("owner", args=[owner_token()])
            self.stdout.write(f"Open this once to make the owner's account: {link}")
        self.stdout.flush()


def _server() -> Server:
    return Server(
        uvicorn.Config(
            "modelless_web.config.asgi:application",
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=LAST_RESORT,
            timeout_keep_alive=30,
            proxy_headers=False,
        )
    )


def _take_signals(take: Callable[..., None]) -> None:
    """Have Ctrl-C and a polite request to end taken alike."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, take)


def _loop_factory() -> Any:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - not to be had on Windows

    return uvloop.new_event_loop


def _settle_memory() -> None:
    """Have the collector leave alone what the start has made, and look less often at the rest.

    Modules, models and templates stay for as long as the process; to look through them again and
    again costs a crowd a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


async def _serve(server: Server, listener: socket.socket) -> None:
    _settle_memory()
    async with runtime.running():
        await server.serve(sockets=[listener])
