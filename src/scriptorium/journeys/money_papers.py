"""Estimates, invoices, credit notes, receipts and statements as tagged PDF.

Each is made anew when it is asked for: what it prints is frozen, so the bytes are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings

from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import CreditNote, Estimate, Invoice, Line, Payment
from scriptorium.domains.orders.queries import Statement
from scriptorium.integrations.pdf.reports import ReportDocument, ReportTable
from scriptorium.integrations.storage.files import FileMissing
from scriptorium.journeys.services import file_store, report_renderer
from scriptorium.kernel.money import Money

_LINE_HEADERS = ("Product", "How many", "List price", "Discount", "Each", "Tax", "Together")
_LINE_NUMERIC = (False, True, True, True, True, True, True)
_SUMS = ("Sum", "Amount")


def estimate_pdf(*, estimate: Estimate) -> bytes:
    """Return one revision of an estimate."""
    lines = money.lines_of_estimates(estimates=[estimate.pk])[estimate.pk]
    facts = [
        ("From", _seller()),
        ("For", estimate.practice.name),
        ("Made by", estimate.made_by_name),
        ("Good until", words(estimate.good_until)),
    ]
    if estimate.title:
        facts.append(("Title", estimate.title))
    if estimate.note:
        facts.append(("Note", estimate.note))
    logo = logo_of(practice=estimate.practice_id)
    document = ReportDocument(
        title=f"Estimate {estimate.number}",
        subtitle=words(estimate.made_on),
        author=settings.BODY_NAME,
        made_on=estimate.made_on,
        facts=tuple(facts),
        tables=(
            _lines(lines, estimate.currency),
            _sums(
                estimate.currency,
                ("Without tax", estimate.net_minor),
                ("Tax", estimate.tax_minor),
                ("Total", estimate.total_minor),
            ),
        ),
        notes=("An estimate orders nothing. An administrator of the practice accepts it online.",),
        logo=logo,
        logo_words=f"Logo of {estimate.practice.name}" if logo else "",
    )
    return report_renderer().render(document=document)


def invoice_pdf(*, invoice: Invoice) -> bytes:
    """Return an invoice, from the words that were frozen when it was issued."""
    frozen = invoice.content
    rows = tuple(
        _row(
            line["description"],
            line["quantity"],
            line["list_minor"],
            line["discount_percent"],
            line["unit_minor"],
            line["tax_minor"],
            line["net_minor"],
            invoice.currency,
        )
        for line in frozen["lines"]
    )
    tax = sum(line["tax_minor"] for line in frozen["lines"])
    facts = [
        ("From", _one_line(frozen["seller"])),
        ("Billed to", _one_line(frozen["bill_to"])),
        ("Issued on", words(invoice.issued_on)),
        ("Due on", words(invoice.due_on)),
    ]
    if frozen["po_number"]:
        facts.append(("Purchase order", frozen["po_number"]))
    document = ReportDocument(
        title=f"Invoice {invoice.number}",
        subtitle=frozen["bill_to"]["name"],
        author=frozen["seller"]["name"],
        made_on=invoice.issued_on,
        facts=tuple(facts),
        tables=(
            ReportTable(title="Lines", headers=_LINE_HEADERS, rows=rows, numeric=_LINE_NUMERIC),
            _sums(
                invoice.currency,
                ("Without tax", invoice.total_minor - tax),
                ("Tax", tax),
                ("Total", invoice.total_minor),
            ),
        ),
        notes=(*_ways_to_pay(invoice), f"SHA-256 of the words: {invoice.content_sha256}"),
    )
    return report_renderer().render(document=document)


def credit_note_pdf(*, note: CreditNote, invoice: Invoice) -> bytes:
    """Return a credit note."""
    document = ReportDocument(
        title=f"Credit note {note.number}",
        subtitle=f"On invoice {invoice.number}",
        author=invoice.content["seller"]["name"],
        made_on=note.issued_on,
        facts=(
            ("From", _one_line(invoice.content["seller"])),
            ("For", _one_line(invoice.content["bill_to"])),
            ("Issued on", words(note.issued_on)),
            ("Reason", note.reason or "not named"),
        ),
        tables=(
            ReportTable(
                title="Taken back",
                headers=("Product", "How many", "Without tax", "Tax"),
                rows=tuple(
                    (
                        line.line.description,
                        f"{line.quantity:,}",
                        str(Money(line.net_minor, invoice.currency)),
                        str(Money(line.tax_minor, invoice.currency)),
                    )
                    for line in money.lines_of_note(note=note.pk)
                ),
                numeric=(False, True, True, True),
            ),
            _sums(
                invoice.currency,
                ("Without tax", note.net_minor),
                ("Tax", note.tax_minor),
                ("Total", note.total_minor),
            ),
        ),
        notes=(),
    )
    return report_renderer().render(document=document)


def receipt_pdf(*, payment: Payment, invoice: Invoice) -> bytes:
    """Return the receipt of a payment; the invoice says whose money it was."""
    how = payment.method_label or Method(payment.method).label
    facts = [
        ("Received by", _one_line(invoice.content["seller"])),
        ("From", _one_line(invoice.content["bill_to"])),
        ("Received on", words(payment.received_on)),
        ("How", how),
    ]
    if payment.paper:
        facts.append(("Reference", payment.paper))
    document = ReportDocument(
        title=f"Receipt {payment.number}",
        subtitle=invoice.content["bill_to"]["name"],
        author=invoice.content["seller"]["name"],
        made_on=payment.received_on,
        facts=tuple(facts),
        tables=(_sums(payment.currency, ("Received", payment.amount_minor)),),
        notes=(),
    )
    return report_renderer().render(document=document)


def statement_pdf(*, found: Statement, payer_name: str, currency: str) -> bytes:
    """Return a statement of a payer's account."""

    def amount(minor: int) -> str:
        return str(Money(minor, currency)) if minor else ""

    rows = [
        (
            words(line.on),
            f"{line.what} {line.number}",
            amount(line.charged_minor),
            amount(line.paid_minor),
            str(Money(line.balance_minor, currency)),
        )
        for line in found.lines
    ]
    document = ReportDocument(
        title=f"Statement of {payer_name}",
        subtitle=f"{words(found.since)} to {words(found.until)}",
        author=settings.BODY_NAME,
        made_on=found.until,
        facts=(
            ("From", _seller()),
            ("Owed at the beginning", str(Money(found.opening_minor, currency))),
            ("Owed at the end", str(Money(found.closing_minor, currency))),
        ),
        tables=(
            ReportTable(
                title="Account",
                headers=("Day", "What", "Charged", "Paid", "Owed"),
                rows=tuple(rows),
                numeric=(False, False, True, True, True),
            ),
        )
        if rows
        else (),
        notes=("An amount below zero is kept for you and pays your next invoice.",),
    )
    return report_renderer().render(document=document)


