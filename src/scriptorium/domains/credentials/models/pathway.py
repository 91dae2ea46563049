"""The way from apprentice to specialist: logged hours and the affidavit over them (DOMAIN §6)."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.credentials.enums import AffidavitOutcome
from scriptorium.domains.credentials.models.credentials import Credential


class HourEntry(AppendOnly):
    """Unassisted documentation on one day; a correction is a further row that supersedes it.

    A correction to zero quarters strikes an entry out. No row may hold anything about a patient.
    """

    personal_data = frozenset({"employer", "note"})

    reference = ReferenceField()
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="hour_entries"
    )
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    employer = models.CharField(max_length=120, blank=True)
    worked_on = models.DateField()
    quarters = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)
    logged_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="correction"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quarters__gt=0, quarters__lte=96)
                | models.Q(quarters=0, supersedes__isnull=False),
                name="hours_of_one_day",
            ),
            models.CheckConstraint(
                condition=models.Q(practice__isnull=False, employer="")
                | (models.Q(practice__isnull=True) & ~models.Q(employer="")),
                name="hours_at_one_employer",
            ),
        ]
        indexes = [
            # Read by the person's log and its sum, newest first.
            models.Index(fields=["person", "-worked_on", "-id"], name="hours_by_person"),
        ]


class Affidavit(FrozenExcept):
    """A typed signature over a frozen log, sent to one employer or to the body's staff.

    It waits until it is closed once: approved, rejected, withdrawn, or moved to another employer,
    which is a further row that carries the same signature.
    """

    writable_once = ("closed_at", "closed_by", "closed_by_name", "outcome", "outcome_note")
    personal_data = frozenset(
        {"statement", "typed_name", "address", "evidence", "log", "closed_by_name", "outcome_note"}
    )

    reference = ReferenceField()
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="affidavits"
    )
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="affidavits")
    pathway = models.CharField(max_length=20)
    scheme_version = models.CharField(max_length=12)
    needed_quarters = models.PositiveIntegerField()
    quarters = models.PositiveIntegerField()
    # Each entry as it was when it was signed: reference, day, employer, quarters, note.
    log = models.JSONField()
    log_sha256 = models.CharField(max_length=64)
    evidence = models.CharField(max_length=300, blank=True)
    statement = models.TextField()
    statement_version = models.CharField(max_length=20)
    statement_sha256 = models.CharField(max_length=64)
    typed_name = models.CharField(max_length=160)
    address = models.GenericIPAddressField(null=True)
    signed_at = models.DateTimeField()
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    sent_at = models.DateTimeField()
    moved_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="moved_to"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, null=True)
    closed_by_name = models.CharField(max_length=200, null=True)
    outcome = models.CharField(max_length=10, choices=AffidavitOutcome, null=True)
    outcome_note = models.CharField(max_length=500, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential"],
                condition=models.Q(closed_at__isnull=True),
                name="one_waiting_affidavit",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closed_at__isnull=True, closed_by__isnull=True, outcome__isnull=True
                )
                | models.Q(closed_at__isnull=False, closed_by__isnull=False, outcome__isnull=False),
                name="affidavit_close_paired",
            ),
            # What is signed is enough: a promotion never rests on fewer hours.
            models.CheckConstraint(
                condition=models.Q(quarters__gte=models.F("needed_quarters")),
                name="affidavit_enough_hours",
            ),
        ]
        indexes = [
            # Read by an employer's queue, the physician's home and the nightly reminders.
            models.Index(
                fields=["practice", "sent_at"],
                name="affidavit_waiting",
                condition=models.Q(closed_at__isnull=True),
            ),
            # Read by the person's page, newest first.
            models.Index(fields=["person", "-id"], name="affidavit_by_person"),
        ]

    @property
    def waiting(self) -> bool:
        """Whether nobody has decided, withdrawn or moved it yet."""
        return self.closed_at is None
