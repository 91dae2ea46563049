"""Memberships and their paid years."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField, exactly_one_payer
from scriptorium.domains.memberships.enums import Channel, Mode


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
