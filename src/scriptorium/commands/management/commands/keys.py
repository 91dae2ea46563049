"""``scriptorium keys``: the keys that sign badges, and a new one with --rotate."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scriptorium.journeys import signing_keys
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor


class Command(BaseCommand):
    """List the keys, or sign with a new one from now on."""

    help = "Lists the keys that sign badges; --rotate makes a new one, old signatures stay good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rotate"]:
            signing_keys.rotate(actor=Actor.system("keys"), now=clock.now())
        lines = signing_keys.key_lines()
        if options["json"]:
            keys = [
                {
                    "kid": line.kid,
                    "not_before": line.since.isoformat(),
                    "retired_at": line.retired_at.isoformat() if line.retired_at else None,
                }
                for line in lines
            ]
            self.stdout.write(json.dumps({"keys": keys}))
            return
        if not lines:
            self.stdout.write("No key yet: the first badge makes one, or run keys --rotate.")
        for line in lines:
            until = f"retired {line.retired_at:%Y-%m-%d %H:%M}" if line.retired_at else "signs now"
            self.stdout.write(f"{line.kid}  since {line.since:%Y-%m-%d %H:%M} UTC, {until}")
