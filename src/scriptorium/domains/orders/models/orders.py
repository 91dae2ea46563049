"""Orders, invoices and credit notes; numbers of documents have no gap (DOMAIN §10)."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField, exactly_one_payer
from scriptorium.domains.orders.enums import OrderState, Series
from scriptorium.domains.orders.models.estimates import Estimate
from scriptorium.domains.orders.models.lines import Line, line_adds_up


class NextNumber(models.Model):
    """The next number of a series. Its row is locked until the document is committed: no gap."""

    series = models.CharField(max_length=3, choices=Series, primary_key=True)
    value = models.PositiveIntegerField(default=1)


class Order(models.Model):
    """What a payer decided to buy."""

    reference = ReferenceField()
    payer_practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, related_name="orders"
    )
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="orders"
    )
    state = models.CharField(max_length=9, choices=OrderState, default=OrderState.OPEN)
    source = models.CharField(max_length=10)  # estimate, store, renewal, reinstate, office
    estimate = models.OneToOneField(
        Estimate, on_delete=models.PROTECT, null=True, related_name="order"
    )
    po_number = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    # Units are there on placing instead of on payment.
    units_first = models.BooleanField(default=False)
    granted_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=60)
    placed_by_name = models.CharField(max_length=160)
    placed_on = models.DateField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=120, unique=True)

    personal_data = frozenset({"placed_by_name"})

    class Meta:
        constraints = [
            exactly_one_payer("order_one_payer"),
            models.CheckConstraint(
                condition=models.Q(state="cancelled", cancelled_at__isnull=False)
                | (~models.Q(state="cancelled") & models.Q(cancelled_at__isnull=True)),
                name="order_cancelled_has_time",
            ),
        ]
        indexes = [
            # Read by the payer's list, newest first.
            models.Index(fields=["payer_practice", "-id"], name="order_of_practice"),
            models.Index(fields=["payer_person", "-id"], name="order_of_person"),
            # Read by the night: which renewals wait for a card.
            models.Index(
                fields=["placed_on"],
                name="order_renewals_open",
                condition=models.Q(source="renewal", state="open"),
            ),
        ]

    @property
    def total_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor


class OrderLine(Line):
    """One line of an order; frozen from the day on which it was placed."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")

    class Meta:
        ordering = ["position"]
        constraints = [
            line_adds_up("order_line_adds_up"),
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
        ]


class Invoice(models.Model):
    """An invoice. Its words are frozen in ``content``; what is open moves with the ledger."""

    personal_data = frozenset({"content"})

    reference = ReferenceField()
    number = models.CharField(max_length=20, unique=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="invoice")
    # Copies of the order's payer, for the worklists.
    payer_practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    payer_person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    # Derived from postings in the same transaction; ``verify-ledger`` recomputes them.
    applied_minor = models.BigIntegerField(default=0)
    credited_minor = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            exactly_one_payer("invoice_one_payer"),
            models.CheckConstraint(
                condition=models.Q(applied_minor__gte=0, credited_minor__gte=0)
                & models.Q(total_minor__gte=models.F("applied_minor") + models.F("credited_minor")),
                name="invoice_not_overpaid",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    settled_at__isnull=False,
                    total_minor=models.F("applied_minor") + models.F("credited_minor"),
                )
                | (
                    models.Q(settled_at__isnull=True)
                    & models.Q(
                        total_minor__gt=models.F("applied_minor") + models.F("credited_minor")
                    )
                ),
                name="invoice_settled_means_nothing_open",
            ),
        ]
        indexes = [
            # Read by the office's worklist of what is unpaid and by the night's dunning.
            models.Index(
                fields=["due_on", "id"],
                name="invoice_open",
                condition=models.Q(settled_at__isnull=True),
            ),
            # Read by a practice's standing and by its statement.
            models.Index(fields=["payer_practice", "issued_on"], name="invoice_of_practice"),
        ]

    @property
    def open_minor(self) -> int:
        """What is still to be paid."""
        return self.total_minor - self.applied_minor - self.credited_minor


class CreditNote(AppendOnly):
    """Takes back part or all of an invoice; never changed."""

    reference = ReferenceField()
    number = models.CharField(max_length=20, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=160)

    personal_data = frozenset({"by_name"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(net_minor__gt=0, tax_minor__gte=0), name="credit_note_positive"
            ),
        ]

    @property
    def total_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor


class CreditNoteLine(AppendOnly):
    """How many of which order line are taken back."""

    note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="credited")
    quantity = models.PositiveIntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1), name="credit_line_takes_something"
            ),
        ]
