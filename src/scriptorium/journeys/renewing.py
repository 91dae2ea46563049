"""The renewal night: proposals opened, payers told, automatic people charged (DOMAIN §4).

Each step takes what is due and not done, a chunk in one transaction, and marks it done there: a
run that is killed goes on where it stopped, and two runs at once do nothing twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import LineState, Mode
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.orders.operations import NewOrder
from scriptorium.domains.orders.rules.pricing import Quote, Wish
from scriptorium.domains.orders.rules.quotes import quote_for
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.journeys import ordering, paying_online
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.renewed_people import renew_lines
from scriptorium.journeys.services import NoPaymentOnline, pays_online
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

CHUNK = 1_000


@transaction.atomic(durable=True)
def open_coming(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Open the proposals of renewals that come into the longest notice."""
    del actor
    found = dates.to_open(today=today, until=opened_until(today), limit=CHUNK)
    return memberships.open_proposals(memberships=found, now=now)


def opened_until(today: dt.date) -> dt.date:
    """Return the last day of which the renewals are in a proposal after tonight."""
    return today + dt.timedelta(days=programme().numbers.renewal_ladder[0])


@dataclass(slots=True)
class Standing:
    """The lines of a proposal as they stand today.

    Arguments:
        automatic: ticked people of this payer whose membership renews by itself.
        manual: ticked people whom somebody has to renew.
        extra: people who start on the day.
        gone: people who were renewed, left or pay otherwise meanwhile.
    """

    automatic: list[ProposalLine]
    manual: list[ProposalLine]
    extra: list[ProposalLine]
    gone: list[ProposalLine]

    @property
    def people(self) -> list[ProposalLine]:
        """Everybody who would be renewed or started."""
        return [*self.automatic, *self.manual, *self.extra]


def standing_of(
    *,
    proposal: Proposal,
    lines: list[ProposalLine],
    found: Mapping[int, Membership],
    here: Container[int] | None,
) -> Standing:
    """Sort the waiting, ticked lines of a proposal by what today's facts say of them.

    Arguments:
        found: person key → membership, of all people of the lines.
        here: people on the practice's roster, or None where a person pays for herself.
    """
    standing = Standing([], [], [], [])
    for line in lines:
        if line.state != LineState.WAITING:
            continue
        membership = found.get(line.holder_id or 0)
        if line.extra:
            left = line.link is not None and line.link.ended_at is not None
            if year_rules.why_extra_gone(membership=membership, on_roster=not left):
                standing.gone.append(line)
            elif line.included:
                standing.extra.append(line)
            continue
        on_roster = here is None or line.person_id in here
        if year_rules.why_gone(proposal=proposal, membership=membership, on_roster=on_roster):
            standing.gone.append(line)
        elif line.included:
            automatic = membership is not None and membership.mode == Mode.AUTOMATIC
            (standing.automatic if automatic else standing.manual).append(line)
    return standing


def price_of(*, to: BillTo, renewals: int, extra: int, on: dt.date) -> Quote | None:
    """Return what so many renewals and new people cost, or None when there are none to pay."""
    wishes = [
        Wish(kind, count)
        for kind, count in ((ProductKind.RENEWAL, renewals), (ProductKind.MEMBERSHIP, extra))
        if count
    ]
    if not wishes:
        return None
    return quote_for(payer=to.payer, region=to.region, wishes=wishes, on=on)


def people_of_the_day(proposal: Proposal, standing: Standing) -> list[ProposalLine]:
    """Return whom the night of the day renews or orders for: nobody who was not told in time."""
    if not year_rules.was_told_in_time(proposal):
        return []
    # Extra people are ordered with the automatic ones; alone they wait for somebody's press.
    return standing.automatic + (standing.extra if standing.automatic else [])


@dataclass(frozen=True, slots=True)
class Shares:
    """How people of a proposal are renewed.

    Arguments:
        own: by free units of the payer.
        rest: by an order.
    """

    own: list[ProposalLine]
    rest: list[ProposalLine]

    @property
    def renewals(self) -> int:
        """How many renewals are ordered."""
        return sum(not line.extra for line in self.rest)

    @property
    def extra(self) -> int:
        """How many memberships of new people are ordered."""
        return sum(line.extra for line in self.rest)


def share_out(*, people: list[ProposalLine], free: int, free_new: int) -> Shares:
    """Use what is free first (DOMAIN §4).

    Arguments:
        free, free_new: the payer's free renewals, and free memberships of a year for new people.
    """
    due = [line for line in people if not line.extra]
    extra = [line for line in people if line.extra]
    return Shares([*due[:free], *extra[:free_new]], [*due[free:], *extra[free_new:]])


def free_for_new(payer: Payer) -> int:
    """Return how many free memberships new people of a proposal can have: whole years only."""
    return stock.whole_free_of(payer=payer, kind=ProductKind.MEMBERSHIP)


