"""Reading how a payer is billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from scriptorium.database.prepared import Prepared
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
    return exemptions_on(practice=practice, region=region, days=[day])[day]


def exemptions_on(*, practice: int, region: str, days: Iterable[dt.date]) -> dict[dt.date, str]:
    """Return day → the number of the certificate that frees from tax on it, or ""; one look."""
    rows = Exemption.objects.filter(
        practice_id=practice, region=region.strip(), verified_at__isnull=False
    )
    held = list(rows.order_by("-expires_on"))
    return {
        day: next((row.number for row in held if row.starts_on <= day < row.expires_on), "")
        for day in days
    }


def _saved(payer: Payer) -> QuerySet[SavedMethod]:
    rows = SavedMethod.objects.filter(removed_at__isnull=True, **payer.columns)
    return rows.order_by("pk")


_saved_of_practice = Prepared(lambda key: _saved(Payer(practice=key)), (7_000_001,), (7_000_002,))
_saved_of_person = Prepared(lambda key: _saved(Payer(person=key)), (7_000_001,), (7_000_002,))


def saved_method(*, payer: Payer) -> SavedMethod | None:
    """Return the payer's saved means of payment, or None."""
    if payer.practice is not None:
        return _saved_of_practice.first(payer.practice)
    assert payer.person is not None
    return _saved_of_person.first(payer.person)
