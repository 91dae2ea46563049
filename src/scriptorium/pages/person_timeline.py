"""What happens to one person's membership from today on, day by day, by the rules that run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import MembershipState, Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import away_words, days_words, words
from scriptorium.domains.orders import queries as money
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class Step:
    """One day on which something happens.

    Arguments:
        unpaid: it happens only if nothing is paid before.
    """

    on: dt.date
    day: str
    away: str
    what: str
    unpaid: bool


def person_timeline(*, membership: Membership | None, reader: Payer, today: dt.date) -> list[Step]:
    """Return what comes: notices, the day, the lapse, asking back, and the way back after the end.

    Arguments:
        reader: who looks; only the payer reads how it is paid (DOMAIN §3).
    """
    if membership is None:
        return []
    windows = rules.windows()
    held = rules.dates_of(membership)
    ends = rules.ended_from(held, windows)
    if rules.state_on(held, today, windows) == MembershipState.ENDED:
        if rules.is_forgotten(held, today, windows):
            return []
        last = rules.reinstatable_until(held, windows)
        said = f"Last day of reinstatement, for {windows.reinstatement_price} without a new exam"
        return [_step(last, said, today)]
    if membership.cancelled_on is not None:
        return [_step(ends, "The membership ends, as it was cancelled; nothing is charged", today)]
    ours = Payer.of(membership) == reader
    found = _notices(membership, "you" if ours else "whoever pays", today)
    if membership.renews_on >= today:
        found.append(_step(membership.renews_on, _the_day(membership, ours, today), today))
    found.append(
        _step(
            membership.lapses_on,
            "Grace ends and the membership lapses; the credential becomes inactive, and a renewal"
            " starts a new year from then on",
            today,
            unpaid=True,
        )
    )
    found.append(
        _step(
            ends,
            "The membership ends; after that the way back is reinstatement for"
            f" {windows.reinstatement_price}",
            today,
            unpaid=True,
        )
    )
    return sorted((step for step in found if step.on >= today), key=lambda step: step.on)


def _step(on: dt.date, what: str, today: dt.date, *, unpaid: bool = False) -> Step:
    return Step(on, words(on), away_words(on, today), f"{what}.", unpaid)


def _notices(membership: Membership, who: str, today: dt.date) -> list[Step]:
    """Return the rungs of the ladder that are still to come."""
    numbers = programme().numbers
    proposal = dates.proposal_on(payer=Payer.of(membership), day=membership.renews_on)
    told = proposal.told if proposal is not None else max(numbers.renewal_ladder) + 1
    found = []
    for rung in numbers.renewal_ladder:
        if rung >= told:
            continue
        day = membership.renews_on - dt.timedelta(days=rung)
        if -rung in numbers.win_back_days:
            what = "We ask by mail whether they want to come back"
            what = "We ask you by mail to come back" if _is_own(membership, who) else what
        elif rung < 0:
            what = f"We remind {who} that it is overdue"
        elif rung == numbers.proposal_days:
            what = f"We send {who} the renewal to check and change"
        else:
            what = f"We tell {who} of the renewal, {days_words(rung)} before"
        found.append(_step(day, what, today, unpaid=rung < 0))
    return found


def _is_own(membership: Membership, who: str) -> bool:
    """Return whether the reader is the person: asking back is a mail to the person alone."""
    return who == "you" and membership.payer_person_id == membership.person_id


def _the_day(membership: Membership, ours: bool, today: dt.date) -> str:
    """Say what the renewal date itself brings."""
    if membership.mode != Mode.AUTOMATIC:
        return "The paid year is over: somebody renews it by hand by this day"
    if not ours:
        return "It renews automatically"
    payer = Payer.of(membership)
    proposal = dates.proposal_on(payer=payer, day=membership.renews_on)
    in_time = (
        rules.was_told_in_time(proposal)
        if proposal is not None and proposal.noticed_on is not None
        else rules.can_be_told_in_time(membership.renews_on, today)
    )
    if not in_time:
        return "It would renew automatically, but there was no notice in time: renew it by hand"
    if stock.free_of(payer=payer, kind=ProductKind.RENEWAL):
        return "It renews automatically, from your free renewals as long as there are any"
    saved = money.saved_method(payer=payer)
    by_card = saved is not None and money.auto_pay_of(payer=payer)
    how = f"we charge {saved.label}" if saved is not None and by_card else "we send an invoice"
    if payer.practice is None:
        how += f" for {prices().on(membership.renews_on).prices[ProductKind.RENEWAL]}"
    last = words(membership.renews_on - dt.timedelta(days=1))
    return f"It renews automatically: {how}; change or cancel until {last}"
