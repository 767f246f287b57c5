"""`python manage.py practice`: run the practice gateway."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from modelless_web.practice.server import add_arguments, serve


class Command(BaseCommand):
    """Runs the practice gateway until interrupted."""

    help = "Run the practice gateway: a pretend gateway that needs no key."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The same options as `python -m modelless_web.practice`."""
        add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve, and pass the exit code on."""
        code = serve(options["host"], options["port"], watch_stdin=options["watch_stdin"])
        if code:
            sys.exit(code)
