"""``scriptorium verify-ledger``: exits 1 when anything disagrees."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scriptorium.kernel import clock
from scriptorium.pages.ledger_report import ledger_report


class Command(BaseCommand):
    """Recompute every balance and derived row, and name each disagreement."""

    help = "Checks the ledger against its entries; exit 1 when a problem is found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        report = ledger_report(today=options["on"] or clock.today())
        if options["json"]:
            found = {"problems": list(report.problems), "checks": report.checks}
            self.stdout.write(json.dumps(found))
        else:
            for problem in report.problems:
                self.stdout.write(problem)
            count = len(report.problems)
            self.stdout.write("The ledger is clean." if not count else f"{count} problems found.")
        if report.problems:
            sys.exit(1)
