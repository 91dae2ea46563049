"""A coming renewal as its payer, or staff for a payer who calls, edits it (DOMAIN §4)."""

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
from scriptorium.domains.memberships.rules import (
    away_words,
    why_extra_gone,
    why_frozen,
    why_gone,
    words,
)
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.domains.orders.rules.pricing import Quote, Wish, quote
from scriptorium.domains.orders.rules.quotes import quote_for
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimates import each_words, tier_words

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
    """Everything on the page.

    Arguments:
        frozen: why nobody changes who is in any more; "" while it can be changed.
    """

    reference: str
    payer: str
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
    frozen: str
    ordered: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose proposal is shown and to whom: to the payer, or to staff."""

    practice: Practice | None
    person: Person | None
    staff: bool
    money: bool

    @property
    def payer(self) -> Payer:
        if self.practice is not None:
            return Payer(practice=self.practice.pk)
        return Payer(person=self.person.pk if self.person else None)

    @property
    def name(self) -> str:
        whose = self.practice or self.person
        return whose.name if whose else ""

    @property
    def region(self) -> str:
        return self.practice.region if self.practice else ""

    def links(self, people: list[int]) -> dict[int, RosterLink] | None:
        """Return who is on the roster, or None where a person pays for herself."""
        if self.practice is None:
            return None
        return roster.links_of_people(practice=self.practice.pk, people=people)

    def url_of(self, person: Person | None, link: RosterLink | None) -> str:
        """Return the page of somebody, or "" where there is none."""
        if self.staff:
            return f"/office/people/{person.reference}/" if person else ""
        if link is None or self.practice is None:
            return ""
        return f"/practice/{self.practice.reference}/people/{link.reference}/"

    def url_of_order(self, order: Order) -> str:
        """Return the page of an order: for staff that of its invoice, if they may open it."""
        whose = self.practice or self.person
        reference = whose.reference if whose else ""
        if self.staff and not self.money:
            return ""
        if self.staff:
            kind = "practices" if self.practice else "people"
            return f"/office/money/{kind}/{reference}/invoices/{order.invoice.number}/"
        return f"/practice/{reference}/orders/{order.reference}/"


def proposal_page(
    *,
    proposal: Proposal,
    ticked: Collection[int] | None,
    today: dt.date,
    staff: bool = False,
    money: bool = False,
) -> ProposalPage:
    """Return a proposal; with ``ticked`` the price is that of a change not saved yet.

    Arguments:
        staff: it is shown in the office, for a practice or person that calls.
        money: the reader may open finance's pages.
    """
    place = _Place(proposal.payer_practice, proposal.payer_person, staff, money)
    lines = dates.lines_of(proposals=[proposal.pk])[proposal.pk]
    people = [line.holder_id for line in lines if line.holder_id]
    held = dates.of_people(people=people)
    here = place.links(people)
    rows = [_row(place, proposal, line, held, here, ticked, today) for line in lines]
    chosen = [row for row in rows if row.open and row.included]
    automatic = sum(row.mode == Mode.AUTOMATIC for row in chosen)
    extra = sum(row.extra for row in chosen)
    total = _sum(place, len(chosen) - extra, extra, max(today, proposal.renews_on))
    return ProposalPage(
        reference=proposal.reference,
        payer=place.name,
        renews_on=words(proposal.renews_on),
        away=away_words(proposal.renews_on, today),
        lines=rows,
        total=total,
        automatic=automatic,
        manual=len(chosen) - automatic - extra,
        extra=extra,
        on_the_day=_on_the_day(place, proposal, automatic, total.from_units, today),
        change_until=words(proposal.renews_on - dt.timedelta(days=1)),
        past=proposal.renews_on <= today,
        closed=proposal.closed_at is not None,
        frozen=why_frozen(proposal),
        ordered=_orders(place, lines),
    )


def _row(
    place: _Place,
    proposal: Proposal,
    line: ProposalLine,
    held: dict[int, Membership],
    here: dict[int, RosterLink] | None,
    ticked: Collection[int] | None,
    today: dt.date,
) -> LineRow:
    person = line.person
    link = line.link or (here or {}).get(line.person_id or 0)
    on_roster = here is None or link is not None
    membership = held.get(line.holder_id or 0)
    gone = ""
    if line.state == LineState.WAITING and line.extra:
        left = link is None or link.ended_at is not None
        gone = why_extra_gone(membership=membership, on_roster=not left)
    elif line.state == LineState.WAITING:
        gone = why_gone(proposal=proposal, membership=membership, on_roster=on_roster)
    waits = line.state == LineState.WAITING and not gone
    mode = membership.mode if membership and not line.extra else ""
    return LineRow(
        key=line.pk,
        name=person.name if person else (link.name if link else ""),
        url=place.url_of(person, link),
        mode=mode,
        mode_words=Mode(mode).label if mode else "New",
        included=line.included if ticked is None else line.pk in ticked,
        extra=line.extra,
        state=gone or LineState(line.state).label,
        open=waits,
        flags=_flags(person, today) if waits and not line.extra else (),
    )


def _flags(person: Person | None, today: dt.date) -> tuple[str, ...]:
    if person is None:
        return ()
    user = person.user
    if user is None or user.last_login is None:
        return ("Never signed in",)
    idle = (today - user.last_login.date()).days
    return (f"Not here for {idle} days",) if idle > programme().numbers.inactive_days else ()


def _sum(place: _Place, renewals: int, extra: int, on: dt.date) -> Sum:
    payer = place.payer
    own = min(stock.free_of(payer=payer, kind=ProductKind.RENEWAL), renewals)
    # New people get whole years: limited units end on another day than the proposal's.
    new = min(stock.whole_free_of(payer=payer, kind=ProductKind.MEMBERSHIP), extra) if extra else 0
    wishes = [
        Wish(kind, count)
        for kind, count in (
            (ProductKind.RENEWAL, renewals - own), (ProductKind.MEMBERSHIP, extra - new),
        )
        if count
    ]  # fmt: skip
    priced = quote_for(payer=payer, region=place.region, wishes=wishes, on=on) if wishes else None
    near = priced.next_tiers[0] if priced and priced.next_tiers else None
    return Sum(
        people=renewals + extra,
        from_units=own + new,
        to_pay=renewals + extra - own - new,
        price=str(Money(priced.total_minor, priced.currency)) if priced else "",
        tax=str(Money(priced.tax_minor, priced.currency)) if priced and priced.tax_minor else "",
        each=_each(priced) if priced else "",
        next_tier=tier_words(near, priced.currency) if priced and near else "",
    )


def _each(priced: Quote) -> str:
    """Return what one costs; where renewals and new people cost differently, of each kind."""
    words_of = [each_words(line, priced.currency) for line in priced.lines]
    if len(set(words_of)) == 1:
        return words_of[0]
    return "; ".join(
        f"{line.quantity} × {found}" for line, found in zip(priced.lines, words_of, strict=True)
    )


def _on_the_day(place: _Place, proposal: Proposal, automatic: int, own: int, today: dt.date) -> str:
    """Say what happens by itself, in one sentence."""
    if not automatic or proposal.charged_on is not None:
        return ""
    day = words(max(proposal.renews_on, today))
    who = "1 person" if automatic == 1 else f"{automatic} people"
    your, you = ("their", "them") if place.staff else ("your", "you")
    if own >= automatic:
        return f"On {day} we renew {who} from {your} free renewals; there is nothing to pay."
    saved = money.saved_method(payer=place.payer)
    charged = saved is not None and money.auto_pay_of(payer=place.payer)
    how = f"charge {saved.label}" if saved is not None and charged else f"send {you} an invoice"
    if own:
        return f"On {day} we renew {who}: {own} from {your} free renewals, and {how} for the rest."
    return f"On {day} we renew {who} and {how}."


def _orders(place: _Place, lines: list[ProposalLine]) -> list[tuple[str, str]]:
    found = {line.order.reference: line.order for line in lines if line.order is not None}
    return [
        (place.url_of_order(order), f"Order of {words(order.placed_on)}")
        for order in found.values()
    ]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One day on which people of a practice renew."""

    day: str
    url: str
    people: int
    sentence: str


