"""What holds of renewals whatever happens, looked at after each step of an example."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db.models import F, Q

from scriptorium.domains.ledger.models import Entry
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, ProposalLine, Term
from scriptorium.domains.memberships.rules import lapse_after, windows
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, OrderState
from scriptorium.domains.orders.models import Attempt, Invoice, Order
from scriptorium.pages.ledger_report import ledger_report
from tests.support.money import accounts_sum

#: A line that stands in a proposal of the one who pays, on the day on which the person renews.
_OF_THE_DAY = Q(
    proposal__renews_on=F("person__membership__renews_on"), extra=False,
    proposal__closed_at__isnull=True,
) & (
    Q(proposal__payer_practice=F("person__membership__payer_practice"))
    | Q(proposal__payer_person=F("person__membership__payer_person"))
)  # fmt: skip


class Checks:
    """Remembers how things stood after the step before."""

    def __init__(self) -> None:
        self._renews = self._dates()
        self._unticked: set[int] = set()
        #: (person, renewal day) → the first day of grace's end that an invoice promised.
        self._promised: dict[tuple[int, dt.date], dt.date] = {}
        self._granted: set[int] = set()

    def after_step(self, *, today: dt.date, by_hand: bool, taken_back: bool) -> None:
        """See that everything holds.

        Arguments:
            by_hand: the step gave units to people whom somebody chose on a board.
            taken_back: the step may have taken years back.
        """
        assert accounts_sum() == 0
        problems = ledger_report(today=today).problems
        assert not problems, problems
        self._units_came_for_money()
        self._years_are_paid_once()
        self._dates_moved_for_a_year(by_hand=by_hand, taken_back=taken_back)
        self._nobody_unticked_is_renewed()
        self._promises_hold()
        _notices_left_once()
        _proposals_charged_once()
        self._unticked = self._left_out()

    def press_renew(self, *, lines: Iterable[int]) -> None:
        """Note that a practice renews by a press whoever is ticked in its form, saved or not."""
        pressed = ProposalLine.objects.filter(pk__in=list(lines))
        self._unticked -= {int(p) for p in pressed.values_list("person", flat=True) if p}

    @staticmethod
    def _dates() -> dict[int, dt.date]:
        return dict(Membership.objects.values_list("person", "renews_on"))

    @staticmethod
    def _left_out() -> set[int]:
        rows = ProposalLine.objects.filter(_OF_THE_DAY, included=False, state=LineState.WAITING)
        return {int(person) for person in rows.values_list("person", flat=True) if person}

    def _units_came_for_money(self) -> None:
        """An order brings its pieces once, and only when it is settled."""
        entered = Counter(Entry.objects.filter(event="purchased").values_list("reason", flat=True))
        for order in Order.objects.exclude(granted_at=None).select_related("invoice"):
            ordered = sum(line.quantity for line in order.lines.all())
            assert entered[f"Invoice {order.invoice.number}"] <= ordered
            if order.pk not in self._granted:
                self._granted.add(order.pk)
                assert order.invoice.settled_at is not None
                assert order.state != OrderState.CANCELLED

    @staticmethod
    def _years_are_paid_once() -> None:
        live = Term.objects.filter(voided_at__isnull=True)
        units = list(live.values_list("unit", flat=True))
        assert None not in units
        assert len(set(units)) == len(units)
        assert not live.exclude(unit__state__in=["assigned", "started", "completed"]).exists()

    def _dates_moved_for_a_year(self, *, by_hand: bool, taken_back: bool) -> None:
        now = self._dates()
        for person in self._renews.keys() | now.keys():
            was, is_now = self._renews.get(person), now.get(person)
            if was == is_now:
                continue
            if is_now is None or (was is not None and is_now < was):
                assert taken_back, f"The year of person {person} went by itself."
                continue
            # That the newest live year ends on this day is what verify-ledger looks at.
            if not by_hand:
                assert person not in self._unticked, f"Person {person} was unticked and is renewed."
        self._renews = now

    @staticmethod
    def _nobody_unticked_is_renewed() -> None:
        done = [LineState.ORDERED, LineState.RENEWED]
        assert not ProposalLine.objects.filter(included=False, state__in=done).exists()

    def _promises_hold(self) -> None:
        """Grace never ends before the default, nor before what an invoice promised."""
        held = {one.person_id: one for one in Membership.objects.all()}
        ordered = ProposalLine.objects.filter(_OF_THE_DAY, state=LineState.ORDERED)
        for person, due_on in ordered.values_list("person", "order__invoice__due_on"):
            assert person is not None
            assert due_on is not None
            key = person, held[person].renews_on
            self._promised.setdefault(key, due_on + dt.timedelta(days=1))
        for person, one in held.items():
            least = lapse_after(one.renews_on, windows())
            promised = self._promised.get((person, one.renews_on), least)
            assert one.lapses_on >= max(least, promised)


def _notices_left_once() -> None:
    """One digest a payer and day, one rung of winning back a person and proposal."""
    digests: Counter[tuple[str, str, dt.date]] = Counter()
    days: Counter[tuple[str, dt.date]] = Counter()
    rows = OutboxMail.objects.filter(Q(template__startswith="renewal_") | Q(template="win_back"))
    for template, key, at in rows.values_list("template", "dedupe_key", "queued_at"):
        whose = key if template == "win_back" else key.split(":")[1]
        digests[template, whose, at.date()] += 1
        days[whose, at.date()] += 1
    assert [key for key, count in (*digests.items(), *days.items()) if count > 1] == []


def _proposals_charged_once() -> None:
    """No order is charged twice by itself; a proposal never has more pieces than people."""
    charged = Counter(
        Attempt.objects.filter(off_session=True, state=AttemptState.SUCCEEDED).values_list(
            "order", flat=True
        )
    )
    assert [order for order, count in charged.items() if count > 1] == []
    pieces: Counter[str] = Counter()
    for order in Order.objects.filter(source="renewal").exclude(state=OrderState.CANCELLED):
        proposal = order.idempotency_key.split(":")[1]
        pieces[proposal] += sum(left for _, left in money.lines_left(order=order.pk))
    people = Counter(ProposalLine.objects.values_list("proposal__reference", flat=True))
    assert {name: n for name, n in pieces.items() if n > people[name]} == {}


def forgotten(*, today: dt.date) -> list[str]:
    """Name who is due, stands in a proposal as done, and is not renewed; nobody tells their payer.

    Somebody without a line is opened by the next night, so only lines are looked at.
    """
    over = today - dt.timedelta(days=windows().ended_after)
    rows = ProposalLine.objects.filter(
        _OF_THE_DAY,
        person__membership__cancelled_on__isnull=True,
        person__membership__renews_on__gt=over,
        person__membership__lapses_on__gt=today,
    )
    done = rows.filter(state__in=[LineState.DROPPED, LineState.RENEWED]) | rows.filter(
        state=LineState.ORDERED
    ).exclude(order__state=OrderState.OPEN)
    # Who left the practice is not renewed by it any more.
    here = done.filter(
        Q(proposal__payer_practice__isnull=True)
        | Q(
            person__links__practice=F("proposal__payer_practice"),
            person__links__ended_at__isnull=True,
        )
    )
    return sorted(f"{line.person} {line.state}" for line in here.select_related("person"))


def open_invoices() -> list[Invoice]:
    """Return what is not paid, oldest first."""
    return list(money.open_invoices().order_by("id"))
