"""Whatever order money comes, goes and comes back in, the books agree (rows 42 and 43)."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
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

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.ledger.models import Entry
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method, OrderState, PaymentState
from scriptorium.domains.orders.models import Invoice, Order, Payment, Refund
from scriptorium.domains.orders.operations import NewOrder, NewPayment, set_units_first
from scriptorium.domains.orders.rules.pricing import Wish, quote
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.integrations.payments import ProviderRefused, Sandbox, SignedEvent, TestCard
from scriptorium.journeys import (
    crediting,
    learning_payments,
    ordering,
    paying_online,
    services,
    taking_payments,
)
from scriptorium.journeys.crediting import CannotSend
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.money import Money
from scriptorium.pages.ledger_report import ledger_report
from tests.support.builders import DESK, NOW, TODAY, person
from tests.support.money import Till, accounts_sum
from tests.support.shared_rows import undone_afterwards

SECOND = Actor(ActorKind.STAFF, "0second00000", "Sam Second", "request-second")
ANY = st.integers(0, 10)
BY_STAFF = st.sampled_from([Method.CHEQUE, Method.ACH, Method.WIRE, Method.PHONE])
#: How much of what is open: all of it, a part, a cent, so much more that a refund of it waits.
SHARES = st.sampled_from(["all", "all", "half", "cent", "more"])


#: A few in every run; ``MONEY_SEQUENCES=500`` looks longer.
EXAMPLES = int(os.environ.get("MONEY_SEQUENCES", "12"))


class World:
    """Two payers that are made once: a practice, and a person who pays for herself."""

    def __init__(self, provider: Sandbox) -> None:
        self.provider = provider
        self.till = Till()
        self.payers = (self.till.to, ordering.bill_to_person(person("Solveig Aune")))


class Sequences(RuleBasedStateMachine):
    """Everything that can happen to money, in any order, a few times."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self._block = undone_afterwards()
        self._block.__enter__()
        self._orders = 0
        self.events: list[SignedEvent] = []
        #: Order → how many units it brought when it was first seen to have brought any.
        self.came: dict[str, int] = {}
        #: What there is now, so that no step looks for what is not there.
        self.has: set[str] = set()

    def teardown(self) -> None:
        """Look at all that ``verify-ledger`` looks at, and take the example's rows back."""
        try:
            assert ledger_report(today=TODAY).problems == ()
        finally:
            self._block.__exit__(None, None, None)

    # What is there ----------------------------------------------------------------------------

    def _invoice(self, number: int) -> Invoice:
        found = list(Invoice.objects.select_related("order").order_by("id"))
        return found[number % len(found)]

    def _payment(self, number: int, **having: Any) -> Payment | None:
        found = list(Payment.objects.filter(**having).order_by("id"))
        return found[number % len(found)] if found else None

    def _to(self, row: Invoice | Payment) -> ordering.BillTo:
        return self.world.payers[0 if row.payer_practice_id else 1]

    @staticmethod
    def _share(of: int, how: str) -> int:
        return {"cent": 1, "half": of // 2, "all": of, "more": of + 80_000}[how] or 1

    # What happens -----------------------------------------------------------------------------

    @rule(who=st.integers(0, 1), packages=st.integers(1, 6), manuals=st.integers(0, 2))
    def order(self, who: int, packages: int, manuals: int) -> None:
        """Somebody orders."""
        to = self.world.payers[who]
        self._orders += 1
        if not who:
            self.world.till.buy(package=packages, manual=manuals)
            return
        wishes = [Wish("package", packages), Wish("manual", manuals)]
        new = NewOrder(
            payer=to.payer, source="store", idempotency_key=f"sequence:{self._orders}",
            quote=quote(wishes=wishes, prices=prices(), on=TODAY, region="Cascadia"),
        )  # fmt: skip
        with transaction.atomic():
            ordering.place(actor=DESK, to=to, new=new, now=NOW, today=TODAY)

    @rule(on=st.booleans())
    def units_on_acceptance(self, on: bool) -> None:
        """Staff let the practice have its units before it pays, or no longer."""
        set_units_first(practice=self.world.till.practice.pk, on=on, by="desk", now=NOW)

    @initialize(of_practice=st.integers(1, 6), of_person=st.integers(1, 6))
    def both_order(self, of_practice: int, of_person: int) -> None:
        """Both have an order from the start, so that every example is about something."""
        self.order(0, of_practice, 1)
        self.order(1, of_person, 2)

    @rule(which=ANY, method=BY_STAFF, how=SHARES, named=st.booleans())
    def pay(self, which: int, method: Method, how: str, named: bool) -> None:
        """Staff enter a payment, for one invoice or for the oldest."""
        invoice = self._invoice(which)
        to = self._to(invoice)
        new = NewPayment(
            payer=to.payer, method=method, amount_minor=self._share(invoice.open_minor, how),
            currency="USD", received_on=TODAY,
            idempotency_key=f"sequence:{Payment.objects.count()}",
        )  # fmt: skip
        taken = taking_payments.take(
            actor=DESK, to=to, new=new, invoices=[invoice] if named else [], now=NOW, today=TODAY
        )
        assert sum(minor for _, minor in taken.paid) + taken.kept_minor == new.amount_minor

    @precondition(lambda self: "payment" in self.has)
    @rule(which=ANY)
    def bounce(self, which: int) -> None:
        """The bank sends a payment back."""
        payment = self._payment(which)
        if payment is not None:
            with suppress(NotPossible):
                taking_payments.bounce(
                    actor=DESK, payment=payment, to=self._to(payment), reason="no money",
                    now=NOW, today=TODAY,
                )  # fmt: skip

    @precondition(lambda self: "cheque" in self.has)
    @rule()
    def deposit(self) -> None:
        """Every cheque in hand goes to the bank."""
        taking_payments.deposit(
            actor=DESK, payments=list(money.cheques_in_hand()), on=TODAY, now=NOW, today=TODAY
        )

    @rule(which=ANY, pieces=st.integers(1, 3), everything=st.sampled_from([False, False, True]))
    def take_back(self, which: int, pieces: int, everything: bool) -> None:
        """Staff issue a credit note, over some pieces or over all that are left."""
        invoice = self._invoice(which)
        lines = money.lines_left(order=invoice.order_id)
        wanted = {line.pk: left for line, left in lines} if everything else {lines[0][0].pk: pieces}
        with suppress(NotPossible):
            crediting.credit(
                actor=DESK, invoice=invoice, to=self._to(invoice), quantities=wanted,
                reason="a mistake", now=NOW, today=TODAY,
            )  # fmt: skip

    @precondition(lambda self: "kept" in self.has)
    @rule(which=ANY, how=SHARES)
    def refund(self, which: int, how: str) -> None:
        """Staff pay back what is left, or ask for it."""
        kept = [one for one in Payment.objects.order_by("id") if one.left_minor]
        payment = kept[which % len(kept)]
        left = payment.left_minor
        with suppress(NotPossible, CannotSend):
            crediting.ask_refund(
                actor=DESK, payment=payment, to=self._to(payment), reason="too much",
                amount=self._share(left, how), now=NOW, today=TODAY,
            )  # fmt: skip

    @precondition(lambda self: "refund" in self.has)
    @rule(which=ANY, refused=st.booleans())
    def answer(self, which: int, refused: bool) -> None:
        """A second person answers for a refund that waits."""
        waiting = list(Refund.objects.filter(paid_at=None, refused=False).order_by("id"))
        refund = waiting[which % len(waiting)]
        with suppress(NotPossible, CannotSend):
            crediting.answer_refund(
                actor=SECOND, refund=refund, to=self._to(refund.payment), refused=refused,
                now=NOW, today=TODAY,
            )  # fmt: skip

    # At the provider --------------------------------------------------------------------------

    @rule(which=ANY, card=st.sampled_from([TestCard.SUCCESS, TestCard.DECLINE]), told=st.booleans())
    def pay_by_card(self, which: int, card: TestCard, told: bool) -> None:
        """A payer pays on the provider's page; its events come now, or much later."""
        invoice = self._invoice(which)
        with suppress(NotPossible):
            begun = paying_online.begin(
                actor=DESK, order=invoice.order, to=self._to(invoice), save_method=False,
                back="/", now=NOW, today=TODAY,
            )  # fmt: skip
            page = begun.attempt.external_id
            assert page is not None
            events = self.world.provider.pay(external_id=page, card=card, now=NOW).events
            self.events += events
            if told:
                self.hear(0)

    @precondition(lambda self: bool(self.events))
    @rule(which=ANY)
    def hear(self, which: int) -> None:
        """An event of the provider arrives, perhaps again."""
        event = self.events[which % len(self.events)]
        paying_online.receive_event(
            body=event.body, signature=event.signature, now=NOW, today=TODAY
        )

    @precondition(lambda self: "card" in self.has)
    @rule(which=ANY, ending=st.sampled_from(["open", "won", "lost"]))
    def dispute(self, which: int, ending: str) -> None:
        """A payer disputes a card payment, or a dispute ends."""
        payment = self._payment(which, method=Method.CARD)
        if payment is None:
            return
        name = str(payment.external_id)
        with suppress(ProviderRefused):
            if ending == "open":
                self.events += self.world.provider.open_dispute(payment=name, now=NOW)
            else:
                self.events += self.world.provider.close_dispute(
                    payment=name, won=ending == "won", now=NOW
                )
        self._learn(name)

    @precondition(lambda self: "card" in self.has)
    @rule(which=ANY, how=SHARES)
    def refund_outside(self, which: int, how: str) -> None:
        """Somebody pays back at the provider, past our pages."""
        payment = self._payment(which, method=Method.CARD)
        if payment is None:
            return
        rest = payment.amount_minor - payment.refunded_minor
        name = str(payment.external_id)
        with suppress(ProviderRefused):
            self.world.provider.refund(
                payment=name, amount=Money(self._share(rest, how)), now=NOW,
                attempt_key=f"outside:{payment.reference}:{rest}",
            )  # fmt: skip
        self._learn(name)

    def _learn(self, payment: str) -> None:
        facts = self.world.provider.fetch(external_id=payment)
        learning_payments.learn(facts=facts, now=NOW, today=TODAY)

    # What always holds ------------------------------------------------------------------------

    @invariant()
    def the_books_agree(self) -> None:
        """Accounts sum to zero, every amount follows from postings, no credit is below zero."""
        assert accounts_sum() == 0
        checks = (
            money.wrong_invoices(), money.wrong_payments(), money.wrong_grants(),
            money.wrong_numbers(),
        )  # fmt: skip
        assert [problem for found in checks for problem in found] == []

    @invariant()
    def refunds_that_wait_find_their_money(self) -> None:
        """What a refund waits for is used for nothing else while its payment holds."""
        promised: Counter[int] = Counter()
        for refund in Refund.objects.filter(paid_at=None, refused=False):
            promised[refund.payment_id] += refund.amount_minor
        payments = list(Payment.objects.order_by("id"))
        for payment in payments:
            if payment.state == PaymentState.RECEIVED:
                assert promised[payment.pk] <= payment.left_minor
        there = {
            "payment": bool(payments),
            "refund": bool(promised),
            "card": any(one.method == Method.CARD for one in payments),
            "kept": any(one.left_minor for one in payments),
            "cheque": money.cheques_in_hand().exists(),
        }
        self.has = {name for name, found in there.items() if found}

    @invariant()
    def units_came_once(self) -> None:
        """An order brings the pieces that are then ordered, once, and nothing before it may."""
        entered = Counter(Entry.objects.filter(event="purchased").values_list("reason", flat=True))
        for order in Order.objects.select_related("invoice").order_by("id"):
            came = entered[f"Invoice {order.invoice.number}"]
            if order.granted_at is None:
                assert (came, order.state == OrderState.PAID) == (0, False)
                continue
            left = sum(left for _, left in money.lines_left(order=order.pk))
            assert came == self.came.setdefault(order.reference, left)


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.PAYMENTS_URL = "sandbox://"
    settings.PAYMENTS_DIR = tmp_path
    provider = services.sandbox()
    assert provider is not None
    return World(provider)


def test_rows_42_and_43_no_sequence_of_money_makes_the_books_disagree(world: World) -> None:
    Sequences.world = world
    assert django_settings.PAYMENTS_URL == "sandbox://"
    run_state_machine_as_test(
        Sequences,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
