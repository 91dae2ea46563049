"""Short ways to estimates, invoices and payments, through the journeys that users take."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.test import override_settings

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import (
    CreditNote,
    Estimate,
    Invoice,
    Order,
    Payment,
    Posting,
    Refund,
)
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.rules.cards import luhn_valid
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.journeys import (
    change_mode,
    crediting,
    estimating,
    ordering,
    own_membership,
    price_changes,
    taking_payments,
)
from scriptorium.journeys.renewal_notices import tell_payers
from scriptorium.journeys.renewing import open_coming
from scriptorium.journeys.taking_payments import Taken
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer
from tests.support.builders import (
    DESK,
    NOW,
    TODAY,
    Clinic,
    actor_of,
    buy_renewal,
    days,
    noon,
)
from tests.support.price_lists import with_list

_keys = itertools.count(1)


class Till:
    """A practice that buys."""

    def __init__(self, clinic: Clinic | None = None) -> None:
        self.clinic = clinic or Clinic()
        self.practice = self.clinic.practice
        self.actor = self.clinic.actor
        self.payer: Payer = self.clinic.payer

    @property
    def to(self) -> ordering.BillTo:
        """How the practice is billed today."""
        self.practice.refresh_from_db()
        return ordering.bill_to_practice(self.practice)

    def estimate(self, *, on: dt.date = TODAY, revises: Estimate | None = None,
                 **wishes: int) -> Estimate:  # fmt: skip
        """Make an estimate: ``estimate(package=25)``."""
        return estimating.make(
            actor=self.actor, practice=self.practice, now=NOW, today=on, revises=revises,
            wishes=[Wish(kind, count) for kind, count in wishes.items()],
        )  # fmt: skip

    def accept(self, estimate: Estimate, *, on: dt.date = TODAY, po: str = "") -> Invoice:
        """Accept an estimate."""
        return estimating.accept(
            actor=self.actor, practice=self.practice, estimate=estimate, name="Dana Whitlock",
            po_number=po, now=NOW, today=on,
        )  # fmt: skip

    def buy(self, **wishes: int) -> Invoice:
        """Make and accept an estimate."""
        return self.accept(self.estimate(**wishes))

    def pay(
        self,
        minor: int,
        *,
        method: Method = Method.CHEQUE,
        invoices: Sequence[Invoice] = (),
        key: str = "",
        paper: str = "1007",
        note: str = "",
        on: dt.date = TODAY,
    ) -> Taken:
        """Enter a payment as staff do."""
        new = NewPayment(
            payer=self.payer, method=method, amount_minor=minor, currency="USD", received_on=on,
            idempotency_key=key or f"test:{next(_keys)}", paper=paper, note=note,
        )  # fmt: skip
        return taking_payments.take(
            actor=DESK, to=self.to, new=new, invoices=invoices, now=NOW, today=TODAY
        )

    def bounce(self, payment: Payment, reason: str = "insufficient funds") -> tuple[str, ...]:
        """Let a payment come back."""
        return taking_payments.bounce(
            actor=DESK, payment=payment, to=self.to, reason=reason, now=NOW, today=TODAY
        )

    def take_back(
        self, invoice: Invoice, pieces: Mapping[str, int], *, reason: str = "ordered by mistake"
    ) -> CreditNote:
        """Issue a credit note over some pieces: ``take_back(invoice, {"package": 2})``."""
        lines = {line.kind: line.pk for line in invoice.order.lines.all()}
        return crediting.credit(
            actor=DESK, invoice=invoice, to=self.to, reason=reason, now=NOW, today=TODAY,
            quantities={lines[kind]: count for kind, count in pieces.items()},
        )  # fmt: skip

    def refund(
        self, payment: Payment, minor: int, *, by: Actor = DESK, reason: str = "paid twice"
    ) -> Refund:
        """Ask to pay money back; up to the limit it goes at once."""
        return crediting.ask_refund(
            actor=by, payment=payment, to=self.to, amount=minor, reason=reason, now=NOW,
            today=TODAY,
        )  # fmt: skip

    def answer(self, refund: Refund, *, by: Actor, refused: bool = False) -> None:
        """Let a second person answer."""
        crediting.answer_refund(
            actor=by, refund=refund, to=self.to, refused=refused, now=NOW, today=TODAY
        )

    def order(self, invoice: Invoice) -> Order:
        """Return an invoice's order as it is now."""
        return Order.objects.get(pk=invoice.order_id)

    def fresh(self, invoice: Invoice) -> Invoice:
        """Return an invoice as it is now."""
        return Invoice.objects.select_related("order").get(pk=invoice.pk)

    @property
    def credit(self) -> int:
        """What is kept for the practice, in minor units."""
        return money.credit_of(payer=self.payer)


def every_mail_of_money(clinic: Clinic) -> None:
    """Let every journey of money and renewal that writes mail happen once."""
    till = Till(clinic)
    till.buy(ce=1)
    till.bounce(till.pay(100).payment)
    night = Actor.system("nightly")
    clinic.member("Rena Wald", renews_in=45)
    for day in (0, 31, 42, 46):
        open_coming(night, days(day), noon(days(day)))
        tell_payers(night, days(day), noon(days(day)))
    own = clinic.member("Sola Aune", renews_in=-100)
    buy_renewal(own, on=days(-101))
    assert own.person is not None
    _tell_of_prices(clinic)
    own_membership.cancel(actor=actor_of(own.person), person=own.person, now=NOW, today=TODAY)


def _tell_of_prices(clinic: Clinic) -> None:
    """Tell the payer of an automatic renewal that another price list comes."""
    link = clinic.member("Otto Auto", renews_in=60)
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=link, mode="A", address=None,
        channel="phone", now=NOW, today=TODAY,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        programme = with_list(Path(folder), starts=days(20))
        with override_settings(PROGRAMME_DIR=programme):
            price_changes.tell_of_prices(Actor.system("nightly"), TODAY, NOW)


def card_like(digits: str = "411111222233777") -> str:
    """Return digits completed to a number that could be a card's."""
    return next(f"{digits}{last}" for last in range(10) if luhn_valid(f"{digits}{last}"))


def accounts_sum() -> int:
    """Return the sum of all accounts; it is zero whatever happens."""
    return sum(money.balances().values())


def account(name: str) -> int:
    """Return debit minus credit of one account."""
    return money.balances()[name]


def postings() -> list[tuple[str, str, str, int]]:
    """Return (reason, debit, credit, minor units) of every posting, oldest first."""
    rows = Posting.objects.order_by("id")
    return list(rows.values_list("reason", "debit", "credit", "amount_minor"))
