"""A proxy of plain bytes on loopback that can lose a connection whenever a test wants."""

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self
from urllib.parse import urlsplit

BLOCK: Final = 65_536
type Pair = tuple[socket.socket, socket.socket]


class Proxy:
    """Stands between a browser and the studio.

    ``loses`` is asked after each block with the request's first line, and all that has come back
    of its answer so far; where it says yes, both ends are closed and the block is lost, too.
    Where ``swallows`` says yes the connection stands, but nothing comes back ever more.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.loses: Callable[[bytes, bytes], bool] = lambda _asked, _answered: False
        self.swallows: Callable[[bytes], bool] = lambda _asked: False
        self.lost = self.swallowed = 0
        self._open: set[Pair] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.lose_all()

    def lose_all(self) -> None:
        """Close every connection there is."""
        for pair in [*self._open]:
            _close(pair)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            threading.Thread(target=self._carry, args=((near, far),), daemon=True).start()

    def _carry(self, pair: Pair) -> None:
        near, far = pair
        self._open.add(pair)
        asked = answered = b""
        is_dead = False
        try:
            while True:
                for end in select.select(pair, [], [])[0]:
                    block = end.recv(BLOCK)
                    if not block:
                        return
                    if end is near:
                        # A new request begins once the last one has been answered.
                        asked = block.partition(b"\r\n")[0] if answered or not asked else asked
                        answered = b""
                    else:
                        answered += block
                        if self.loses(asked, answered):
                            self.lost += 1
                            return
                        is_dead = is_dead or self.swallows(asked)
                        self.swallowed += is_dead
                        if is_dead:
                            continue
                    (far if end is near else near).sendall(block)
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(pair)
            near.close()
            far.close()


def _close(pair: Pair) -> None:
    """Wake whoever waits for these ends; each is closed by its own thread."""
    for end in pair:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
