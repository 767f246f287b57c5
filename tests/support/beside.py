"""What is async and must run beside a test: in a thread and a loop of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

type Make[T] = Callable[[], AbstractAsyncContextManager[T]]


@contextmanager
def beside[T](make: Make[T]) -> Iterator[T]:
    """Hold an async context manager open in another thread until the block is left."""
    begun = threading.Event()
    entered: list[T] = []
    failures: list[BaseException] = []
    leave: list[Callable[[], object]] = []

    async def hold() -> None:
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        leave.append(lambda: loop.call_soon_threadsafe(over.set))
        async with make() as value:
            entered.append(value)
            begun.set()
            await over.wait()

    def work() -> None:
        try:
            asyncio.run(hold())
        except BaseException as failure:
            failures.append(failure)
        finally:
            begun.set()

    thread = threading.Thread(target=work, name="beside")
    thread.start()
    begun.wait()
    try:
        if entered:
            yield entered[0]
    finally:
        if thread.is_alive():
            leave[0]()
        thread.join()
        if failures:
            raise failures[0]
