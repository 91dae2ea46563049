"""How a practice is billed, in the words that the page prints."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import CostCentre
from scriptorium.domains.orders.rules.states import exemption_words
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel import clock
from scriptorium.kernel.payer import Payer

_TONES = {"Verified": "good", "Waits for verification": "soon", "Refused": "now"}


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """One certificate of freedom from tax."""

    number: str
    region: str
    days: str
    state: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class BillingPage:
    """Everything on the page; what is not there is empty.

    Arguments:
        method: the name of the saved means of payment.
        auto_pay: since when it is on, in words.
    """

    contact_name: str
    has_logo: bool
    centres: list[CostCentre]
    method: str
    method_saved: str
    auto_pay: str
    units_first: bool
    exemptions: list[ExemptionRow]


def billing_page(*, practice: Practice, base: str, today: dt.date) -> BillingPage:
    """Return a practice's billing settings."""
    profile = money.billing_of(practice=practice.pk)
    method = money.saved_method(payer=Payer(practice=practice.pk))
    since = profile.auto_pay_at if profile.auto_pay else None
    rows = []
    for exemption in money.exemptions_of(practice=practice.pk):
        state = exemption_words(exemption=exemption, today=today)
        rows.append(
            ExemptionRow(
                number=exemption.number,
                region=exemption.region,
                days=f"{words(exemption.starts_on)} until {words(exemption.expires_on)}",
                state=state,
                tone=_TONES.get(state, ""),
                url=f"{base}exemptions/{exemption.reference}.pdf" if exemption.file_sha256 else "",
            )
        )
    return BillingPage(
        contact_name=profile.contact_name,
        has_logo=bool(profile.logo_sha256),
        centres=money.cost_centres(practice=practice.pk),
        method=method.label if method else "",
        method_saved=words(clock.day_of(method.saved_at)) if method else "",
        auto_pay=words(clock.day_of(since)) if since else "",
        units_first=profile.units_first_at is not None,
        exemptions=rows,
    )