def timeline(*, practice: Practice, free: int, today: dt.date, days: int = 92) -> list[TimelineRow]:
    """Return what will happen, when, and what it costs, day by day for three months.

    Arguments:
        free: the practice's free renewals; those of the first days are used first.
    """
    payer = Payer(practice=practice.pk)
    until = today + dt.timedelta(days=days)
    coming = dates.coming(payer=payer, since=today, until=until)[:SHOWN_DAYS]
    opened = {row.renews_on: row for row in dates.proposals_of(payer=payer)}
    exempt = money.exemptions_on(
        practice=practice.pk, region=practice.region, days=[row.renews_on for row in coming]
    )
    saved = money.saved_method(payer=payer)
    by_card = saved is not None and money.billing_of(practice=practice.pk).auto_pay
    verb = "We charge" if by_card else "We invoice"
    base = f"/practice/{practice.reference}/renewals/"
    found = []
    for row in coming:
        proposal = opened.get(row.renews_on)
        own = min(free, row.automatic)
        free -= own
        price = _price(practice, row, row.automatic - own, exempt[row.renews_on])
        found.append(
            TimelineRow(
                day=words(row.renews_on),
                url=f"{base}{proposal.reference}/" if proposal else "",
                people=row.automatic + row.manual,
                sentence=_sentence(row, own, verb, price),
            )
        )
    return found


def _price(practice: Practice, row: dates.Coming, count: int, exempt: str) -> str:
    """Return what so many renewals of a day cost; "" for none."""
    if not count:
        return ""
    priced = quote(
        wishes=[Wish(ProductKind.RENEWAL, count)], prices=prices(), on=row.renews_on,
        region=practice.region, exempt=exempt,
    )  # fmt: skip
    return str(Money(priced.total_minor, priced.currency))


def _sentence(row: dates.Coming, own: int, verb: str, price: str) -> str:
    parts = []
    if own:
        parts.append(f"{own} renewed from your free renewals")
    if price:
        rest = row.automatic - own
        who = "1 person" if rest == 1 else f"{rest} people"
        until = words(row.renews_on - dt.timedelta(days=1))
        parts.append(f"{verb} {who}, {price}; change until {until}")
    if row.manual:
        parts.append(f"{row.manual} to renew by hand")
    return f"{'; '.join(parts)}."
