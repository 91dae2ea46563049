"""``scriptorium items``: the bank out as a QTI 3.0 package, and packages in."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scriptorium.journeys import exchange_items as journey
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor


class Command(BaseCommand):
    """Export the items that are not retired, or import a package as drafts."""

    help = "Exports items to a QTI 3.0 package, or imports one; imported items wait for review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["export", "import"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["qti3"], default="qti3")
        parser.add_argument("--bank", default="", help="only this bank; of items that name none")
        parser.add_argument("--topic", default="", help="import: of items that name none")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system("items")
        if options["action"] == "export":
            found = self._export(actor, options)
        else:
            found = self._import(actor, options)
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for name, value in found.items():
                self.stdout.write(f"{value:>8}  {name}")

    def _export(self, actor: Actor, options: dict[str, Any]) -> dict[str, int]:
        package = journey.export_items(actor=actor, bank=options["bank"], now=clock.now())
        try:
            options["file"].write_bytes(package.content)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}", returncode=2) from error
        return {"items": package.items, "bytes": len(package.content)}

    def _import(self, actor: Actor, options: dict[str, Any]) -> dict[str, int]:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}", returncode=2) from error
        try:
            found = journey.import_items(
                actor=actor,
                content=content,
                bank=options["bank"],
                topic=options["topic"],
                max_bytes=settings.UPLOAD_MAX_BYTES,
                now=clock.now(),
            )
        except journey.PackageError as error:
            raise CommandError(f"{error}\nNothing was imported.", returncode=1) from error
        return {"added": len(found.added), "changed": len(found.changed), "same": found.same}
