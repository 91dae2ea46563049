"""The worklists of finance: one shape for all, for the page and for the list that is exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import (
    Attempt,
    Estimate,
    Exemption,
    Invoice,
    Mismatch,
    Payment,
    Refund,
)
from scriptorium.domains.orders.queries import office
from scriptorium.domains.orders.queries.office import PAYER, PRACTICE, searched
from scriptorium.domains.orders.rules.states import may_go, overdue_days
from scriptorium.kernel import clock
from scriptorium.pages.money_cells import (
    HOME,
    Cell,
    Column,
    Kind,
    Row,
    Told,
    Value,
    account_url,
    amount,
    day,
    overdue_words,
    payer,
    under,
)

WINDOW = 50


@dataclass(frozen=True, slots=True)
class ListPage:
    """One window of a worklist."""

    name: str
    kind: Kind
    rows: list[Row]
    total: int
    q: str
    choice: str
    page: int
    pages: int

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """The choices of the filter, with which one is chosen."""
        if self.kind.filters is None:
            return []
        return [(slug, label, slug == self.choice) for slug, label in self.kind.filters[2]]

    def address(self, page: int | None = None, path: str = "") -> str:
        """Return the address of this list, of a page of it, or of its export."""
        wanted = {"q": self.q}
        if self.kind.filters is not None:
            wanted[self.kind.filters[0]] = self.choice
        if page is not None and page > 1:
            wanted["page"] = str(page)
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"{HOME}{self.name}/{path}{'?' if query else ''}{query}"

    @property
    def prev(self) -> str:
        """The address of the page before, or ""."""
        return self.address(self.page - 1) if self.page > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after, or ""."""
        return self.address(self.page + 1) if self.page < self.pages else ""

    @property
    def export(self) -> str:
        """The address of the whole list as a file."""
        return self.address(path="list.csv")

    @property
    def plain(self) -> str:
        """The address of the whole list."""
        return f"{HOME}{self.name}/"

    @property
    def lines(self) -> list[Told]:
        """The rows, each cell beside its column."""
        return under(self.kind.columns, self.rows)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter leaves rows out."""
        return bool(self.q or self.choice)


# What each list shows -------------------------------------------------------------------------


def _unpaid(text: str, choice: str, today: dt.date) -> QuerySet[Invoice]:
    rows = money.open_invoices()
    if choice == "overdue":
        rows = rows.filter(due_on__lt=today)
    rows = office.unpaid(rows, age=choice, today=today)
    return searched(rows, text, "number", "order__po_number", *PAYER)


def _invoice(invoice: Invoice, today: dt.date) -> Row:
    late = overdue_days(invoice=invoice, today=today)
    left = (invoice.due_on - today).days
    due = overdue_words(late) if late else ("Due today" if not left else f"In {left} days")
    return Row(
        invoice.reference,
        (
            Cell(invoice.number, url=f"{account_url(invoice)}invoices/{invoice.number}/"),
            payer(invoice),
            Cell(invoice.order.po_number or "\N{EM DASH}", invoice.order.po_number),
            day(invoice.due_on),
            Cell(due, tone="now" if late else ""),
            amount(invoice.open_minor, invoice.currency),
        ),
    )


def _cards(text: str, _: str, today: dt.date) -> QuerySet[Attempt]:
    del today
    rows = money.failing_attempts().select_related(
        "order__invoice", "order__payer_practice", "order__payer_person"
    )
    via = [f"order__{name}" for name in PAYER]
    return searched(rows, text, "order__invoice__number", "failure", *via)


def _card(attempt: Attempt, today: dt.date) -> Row:
    del today
    order = attempt.order
    number = order.invoice.number
    return Row(
        attempt.reference,
        (
            Cell(number, url=f"{account_url(order)}invoices/{number}/"),
            payer(order),
            day(clock.day_of(attempt.begun_at)),
            Cell(attempt.failure or "No reason given"),
            Cell(str(attempt.number), attempt.number),
            amount(attempt.amount_minor, order.currency),
        ),
    )


def _cheques(text: str, _: str, today: dt.date) -> QuerySet[Payment]:
    del today
    return searched(money.cheques_in_hand(), text, "number", "paper", *PAYER)


def _cheque(payment: Payment, today: dt.date) -> Row:
    del today
    return Row(
        payment.reference,
        (
            Cell(payment.paper or "Without a number"),
            payer(payment),
            Cell(payment.number, url=f"{account_url(payment)}payments/{payment.number}/"),
            day(payment.received_on),
            amount(payment.amount_minor, payment.currency),
        ),
    )


def _mismatches(text: str, _: str, today: dt.date) -> QuerySet[Mismatch]:
    del today
    return searched(money.mismatches(), text, "what", "external_id")


def _mismatch(mismatch: Mismatch, today: dt.date) -> Row:
    del today
    return Row(
        mismatch.reference,
        (
            Cell(mismatch.what),
            Cell(f"{mismatch.provider}: {mismatch.external_id}"),
            day(clock.day_of(mismatch.found_at)),
        ),
    )


def _credits(text: str, _: str, today: dt.date) -> QuerySet[Any, Any]:
    del today
    return searched(office.payers_with_credit(), text, *PAYER)


def _credit(row: dict[str, Any], today: dt.date) -> Row:
    del today
    if row["payer_practice_id"]:
        name, path = row["payer_practice__name"], f"practices/{row['payer_practice__reference']}/"
    else:
        name = f"{row['payer_person__first_name']} {row['payer_person__last_name']}"
        path = f"people/{row['payer_person__reference']}/"
    cells = (Cell(name, url=f"{HOME}{path}"), day(row["since"]), amount(row["kept"]))
    return Row(path, cells)


def _refunds(text: str, _: str, today: dt.date) -> QuerySet[Refund]:
    del today
    via = [f"payment__{name}" for name in PAYER]
    return searched(money.open_refunds(), text, "payment__number", "reason", *via)


def _refund(refund: Refund, today: dt.date) -> Row:
    del today
    payment = refund.payment
    goes = may_go(refund=refund, alone=prices().refund_alone.minor)
    asked = f"{refund.asked_by_name}, {words(clock.day_of(refund.asked_at))}"
    return Row(
        refund.reference,
        (
            payer(payment),
            Cell(payment.number, url=f"{account_url(payment)}payments/{payment.number}/"),
            Cell(refund.reason),
            Cell(asked),
            Cell("Agreed, not sent" if goes else "Waits for a second person", tone="soon"),
            amount(refund.amount_minor, payment.currency),
        ),
        "send" if goes else "decide",
        refund.asked_by,
    )


def _exemptions(text: str, _: str, today: dt.date) -> QuerySet[Exemption]:
    del today
    return searched(money.exemptions_to_verify(), text, "number", "region", *PRACTICE)


def _exemption(exemption: Exemption, today: dt.date) -> Row:
    del today
    practice = exemption.practice
    file = f"{HOME}exemptions/{exemption.reference}/file/" if exemption.file_sha256 else ""
    last = exemption.expires_on - dt.timedelta(days=1)
    return Row(
        exemption.reference,
        (
            Cell(practice.name, url=f"{HOME}practices/{practice.reference}/"),
            Cell(exemption.region),
            Cell(exemption.number),
            day(exemption.starts_on),
            day(last),
            Cell("Open the PDF" if file else "None handed in", "yes" if file else "no", file),
        ),
    )


def _estimates(text: str, choice: str, today: dt.date) -> QuerySet[Estimate]:
    rows = office.open_estimates(today=today, ending=choice)
    return searched(rows, text, "number", "title", "made_by_name", *PRACTICE)


def _estimate(estimate: Estimate, today: dt.date) -> Row:
    practice = estimate.practice
    account = f"{HOME}practices/{practice.reference}/"
    left = (estimate.good_until - today).days
    near = "Over" if left < 0 else "Today" if not left else f"{left} days left"
    return Row(
        estimate.reference,
        (
            Cell(estimate.number, url=f"{account}estimates/{estimate.number}/"),
            Cell(practice.name, url=account),
            Cell(estimate.title or "\N{EM DASH}", estimate.title),
            Cell(estimate.made_by_name),
            day(estimate.good_until),
            Cell(near, tone="soon" if left <= office.SOON_DAYS else ""),
            amount(estimate.total_minor, estimate.currency),
        ),
    )


def _columns(*labels: str) -> tuple[Column, ...]:
    """Return columns; a label that ends in * is of numbers."""
    return tuple(Column(label.rstrip("*"), label.endswith("*")) for label in labels)


_AGES = (
    ("", "Every age"),
    ("overdue", "Overdue"),
    *((age.slug, age.words) for age in office.AGES),
)
_ENDINGS = (("", "Still good"), ("soon", "Over within 7 days"), ("over", "Over"))

KINDS: dict[str, Kind] = {
    "unpaid": Kind(
        "Unpaid invoices", "The longest due stands first.", "Invoice, payer or order",
        _columns("Invoice", "Payer", "Purchase order", "Due on", "How late", "Open*"),
        "Every invoice is paid",
        "An invoice stands here from the day it is issued until nothing of it is open.",
        _unpaid, _invoice, ("age", "How late", _AGES),
    ),
    "failing-cards": Kind(
        "Failing cards",
        "The newest try failed and the order is still open. Call, or wait for the next try.",
        "Invoice, payer or reason",
        _columns("Invoice", "Payer", "Tried on", "Why", "Try*", "Amount*"),
        "No card fails", "A card that was declined stands here until its order is paid.",
        _cards, _card,
    ),
    "cheques": Kind(
        "Cheques to deposit", "Tick those that go to the bank together.",
        "Cheque, receipt or payer",
        _columns("Cheque", "Payer", "Receipt", "Received", "Amount*"),
        "The drawer is empty",
        "A cheque that was entered stands here until it is deposited or bounces.",
        _cheques, _cheque,
    ),
    "mismatches": Kind(
        "Mismatches with the provider", "Found by the nightly comparison; each is settled once.",
        "Words or number", _columns("What", "At the provider", "Found"),
        "The books agree", "What the provider says and our books do not stands here.",
        _mismatches, _mismatch,
    ),
    "credits": Kind(
        "Kept credits", "Money that came in and pays nothing yet. It pays the next invoice.",
        "Payer", _columns("Payer", "Since", "Kept*"),
        "Nothing is kept", "What somebody pays beyond an invoice is kept and stands here.",
        _credits, _credit,
    ),
    "refunds": Kind(
        "Refunds that wait",
        "Somebody else than the one who asked agrees; one that is agreed can be sent again.",
        "Payer, receipt or reason",
        _columns("Payer", "Receipt", "Reason", "Asked by", "State", "Amount*"),
        "No refund waits", "A refund above the limit stands here until a second person answers.",
        _refunds, _refund,
    ),
    "exemptions": Kind(
        "Exemptions to verify", "A certificate counts for tax from the moment it is verified.",
        "Practice, region or number",
        _columns("Practice", "Region", "Number", "From", "Last day", "Paper"),
        "Every certificate is answered",
        "Practices hand in certificates of tax exemption in their billing settings.",
        _exemptions, _exemption,
    ),
    "estimates": Kind(
        "Open estimates", "They wait for the practice’s answer.", "Estimate, practice or title",
        _columns("Estimate", "Practice", "Title", "Made by", "Good until", "Left", "Total*"),
        "No estimate waits", "An estimate stands here until it is accepted, declined or over.",
        _estimates, _estimate, ("ending", "Ending", _ENDINGS),
    ),
}  # fmt: skip


def list_page(*, name: str, q: str, choice: str, page: int, today: dt.date) -> ListPage:
    """Return one window of a worklist."""
    kind = KINDS[name]
    choice = _known(kind, choice)
    found = kind.find(q, choice, today)
    total = found.count()
    pages = max(1, -(-total // WINDOW))
    page = min(max(1, page), pages)
    rows = [kind.tell(row, today) for row in found[(page - 1) * WINDOW : page * WINDOW]]
    return ListPage(name, kind, rows, total, q, choice, page, pages)


def list_values(
    *, name: str, q: str, choice: str, today: dt.date
) -> tuple[list[str], list[Sequence[Value]]]:
    """Return head and rows of a whole worklist for its export."""
    kind = KINDS[name]
    rows = kind.find(q, _known(kind, choice), today)
    values = [[cell.plain for cell in kind.tell(row, today).cells] for row in rows]
    return [column.label for column in kind.columns], [*values]


def _known(kind: Kind, choice: str) -> str:
    known = {slug for slug, _ in kind.filters[2]} if kind.filters else set()
    return choice if choice in known else ""
