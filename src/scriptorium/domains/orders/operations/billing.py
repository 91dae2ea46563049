"""Writing how a practice is billed."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.orders.models import BillingProfile, CostCentre, Exemption, SavedMethod
from scriptorium.kernel.payer import Payer


def _profile(practice: int) -> BillingProfile:
    profile, _ = BillingProfile.objects.select_for_update().get_or_create(practice_id=practice)
    return profile


def change_billing(*, practice: int, contact_name: str, logo_sha256: str | None) -> list[str]:
    """Change the contact and the logo; returns the names of what changed.

    Arguments:
        logo_sha256: hash of the new logo, "" to remove it, None to leave it.
    """
    profile = _profile(practice)
    changed = []
    if profile.contact_name != contact_name:
        profile.contact_name = contact_name
        changed.append("billing contact")
    if logo_sha256 is not None and profile.logo_sha256 != logo_sha256:
        profile.logo_sha256 = logo_sha256
        changed.append("logo")
    profile.save(update_fields=["contact_name", "logo_sha256"])
    return changed


def set_units_first(*, practice: int, on: bool, by: str, now: dt.datetime) -> None:
    """Let a practice have its units on acceptance, or on payment again."""
    profile = _profile(practice)
    profile.units_first_at = now if on else None
    profile.units_first_by = by if on else ""
    profile.save(update_fields=["units_first_at", "units_first_by"])


def set_auto_pay(*, practice: int, on: bool, by: str, now: dt.datetime) -> None:
    """Switch the payment of renewals by the saved method on or off."""
    profile = _profile(practice)
    profile.auto_pay, profile.auto_pay_at, profile.auto_pay_by = on, now, by
    profile.save(update_fields=["auto_pay", "auto_pay_at", "auto_pay_by"])


def add_cost_centre(*, practice: int, name: str, code: str) -> CostCentre:
    """Add a department."""
    return CostCentre.objects.create(practice_id=practice, name=name, code=code)


def close_cost_centre(*, centre: CostCentre, now: dt.datetime) -> None:
    """Offer a department on no new line; old lines keep it."""
    centre.closed_at = now
    centre.save(update_fields=["closed_at"])


def add_exemption(
    *,
    practice: int,
    region: str,
    number: str,
    file_sha256: str,
    starts_on: dt.date,
    expires_on: dt.date,
    by: str,
    now: dt.datetime,
) -> Exemption:
    """Hand in a certificate of exemption; it counts once staff verified it."""
    return Exemption.objects.create(
        practice_id=practice,
        region=region,
        number=number,
        file_sha256=file_sha256,
        starts_on=starts_on,
        expires_on=expires_on,
        added_at=now,
        added_by=by,
    )


def answer_exemption(*, exemption: Exemption, accepted: bool, by: str, now: dt.datetime) -> None:
    """Verify a certificate of exemption, or refuse it."""
    if accepted:
        exemption.verified_at, exemption.verified_by = now, by
    else:
        exemption.refused_at = now
    exemption.save(update_fields=["verified_at", "verified_by", "refused_at"])


def remember_method(
    *,
    payer: Payer,
    provider: str,
    customer: str,
    method: str,
    label: str,
    by: str,
    now: dt.datetime,
) -> SavedMethod:
    """Keep the names of a means of payment; it takes the place of the one before."""
    SavedMethod.objects.filter(removed_at__isnull=True, **payer.columns).update(removed_at=now)
    return SavedMethod.objects.create(
        provider=provider,
        customer=customer,
        method=method,
        label=label,
        saved_at=now,
        saved_by=by,
        **payer.columns,
    )


def remove_method(*, payer: Payer, now: dt.datetime) -> int:
    """Forget the saved means of payment; returns how many were in use (0 or 1)."""
    return SavedMethod.objects.filter(removed_at__isnull=True, **payer.columns).update(
        removed_at=now
    )
