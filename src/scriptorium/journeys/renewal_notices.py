"""Telling payers of coming and missed renewals: one digest a payer and day (DOMAIN §4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched

from django.db import transaction

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import LineState, MembershipState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.memberships.rules import away_words, words
from scriptorium.domains.notifications.operations import Attachment, Mail, enqueue
from scriptorium.domains.orders import queries as money
from scriptorium.journeys import ordering
from scriptorium.journeys.calendar_feed import attachment
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.renewing import (
    pays_by_itself,
    people_here,
    price_of,
    standing_of,
)
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer

CHUNK = 300
#: A mail names so many people; the page names all.
NAMED = 12


@dataclass(slots=True)
class Digest:
    """What one payer is told today.

    ``entries``, ``rungs`` and ``told`` go together: one of each for a date.
    """

    to: BillTo
    # What is left of the payer's free renewals, and the card that is charged by itself.
    free: int
    card: str
    entries: list[dict[str, object]] = field(default_factory=list)
    rungs: list[int] = field(default_factory=list)
    #: References of the proposals.
    told: list[str] = field(default_factory=list)
    #: Coming day → how many renew on it.
    days: dict[dt.date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """A proposal with its lines and the rung of the ladder that is told."""

    proposal: Proposal
    rung: int
    lines: list[ProposalLine]


@dataclass(slots=True)
class Notices:
    """Everything that is told on a day; ``asked_back`` are mails with their rungs."""

    digests: list[Digest]
    asked_back: list[tuple[int, Mail]]


def notices_of(*, due: Iterable[Due], today: dt.date) -> Notices:
    """Return what payers and former members are told; writes nothing, so the dry run asks too."""
    rows = list(due)
    people = {line.holder_id for row in rows for line in row.lines if line.holder_id}
    held: dict[int, Membership] = {}
    for some in batched(people, CHUNK, strict=False):
        held |= dates.of_people(people=some)
    digests: dict[Payer, Digest] = {}
    asked_back: list[tuple[int, Mail]] = []
    free = stock.free_of_payers(
        payers={Payer.of(row.proposal) for row in rows}, kind=ProductKind.RENEWAL
    )
    for row in rows:
        proposal = row.proposal
        if row.rung <= -programme().numbers.win_back_days[0]:
            mails = _win_back(proposal, row.lines, held, row.rung, today)
            asked_back += [(row.rung, mail) for mail in mails]
            continue
        payer = Payer.of(proposal)
        if payer not in digests:
            digests[payer] = _digest_for(ordering.bill_to_of(proposal), free.get(payer, 0))
        _add_entry(digests[payer], proposal, row.rung, row.lines, held, today)
    return Notices([digest for digest in digests.values() if digest.entries], asked_back)


@transaction.atomic(durable=True)
def tell_payers(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Queue the notices of proposals whose rung is due; returns how many proposals it was."""
    del actor
    ladder = programme().numbers.renewal_ladder
    found = dates.to_tell(today=today, ladder=ladder, limit=CHUNK)
    if not found:
        return 0
    lines = dates.lines_of(proposals=[proposal.pk for proposal, _ in found])
    notices = notices_of(
        due=[Due(proposal, rung, lines[proposal.pk]) for proposal, rung in found], today=today
    )
    mails = [mail for _, mail in notices.asked_back]
    mails += [_digest_mail(digest, today, now) for digest in notices.digests]
    enqueue(mails=mails, now=now)
    by_rung: dict[int, list[int]] = defaultdict(list)
    for proposal, rung in found:
        by_rung[rung].append(proposal.pk)
    for rung, keys in by_rung.items():
        memberships.mark_told(proposals=keys, rung=rung, today=today)
    return len(found)


def _add_entry(
    digest: Digest,
    proposal: Proposal,
    rung: int,
    rows: list[ProposalLine],
    held: dict[int, Membership],
    today: dt.date,
) -> None:
    """Add what is to say of one date; nothing where everybody is renewed or left."""
    here = people_here(proposal, [line.person_id for line in rows if line.person_id])
    standing = standing_of(proposal=proposal, lines=rows, found=held, here=here)
    ordered = [line for line in rows if line.state == LineState.ORDERED]
    people = [*standing.people, *ordered]
    if not people:
        return
    count = len(standing.people)
    own = min(digest.free, count - len(standing.extra))
    digest.free -= own
    quoted = price_of(
        to=digest.to,
        renewals=count - len(standing.extra) - own,
        extra=len(standing.extra),
        on=max(today, proposal.renews_on),
    )
    digest.rungs.append(rung)
    digest.told.append(proposal.reference)
    if proposal.renews_on > today:
        digest.days[proposal.renews_on] = len(people)
    digest.entries.append(
        {
            "renews_on": words(proposal.renews_on),
            "when": away_words(proposal.renews_on, today),
            "people": len(people),
            "names": [_name(line) for line in people[:NAMED]],
            "more": max(0, len(people) - NAMED),
            "automatic": len(standing.automatic),
            "manual": len(standing.manual) + (0 if standing.automatic else len(standing.extra)),
            "ordered": len(ordered),
            "from_units": own,
            "price": str(Money(quoted.total_minor, quoted.currency)) if quoted else "",
            "how": _how(digest.card, standing.automatic, proposal),
            "change_until": words(proposal.renews_on - dt.timedelta(days=1)),
            "lapses_on": words(_first_lapse(people, held, proposal)),
            "past": proposal.renews_on <= today,
            "link": page_of(digest.to, proposal),
        }
    )