def logo_of(*, practice: int) -> bytes:
    """Return a practice's logo, or nothing where it has none."""
    sha256 = money.billing_of(practice=practice).logo_sha256
    if not sha256:
        return b""
    try:
        return file_store().get(sha256=sha256)
    except FileMissing:
        return b""


def _lines(lines: Iterable[Line], currency: str) -> ReportTable:
    rows = tuple(
        _row(
            line.description,
            line.quantity,
            line.list_minor,
            line.discount_percent,
            line.unit_minor,
            line.tax_minor,
            line.net_minor,
            currency,
        )
        for line in lines
    )
    return ReportTable(title="Lines", headers=_LINE_HEADERS, rows=rows, numeric=_LINE_NUMERIC)


def _row(
    name: str,
    quantity: int,
    listed: int,
    percent: int,
    each: int,
    tax: int,
    net: int,
    currency: str,
) -> tuple[str, ...]:
    return (
        name,
        f"{quantity:,}",
        str(Money(listed, currency)),
        f"{percent} %" if percent else "none",
        str(Money(each, currency)),
        str(Money(tax, currency)),
        str(Money(net, currency)),
    )


def _sums(currency: str, *sums: tuple[str, int]) -> ReportTable:
    rows: Sequence[tuple[str, ...]] = [(name, str(Money(minor, currency))) for name, minor in sums]
    return ReportTable(title="Sums", headers=_SUMS, rows=tuple(rows), numeric=(False, True))


def _ways_to_pay(invoice: Invoice) -> list[str]:
    """Return how to pay: the account is today's, since money sent to an old one is lost."""
    ways = [f"Cheque: to {_one_line(invoice.content['seller'])}."]
    if settings.REMITTANCE:
        ways.append(f"Wire or ACH: {settings.REMITTANCE}.")
    return [*ways, f"Name the invoice {invoice.number}, so that the money finds it."]


def _seller() -> str:
    return f"{settings.BODY_NAME}, {settings.BODY_ADDRESS}"


def _one_line(party: dict[str, str]) -> str:
    parts = [party["name"], *party["address"].splitlines(), party.get("contact", "")]
    return ", ".join(part for part in parts if part)
