"""What the next night will do, said before it happens: the dry run of DOMAIN §4.

It asks the questions of the run itself and works with what they answer; nothing is written. What
one step leaves for the next (a proposal opened, a unit expired, money used) is kept in memory.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched

from scriptorium.domains.accounts.queries import words_to_forget
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import fairness, programme
from scriptorium.domains.credentials.queries import still_valid_though_ended
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.rules import expiry_after_release
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.orders import queries as money
from scriptorium.domains.practices import queries as roster
from scriptorium.journeys import nightly, ordering, paying_online, renewing
from scriptorium.journeys.forgotten_credentials import to_retire
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.price_changes import payers_to_tell
from scriptorium.journeys.remind_of_hours import due_mails
from scriptorium.journeys.renewal_notices import Due, Notices, notices_of, template_of
from scriptorium.kernel.payer import Payer

#: So many keys go into one question.
CHUNK = 1_000
#: More than any night has of anything.
ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What is told on one rung of the ladder by one kind of mail."""

    rung: int
    template: str
    payers: int
    people: int


@dataclass(slots=True)
class Sum:
    """Some orders, how many people they are for, and what they come to."""

    orders: int = 0
    people: int = 0
    minor: int = 0

    def add(self, people: int, minor: int) -> None:
        """Count one more order."""
        self.orders += 1
        self.people += people
        self.minor += minor


@dataclass(slots=True)
class Renewals:
    """What happens to renewals.

    Arguments:
        opened, opened_people: proposals that are new, and people who come into one.
        notices: by rung and mail, earliest rung first; who is asked back is among them.
        proposals, people: of whom somebody is renewed or ordered for on the day.
        from_units, to_pay: how many of the people are renewed in which way.
        by_card, by_invoice: the orders of tonight.
        kept_minor: money kept for payers that pays part of these orders.
        again: cards that are tried again for orders of earlier nights.
        lapses: people whose grace ends.
        win_backs: former members who are asked back.
        closings: proposals of which nothing more is told or charged.
    """

    opened: int = 0
    opened_people: int = 0
    notices: list[NoticeRow] = field(default_factory=list)
    proposals: int = 0
    people: int = 0
    from_units: int = 0
    to_pay: int = 0
    by_card: Sum = field(default_factory=Sum)
    by_invoice: Sum = field(default_factory=Sum)
    kept_minor: int = 0
    again: Sum = field(default_factory=Sum)
    lapses: int = 0
    win_backs: int = 0
    closings: int = 0


@dataclass(frozen=True, slots=True)
class Tonight:
    """A night before it happens; ``counts`` has the names of the run's own steps."""

    on: dt.date
    counts: dict[str, int]
    renewals: Renewals


@dataclass(slots=True)
class _Opened:
    """A proposal, new or there before, with the lines that it gets tonight."""

    proposal: Proposal
    lines: list[ProposalLine] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.proposal.pk is None


@dataclass(slots=True)
class _Purse:
    """What is left of a payer's own while the proposals of a night are gone through."""

    to: BillTo
    free: int
    free_new: int
    kept: int
    by_card: bool


def foresee(*, today: dt.date, now: dt.datetime) -> Tonight:
    """Return what a run on that day and at that moment will do; writes nothing."""
    night = _Night(today, now)
    night.open()
    notices, told = night.tell()
    charged = night.charge()
    closed = night.close()
    cards = night.charge_cards()
    night.lapse()
    starting = stock.parts_to_start(today=today)
    counts = {
        "years started": starting.count(),
        # A year that starts tonight after an outage can be over tonight too.
        "years completed": stock.parts_to_complete(today=today).count()
        + starting.filter(term_ends_before__lte=today).count(),
        "units expired": stock.units_to_expire(today=today).count(),
        "invitations expired": len(night.expired),
        "ended memberships sorted": len(roster.people_ended_unsorted(today=today, limit=ALL)),
        "price changes told": payers_to_tell(today),
        "renewals opened": night.renewals.opened_people,
        "renewal notices": told,
        "renewals charged": charged,
        "proposals closed": closed,
        "forgotten credentials retired": len(to_retire(today=today, limit=ALL)),
        "words of requests deleted": words_to_forget(
            before=now - dt.timedelta(days=fairness().forget_words_days)
        ).count(),
        "certificates of ended credentials voided": len(
            still_valid_though_ended(today=today, limit=ALL)
        ),
        "cards charged": cards,
        "expiry notices queued": night.warn_of_expiry(),
        "reminders queued": len(nightly.not_queued(nightly.reminders(now=now))),
        "reminders of hours queued": len(nightly.not_queued(due_mails(today=today))),
    }
    night.renewals.notices = _tally(notices)
    night.renewals.win_backs = len(notices.asked_back)
    return Tonight(today, counts, night.renewals)


