"""``scriptorium programme load``: a programme's folder into the database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scriptorium.journeys import load_programme as journey
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor


class Command(BaseCommand):
    """Check a programme's files, and without --check load what is new in them."""

    help = "Loads a programme from a folder; with --check it only says what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load"])
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        try:
            found: dict[str, Any] = journey.check_programme(folder=folder)
            if not options["check"]:
                actor = Actor.system("programme")
                loaded = journey.load_programme(actor=actor, folder=folder, now=clock.now())
                found = asdict(loaded)
        except journey.ProgrammeInvalid as error:
            count = len(error.problems)
            raise CommandError(
                f"{error}\n{count} problem{'s' * (count != 1)}; nothing was loaded.", returncode=1
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for name, value in found.items():
                self.stdout.write(f"{value:>8}  {name}")
