"""``scriptorium bounces``: takes in mail that servers sent back."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scriptorium.journeys.undelivered import Taken, take_in_all
from scriptorium.kernel import clock


class Command(BaseCommand):
    """Read a file, a folder of .eml files or a Maildir; what was read before changes nothing."""

    help = "Takes in delivery reports and complaints; files stay where they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path, help="a .eml file, a folder of them, or a Maildir")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        try:
            for name, taken in take_in_all(place=options["place"], clock=clock.now):
                counts[taken] += 1
                if taken in {Taken.UNMATCHED, Taken.NO_REPORT}:
                    self.stderr.write(f"{name}: {_WORDS[taken]}")
        except OSError as error:
            raise CommandError(f"It cannot be read: {error}", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({kind.value: counts[kind] for kind in Taken}))
        else:
            for kind in Taken:
                self.stdout.write(f"{counts[kind]:8,}  {kind.replace('_', ' ')}")


_WORDS = {
    Taken.UNMATCHED: "names no mail of ours; read it yourself.",
    Taken.NO_REPORT: "is no delivery report; read it yourself.",
}
