"""The double-entry ledger: each posting moves an amount from one account to another.

The derived amounts on invoices and payments move in the same call, so that they cannot part from
the postings; ``verify-ledger`` recomputes them all the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.orders.enums import Account, Reason
from scriptorium.domains.orders.models import CreditNote, Invoice, Payment, Posting
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class Book:
    """Who posts, for which payer, and when; it writes the postings of one change."""

    actor: Actor
    payer: Payer
    currency: str
    now: dt.datetime
    today: dt.date

    def post(
        self,
        debit: Account,
        credit: Account,
        amount: int,
        reason: Reason,
        *,
        invoice: Invoice | None = None,
        payment: Payment | None = None,
        note: CreditNote | None = None,
    ) -> None:
        """Insert one posting; an amount of zero posts nothing."""
        if amount == 0:
            return
        Posting.objects.create(
            at=self.now,
            on=self.today,
            debit=debit,
            credit=credit,
            amount_minor=amount,
            currency=self.currency,
            reason=reason,
            invoice=invoice,
            payment=payment,
            note=note,
            actor_kind=self.actor.kind,
            actor_reference=self.actor.reference,
            **self.payer.columns,
        )


def move_invoice(
    *, invoice: Invoice, applied: int = 0, credited: int = 0, now: dt.datetime
) -> bool:
    """Change what is applied to or credited on an invoice, locked by the caller.

    Returns:
        Whether nothing is open any more.
    """
    invoice.applied_minor += applied
    invoice.credited_minor += credited
    settled = invoice.open_minor == 0
    if settled and invoice.settled_at is None:
        invoice.settled_at = now
    elif not settled:
        invoice.settled_at = None
    invoice.save(update_fields=["applied_minor", "credited_minor", "settled_at"])
    return settled
