"""``scriptorium work``: the worker and scheduler, until it is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scriptorium.jobs.work import Worker


class Command(BaseCommand):
    """Send mail, put prints together, run imports, and run the night."""

    help = "Runs background work until stopped by Ctrl-C or SIGTERM."
    # ``make check`` runs the checks; here they would only delay the start.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and stop")
        parser.add_argument("--no-scheduler", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(scheduler=not options["no_scheduler"])
        if options["once"]:
            while worker.once():
                pass
            return

        def stop(number: int, frame: FrameType | None) -> None:
            worker.running = False

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        worker.run()
