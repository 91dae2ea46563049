"""States of estimates, orders and payments, and the accounts of the money ledger (DOMAIN §10)."""

from __future__ import annotations

from django.db import models

#: Kinds of line that are no product of the catalogue: staff type their words and price.
CONSULTING, FEE = "consulting", "fee"


class EstimateState(models.TextChoices):
    """Where a revision of an estimate is; *expired* is computed from its day."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Open"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REPLACED = "replaced", "Replaced by a newer revision"


class OrderState(models.TextChoices):
    """Where an order is."""

    OPEN = "open", "Waiting for payment"
    PAID = "paid", "Paid"
    CANCELLED = "cancelled", "Cancelled"


class Method(models.TextChoices):
    """How money came in."""

    CARD = "card", "Card"
    CHEQUE = "cheque", "Cheque"
    ACH = "ach", "ACH transfer"
    WIRE = "wire", "Wire transfer"
    PHONE = "phone", "Card by phone"


class PaymentState(models.TextChoices):
    """Whether a payment holds."""

    PENDING = "pending", "On its way"
    RECEIVED = "received", "Received"
    BOUNCED = "bounced", "Bounced"
    DISPUTED = "disputed", "Disputed"
    LOST = "lost", "Lost in a dispute"


class AttemptState(models.TextChoices):
    """Where an attempt to pay through the provider is; it only moves forward."""

    OPEN = "open", "At the provider"
    PENDING = "pending", "On its way"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Not finished in time"


class Account(models.TextChoices):
    """The accounts of the money ledger; ``normal`` side in the comment.

    A payer's credit is money that the body holds for the payer: each payment enters it first and
    is then applied to an invoice, so that over-payments and refunds need no case of their own.
    """

    RECEIVABLE = "receivable", "Accounts receivable"  # debit
    CHEQUES = "cheques", "Cheques to deposit"  # debit
    BANK = "bank", "Bank"  # debit
    PROVIDER = "provider", "Payment provider"  # debit
    DISPUTED = "disputed", "Held back by disputes"  # credit
    CREDIT = "credit", "Payers' credit"  # credit
    REVENUE = "revenue", "Revenue"  # credit
    TAX = "tax", "Tax to remit"  # credit


class Reason(models.TextChoices):
    """Why a posting was made."""

    INVOICED = "invoiced", "Invoice issued"
    TAXED = "taxed", "Tax on an invoice"
    RECEIVED = "received", "Payment received"
    APPLIED = "applied", "Payment applied to an invoice"
    UNAPPLIED = "unapplied", "Payment taken off an invoice"
    DEPOSITED = "deposited", "Cheque deposited"
    BOUNCED = "bounced", "Payment bounced"
    DISPUTED = "disputed", "Payment disputed"
    DISPUTE_WON = "dispute_won", "Dispute won"
    WRITTEN_OFF = "written_off", "Lost dispute written off"
    CREDITED = "credited", "Credit note"
    TAX_CREDITED = "tax_credited", "Tax on a credit note"
    CREDIT_KEPT = "credit_kept", "Credit kept for the payer"
    REFUNDED = "refunded", "Money paid back"


class Series(models.TextChoices):
    """Documents whose numbers have no gap."""

    INVOICE = "INV", "Invoice"
    CREDIT_NOTE = "CN", "Credit note"
    RECEIPT = "RC", "Receipt"


#: Where money of each method goes first.
FIRST_ACCOUNT: dict[str, Account] = {
    Method.CARD: Account.PROVIDER,
    Method.CHEQUE: Account.CHEQUES,
    Method.ACH: Account.BANK,
    Method.WIRE: Account.BANK,
    Method.PHONE: Account.PROVIDER,
}
