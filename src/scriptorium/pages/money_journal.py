"""The journal of the double-entry ledger, and what stands on each account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Account, Reason
from scriptorium.domains.orders.models import Posting
from scriptorium.kernel.money import Money
from scriptorium.pages.money_cells import HOME, Value, account_url, payer_name, two_places

WINDOW = 100
HEADERS = (
    "Date", "Debit account", "Credit account", "Amount", "Currency", "Reason", "Invoice",
    "Payment", "Credit note", "Payer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One posting."""

    day: str
    debit: str
    credit: str
    amount: str
    reason: str
    paper: str
    paper_url: str
    payer: str
    payer_url: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on an account at the end of the last day: debit minus credit."""

    account: str
    amount: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One window of the journal, with the balances; ``total`` is their sum."""

    lines: list[JournalLine]
    count: int
    page: int
    pages: int
    prev: str
    next: str
    export: str
    balances: list[Balance]
    total: str


def journal_page(*, since: dt.date, until: dt.date, page: int) -> JournalPage:
    """Return one window of the journal between two days, both included."""
    found = money.journal(since=since, until=until)
    count = found.count()
    pages = max(1, -(-count // WINDOW))
    page = min(max(1, page), pages)
    balances = money.balances(until=until)
    return JournalPage(
        lines=[_line(posting) for posting in found[(page - 1) * WINDOW : page * WINDOW]],
        count=count,
        page=page,
        pages=pages,
        prev=_address(since, until, page - 1) if page > 1 else "",
        next=_address(since, until, page + 1) if page < pages else "",
        export=_address(since, until, 1, "journal.csv"),
        balances=[
            Balance(Account(name).label, str(Money(minor, prices().currency)))
            for name, minor in balances.items()
        ],
        total=str(Money(sum(balances.values()), prices().currency)),
    )


def _address(since: dt.date, until: dt.date, page: int, path: str = "") -> str:
    wanted = {"from": since.isoformat(), "to": until.isoformat()}
    if page > 1:
        wanted["page"] = str(page)
    return f"{HOME}journal/{path}?{urlencode(wanted)}"


def _line(posting: Posting) -> JournalLine:
    account = account_url(posting)
    paper, url = "", ""
    if posting.invoice is not None:
        paper, url = posting.invoice.number, f"{account}invoices/{posting.invoice.number}/"
    elif posting.payment is not None:
        paper, url = posting.payment.number, f"{account}payments/{posting.payment.number}/"
    return JournalLine(
        day=words(posting.on),
        debit=Account(posting.debit).label,
        credit=Account(posting.credit).label,
        amount=str(Money(posting.amount_minor, posting.currency)),
        reason=Reason(posting.reason).label,
        paper=paper,
        paper_url=url,
        payer=payer_name(posting),
        payer_url=account,
    )


def journal_values(*, since: dt.date, until: dt.date) -> list[list[Value]]:
    """Return the whole journal between two days, both included, as plain values."""
    return [
        [
            posting.on,
            Account(posting.debit).label,
            Account(posting.credit).label,
            two_places(posting.amount_minor),
            posting.currency,
            Reason(posting.reason).label,
            posting.invoice.number if posting.invoice else "",
            posting.payment.number if posting.payment else "",
            posting.note.number if posting.note else "",
            payer_name(posting),
        ]
        for posting in money.journal(since=since, until=until).iterator(chunk_size=2000)
    ]
