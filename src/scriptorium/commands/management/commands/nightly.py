"""``scriptorium nightly``: what happens by itself on a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scriptorium.journeys import nightly
from scriptorium.journeys.badge_files import sign_what_waits
from scriptorium.kernel import clock


class Command(BaseCommand):
    """Run the night of a day, or show with --dry-run what it would do."""

    help = "Runs the nightly steps for a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["on"] or clock.today()
        now = clock.now() if options["on"] is None else clock.start_of(today)
        if options["dry_run"]:
            counts = nightly.tomorrow(today=today, now=now)
        else:
            counts = nightly.run_night(today=today, now=now)
            counts |= sign_what_waits(now=now, today=today)
        if options["json"]:
            self.stdout.write(json.dumps({"on": today.isoformat()} | counts))
        else:
            for name, count in counts.items():
                self.stdout.write(f"{count:8,}  {name}")
