"""How a practice is billed: contact, departments, exemption from tax, what is approved for it."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import ReferenceField


class BillingProfile(models.Model):
    """A practice's billing settings; a practice without a row has the defaults."""

    personal_data = frozenset({"contact_name"})

    practice = models.OneToOneField(
        "practices.Practice", on_delete=models.PROTECT, related_name="billing"
    )
    contact_name = models.CharField(max_length=160, blank=True)
    # Content hash of the logo in the file store; printed on estimates that the practice shares.
    logo_sha256 = models.CharField(max_length=64, blank=True)
    # Units are there on acceptance instead of payment; staff approve it (MISSION S2).
    units_first_at = models.DateTimeField(null=True, blank=True)
    units_first_by = models.CharField(max_length=60, blank=True)
    # The payer's own switch, apart from each membership's mode (DOMAIN §3).
    auto_pay = models.BooleanField(default=False)
    auto_pay_at = models.DateTimeField(null=True, blank=True)
    auto_pay_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(units_first_at__isnull=True, units_first_by="")
                | (models.Q(units_first_at__isnull=False) & ~models.Q(units_first_by="")),
                name="units_first_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(auto_pay=False) | models.Q(auto_pay_at__isnull=False),
                name="auto_pay_has_time",
            ),
        ]


class CostCentre(models.Model):
    """A department of a practice; lines of orders can name it."""

    reference = ReferenceField()
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, related_name="cost_centres"
    )
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=30, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"],
                condition=models.Q(closed_at__isnull=True),
                name="cost_centre_once",
            ),
        ]


class Exemption(models.Model):
    """A certificate that frees a practice from tax in one region until a day (STANDARDS row 44)."""

    reference = ReferenceField()
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, related_name="exemptions"
    )
    region = models.CharField(max_length=100)
    number = models.CharField(max_length=60)
    file_sha256 = models.CharField(max_length=64, blank=True)
    starts_on = models.DateField()
    expires_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.CharField(max_length=60, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gt=models.F("starts_on")), name="exemption_has_days"
            ),
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=True, verified_by="")
                | (models.Q(verified_at__isnull=False) & ~models.Q(verified_by="")),
                name="exemption_verified_paired",
            ),
        ]
