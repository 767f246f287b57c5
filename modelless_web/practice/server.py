"""Starting and stopping the practice gateway: its command line, its socket, its last breath."""

import argparse
import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Sequence

HOST = "127.0.0.1"
PORT = 8901


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, shared by `python -m modelless_web.practice` and `manage.py practice`."""
    parser.add_argument(
        "--host", default=HOST, help="the address to listen on (default %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help="the port; 0 finds a free one (default %(default)s)"
    )
    parser.add_argument(
        "--watch-stdin",
        action="store_true",
        help="stop when standard input ends, that is, when the parent process is gone",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and serve; gives the exit code."""
    parser = argparse.ArgumentParser(prog="practice", description="A pretend gateway for practice.")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return serve(options.host, options.port, watch_stdin=options.watch_stdin)


def serve(host: str = HOST, port: int = PORT, *, watch_stdin: bool = False) -> int:
    """Listen until told to stop; gives the exit code: 1 when the address cannot be had."""
    try:
        listener = listen(host, port)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        print(f"The practice gateway cannot use {host} port {port}: {reason}.", file=sys.stderr)
        return 1
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(listener, watch_stdin=watch_stdin))
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken or the host is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as problem:
        listener.close()
        raise OSError(*problem.args) from problem
    return listener


def address(listener: socket.socket) -> str:
    """The base URL of the API behind a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


async def _run(listener: socket.socket, *, watch_stdin: bool) -> None:
    import uvicorn  # noqa: PLC0415 -- a wrong port is told without waiting for it

    from .app import Practice  # noqa: PLC0415

    config = uvicorn.Config(
        Practice(),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    if watch_stdin:
        _stop_at_eof(server, asyncio.get_running_loop())
    print(f"practice gateway on {address(listener)}", flush=True)
    await server.serve(sockets=[listener])


def _stop_at_eof(server: object, loop: asyncio.AbstractEventLoop) -> None:
    def stop() -> None:
        server.should_exit = True  # type: ignore[attr-defined]

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop)

    threading.Thread(target=watch, daemon=True, name="stdin").start()
