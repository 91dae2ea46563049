"""Whatever happens around a renewal, nobody is charged twice, renewed unasked or forgotten."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method, PaymentState
from scriptorium.domains.orders.models import Payment
from scriptorium.domains.orders.operations import NewPayment, remove_method
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices.models import RosterLink
from scriptorium.integrations.payments import ProviderRefused, TestCard
from scriptorium.journeys import (
    change_mode,
    crediting,
    learning_payments,
    ordering,
    own_membership,
    paying_online,
    proposing,
    reinstating,
    roster_change,
    services,
    taking_payments,
)
from scriptorium.journeys.assign import Result
from scriptorium.journeys.change_mode import CannotChangeMode
from scriptorium.journeys.roster_change import CannotChange
from scriptorium.journeys.undo import CannotUndo
from tests.support.builders import DESK, Clinic, actor_of, noon
from tests.support.renewal_checks import Checks, forgotten, open_invoices
from tests.support.renewal_world import BEGINS, RenewalWorld
from tests.support.shared_rows import undone_afterwards

ANY = st.integers(0, 10)
#: Which of the lines of a proposal are ticked, as the bits of a number.
TICKS = st.integers(0, 255)
SHARES = st.sampled_from(["all", "all", "half", "cent", "more"])
CARDS = st.sampled_from([TestCard.SUCCESS, TestCard.EXPIRES, None])
#: From a day to the next, to the next rung of the ladder, or over several at once.
PASSING = st.sampled_from([1, 1, 2, 3, 4, 11, 14, 15, 16, 29, 46, 62])

#: A few in every run; ``RENEWAL_SEQUENCES=500`` looks longer.
EXAMPLES = int(os.environ.get("RENEWAL_SEQUENCES", "8"))


class Renewals(RuleBasedStateMachine):
    """A year that comes to its end, and everything that people do about it, in any order."""

    world: RenewalWorld

    def __init__(self) -> None:
        super().__init__()
        self._block = undone_afterwards()
        self._block.__enter__()
        self.provider = self.world.fresh_provider()
        self.today = BEGINS
        self._presses = 0
        self._assigned: tuple[Clinic, Result] | None = None
        self._by_hand = self._taken_back = False
        self.checks = Checks()

    def teardown(self) -> None:
        self._block.__exit__(None, None, None)

    # What is there ----------------------------------------------------------------------------

    @property
    def now(self) -> dt.datetime:
        """Return a moment of today, a little later with each press."""
        return noon(self.today) + dt.timedelta(seconds=self._presses)

    @property
    def at(self) -> dict[str, Any]:
        """Return the time as journeys take it."""
        return {"now": self.now, "today": self.today}

    def _key(self) -> str:
        self._presses += 1
        return f"press-{self._presses}"

    def _proposal(self, which: int) -> Proposal | None:
        rows = Proposal.objects.filter(payer_practice=self.world.clinic.practice)
        found = list(rows.order_by("id"))
        return found[which % len(found)] if found else None

    def _link(self, which: int) -> RosterLink:
        people = [*self.world.people, *self.world.newcomers]
        return self.world.clinic.link(people[which % len(people)])

    @staticmethod
    def _payment(which: int, **having: Any) -> Payment | None:
        found = list(Payment.objects.filter(state=PaymentState.RECEIVED, **having).order_by("id"))
        return found[which % len(found)] if found else None

    @staticmethod
    def _lines(proposal: Proposal, ticks: int) -> list[int]:
        keys = proposal.lines.order_by("id").values_list("pk", flat=True)
        return [key for number, key in enumerate(keys) if ticks >> number & 1]

    # Time -------------------------------------------------------------------------------------

    @initialize(practice=CARDS, person=CARDS, on=st.booleans())
    def both_pay_in_some_way(
        self, practice: TestCard | None, person: TestCard | None, on: bool
    ) -> None:
        """Both have a card that works, one that will fail, or none."""
        for who, card in enumerate((practice, person)):
            if card is not None:
                self.world.save_card(who, card)
        self.world.auto_pay(on)
        self.night_of(1, again=False)

    @rule(days=PASSING, again=st.booleans())
    def night_of(self, days: int, again: bool) -> None:
        """Time passes, and the night is run, perhaps twice."""
        self.today += dt.timedelta(days=days)
        for _ in range(1 + again):
            self.world.night(self.today)
            assert forgotten(today=self.today) == []

    # The payer --------------------------------------------------------------------------------

    @rule(which=ANY, ticks=TICKS, off=st.booleans())
    def tick(self, which: int, ticks: int, off: bool) -> None:
        """The practice saves who is in, and perhaps takes extra people off."""
        proposal = self._proposal(which)
        if proposal is not None:
            wanted = self._lines(proposal, ticks)
            with suppress(NotPossible):
                proposing.tick(
                    actor=self.world.clinic.actor, proposal=proposal, included=wanted,
                    removed=self._lines(proposal, 255) if off else [], now=self.now,
                )  # fmt: skip

    @rule(which=ANY, who=st.integers(0, 1))
    def add(self, which: int, who: int) -> None:
        """The practice adds somebody who starts on the day."""
        proposal, link = self._proposal(which), self.world.newcomers[who]
        if proposal is not None:
            with suppress(NotPossible):
                proposing.add(
                    actor=self.world.clinic.actor, proposal=proposal,
                    links=[self.world.clinic.link(link)], now=self.now,
                )  # fmt: skip

    @rule(which=ANY, ticks=TICKS)
    def renew(self, which: int, ticks: int) -> None:
        """The practice presses Renew."""
        proposal = self._proposal(which)
        if proposal is not None:
            lines = self._lines(proposal, ticks)
            self.checks.press_renew(lines=lines)
            with suppress(NotPossible):
                proposing.renew(
                    actor=self.world.clinic.actor, proposal=proposal, key=self._key(),
                    lines=lines, po_number="", **self.at,
                )  # fmt: skip

    @rule(what=st.sampled_from(["renew", "renew", "cancel", "keep", "A", "M", "forget"]))
    def herself(self, what: str) -> None:
        """Who pays for herself renews, cancels, keeps it, or changes how it renews."""
        own: dict[str, Any] = {
            "actor": actor_of(self.world.solo), "person": self.world.solo, "now": self.now,
        }  # fmt: skip
        with suppress(NotPossible):
            if what == "renew":
                own_membership.renew(key=self._key(), today=self.today, **own)
            elif what == "cancel":
                own_membership.cancel(today=self.today, **own)
            elif what == "keep":
                own_membership.keep(today=self.today, **own)
            elif what == "forget":
                own_membership.forget_card(**own)
            else:
                own_membership.set_mode(mode=what, address=None, today=self.today, **own)

    @rule(which=ANY, by_practice=st.booleans())
    def come_back(self, which: int, by_practice: bool) -> None:
        """Somebody whose membership ended orders the way back, or the practice does."""
        link = self._link(which) if by_practice else self.world.sola
        assert link.person is not None
        if link.ended_at is None:
            with suppress(NotPossible):
                reinstating.reinstate(
                    actor=self.world.clinic.actor, person=link.person, key=self._key(),
                    practice=self.world.clinic.practice if by_practice else None, **self.at,
                )  # fmt: skip

    @rule(which=ANY, mode=st.sampled_from(["A", "M"]))
    def change_mode(self, which: int, mode: str) -> None:
        """The practice lets a membership renew by itself, or no longer."""
        with suppress(CannotChangeMode):
            change_mode.change_mode(
                actor=self.world.clinic.actor, practice=self.world.clinic.practice,
                link=self._link(which), mode=mode, address=None, channel="web", **self.at,
            )  # fmt: skip

    @rule(who=st.integers(0, 1), card=CARDS, on=st.booleans())
    def change_card(self, who: int, card: TestCard | None, on: bool) -> None:
        """A payer keeps another card, or none."""
        if card is not None:
            self.world.save_card(who, card)
        else:
            remove_method(payer=self.world.payers[who], now=self.now)
        self.world.auto_pay(on)

    # The roster and the board -----------------------------------------------------------------

    @rule(which=ANY, take_back=st.booleans())
    def leave(self, which: int, take_back: bool) -> None:
        """Somebody leaves the practice."""
        link = self._link(which)
        self._taken_back = take_back
        with suppress(CannotChange):
            roster_change.end_link(
                actor=self.world.clinic.actor, practice=self.world.clinic.practice, link=link,
                reason="left", note="", last_day=self.today, take_back=take_back, **self.at,
            )  # fmt: skip

    @rule(which=ANY, count=st.integers(0, 2))
    def assign(self, which: int, count: int) -> None:
        """The practice gets free renewals, and gives one to somebody."""
        self._assign(self.world.clinic, self._link(which), count)

    @rule(which=ANY)
    def move_to_another_payer(self, which: int) -> None:
        """Another practice pays for somebody who is on its roster too."""
        shared = self.world.shared[which % len(self.world.shared)]
        self._assign(self.world.lakeside, self.world.lakeside.link(shared), 1)

    def _assign(self, clinic: Clinic, link: RosterLink, count: int) -> None:
        if count:
            clinic.stock("renewal", count, on=self.today, expires=self.today + dt.timedelta(300))
        if link.ended_at is None:
            self._by_hand = True
            with suppress(NotEnoughUnits):
                result = clinic.assign([link], "renewal", on=self.today, now=self.now)
                self._assigned = clinic, result

    @precondition(lambda self: self._assigned is not None)
    @rule()
    def undo(self) -> None:
        """Whoever assigned last takes it back within ten minutes, or is refused."""
        assert self._assigned is not None
        clinic, result = self._assigned
        self._taken_back = True
        with suppress(CannotUndo):
            clinic.undo(result, now=self.now, today=self.today)

    # Money ------------------------------------------------------------------------------------

    @rule(which=ANY, how=SHARES)
    def pay_by_cheque(self, which: int, how: str) -> None:
        """Staff enter a cheque over an invoice, in part, as a whole or over more."""
        found = open_invoices()
        if not found:
            return
        invoice = found[which % len(found)]
        of = invoice.open_minor
        amount = {"cent": 1, "half": of // 2, "all": of, "more": of + 9_000}[how] or 1
        to = ordering.bill_to_of(invoice)
        new = NewPayment(
            payer=to.payer, method=Method.CHEQUE, amount_minor=amount, currency="USD",
            received_on=self.today, idempotency_key=self._key(),
        )  # fmt: skip
        taking_payments.take(actor=DESK, to=to, new=new, invoices=[invoice], **self.at)

    @rule(which=ANY)
    def bounce(self, which: int) -> None:
        """The bank sends a cheque back."""
        payment = self._payment(which, method=Method.CHEQUE)
        if payment is not None:
            with suppress(NotPossible):
                taking_payments.bounce(
                    actor=DESK, payment=payment, to=ordering.bill_to_of(payment),
                    reason="no money", **self.at,
                )  # fmt: skip

    @rule(which=ANY, card=st.sampled_from([TestCard.SUCCESS, TestCard.DECLINE]))
    def pay_by_card(self, which: int, card: TestCard) -> None:
        """Somebody pays an invoice on the provider's page, or tries to."""
        found = open_invoices()
        if not found:
            return
        order = found[which % len(found)].order
        with suppress(NotPossible):
            begun = paying_online.begin(
                actor=DESK, order=order, to=ordering.bill_to_of(order), save_method=False,
                back="/", **self.at,
            )  # fmt: skip
            page = begun.attempt.external_id
            assert page is not None
            for event in self.provider.pay(external_id=page, card=card, now=self.now).events:
                paying_online.receive_event(body=event.body, signature=event.signature, **self.at)

    @rule(which=ANY, ending=st.sampled_from(["open", "open", "won", "lost"]))
    def dispute(self, which: int, ending: str) -> None:
        """A payer disputes a card payment, or a dispute ends."""
        found = list(Payment.objects.filter(method=Method.CARD).order_by("id"))
        if not found:
            return
        name = str(found[which % len(found)].external_id)
        with suppress(ProviderRefused):
            if ending == "open":
                self.provider.open_dispute(payment=name, now=self.now)
            else:
                self.provider.close_dispute(payment=name, won=ending == "won", now=self.now)
        facts = self.provider.fetch(external_id=name)
        learning_payments.learn(facts=facts, **self.at)

    @rule(which=ANY, everything=st.booleans())
    def take_back(self, which: int, everything: bool) -> None:
        """Staff issue a credit note over a piece of an open invoice, or over all of it."""
        found = open_invoices()
        if not found:
            return
        invoice = found[which % len(found)]
        lines = [(line, left) for line, left in money.lines_left(order=invoice.order_id) if left]
        wanted = {line.pk: left for line, left in lines} if everything else {lines[0][0].pk: 1}
        with suppress(NotPossible):
            crediting.credit(
                actor=DESK, invoice=invoice, to=ordering.bill_to_of(invoice), quantities=wanted,
                reason="a mistake", **self.at,
            )  # fmt: skip

    # What always holds ------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        """See ``tests.support.renewal_checks``."""
        self.checks.after_step(today=self.today, by_hand=self._by_hand, taken_back=self._taken_back)
        self._by_hand = self._taken_back = False
        self._presses += 1


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> RenewalWorld:
    return RenewalWorld(settings, tmp_path)


def test_rows_43_and_45_no_sequence_of_renewals_charges_twice_renews_unasked_or_forgets_anybody(
    world: RenewalWorld,
) -> None:
    Renewals.world = world
    assert services.pays_online()
    run_state_machine_as_test(
        Renewals,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
