"""``scriptorium bench``: measures the workloads; needs a checkout."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

ROOT = Path(__file__).resolve().parents[5]
WORKLOADS = ("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b14", "b15")


class Command(BaseCommand):
    """Run workloads on a population of their own; nothing of this installation is touched."""

    help = "Measures workloads, one JSON object each; exit 1 when a goal is missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workload", choices=[*WORKLOADS, "all"])
        parser.add_argument("--json", action="store_true", help="one line for each workload")
        parser.add_argument("--people", type=int, default=50_000)
        parser.add_argument("--practices", type=int, default=400)
        parser.add_argument("--runs", type=int, default=3)
        parser.add_argument("--minutes", type=float, default=10, help="of B7's paced exam hall")
        parser.add_argument("--folder", default="", help="keep the population there for next time")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (ROOT / "bench" / "main.py").is_file():
            raise CommandError(
                "The workloads are not part of the package: run bench from a checkout of the"
                " repository.",
                returncode=2,
            )
        if str(ROOT) not in sys.path:
            sys.path.insert(0, str(ROOT))
        wanted = options["workload"]
        good = importlib.import_module("bench.main").main(
            workloads=WORKLOADS if wanted == "all" else [wanted],
            compact=options["json"],
            people=options["people"],
            practices=options["practices"],
            runs=options["runs"],
            folder=options["folder"],
            minutes=options["minutes"],
        )
        if not good:
            sys.exit(1)
