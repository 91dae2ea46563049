"""A coming renewal as its payer edits it: who is in, who is flagged, what it costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.enums import LineState, Mode
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.rules.pricing import Quote, Wish, quote
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimates import percent_words

#: The timeline of a practice shows so many days on which somebody renews.
SHOWN_DAYS = 30


@dataclass(frozen=True, slots=True)
class LineRow:
    """One person of the proposal."""

    key: int
    name: str
    url: str
    mode: str
    mode_words: str
    included: bool
    extra: bool
    state: str
    open: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the ticked people cost."""

    people: int
    from_units: int
    to_pay: int
    price: str
    tax: str
    each: str
    next_tier: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """Everything on the page."""

    reference: str
    renews_on: str
    away: str
    lines: list[LineRow]
    total: Sum
    automatic: int
    manual: int
    extra: int
    on_the_day: str
    change_until: str
    past: bool
    closed: bool
    ordered: list[tuple[str, str]]


def proposal_page(
    *,
    practice: Practice,
    proposal: Proposal,
    ticked: Collection[int] | None,
    today: dt.date,
) -> ProposalPage:
    """Return a practice's proposal; with ``ticked`` the price is that of a change not saved yet."""
    lines = dates.lines_of(proposals=[proposal.pk])[proposal.pk]
    people = [line.person_id for line in lines if line.person_id]
    held = dates.of_people(people=people)
    here = roster.links_of_people(practice=practice.pk, people=people)
    rows = [_row(practice, proposal, line, held, here, ticked, today) for line in lines]
    chosen = [row for row in rows if row.open and row.included]
    automatic = sum(row.mode == Mode.AUTOMATIC for row in chosen)
    extra = sum(row.extra for row in chosen)
    total = _sum(practice, len(chosen) - extra, extra, max(today, proposal.renews_on))
    return ProposalPage(
        reference=proposal.reference,
        renews_on=words(proposal.renews_on),
        away=_away(proposal.renews_on, today),
        lines=rows,
        total=total,
        automatic=automatic,
        manual=len(chosen) - automatic - extra,
        extra=extra,
        on_the_day=_on_the_day(practice, proposal, automatic, total.from_units, today),
        change_until=words(proposal.renews_on - dt.timedelta(days=1)),
        past=proposal.renews_on <= today,
        closed=proposal.closed_at is not None,
        ordered=_orders(practice, lines),
    )


def _row(
    practice: Practice,
    proposal: Proposal,
    line: ProposalLine,
    held: dict[int, Membership],
    here: dict[int, RosterLink],
    ticked: Collection[int] | None,
    today: dt.date,
) -> LineRow:
    person = line.person
    link = line.link or here.get(line.person_id or 0)
    membership = held.get(line.person_id or 0)
    gone = _gone(proposal, line, membership, link is not None)
    waits = line.state == LineState.WAITING and not gone
    mode = membership.mode if membership and not line.extra else ""
    return LineRow(
        key=line.pk,
        name=person.name if person else (link.name if link else ""),
        url=f"/practice/{practice.reference}/people/{link.reference}/" if link else "",
        mode=mode,
        mode_words=Mode(mode).label if mode else "New",
        included=line.included if ticked is None else line.pk in ticked,
        extra=line.extra,
        state=gone or LineState(line.state).label,
        open=waits,
        flags=_flags(person, today) if waits and not line.extra else (),
    )


def _gone(
    proposal: Proposal, line: ProposalLine, membership: Membership | None, on_roster: bool
) -> str:
    """Say why a line that waits cannot be renewed any more; "" when it can."""
    if line.state != LineState.WAITING or line.extra:
        return ""
    if not on_roster:
        return "Left the practice"
    if membership is None or Payer.of(membership) != Payer.of(proposal):
        return "Another payer pays"
    if membership.cancelled_on is not None:
        return f"Cancelled, ends on {words(membership.cancelled_on)}"
    if membership.renews_on > proposal.renews_on:
        return f"Renewed to {words(membership.renews_on)}"
    return ""


def _flags(person: Person | None, today: dt.date) -> tuple[str, ...]:
    if person is None:
        return ()
    user = person.user
    if user is None or user.last_login is None:
        return ("Never signed in",)
    idle = (today - user.last_login.date()).days
    return (f"Not here for {idle} days",) if idle > programme().numbers.inactive_days else ()


