"""Rows about the database itself."""

from __future__ import annotations

from django.db import models


class GuardWindow(models.Model):
    """While a row exists, the triggers let retention and erasure change protected rows.

    It is inserted and deleted inside one transaction by ``triggers.guard_window`` and is
    therefore never seen by anybody else.
    """

    reason = models.TextField()
    opened_at = models.DateTimeField()
