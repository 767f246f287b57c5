"""``manage.py worker``: the engine alone, for installations with more than one process."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from modelless_web.engine import runtime


class Command(BaseCommand):
    help = "Carry out generations without serving pages. Needs REDIS_URL and DATABASE_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ENVIRONMENT.redis_url:
            raise CommandError(
                "A worker of its own hears of work through Redis; set REDIS_URL to the Redis that "
                "the studio uses."
            )
        asyncio.run(self._work())

    async def _work(self) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        async with runtime.running():
            self.stdout.write("The worker is ready.")
            self.stdout.flush()
            await stopped.wait()