def _sum(practice: Practice, renewals: int, extra: int, on: dt.date) -> Sum:
    payer = Payer(practice=practice.pk)
    own = min(stock.free_of(payer=payer, kind=ProductKind.RENEWAL), renewals)
    new = min(stock.free_of(payer=payer, kind=ProductKind.MEMBERSHIP), extra)
    wishes = [
        Wish(kind, count)
        for kind, count in (
            (ProductKind.RENEWAL, renewals - own), (ProductKind.MEMBERSHIP, extra - new),
        )
        if count
    ]  # fmt: skip
    priced: Quote | None = None
    if wishes:
        exempt = money.exemption_on(practice=practice.pk, region=practice.region, day=on)
        priced = quote(wishes=wishes, prices=prices(), on=on, region=practice.region, exempt=exempt)
    return Sum(
        people=renewals + extra,
        from_units=own + new,
        to_pay=renewals + extra - own - new,
        price=str(Money(priced.total_minor, priced.currency)) if priced else "",
        tax=str(Money(priced.tax_minor, priced.currency)) if priced and priced.tax_minor else "",
        each=_each(priced),
        next_tier=_next_tier(priced),
    )


def _each(priced: Quote | None) -> str:
    if priced is None:
        return ""
    line = priced.lines[0]
    amount = str(Money(line.unit_minor, priced.currency))
    return f"{amount} each" + (
        f", {percent_words(line.discount_percent)}" if line.discount_percent else ""
    )


def _next_tier(priced: Quote | None) -> str:
    if priced is None or not priced.next_tiers:
        return ""
    tier = priced.next_tiers[0]
    unit = Money(tier.unit_minor, priced.currency)
    verb = "reaches" if tier.more == 1 else "reach"
    return f"{tier.more} more {verb} {percent_words(tier.percent)}: {unit} each"


def _on_the_day(
    practice: Practice, proposal: Proposal, automatic: int, own: int, today: dt.date
) -> str:
    """Say what happens by itself, in one sentence."""
    if not automatic or proposal.charged_on is not None:
        return ""
    day = words(max(proposal.renews_on, today))
    who = "1 person" if automatic == 1 else f"{automatic} people"
    if own >= automatic:
        return f"On {day} we renew {who} from your free renewals; there is nothing to pay."
    saved = money.saved_method(payer=Payer(practice=practice.pk))
    charged = saved is not None and money.billing_of(practice=practice.pk).auto_pay
    how = f"charge {saved.label}" if saved is not None and charged else "send you an invoice"
    if own:
        return f"On {day} we renew {who}: {own} from your free renewals, and {how} for the rest."
    return f"On {day} we renew {who} and {how}."


def _orders(practice: Practice, lines: list[ProposalLine]) -> list[tuple[str, str]]:
    found = {line.order.reference: line.order.placed_on for line in lines if line.order is not None}
    return [
        (f"/practice/{practice.reference}/orders/{reference}/", f"Order of {words(day)}")
        for reference, day in found.items()
    ]


def _away(day: dt.date, today: dt.date) -> str:
    days = (day - today).days
    if days == 0:
        return "today"
    count = f"{abs(days)} day" if abs(days) == 1 else f"{abs(days)} days"
    return f"in {count}" if days > 0 else f"{count} ago"


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One day on which people of a practice renew."""

    day: str
    url: str
    people: int
    sentence: str


def timeline(*, practice: Practice, today: dt.date, days: int = 92) -> list[TimelineRow]:
    """Return what will happen, when, and what it costs, day by day for three months."""
    payer = Payer(practice=practice.pk)
    coming = dates.coming(payer=payer, since=today, until=today + dt.timedelta(days=days))
    opened = {row.renews_on: row for row in dates.proposals_of(payer=payer)}
    profile = money.billing_of(practice=practice.pk)
    saved = money.saved_method(payer=payer)
    free = stock.free_of(payer=payer, kind=ProductKind.RENEWAL)
    found = []
    for row in coming[:SHOWN_DAYS]:
        proposal = opened.get(row.renews_on)
        own = min(free, row.automatic)
        free -= own
        found.append(
            TimelineRow(
                day=words(row.renews_on),
                url=f"/practice/{practice.reference}/renewals/{proposal.reference}/"
                if proposal
                else "",
                people=row.automatic + row.manual,
                sentence=_sentence(
                    row, own, "We charge" if profile.auto_pay and saved else "We invoice", practice
                ),
            )
        )
    return found


def _sentence(row: dates.Coming, own: int, verb: str, practice: Practice) -> str:
    parts = []
    if row.automatic:
        rest = row.automatic - own
        who = "1 person" if rest == 1 else f"{rest} people"
        if own:
            parts.append(f"{own} renewed from your free renewals")
        if rest:
            priced = quote(
                wishes=[Wish(ProductKind.RENEWAL, rest)], prices=prices(), on=row.renews_on,
                region=practice.region,
            )  # fmt: skip
            amount = Money(priced.total_minor, priced.currency)
            until = words(row.renews_on - dt.timedelta(days=1))
            parts.append(f"{verb} {who}, {amount}; change until {until}")
    if row.manual:
        parts.append(f"{row.manual} to renew by hand")
    return f"{'; '.join(parts)}."
