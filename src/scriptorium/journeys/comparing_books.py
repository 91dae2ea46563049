"""Each night: the provider's list against our books (DOMAIN §10, STANDARDS §6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState
from scriptorium.integrations.payments import PaymentState, ProviderUnavailable
from scriptorium.journeys.learning_payments import NOT_OURS, NOTHING_NEW, learn
from scriptorium.journeys.services import payment_provider, pays_online

#: What began so long ago is looked at again: an event may come up to three days late.
LOOK_BACK = dt.timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison of a few days found."""

    looked_at: int
    learned: int
    mismatches: int


def compare(*, since: dt.datetime, now: dt.datetime, today: dt.date) -> Compared:
    """Learn what no event told, and list what the provider and the books disagree about.

    Raises:
        ProviderUnavailable: the list cannot be read; the next night looks again.
    """
    provider = payment_provider()
    looked = learned = found = 0
    seen: set[str] = set()
    for facts in provider.list_payments(since=since, until=now + dt.timedelta(days=1)):
        looked += 1
        seen |= {facts.external_id, facts.checkout_id}
        outcome = learn(facts=facts, now=now, today=today)
        learned += outcome not in (NOTHING_NEW, NOT_OURS)
        if outcome == NOT_OURS and facts.state == PaymentState.SUCCEEDED:
            what = f"The provider took {facts.amount} for “{facts.reference}”, which we do not know"
            found += _mismatch(provider.name, facts.external_id, what, now)
        payment = money.payment_by_external(external_id=facts.external_id)
        if payment is not None and payment.amount_minor != facts.amount.minor:
            what = (
                f"Receipt {payment.number} says {payment.amount_minor}, the provider {facts.amount}"
            )
            found += _mismatch(provider.name, facts.external_id, what, now)
    for attempt in money.attempts_to_check(provider=provider.name, since=since):
        if attempt.external_id not in seen and attempt.state == AttemptState.SUCCEEDED:
            what = f"Order {attempt.order.reference} is paid here; the provider's list lacks it"
            found += _mismatch(provider.name, attempt.external_id or "", what, now)
    return Compared(looked, learned, found)


@transaction.atomic(durable=True)
def _mismatch(provider: str, external_id: str, what: str, now: dt.datetime) -> int:
    fresh = orders.note_mismatch(provider=provider, external_id=external_id, what=what, now=now)
    return int(fresh)


def compare_books(*, today: dt.date, now: dt.datetime) -> int:
    """Compare the last days, when there is a provider and it answers; returns payments seen."""
    if not pays_online():
        return 0
    try:
        return compare(since=now - LOOK_BACK, now=now, today=today).looked_at
    except ProviderUnavailable:
        return 0
