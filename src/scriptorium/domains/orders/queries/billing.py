"""Reading how a payer is billed."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from scriptorium.domains.orders.models import BillingProfile, CostCentre, Exemption, SavedMethod
from scriptorium.kernel.payer import Payer


def billing_of(*, practice: int) -> BillingProfile:
    """Return a practice's billing settings; unsaved defaults where it has none yet."""
    found = BillingProfile.objects.filter(practice_id=practice).first()
    return found or BillingProfile(practice_id=practice)


def cost_centres(*, practice: int) -> list[CostCentre]:
    """Return the departments that new lines can name, by name."""
    rows = CostCentre.objects.filter(practice_id=practice, closed_at__isnull=True)
    return list(rows.order_by("name"))


def centre_by_reference(*, practice: int, reference: str) -> CostCentre | None:
    """Return one open department of a practice, or None."""
    rows = CostCentre.objects.filter(practice_id=practice, closed_at__isnull=True)
    return rows.filter(reference=reference).first()


def exemption_by_reference(*, practice: int, reference: str) -> Exemption | None:
    """Return one of a practice's certificates of exemption, or None."""
    return Exemption.objects.filter(practice_id=practice, reference=reference).first()


def exemptions_of(*, practice: int) -> QuerySet[Exemption]:
    """Return a practice's certificates of exemption, newest first."""
    return Exemption.objects.filter(practice_id=practice).order_by("-id")


def exemptions_to_verify() -> QuerySet[Exemption]:
    """Return the certificates that staff have not answered, oldest first."""
    rows = Exemption.objects.filter(verified_at__isnull=True, refused_at__isnull=True)
    return rows.select_related("practice").order_by("id")


def exemption_on(*, practice: int, region: str, day: dt.date) -> str:
    """Return the number of the verified certificate that frees from tax on a day, or ""."""
    found = Exemption.objects.filter(
        practice_id=practice,
        region=region.strip(),
        verified_at__isnull=False,
        starts_on__lte=day,
        expires_on__gt=day,
    )
    return found.order_by("-expires_on").values_list("number", flat=True).first() or ""


def saved_method(*, payer: Payer) -> SavedMethod | None:
    """Return the payer's saved means of payment, or None."""
    return SavedMethod.objects.filter(removed_at__isnull=True, **payer.columns).first()
