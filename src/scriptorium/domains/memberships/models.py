"""Memberships and their paid years."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField, exactly_one_payer
from scriptorium.domains.memberships.enums import NOTHING_TOLD, Channel, LineState, Mode


class Consent(AppendOnly):
    """A recorded yes to automatic renewal (DOMAIN §3; STANDARDS row 45)."""

    personal_data = frozenset({"address"})

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    text_version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=8, choices=Channel)
    given_by = models.CharField(max_length=60)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [exactly_one_payer("consent_one_payer")]


class Membership(models.Model):
    """A person's membership: one for life, with one current payer (DOMAIN §3)."""

    reference = ReferenceField()
    person = models.OneToOneField(
        "accounts.Person", on_delete=models.PROTECT, related_name="membership"
    )
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    mode = models.CharField(max_length=1, choices=Mode, default=Mode.MANUAL)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True)
    anchor_month = models.PositiveSmallIntegerField()
    anchor_day = models.PositiveSmallIntegerField()
    renews_on = models.DateField()
    latest_starts_on = models.DateField()
    lapses_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            exactly_one_payer("membership_one_payer"),
            models.CheckConstraint(
                condition=models.Q(mode="M") | models.Q(consent__isnull=False),
                name="automatic_needs_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(lapses_on__gte=models.F("renews_on")),
                name="lapse_not_before_renewal",
            ),
        ]
        indexes = [
            # Read by the night: whose renewal comes into the notice of 45 days.
            models.Index(fields=["renews_on", "id"], name="membership_by_renewal"),
        ]


class PayerMode(models.Model):
    """The mode that one payer chose for one membership; kept while another payer pays."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="modes")
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    mode = models.CharField(max_length=1, choices=Mode)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            exactly_one_payer("payer_mode_one_payer"),
            models.UniqueConstraint(
                fields=["membership", "payer_practice"],
                condition=models.Q(payer_practice__isnull=False),
                name="payer_mode_practice",
            ),
            models.UniqueConstraint(
                fields=["membership", "payer_person"],
                condition=models.Q(payer_person__isnull=False),
                name="payer_mode_person",
            ),
        ]


class Term(FrozenExcept):
    """One paid year, ``[starts_on, ends_before)``; it can be voided once and nothing else."""

    writable_once = ("voided_at", "voided_by", "void_reason")

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="terms")
    starts_on = models.DateField()
    ends_before = models.DateField()
    payer_practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, null=True)
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("ledger.Unit", on_delete=models.PROTECT, null=True)
    previous_anchor = models.CharField(max_length=5, blank=True)
    previous_lapses_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.CharField(max_length=60, null=True, blank=True)
    void_reason = models.CharField(max_length=300, null=True, blank=True)

    class Meta:
        constraints = [
            exactly_one_payer("term_one_payer"),
            models.CheckConstraint(
                condition=models.Q(ends_before__gt=models.F("starts_on")), name="term_has_days"
            ),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True, voided_by__isnull=True)
                | models.Q(voided_at__isnull=False, voided_by__isnull=False),
                name="term_void_paired",
            ),
            # That live terms never overlap is an exclusion constraint on PostgreSQL and a pair
            # of triggers on SQLite; ``database.triggers`` installs both.
        ]
        indexes = [
            # Read by the member record and by undo: a person's years, newest first.
            models.Index(fields=["person", "-starts_on"], name="term_by_person"),
        ]


class Proposal(models.Model):
    """A payer's coming renewal on one date; its lines are people (DOMAIN §1, §4)."""

    reference = ReferenceField()
    payer_practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    renews_on = models.DateField()
    opened_at = models.DateTimeField()
    # The newest rung of the ladder that was told, in days before the date; negative after it.
    told = models.SmallIntegerField(default=NOTHING_TOLD)
    # The first day on which the payer was told; nothing is charged that was not told in time.
    noticed_on = models.DateField(null=True, blank=True)
    # The day on which automatic people were charged or invoiced; quantities froze then.
    charged_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            exactly_one_payer("proposal_one_payer"),
            models.UniqueConstraint(
                fields=["payer_practice", "renews_on"],
                condition=models.Q(payer_practice__isnull=False),
                name="proposal_practice_once",
            ),
            models.UniqueConstraint(
                fields=["payer_person", "renews_on"],
                condition=models.Q(payer_person__isnull=False),
                name="proposal_person_once",
            ),
        ]
        indexes = [
            # Read by the night: what is to be told, charged or closed, by date.
            models.Index(
                fields=["renews_on", "told"],
                name="proposal_open",
                condition=models.Q(closed_at__isnull=True),
            ),
        ]


class ProposalLine(models.Model):
    """One person of a proposal: ticked or not, and what became of it."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="lines")
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # An extra person, who starts on the day; may not have accepted the invitation yet.
    link = models.ForeignKey(
        "practices.RosterLink", on_delete=models.PROTECT, null=True, related_name="+"
    )
    extra = models.BooleanField(default=False)
    included = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=LineState, default=LineState.WAITING)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, null=True, related_name="renewals"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "person"],
                condition=models.Q(person__isnull=False),
                name="proposal_line_once",
            ),
            models.UniqueConstraint(
                fields=["proposal", "link"],
                condition=models.Q(link__isnull=False),
                name="proposal_extra_once",
            ),
            models.CheckConstraint(
                condition=models.Q(extra=True, link__isnull=False)
                | models.Q(extra=False, person__isnull=False),
                name="proposal_line_names_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ordered") | models.Q(order__isnull=False),
                name="ordered_line_has_an_order",
            ),
        ]
        indexes = [
            # Read by the opening of proposals: is this person in one already?
            models.Index(fields=["person", "proposal"], name="proposal_line_person"),
        ]

    @property
    def holder_id(self) -> int | None:
        """The person, also one who accepted the invitation after being put in."""
        return self.person_id or (self.link.person_id if self.link else None)


class Reinstatement(FrozenExcept):
    """An order that brings an ended membership back when it is paid (DOMAIN §4)."""

    writable_once = ("closed_at", "term")

    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, related_name="reinstatement"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    ordered_on = models.DateField()
    # Applied, or the order was cancelled; with a term when it brought a year.
    closed_at = models.DateTimeField(null=True, blank=True)
    term = models.OneToOneField(Term, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(closed_at__isnull=True),
                name="reinstatement_waits_once",
            ),
            models.CheckConstraint(
                condition=models.Q(term__isnull=True) | models.Q(closed_at__isnull=False),
                name="reinstated_is_closed",
            ),
        ]


class PriceNotice(models.Model):
    """How far payers were told of one price list: a place in each list of payers, in key order.

    A night that is killed goes on here, so that nobody is told twice (DOMAIN §4).
    """

    version = models.CharField(max_length=20, unique=True)
    practices_until = models.BigIntegerField(default=0)
    people_until = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
