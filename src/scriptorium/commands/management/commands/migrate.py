"""Django's ``migrate``, after which the guarding triggers are installed anew."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from scriptorium.database import triggers


class Command(DjangoMigrate):
    """Migrate, then install the triggers (SQLite drops them when a table is rebuilt)."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        triggers.install()