def page_of(to: BillTo, proposal: Proposal) -> str:
    """Return the address of the page on which a payer changes a proposal."""
    if to.payer.practice is not None:
        return f"/practice/{to.reference}/renewals/{proposal.reference}/"
    return "/member/membership/"


def _digest_for(to: BillTo, free: int) -> Digest:
    """Return an empty digest with what is the payer's for all dates of the day."""
    saved = money.saved_method(payer=to.payer) if pays_by_itself(to.payer) else None
    return Digest(to, free, (saved.label or "the saved card") if saved else "")


def _how(card: str, automatic: list[ProposalLine], proposal: Proposal) -> str:
    """Say what happens on the day to those who renew by themselves."""
    if not automatic:
        return ""
    day = words(proposal.renews_on)
    if card:
        return f"charged to {card} on {day}"
    due = words(proposal.renews_on + dt.timedelta(days=prices().net_days))
    return f"invoiced on {day}, to be paid by {due}"


def _first_lapse(
    people: Iterable[ProposalLine], held: dict[int, Membership], proposal: Proposal
) -> dt.date:
    days = [held[line.person_id].lapses_on for line in people if line.person_id in held]
    grace = dt.timedelta(days=programme().numbers.grace_days)
    return min(days, default=proposal.renews_on + grace)


def _name(line: ProposalLine) -> str:
    if line.person is not None:
        return line.person.name
    return line.link.name if line.link else ""


def template_of(digest: Digest) -> str:
    """Return the template of a digest: that of the gravest of its entries."""
    proposal_days = programme().numbers.proposal_days
    if min(digest.rungs) < 0:
        return "renewal_overdue"
    if proposal_days in digest.rungs:
        return "renewal_proposal"
    return "renewal_reminder" if min(digest.rungs) < proposal_days else "renewal_notice"


def _digest_mail(digest: Digest, today: dt.date, now: dt.datetime) -> Mail:
    """Return the mail of a digest."""
    data: dict[str, object] = {
        "payer": digest.to.name,
        "entries": digest.entries,
        "people": sum(int(str(entry["people"])) for entry in digest.entries),
        "first_on": digest.entries[0]["renews_on"],
        "own": digest.to.payer.person is not None,
    }
    # Each rung of a proposal is told once. A key of the payer's day alone would swallow the mail
    # of a second chunk, or of a second run after more people came in.
    first = f"{digest.told[0]}:{digest.rungs[0]}"
    key = f"renewals:{digest.to.reference}:{today.isoformat()}:{first}"
    ours = digest.to.payer.practice is not None
    return Mail(
        template_of(digest),
        digest.to.email,
        digest.to.contact,
        key,
        data,
        practice=digest.to.reference if ours else "",
        attachments=_calendar(digest, now),
    )


def _calendar(digest: Digest, now: dt.datetime) -> tuple[Attachment, ...]:
    """Return the coming days as a file for the receiver's calendar, if there are any."""
    if not digest.days:
        return ()
    ours = digest.to.payer.practice is not None
    link = f"/practice/{digest.to.reference}/renewals/" if ours else "/member/membership/"
    return (
        attachment(
            name=digest.to.name,
            reference=digest.to.reference,
            days=digest.days,
            link=link,
            now=now,
        ),
    )


def _win_back(
    proposal: Proposal,
    rows: list[ProposalLine],
    held: dict[int, Membership],
    rung: int,
    today: dt.date,
) -> list[Mail]:
    """Return a mail to each person who was not renewed and is a member no more."""
    found = []
    windows = year_rules.windows()
    renewal = str(prices().on(today).prices[ProductKind.RENEWAL])
    for line in rows:
        membership = held.get(line.person_id or 0)
        person = line.person
        if person is None or membership is None or membership.renews_on != proposal.renews_on:
            continue
        facts = year_rules.dates_of(membership)
        ended = year_rules.state_on(facts, today, windows) == MembershipState.ENDED
        data: dict[str, object] = {
            "name": person.name,
            "credential": "membership",
            "ended_on": words(
                year_rules.ended_from(facts, windows) if ended else membership.lapses_on
            ),
            "price": windows.reinstatement_price if ended else renewal,
            "until": words(year_rules.reinstatable_until(facts, windows)) if ended else "",
            "link": "/member/membership/",
        }
        key = f"win_back:{proposal.reference}:{person.reference}:{-rung}"
        found.append(Mail("win_back", person.email, person.name, key, data))
    return found
