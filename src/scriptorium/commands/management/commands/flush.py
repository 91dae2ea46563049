"""Django's ``flush`` for demo and test databases, which steps around the guarding triggers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as DjangoFlush
from django.db import connection

from scriptorium.database import triggers


class Command(DjangoFlush):
    """Empty the database; refused outside demo and test mode."""

    def handle(self, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("Flush is for demo and test databases only.")
        # PostgreSQL truncates no table whose deferred checks still wait.
        connection.check_constraints()
        triggers.remove()
        try:
            super().handle(**options)
        finally:
            triggers.install()
