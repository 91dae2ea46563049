"""``scriptorium sweep``: ends sittings whose time is over."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from scriptorium.journeys.finish_exam import sweep
from scriptorium.kernel import clock


class Command(BaseCommand):
    """End every sitting whose time is over, at its deadline. Harmless to run at any moment."""

    help = "Ends sittings whose time is over and scores them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = sweep(now=clock.now(), today=clock.today())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self.stdout.write(f"{found.closed:8,}  sittings ended")
            self.stdout.write(f"{found.waiting:8,}  waiting for the web server")
