"""``scriptorium setup``: brings an installation to the state in which it can serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from scriptorium.domains.accounts.models import Person


class Command(BaseCommand):
    """Migrate when needed, collect static files when they changed, make the demo when empty."""

    help = "Prepares database and files; in demo mode also the demonstration data on first run."
    # ``make check`` runs the checks; here they would only delay the start.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
        self._static()
        if settings.DEMO and not Person.objects.exists():
            call_command("demo", stdout=self.stdout)

    def _static(self) -> None:
        """Collect only when a file is newer than the last collection: later starts stay quick."""
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        sources = [Path(folder) for folder in settings.STATICFILES_DIRS]
        newest = max(
            (file.stat().st_mtime for folder in sources for file in folder.rglob("*")), default=0
        )
        if not manifest.exists() or manifest.stat().st_mtime < newest:
            call_command("collectstatic", verbosity=0, interactive=False)
