"""The ledger of units: what was bought, by whom, and for whom it was used."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField, exactly_one_payer
from scriptorium.domains.catalog.enums import PartKind, ProductKind
from scriptorium.domains.ledger.enums import (
    EntryEvent,
    Outcome,
    PartOutcome,
    PartState,
    UnitState,
)


class Action(models.Model):
    """One press of a button: the group of entries that it made, and its right to be undone."""

    reference = ReferenceField()
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=12, choices=ProductKind)
    choice = models.CharField(max_length=30, blank=True)
    actor_reference = models.CharField(max_length=60)
    idempotency_key = models.CharField(max_length=80)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            exactly_one_payer("action_one_payer"),
            # A double click finds the first click's action.
            models.UniqueConstraint(
                fields=["actor_reference", "idempotency_key"], name="action_once"
            ),
        ]


class Unit(models.Model):
    """One purchased, assignable piece of a product kind, owned by its payer."""

    reference = ReferenceField()
    kind = models.CharField(max_length=12, choices=ProductKind)
    payer_practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, related_name="units"
    )
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="bought_units"
    )
    state = models.CharField(max_length=10, choices=UnitState, default=UnitState.FREE)
    source = models.CharField(max_length=20)
    purchased_at = models.DateTimeField()
    expires_on = models.DateField()
    # A limited membership ends by this day, whenever it starts: it was bought to renew with others.
    ends_before = models.DateField(null=True, blank=True)
    link = models.ForeignKey(
        "practices.RosterLink", on_delete=models.PROTECT, null=True, related_name="units"
    )
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="units"
    )
    choice = models.CharField(max_length=30, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="units")

    class Meta:
        constraints = [
            exactly_one_payer("unit_one_payer"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["free", "expired", "refunded", "removed"],
                    person__isnull=True,
                    link__isnull=True,
                )
                | models.Q(state="reserved", person__isnull=True, link__isnull=False)
                | models.Q(state__in=["assigned", "started", "completed"], person__isnull=False),
                name="unit_holder_fits_state",
            ),
            # Nobody else renews with a person who pays for herself, and other kinds have no year.
            models.CheckConstraint(
                condition=models.Q(ends_before__isnull=True)
                | models.Q(
                    kind="membership",
                    payer_practice__isnull=False,
                    expires_on__lte=models.F("ends_before"),
                ),
                name="unit_limit_of_membership",
            ),
        ]
        indexes = [
            # Read by assignment: free units of a payer, soonest to expire first; by the tiles.
            models.Index(
                fields=["payer_practice", "kind", "expires_on", "id"],
                name="unit_free_practice",
                condition=models.Q(state="free"),
            ),
            # Read by the nightly run: free units whose time is over.
            models.Index(
                fields=["expires_on"], name="unit_expiring", condition=models.Q(state="free")
            ),
            # Read by the member record and by acceptance of an invitation.
            models.Index(fields=["link"], name="unit_by_link"),
            models.Index(fields=["person"], name="unit_by_person"),
        ]


class UnitPart(models.Model):
    """One thing that a unit opens for its person; the uniqueness rules of DOMAIN §2 live here."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="parts")
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="parts"
    )
    link = models.ForeignKey("practices.RosterLink", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=12, choices=PartKind)
    choice = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=PartState)
    outcome = models.CharField(max_length=6, choices=PartOutcome, blank=True)
    term_starts_on = models.DateField(null=True, blank=True)
    term_ends_before = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            # One live manual, HIPAA and exam per choice; one CE per course, one unchosen CE.
            models.UniqueConstraint(
                fields=["person", "kind", "choice"],
                condition=models.Q(
                    kind__in=["manual", "hipaa", "exam", "ce"], state__in=["assigned", "started"]
                ),
                name="part_live_once",
            ),
            # One term-paying unit per person and first day of the term that it pays for.
            models.UniqueConstraint(
                fields=["person", "term_starts_on"],
                condition=models.Q(
                    kind="membership", state__in=["assigned", "started", "completed"]
                ),
                name="part_term_once",
            ),
            # A person not yet known has each part reserved once per link.
            models.UniqueConstraint(
                fields=["link", "kind", "choice"],
                condition=models.Q(state="reserved"),
                name="part_reserved_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=~models.Q(state="released"),
                name="part_kind_once_per_unit",
            ),
        ]
        indexes = [
            # Read by the board's seven marks.
            models.Index(fields=["person", "kind"], name="part_by_person"),
            models.Index(
                fields=["link"], name="part_by_link", condition=models.Q(state="reserved")
            ),
            # Read by the nightly run: membership parts to start or complete.
            models.Index(
                fields=["state", "term_starts_on"],
                name="part_terms",
                condition=models.Q(kind="membership", state__in=["assigned", "started"]),
            ),
        ]


class Balance(models.Model):
    """How many units a payer has of a kind; moves in the same transaction as the entries."""

    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=12, choices=ProductKind)
    free = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    in_use = models.IntegerField(default=0)

    class Meta:
        constraints = [
            exactly_one_payer("balance_one_payer"),
            models.UniqueConstraint(
                fields=["payer_practice", "kind"],
                condition=models.Q(payer_practice__isnull=False),
                name="balance_practice_kind",
            ),
            models.UniqueConstraint(
                fields=["payer_person", "kind"],
                condition=models.Q(payer_person__isnull=False),
                name="balance_person_kind",
            ),
            models.CheckConstraint(condition=models.Q(free__gte=0), name="balance_free"),
            models.CheckConstraint(condition=models.Q(reserved__gte=0), name="balance_reserved"),
            models.CheckConstraint(condition=models.Q(in_use__gte=0), name="balance_in_use"),
        ]


class Entry(AppendOnly):
    """One move of one unit. Never changed: a correction is another entry."""

    personal_data = frozenset({"actor_name"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entries")
    event = models.CharField(max_length=10, choices=EntryEvent)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10, choices=UnitState)
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True)
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    link = models.ForeignKey("practices.RosterLink", on_delete=models.PROTECT, null=True)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True)
    actor_kind = models.CharField(max_length=8)
    actor_reference = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=120, null=True, unique=True)

    class Meta:
        constraints = [exactly_one_payer("entry_one_payer")]
        indexes = [
            # Read by a practice's statement of units, newest first.
            models.Index(fields=["payer_practice", "-id"], name="entry_by_practice"),
        ]


class ActionLine(AppendOnly):
    """What an action did for one person, so that a repeated click reads the same answer."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="lines")
    link = models.ForeignKey("practices.RosterLink", on_delete=models.PROTECT, null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True)
    term = models.ForeignKey("memberships.Term", on_delete=models.PROTECT, null=True)
    certificate = models.ForeignKey("credentials.Certificate", on_delete=models.PROTECT, null=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=300, blank=True)
