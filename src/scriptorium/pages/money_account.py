"""A payer's account as finance sees it: what is open, what came, what is kept, what may be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method, PaymentState
from scriptorium.domains.orders.models import CreditNote, Order, Payment
from scriptorium.domains.orders.queries import office
from scriptorium.domains.orders.rules.states import overdue_days
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel import clock
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimates import EstimateRow, estimate_rows
from scriptorium.pages.money_cells import HOME, overdue_words
from scriptorium.pages.orders import due_words, order_state

#: Rows of each table, and of all of them on request.
SHOWN, MOST = 10, 500
PAYMENT_TONES = {
    PaymentState.RECEIVED: "good",
    PaymentState.BOUNCED: "now",
    PaymentState.DISPUTED: "now",
    PaymentState.LOST: "now",
}


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice of the account."""

    number: str
    url: str
    issued: str
    due: str
    state: str
    tone: str
    total: str
    open: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of the account."""

    number: str
    url: str
    day: str
    how: str
    amount: str
    kept: str
    state: str
    tone: str
    receipt: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One credit note of the account."""

    number: str
    invoice: str
    url: str
    day: str
    amount: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A payer's account in two lines; what is nothing is empty.

    Arguments:
        promised: how much of what is kept waits to be paid back.
        usable: whether any of it could pay an invoice.
    """

    open: str
    late: str
    kept: str
    promised: str
    usable: bool
    invoices: int

    @property
    def first(self) -> str:
        """What is open."""
        if not self.invoices:
            return "Nothing is open."
        count = "1 invoice" if self.invoices == 1 else f"{self.invoices:,} invoices"
        late = f", of which {self.late} is overdue" if self.late else ""
        return f"{self.open} open on {count}{late}."

    @property
    def second(self) -> str:
        """What is kept."""
        if not self.kept:
            return "Nothing is kept."
        promised = f", of which {self.promised} waits to be paid back" if self.promised else ""
        return f"{self.kept} is kept for the payer{promised}."


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do on an account now."""

    words: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Everything on the page; ``units_first`` is None for a person."""

    name: str
    reference: str
    url: str
    record_url: str
    whose: str
    summary: Summary
    next: NextStep | None
    facts: list[tuple[str, str]]
    units_first: bool | None
    invoices: list[InvoiceRow]
    payments: list[PaymentRow]
    notes: list[NoteRow]
    estimates: list[EstimateRow]
    more: bool


def summary(*, payer: Payer, today: dt.date) -> Summary:
    """Return what is open, overdue and kept."""
    rows = money.open_invoices(payer=payer)
    every = office.open_figure(rows)
    late = office.open_figure(rows.filter(due_on__lt=today)).minor if every.count else 0
    kept = money.credit_of(payer=payer)
    promised = office.promised_of(payer=payer) if kept else 0
    return Summary(
        open=_words(every.minor),
        late=_words(late) if late else "",
        kept=_words(kept) if kept else "",
        promised=_words(promised) if promised else "",
        usable=kept > promised,
        invoices=every.count,
    )


def account_page(*, of: Practice | Person, today: dt.date, everything: bool) -> AccountPage:
    """Return the account of a practice, or of a person who pays for herself.

    Arguments:
        everything: show more than what is open and the newest.
    """
    most = MOST if everything else SHOWN
    is_practice = isinstance(of, Practice)
    payer = Payer(practice=of.pk) if is_practice else Payer(person=of.pk)
    whose = "practices" if is_practice else "people"
    url = f"{HOME}{whose}/{of.reference}/"
    orders = office.orders_open_first(payer=payer, limit=most + 1)
    payments = list(money.payments_of(payer=payer)[: most + 1])
    estimates = estimates_of(of, url, today) if isinstance(of, Practice) else []
    found = summary(payer=payer, today=today)
    profile = money.billing_of(practice=of.pk) if isinstance(of, Practice) else None
    return AccountPage(
        name=of.name,
        reference=of.reference,
        url=url,
        record_url=f"/office/{whose}/{of.reference}/",
        whose=whose,
        summary=found,
        next=_next(payer, url, found, today),
        facts=_facts(of, payer, today),
        units_first=profile.units_first_at is not None if profile else None,
        invoices=[_invoice(order, url, today) for order in orders[:most]],
        payments=[payment_row(payment, url) for payment in payments[:most]],
        notes=[_note(note, url) for note in office.credit_notes_of_payer(payer=payer, limit=most)],
        estimates=estimates[:most],
        more=max(len(orders), len(payments), len(estimates)) > most,
    )


def _words(minor: int) -> str:
    return str(Money(minor, prices().currency))


def _next(payer: Payer, url: str, found: Summary, today: dt.date) -> NextStep | None:
    """Return what is worth doing first: use what is kept, ask for what is late, wait for it."""
    invoice = money.open_invoices(payer=payer).first()
    if invoice is None:
        return None
    about = f"{url}invoices/{invoice.number}/"
    amount = Money(invoice.open_minor, invoice.currency)
    if found.usable:
        said = f"{found.kept} is kept, and {invoice.number} is open over {amount}."
        return NextStep(said, about, "Use what is kept")
    late = overdue_days(invoice=invoice, today=today)
    if late:
        said = f"{invoice.number} over {amount}: {overdue_words(late).lower()}."
        return NextStep(said, f"{url}payments/new/", "Record a payment")
    return None


def _facts(of: Practice | Person, payer: Payer, today: dt.date) -> list[tuple[str, str]]:
    saved = money.saved_method(payer=payer)
    card = saved.label if saved else "None"
    if not isinstance(of, Practice):
        return [("E-mail", of.email), ("Saved means of payment", card)]
    profile = money.billing_of(practice=of.pk)
    town = ", ".join(filter(None, [of.street, of.city, of.region, of.postal_code]))
    centres = money.cost_centres(practice=of.pk)
    exempt = money.exemption_on(practice=of.pk, region=of.region, day=today)
    first = profile.units_first_at
    return [
        ("Invoices go to", of.billing_email or of.primary.email),
        ("Contact", profile.contact_name or of.primary.name),
        ("Address", town),
        ("Saved means of payment", card),
        ("Automatic payment of renewals", "On" if profile.auto_pay else "Off"),
        ("Tax", f"Exempt, certificate {exempt}" if exempt else "By the table of the region"),
        ("Departments", ", ".join(centre.name for centre in centres) or "None"),
        (
            "Units",
            f"On acceptance, approved on {words(clock.day_of(first))}" if first else "On payment",
        ),
    ]


def _invoice(order: Order, url: str, today: dt.date) -> InvoiceRow:
    invoice = order.invoice
    state, tone = order_state(order, invoice, today)
    return InvoiceRow(
        number=invoice.number,
        url=f"{url}invoices/{invoice.number}/",
        issued=words(invoice.issued_on),
        due=due_words(invoice=invoice, today=today) if invoice.open_minor else "",
        state=state,
        tone=tone,
        total=str(Money(invoice.total_minor, invoice.currency)),
        open=str(Money(invoice.open_minor, invoice.currency)) if invoice.open_minor else "",
    )


def receipt_url(payment: Payment, url: str) -> str:
    """Return the address of a payment's receipt.

    Arguments:
        url: of the payer's account.
    """
    return f"{url}payments/{payment.number}/receipt.pdf"


def payment_row(payment: Payment, url: str) -> PaymentRow:
    """Return a payment as a row of an account; one that pays an invoice has a receipt."""
    label = payment.method_label or Method(payment.method).label
    left = payment.left_minor
    return PaymentRow(
        number=payment.number,
        url=f"{url}payments/{payment.number}/",
        day=words(payment.received_on),
        how=f"{label} {payment.paper}".strip(),
        amount=str(Money(payment.amount_minor, payment.currency)),
        kept=str(Money(left, payment.currency)) if left else "",
        state=PaymentState(payment.state).label,
        tone=PAYMENT_TONES.get(PaymentState(payment.state), ""),
        receipt=receipt_url(payment, url) if payment.applied_minor else "",
    )


def _note(note: CreditNote, url: str) -> NoteRow:
    return NoteRow(
        number=note.number,
        invoice=note.invoice.number,
        url=f"{url}invoices/{note.invoice.number}/",
        day=words(note.issued_on),
        amount=str(Money(note.total_minor, note.invoice.currency)),
        reason=note.reason,
    )


def estimates_of(practice: Practice, url: str, today: dt.date) -> list[EstimateRow]:
    """Return a practice's estimates, each at its number instead of its reference."""
    rows = estimate_rows(practice=practice.pk, base=url, today=today)
    return [replace(row, url=f"{url}estimates/{row.number}/") for row in rows]
