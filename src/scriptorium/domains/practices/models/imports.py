"""Imports: a durable row for each list, so that work survives a closed tab and a killed worker."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import ReferenceField
from scriptorium.domains.practices.enums import ImportState, RowClass, RowState
from scriptorium.domains.practices.models.roster import Practice


class RosterImport(models.Model):
    """One list that an administrator pasted or uploaded."""

    personal_data = frozenset({"by_name"})

    reference = ReferenceField()
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    filename = models.CharField(max_length=200)
    content_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.READING)
    problem = models.TextField(blank=True)
    ignored_columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    by_kind = models.CharField(max_length=8)
    by_reference = models.CharField(max_length=60)
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # Read by the worker's sweep: what is confirmed and not finished.
            models.Index(
                fields=["confirmed_at"], name="import_running", condition=models.Q(state="running")
            ),
        ]


class ImportRow(models.Model):
    """One row of a list: what it says, what the dry run made of it, and what became of it."""

    personal_data = frozenset({"values"})

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    values = models.JSONField()
    row_class = models.CharField(max_length=10, choices=RowClass)
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.WAITING)
    link = models.ForeignKey("practices.RosterLink", on_delete=models.SET_NULL, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "line"], name="import_line_once"),
        ]
        indexes = [
            # Read by the import's page (by class) and by its worker (what is waiting).
            models.Index(fields=["roster_import", "state", "line"], name="import_rows_waiting"),
        ]
