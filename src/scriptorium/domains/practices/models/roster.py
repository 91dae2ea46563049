"""Practices, their rosters and the people who run them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Lower

from scriptorium.database.records import ReferenceField
from scriptorium.domains.practices.enums import EndReason, InvitationKind, PracticeRole

#: Stands for "no renewal date" in the board's order, so that one index serves both databases.
NO_DATE = dt.date(9999, 12, 31)


class Practice(models.Model):
    """An organisation that buys for people. ``primary`` is never empty: DOMAIN §1, never zero."""

    reference = ReferenceField()
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    billing_email = models.EmailField(blank=True)
    primary = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="runs")
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)


class PracticeCounter(models.Model):
    """How many people a practice has: a derived row, recomputed by ``verify-ledger``."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="counter")
    people = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)


class RosterLink(models.Model):
    """A person in a practice. Its person is empty until the invitation is accepted."""

    personal_data = frozenset(
        {
            "first_name",
            "last_name",
            "email",
            "background",
            "phone",
            "sort_name",
            "search_text",
        }
    )

    reference = ReferenceField()
    # No index of its own: PostgreSQL would read the whole roster by it instead of the window.
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="links", db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="links"
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    background = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)
    end_reason = models.CharField(max_length=10, choices=EndReason, blank=True)
    end_note = models.CharField(max_length=300, blank=True)
    # Derived: copies that make the board's cost independent of the practice's size.
    # Only ``operations.refresh_rows`` writes them; ``verify-ledger`` recomputes them.
    sort_name = models.CharField(max_length=170)
    search_text = models.CharField(max_length=420)
    renews_on = models.DateField(null=True, blank=True)
    lapses_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    mode = models.CharField(max_length=1, default="N")
    board_order = models.DateField(default=NO_DATE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "person"],
                condition=models.Q(ended_at__isnull=True, person__isnull=False),
                name="link_person_once",
            ),
            models.UniqueConstraint(
                "practice",
                Lower("email"),
                condition=models.Q(ended_at__isnull=True),
                name="link_email_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="", ends_before__isnull=True)
                | (
                    models.Q(ended_at__isnull=False, ends_before__isnull=False)
                    & ~models.Q(ended_by="")
                ),
                name="link_end_paired",
            ),
        ]
        indexes = [
            # Read by the board, by renewal date and its windows of red and orange.
            models.Index(
                fields=["practice", "board_order", "sort_name", "id"],
                name="link_board_by_date",
                condition=models.Q(ended_at__isnull=True),
            ),
            # Counted by the board's banner, with each date that it asks for: no row is read.
            models.Index(
                fields=["practice", "board_order", "renews_on", "ends_on", "id"],
                name="link_red_and_orange",
                condition=models.Q(ended_at__isnull=True),
            ),
            # Read by the board, by name.
            models.Index(
                fields=["practice", "sort_name", "id"],
                name="link_board_by_name",
                condition=models.Q(ended_at__isnull=True),
            ),
            # Read by refresh_rows: every link of a person.
            models.Index(fields=["person", "practice"], name="link_by_person"),
            # Read by invitations and imports: is this address here already?
            models.Index("practice", Lower("email"), name="link_by_email"),
        ]

    @property
    def name(self) -> str:
        """The typed name."""
        return f"{self.first_name} {self.last_name}".strip()


class LinkRole(models.Model):
    """A role that somebody on the roster holds, with dates."""

    link = models.ForeignKey(RosterLink, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=10, choices=PracticeRole)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="link_role_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="link_role_end_paired",
            ),
        ]


class Invitation(models.Model):
    """A single-use link by mail, good for 14 days; only its hash is kept (STANDARDS row 38)."""

    reference = ReferenceField()
    link = models.ForeignKey(RosterLink, on_delete=models.PROTECT, related_name="invitations")
    kind = models.CharField(max_length=8, choices=InvitationKind)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link"],
                condition=models.Q(accepted_at__isnull=True, closed_at__isnull=True),
                name="one_open_invitation",
            ),
        ]
        indexes = [
            # Read by the nightly run: reminders and expiries of what is open.
            models.Index(
                fields=["expires_at"],
                name="invitation_open",
                condition=models.Q(accepted_at__isnull=True, closed_at__isnull=True),
            ),
        ]


class HandOver(models.Model):
    """A proposal that somebody else becomes primary administrator; effective on acceptance."""

    reference = ReferenceField()
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    from_person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    stays_deputy = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"],
                condition=models.Q(accepted_at__isnull=True, closed_at__isnull=True),
                name="one_open_hand_over",
            ),
        ]


class Supervision(models.Model):
    """Which physician supervises which scribe at a practice, from when to when (S40)."""

    reference = ReferenceField()
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    physician = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="supervises"
    )
    scribe = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="supervised_by"
    )
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "physician", "scribe"],
                condition=models.Q(ends_before__isnull=True),
                name="supervision_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_before__isnull=True)
                | models.Q(ends_before__gt=models.F("starts_on")),
                name="supervision_ends_after_start",
            ),
        ]
