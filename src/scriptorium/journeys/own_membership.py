"""Somebody who pays for herself: renew, choose how it renews, cancel in two clicks (row 45)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import Channel, Mode
from scriptorium.domains.memberships.models import Membership, Proposal
from scriptorium.domains.memberships.rules import CannotApply, words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders.models import Invoice
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.journeys import proposing
from scriptorium.journeys.change_mode import keep_mode
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = ["LooksLikeACard", "NotPossible", "PhoneCall", "cancel", "keep", "renew", "set_mode"]


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call in which somebody cancelled, entered by staff (STANDARDS §7).

    Arguments:
        at: when the person called.
        reason: what was said, for the trail.
    """

    at: dt.datetime
    reason: str


def _own(person: Person, *, staff: bool = False) -> Membership:
    """Return the locked membership that a person pays for.

    Raises:
        NotPossible: there is none, or a practice pays for it.
    """
    roster.lock_people(people=[person.pk])
    membership = dates.of_people(people=[person.pk], lock=True).get(person.pk)
    if membership is None:
        who = f"{person.name} has" if staff else "You have"
        raise NotPossible(f"{who} no membership yet.")
    if Payer.of(membership) != Payer(person=person.pk):
        whose = "A practice pays" if staff else "Your practice pays"
        raise NotPossible(f"{whose} for this membership and decides how it renews.")
    return membership


@transaction.atomic(durable=True)
def set_mode(
    *,
    actor: Actor,
    person: Person,
    mode: str,
    address: str | None,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Let one's membership renew automatically, with a recorded consent, or by hand again.

    Raises:
        NotPossible: there is no membership, or somebody else pays for it.
    """
    membership = _own(person)
    keep_mode(
        actor=actor, membership=membership, mode=Mode(mode), address=address,
        channel=Channel.WEB, now=now, today=today,
    )  # fmt: skip
    record(
        actor=actor,
        happening=Happening(
            "membership.mode_changed", "person", person.reference, "",
            {"name": person.name, "mode": Mode(mode).label.lower()},
        ),
        now=now,
    )  # fmt: skip


@transaction.atomic(durable=True)
def cancel(
    *,
    actor: Actor,
    person: Person,
    now: dt.datetime,
    today: dt.date,
    call: PhoneCall | None = None,
) -> dt.date:
    """End one's membership with the year that is paid; nothing is charged any more.

    The mode goes to manual in the same moment, and a mail confirms it (STANDARDS row 45).

    Arguments:
        call: when staff enter it for somebody who called.

    Returns:
        The day on which it ends.

    Raises:
        NotPossible: there is none, somebody else pays, it is over or cancelled, or the call is
            said to lie ahead.
        LooksLikeACard: the reason holds a card number.
    """
    if call is not None:
        check_no_card_number(call.reason)
        if call.at > now:
            raise NotPossible("The call cannot lie ahead. Give the time at which they called.")
    membership = _own(person, staff=call is not None)
    whose = f"{person.name}’s" if call is not None else "Your"
    state = year_rules.state_on(year_rules.dates_of(membership), today, year_rules.windows())
    if state == "ended":
        raise NotPossible(f"{whose} membership is over already; nothing will be charged.")
    if call is not None and membership.cancelled_on is not None:
        raise NotPossible(
            f"{whose} membership is cancelled already; it ends on {words(membership.cancelled_on)}."
        )
    ends = max(membership.renews_on, today)
    memberships.set_mode(
        membership=membership, payer=Payer(person=person.pk), mode=Mode.MANUAL, consent=None
    )
    memberships.cancel(membership=membership, on=ends)
    practices.refresh_rows(facts=year_rules.row_facts([membership]), today=today)
    _record_cancelled(actor, person, ends, call, now)
    return ends


def _record_cancelled(
    actor: Actor, person: Person, ends: dt.date, call: PhoneCall | None, now: dt.datetime
) -> None:
    """Write that a membership was cancelled, and queue the mail that confirms it."""
    said = {"name": person.name, "day": words(ends)}
    if call is None:
        happening = Happening("membership.cancelled", "person", person.reference, "", said)
    else:
        local = call.at.astimezone(clock.zone())
        said |= {
            "called_at": f"{words(local.date())}, {local:%H:%M}",
            "called": call.at.isoformat(),
            "reason": call.reason,
        }
        key = "membership.cancelled_by_phone"
        happening = Happening(key, "person", person.reference, "", said)
    behalf = person.reference if call is not None else ""
    record(actor=actor, happening=happening, now=now, on_behalf_of=behalf)
    data: dict[str, object] = {
        "ends_on": words(ends), "link": "/member/membership/",
        "called_on": said.get("called_at", "").partition(",")[0],
    }  # fmt: skip
    mail_key = f"membership_cancelled:{person.reference}:{now:%Y%m%dT%H%M%S}"
    mail = Mail("membership_cancelled", person.email, person.name, mail_key, data)
    enqueue(mails=[mail], now=now)


@transaction.atomic(durable=True)
def keep(*, actor: Actor, person: Person, now: dt.datetime, today: dt.date) -> None:
    """Take a cancellation back while the membership still runs.

    Raises:
        NotPossible: it was not cancelled, or it is over.
    """
    membership = _own(person)
    if membership.cancelled_on is None or membership.cancelled_on <= today:
        raise NotPossible("There is no cancellation to take back.")
    memberships.cancel(membership=membership, on=None)
    practices.refresh_rows(facts=year_rules.row_facts([membership]), today=today)
    record(
        actor=actor,
        happening=Happening(
            "membership.cancel_undone", "person", person.reference, "", {"name": person.name}
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def _proposal(person: Person, today: dt.date, now: dt.datetime) -> Proposal:
    """Return the proposal of one's coming renewal, opened early when it may be renewed already."""
    membership = _own(person)
    try:
        year_rules.plan_renewal(year_rules.dates_of(membership), today, year_rules.windows())
    except CannotApply as error:
        raise NotPossible(f"{error}.") from error
    memberships.open_proposals(memberships=[membership], now=now)
    rows = dates.proposals_of(payer=Payer(person=person.pk))
    found = rows.filter(renews_on=membership.renews_on).first()
    if found is None:
        raise NotPossible("This renewal was closed already; please contact us.")
    return found


def renew(
    *, actor: Actor, person: Person, key: str, now: dt.datetime, today: dt.date
) -> Invoice | None:
    """Renew one's own membership: by a free renewal, or by an invoice to pay.

    Raises:
        NotPossible: it cannot be renewed now; says why and when.
    """
    proposal = _proposal(person, today, now)
    lines = dates.lines_of(proposals=[proposal.pk])[proposal.pk]
    ordered = next((line.order for line in lines if line.order is not None), None)
    if ordered is not None and ordered.state == "open":
        # Pressed before: the same invoice waits.
        return ordered.invoice
    return proposing.renew(
        actor=actor, proposal=proposal, lines=[line.pk for line in lines], key=key, po_number="",
        now=now, today=today,
    )  # fmt: skip


@transaction.atomic(durable=True)
def forget_card(*, actor: Actor, person: Person, now: dt.datetime) -> bool:
    """Remove the saved card; renewals are invoiced from then on. False when none was saved."""
    removed = orders.remove_method(payer=Payer(person=person.pk), now=now)
    if removed:
        record(
            actor=actor,
            happening=Happening("method.removed", "person", person.reference, "", {}),
            now=now,
        )
    return bool(removed)