class _Night:
    """One night in memory, in the order of its steps."""

    def __init__(self, today: dt.date, now: dt.datetime) -> None:
        self.today = today
        self.renewals = Renewals()
        self.expired = roster.invitations_over(now=now, limit=ALL)
        #: Units that come back because an invitation expires.
        self.released = stock.reserved_units(links=[row.link_id for row in self.expired])
        self.opened: dict[tuple[int | None, int | None, dt.date], _Opened] = {}
        self.purses: dict[Payer, _Purse] = {}
        #: Keys of lines that wait no more after tonight, and people who are paid for.
        self.done: set[int] = set()
        self.served: set[int] = set()
        self.charged: list[tuple[Proposal, list[ProposalLine]]] = []
        #: Cards that are charged for the first time, for orders of tonight.
        self.cards = 0
        self.moves = self._moves()

    def _moves(self) -> Counter[tuple[Payer, str]]:
        """Return by how much free units rise or fall before anything is charged."""
        moves: Counter[tuple[Payer, str]] = Counter()
        for unit in self.released:
            # Nobody is renewed by a limited unit, so those move nothing that is counted here.
            moves[Payer.of(unit), unit.kind] += unit.ends_before is None
        for unit in stock.units_to_expire(today=self.today).iterator(CHUNK):
            moves[Payer.of(unit), unit.kind] -= unit.ends_before is None
        return moves

    def open(self) -> None:
        """Put what comes into the longest notice into proposals."""
        until = renewing.opened_until(self.today)
        found = dates.to_open(today=self.today, until=until, limit=None)
        there = {
            (row.payer_practice_id, row.payer_person_id, row.renews_on): row
            for row in dates.on_days(days={membership.renews_on for membership in found})
        }
        for one in found:
            key = (one.payer_practice_id, one.payer_person_id, one.renews_on)
            if key not in self.opened:
                proposal = there.get(key) or Proposal(renews_on=one.renews_on)
                proposal.payer_practice = one.payer_practice
                proposal.payer_person = one.payer_person
                self.opened[key] = _Opened(proposal)
            self.opened[key].lines.append(ProposalLine(person=one.person))
        self.renewals.opened = sum(row.is_new for row in self.opened.values())
        self.renewals.opened_people = len(found)

    def _new(self) -> list[_Opened]:
        return [row for row in self.opened.values() if row.is_new]

    def _lines(self, proposals: Iterable[Proposal]) -> dict[int, list[ProposalLine]]:
        """Return the lines of proposals with those that come tonight."""
        found: dict[int, list[ProposalLine]] = defaultdict(list)
        for some in batched((row.pk for row in proposals), CHUNK, strict=False):
            found |= dates.lines_of(proposals=some)
        for row in self.opened.values():
            if not row.is_new:
                found[row.proposal.pk] = [*found[row.proposal.pk], *row.lines]
        return found

    def tell(self) -> tuple[Notices, int]:
        """Return what is told, and of how many proposals."""
        ladder = programme().numbers.renewal_ladder
        found = dates.to_tell(today=self.today, ladder=ladder, limit=None)
        lines = self._lines(proposal for proposal, _ in found)
        due = [Due(proposal, rung, lines[proposal.pk]) for proposal, rung in found]
        rungs = dates.rungs_on(today=self.today, ladder=ladder)
        for row in self._new():
            due += [
                Due(row.proposal, rung.days, row.lines)
                for rung in rungs
                if rung.is_due(row.proposal.renews_on)
            ]
        return notices_of(due=due, today=self.today), len(due)

    def charge(self) -> int:
        """Go through the proposals whose day has come; returns how many they are."""
        found = dates.with_payers(keys=dates.to_charge(today=self.today, limit=None))
        lines = self._lines(found)
        self.charged = [(row, lines[row.pk]) for row in found]
        self.charged += [
            (row.proposal, row.lines) for row in self._new() if row.proposal.renews_on <= self.today
        ]
        people = [line.person_id for _, rows in self.charged for line in rows if line.person_id]
        held: dict[int, Membership] = {}
        for some in batched(people, CHUNK, strict=False):
            held |= dates.of_people(people=some)
        for proposal, rows in self.charged:
            self._charge(proposal, rows, held)
        return len(self.charged)

    def _charge(
        self, proposal: Proposal, lines: list[ProposalLine], held: dict[int, Membership]
    ) -> None:
        here = renewing.people_here(proposal, [row.person_id for row in lines if row.person_id])
        standing = renewing.standing_of(proposal=proposal, lines=lines, found=held, here=here)
        self.done |= {id(line) for line in standing.gone}
        people = renewing.people_of_the_day(proposal, standing)
        if not people:
            return
        purse = self._purse(proposal)
        shares = renewing.share_out(people=people, free=purse.free, free_new=purse.free_new)
        purse.free -= sum(not line.extra for line in shares.own)
        purse.free_new -= sum(line.extra for line in shares.own)
        self.done |= {id(line) for line in shares.own}
        self.served |= {line.person_id for line in people if line.person_id}
        said = self.renewals
        said.proposals += 1
        said.people += len(people)
        said.from_units += len(shares.own)
        said.to_pay += len(shares.rest)
        priced = renewing.price_of(
            to=purse.to, renewals=shares.renewals, extra=shares.extra, on=self.today
        )
        if priced is None:
            return
        (said.by_card if purse.by_card else said.by_invoice).add(
            len(shares.rest), priced.total_minor
        )
        kept = min(purse.kept, priced.total_minor)
        purse.kept -= kept
        said.kept_minor += kept
        if kept == priced.total_minor:
            self.done |= {id(line) for line in shares.rest}
        elif purse.by_card and paying_online.is_chargeable(to=purse.to):
            self.cards += 1

    def _purse(self, proposal: Proposal) -> _Purse:
        payer = Payer.of(proposal)
        if payer not in self.purses:
            free = stock.free_of(payer=payer, kind=ProductKind.RENEWAL)
            free_new = renewing.free_for_new(payer)
            self.purses[payer] = _Purse(
                to=ordering.bill_to_of(proposal),
                free=free + self.moves[payer, ProductKind.RENEWAL],
                free_new=free_new + self.moves[payer, ProductKind.MEMBERSHIP],
                kept=money.credit_of(payer=payer),
                by_card=renewing.pays_by_itself(payer),
            )
        return self.purses[payer]

    def close(self) -> int:
        """Return how many proposals are closed."""
        waits = (LineState.WAITING, LineState.ORDERED)
        before = renewing.closed_before(self.today)
        more = {row.proposal.pk for row in self.opened.values() if not row.is_new}
        closed: set[int] = set(dates.to_close(before=before, limit=None)) - more
        fresh, new = {id(row.proposal) for row in self._new()}, 0
        for proposal, lines in self.charged:
            if any(line.state in waits and id(line) not in self.done for line in lines):
                continue
            if id(proposal) in fresh:
                new += 1
            else:
                closed.add(proposal.pk)
        self.renewals.closings = len(closed) + new
        return self.renewals.closings

    def charge_cards(self) -> int:
        """Return how many charges are sent: for orders of tonight and of earlier nights."""
        waits = programme().numbers.card_retry_days
        again = self.renewals.again
        for order in money.renewals_to_charge(today=self.today, retries=waits):
            if renewing.is_charged(order, ordering.bill_to_of(order), self.today):
                again.add(len(dates.lines_of_order(order=order.pk)), order.invoice.open_minor)
        return self.cards + again.orders

    def lapse(self) -> None:
        """Count whose grace ends, if tonight brings them nothing."""
        ending = dates.lapsing_on(day=self.today)
        self.renewals.lapses = sum(person not in self.served for person in ending)

    def warn_of_expiry(self) -> int:
        """Return how many notices about units that expire are queued."""
        last = nightly.last_expiry_told(self.today)
        groups = stock.expiring_groups(after=self.today, until=last)
        counts = Counter({(row.practice, row.kind, row.expires_on): row.count for row in groups})
        for unit in self.released:
            day = expiry_after_release(unit.expires_on, self.today, ends_before=unit.ends_before)
            if unit.payer_practice_id and day <= last:
                counts[unit.payer_practice_id, unit.kind, day] += 1
        rows = [stock.Expiring(*key, count) for key, count in sorted(counts.items())]
        return len(nightly.not_queued(nightly.expiry_mails(groups=rows, today=self.today)))


def _tally(notices: Notices) -> list[NoticeRow]:
    """Count payers and people by rung and mail, the earliest rung first."""
    payers: dict[tuple[int, str], set[str]] = defaultdict(set)
    people: Counter[tuple[int, str]] = Counter()
    for digest in notices.digests:
        for rung, entry in zip(digest.rungs, digest.entries, strict=True):
            key = (rung, template_of(digest))
            payers[key].add(digest.to.reference)
            people[key] += int(str(entry["people"]))
    for rung, mail in notices.asked_back:
        payers[rung, mail.template].add(mail.to_address)
        people[rung, mail.template] += 1
    return [
        NoticeRow(rung, template, len(payers[rung, template]), people[rung, template])
        for rung, template in sorted(people, key=lambda key: (-key[0], key[1]))
    ]
