"""``scriptorium demo``: makes or resets the demonstration data."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from scriptorium.demo.build import build
from scriptorium.demo.population import build_population
from scriptorium.domains.accounts.models import Person
from scriptorium.kernel import clock


class Command(BaseCommand):
    """Make the demonstration data, or reset it."""

    help = "Makes the demonstration data; --reset empties the database first (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true")
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None)
        parser.add_argument("--people", type=int, default=0, help="so many more people")
        parser.add_argument("--practices", type=int, default=0, help="spread over so many more")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("Set SCRIPTORIUM_DEMO=1 first: this fills the database with people.")
        if options["reset"]:
            call_command("flush", interactive=False, verbosity=0)
        elif Person.objects.exists():
            raise CommandError("The database is not empty; --reset empties it first.")
        begun = time.monotonic()
        day = options["on"] or clock.today()
        build(day=day)
        people = options["people"]
        if people:
            # A hundred people to a practice, when nobody says otherwise.
            practices = options["practices"] or -(-people // 100)
            build_population(day=day, people=people, practices=practices)
        self.stdout.write(f"Demonstration of {day} made in {time.monotonic() - begun:.1f} s.")
