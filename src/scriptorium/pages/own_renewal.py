"""How one's own membership renews: what happens when, what it costs, and the way back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import CannotApply, words
from scriptorium.domains.orders import queries as money
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class Step:
    """What paying on a day would bring: computed by the rules that run."""

    when: str
    price: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OwnRenewal:
    """Everything about the renewal of somebody who pays for herself."""

    automatic: bool
    sentence: str
    can_renew: bool
    why_not: str
    price: str
    card: str
    cancelled: str
    over: bool
    steps: list[Step]
    open_order: str


def own_renewal(*, person: Person, today: dt.date) -> OwnRenewal | None:
    """Return how one's own membership renews; None without one, or when a practice pays."""
    membership = dates.of_people(people=[person.pk]).get(person.pk)
    payer = Payer(person=person.pk)
    if membership is None or Payer.of(membership) != payer:
        return None
    held = rules.dates_of(membership)
    why_not = _refusal(held, today)
    saved = money.saved_method(payer=payer)
    price = _price(max(today, membership.renews_on))
    automatic = membership.mode == Mode.AUTOMATIC
    over = rules.state_on(held, today, rules.windows()) == "ended"
    waiting = money.open_invoices(payer=payer).first()
    return OwnRenewal(
        automatic=automatic,
        sentence=_sentence(membership, automatic, price, saved.label if saved else "", today),
        can_renew=not why_not,
        why_not=why_not,
        price=price,
        card=saved.label if saved else "",
        cancelled=words(membership.cancelled_on) if membership.cancelled_on else "",
        over=over,
        steps=_steps(held, today),
        open_order=f"/member/orders/{waiting.order.reference}/" if waiting else "",
    )


def _price(on: dt.date) -> str:
    return str(prices().on(on).prices[ProductKind.RENEWAL])


def _refusal(held: rules.Dates, today: dt.date) -> str:
    try:
        rules.plan_renewal(held, today, rules.windows())
    except CannotApply as error:
        return str(error)
    return ""


def _sentence(
    membership: Membership, automatic: bool, price: str, card: str, today: dt.date
) -> str:
    """Say what happens next, when, for how much, and until when it can be changed."""
    day = words(membership.renews_on)
    if membership.cancelled_on is not None:
        return f"Cancelled: it ends on {words(membership.cancelled_on)}. Nothing is charged."
    if membership.renews_on <= today:
        return f"It was due on {day}. Renew it to keep your credential in good standing."
    if not automatic:
        return f"Renew it by {day} for {price}. We write 45, 30, 14 and 3 days before."
    until = words(membership.renews_on - dt.timedelta(days=1))
    how = f"charge {card}" if card else "send you an invoice for"
    return f"On {day} we {how} {price}; change or cancel until {until}."


def _steps(held: rules.Dates, today: dt.date) -> list[Step]:
    """Return what paying today, after grace and after the end would bring."""
    windows = rules.windows()
    early = held.renews_on - dt.timedelta(days=windows.renew_early)
    looks = [
        ("Now" if today >= early else f"From {words(early)}", max(today, early)),
        (f"From {words(held.lapses_on)}, when it has lapsed", held.lapses_on),
        (
            f"From {words(rules.ended_from(held, windows))}, when it has ended",
            rules.ended_from(held, windows),
        ),
    ]
    found = []
    for label, day in looks:
        if day < today:
            continue
        try:
            plan = rules.plan_renewal(held, day, windows)
        except CannotApply:
            # Ended: the rules allow no renewal any more, only the way back.
            until = words(rules.reinstatable_until(held, windows))
            outcome = f"reinstated with a new year, without a new exam until {until}"
            found.append(Step(label, windows.reinstatement_price, outcome))
            continue
        last = words(plan.period.last_day)
        outcome = (
            f"continues from {words(plan.period.starts_on)}, paid through {last}"
            if plan.extends
            else f"a new year from the day on which you pay, through {last}"
        )
        found.append(Step(label, _price(day), outcome))
    return found
