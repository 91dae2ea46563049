"""``scriptorium import-roster``: a list from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.practices import queries as practices
from scriptorium.journeys import import_roster as journey
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor


class Command(BaseCommand):
    """Read a list, show its dry run, and without --dry-run import it."""

    help = "Imports a CSV or XLSX roster into a practice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("practice", help="the practice's reference")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--kind", choices=["", *ProductKind.values], default="")

    def handle(self, *args: Any, **options: Any) -> None:
        practice = practices.by_reference(reference=options["practice"])
        if practice is None:
            raise CommandError("No practice has this reference.", returncode=2)
        try:
            found = journey.check_list(
                actor=Actor.system("import-roster"),
                practice=practice,
                filename=options["file"].name,
                content=options["file"].read_bytes(),
                pasted="",
                kind=options["kind"],
                now=clock.now(),
                max_bytes=settings.UPLOAD_MAX_BYTES,
            )
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}", returncode=2) from error
        except journey.TableError as error:
            raise CommandError(str(error), returncode=1) from error
        outcome: dict[str, object] = {"rows": found.total, "classes": found.counts}
        if not options["dry_run"]:
            journey.confirm(found=found, now=clock.now())
            while journey.run_chunk(found=found, now=clock.now(), today=clock.today()):
                pass
            outcome |= practices.import_outcome(roster_import=found.pk)
        if options["json"]:
            self.stdout.write(json.dumps(outcome))
        else:
            for name, value in outcome.items():
                self.stdout.write(f"{name}: {value}")
