"""``scriptorium nightly``: what happens by itself on a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scriptorium.journeys import nightly, tonight_words
from scriptorium.journeys.badge_files import sign_what_waits
from scriptorium.journeys.tonight import foresee
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
            self._foresee(today, now, as_json=options["json"])
            return
        counts = nightly.run_night(today=today, now=now, clock=clock.now)
        counts |= sign_what_waits(now=now, today=today)
        if options["json"]:
            self.stdout.write(json.dumps({"on": today.isoformat()} | counts))
        else:
            self._counts(counts)

    def _counts(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self.stdout.write(f"{count:8,}  {name}")

    def _foresee(self, today: dt.date, now: dt.datetime, *, as_json: bool) -> None:
        night = foresee(today=today, now=now)
        if as_json:
            self.stdout.write(json.dumps(tonight_words.as_data(night)))
            return
        self._counts(night.counts)
        self.stdout.write("\nRenewals")
        notices = [tonight_words.notice_words(row) for row in night.renewals.notices]
        for words, figures in [*notices, *tonight_words.renewal_words(night.renewals)]:
            self.stdout.write(f"  {words}: {figures}")