def charge_due(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Renew the automatic people of each proposal whose day has come; returns proposals.

    A proposal on which another process works is left to it, so that two share the night.
    """
    keys = dates.to_charge(today=today, limit=CHUNK)
    return sum(_charge(actor, key, today, now) for key in keys)


@transaction.atomic(durable=True)
def _charge(actor: Actor, key: int, today: dt.date, now: dt.datetime) -> bool:
    """Charge one proposal; False when another process does or did."""
    proposal = dates.claimed_proposal(key=key)
    if proposal is None or not memberships.freeze(proposal=proposal, today=today):
        return False
    people = people_of_the_day(proposal, locked_standing(proposal))
    order_lines(actor=actor, proposal=proposal, people=people, key="night", today=today, now=now)
    return True


def people_here(proposal: Proposal, people: list[int]) -> Container[int] | None:
    """Return who of a proposal's people is on the roster, or None where a person pays."""
    practice = proposal.payer_practice_id
    return roster.links_of_people(practice=practice, people=people) if practice else None


def locked_standing(proposal: Proposal) -> Standing:
    """Return a locked proposal's standing; lines of people who are gone are closed on the way."""
    lines = dates.lines_of(proposals=[proposal.pk])[proposal.pk]
    people = [line.holder_id for line in lines if line.holder_id]
    found = dates.of_people(people=people, lock=True)
    standing = standing_of(
        proposal=proposal, lines=lines, found=found, here=people_here(proposal, people)
    )
    memberships.mark_lines(lines=[line.pk for line in standing.gone], state=LineState.DROPPED)
    return standing


def order_lines(
    *,
    actor: Actor,
    proposal: Proposal,
    people: list[ProposalLine],
    key: str,
    today: dt.date,
    now: dt.datetime,
    po_number: str = "",
) -> Invoice | None:
    """Renew people: free units of the payer first, soonest to expire first; an order for the rest.

    Inside the caller's transaction, with the proposal locked.

    Arguments:
        key: what is unique of this press or night within the proposal.

    Returns:
        The invoice, or None when free units were enough.
    """
    if not people:
        return None
    to = ordering.bill_to_of(proposal)
    shares = share_out(
        people=people,
        free=stock.free_of(payer=to.payer, kind=ProductKind.RENEWAL),
        free_new=free_for_new(to.payer) if any(line.extra for line in people) else 0,
    )
    renew_lines(
        actor=actor, practice=proposal.payer_practice, person=proposal.payer_person,
        lines=shares.own, key=f"proposal:{proposal.reference}:{key}",
        now=now, today=today,
    )  # fmt: skip
    priced = price_of(to=to, renewals=shares.renewals, extra=shares.extra, on=today)
    if priced is None:
        return None
    new = NewOrder(
        payer=to.payer,
        source="renewal",
        quote=priced,
        po_number=po_number,
        idempotency_key=f"renewal:{proposal.reference}:{key}",
    )
    return _place(actor, to, new, shares.rest, today, now)


def _place(
    actor: Actor,
    to: BillTo,
    new: NewOrder,
    rest: list[ProposalLine],
    today: dt.date,
    now: dt.datetime,
) -> Invoice:
    """Write the order and bind its people before it can be paid by what is kept for the payer."""
    due_on = today + dt.timedelta(days=prices().net_days)

    def bind(order: Order) -> None:
        memberships.mark_lines(
            lines=[line.pk for line in rest], state=LineState.ORDERED, order=order.pk
        )
        people = [line.person_id for line in rest if line.person_id and not line.extra]
        memberships.move_lapses(people=people, not_before=due_on + dt.timedelta(days=1))
        found = dates.of_people(people=people)
        practices.refresh_rows(facts=year_rules.row_facts(found.values()), today=today)

    return ordering.place(
        actor=actor, to=to, new=new, now=now, today=today, due_on=due_on,
        quietly=pays_by_itself(to.payer), bind=bind,
    )  # fmt: skip


def pays_by_itself(payer: Payer) -> bool:
    """Return whether a payer's renewals are charged to a saved card."""
    if not pays_online() or money.saved_method(payer=payer) is None:
        return False
    return money.auto_pay_of(payer=payer)


def charge_cards(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Charge saved cards for renewal orders: on the day, and again after 1, 3 and 7 days.

    A charge that a dead process left open is sent again under its own key, which charges once;
    those come last, since another process may be sending one at this moment.

    Returns:
        How many charges were sent.
    """
    sent = 0
    retries = programme().numbers.card_retry_days
    for unsent in (False, True):
        for order in money.renewals_to_charge(today=today, retries=retries, unsent=unsent):
            to = ordering.bill_to_of(order)
            # Whether a card is saved, and at whom, is asked with the charge.
            if not money.auto_pay_of(payer=to.payer):
                continue
            try:
                sent += _charge_order(actor, order, to, today, now, unsent=unsent)
            except (paying_online.NotPossible, paying_online.ProviderRefused, NoPaymentOnline):
                # One payer's trouble is no other's; the books are compared with the provider's.
                continue
            except paying_online.ProviderUnavailable:
                # The same charges are sent again by the next run.
                return sent
    return sent


def is_charged(order: Order, to: BillTo, today: dt.date) -> bool:
    """Return whether a card is charged for an order that is due, today and not again today."""
    if not pays_by_itself(to.payer):
        return False
    if money.unsent_charge(order=order.pk) is not None:
        return True
    return paying_online.may_charge(order=order, to=to, today=today)


def _charge_order(
    actor: Actor, order: Order, to: BillTo, today: dt.date, now: dt.datetime, *, unsent: bool
) -> int:
    if not unsent:
        # Where another process wrote today's charge meanwhile, this writes none.
        charged = paying_online.charge(actor=actor, order=order, to=to, now=now, today=today)
        return int(charged is not None)
    left_open = money.unsent_charge(order=order.pk)
    if left_open is None:
        return 0
    paying_online.send_charge(attempt=left_open, to=to, now=now, today=today)
    return 1


@transaction.atomic(durable=True)
def close_done(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Close proposals that are past the last rung, or of which nobody waits any more."""
    del actor
    keys = dates.to_close(before=closed_before(today), limit=CHUNK)
    return memberships.close_proposals(proposals=keys, now=now)


def closed_before(today: dt.date) -> dt.date:
    """Return the day before which nothing more is told of a renewal."""
    last = -programme().numbers.renewal_ladder[-1]
    return today - dt.timedelta(days=last + 1)
