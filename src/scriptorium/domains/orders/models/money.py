"""Payments, what the provider told, and the postings of the double-entry ledger (DOMAIN §10)."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField, exactly_one_payer
from scriptorium.domains.orders.enums import Account, AttemptState, Method, PaymentState, Reason
from scriptorium.domains.orders.models.orders import CreditNote, Invoice, Order


def _payer_practice(name: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, related_name=name
    )


def _payer_person() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )


class SavedMethod(models.Model):
    """A means of payment that the provider keeps; here are only its names there."""

    reference = ReferenceField()
    payer_practice = _payer_practice("saved_methods")
    payer_person = _payer_person()
    provider = models.CharField(max_length=20)
    customer = models.CharField(max_length=120)
    method = models.CharField(max_length=120)
    label = models.CharField(max_length=60)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=60)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            exactly_one_payer("saved_method_one_payer"),
            # One method in use for each payer: a newer one takes its place.
            models.UniqueConstraint(
                fields=["payer_practice"],
                condition=models.Q(removed_at__isnull=True, payer_practice__isnull=False),
                name="saved_method_one_practice",
            ),
            models.UniqueConstraint(
                fields=["payer_person"],
                condition=models.Q(removed_at__isnull=True, payer_person__isnull=False),
                name="saved_method_one_person",
            ),
        ]


class Attempt(models.Model):
    """One try to pay an order through the provider; its key makes a repeated try the same one."""

    reference = ReferenceField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120, null=True, unique=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=AttemptState, default=AttemptState.OPEN)
    saves_method = models.BooleanField(default=False)
    off_session = models.BooleanField(default=False)
    # The day of a charge that nobody pressed for: one a day, whatever runs at the same time.
    charged_on = models.DateField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["order", "charged_on"], name="attempt_one_charge_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(off_session=True, charged_on__isnull=False)
                | models.Q(off_session=False, charged_on__isnull=True),
                name="attempt_charge_has_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="attempt_of_something"
            ),
        ]
        indexes = [
            # Read by the office's worklist of failing cards and by reconciliation.
            models.Index(fields=["state", "begun_at"], name="attempt_by_state"),
        ]


class Payment(models.Model):
    """Money that came in for a payer. What it paid is in the postings."""

    personal_data = frozenset({"entered_by_name", "note"})

    reference = ReferenceField()
    number = models.CharField(max_length=20, unique=True)
    payer_practice = _payer_practice("payments")
    payer_person = _payer_person()
    method = models.CharField(max_length=6, choices=Method)
    state = models.CharField(max_length=8, choices=PaymentState)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    # Derived from postings in the same transaction; ``verify-ledger`` recomputes them.
    applied_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    received_on = models.DateField()
    # A cheque's number, a transfer's reference, a terminal's receipt; never a card number.
    paper = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, related_name="payment"
    )
    external_id = models.CharField(max_length=120, null=True, unique=True)
    method_label = models.CharField(max_length=60, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=60)
    entered_by_name = models.CharField(max_length=160)
    deposited_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=120, unique=True)

    class Meta:
        constraints = [
            exactly_one_payer("payment_one_payer"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, applied_minor__gte=0, refunded_minor__gte=0)
                & models.Q(
                    amount_minor__gte=models.F("applied_minor") + models.F("refunded_minor")
                ),
                name="payment_not_used_twice",
            ),
            # What bounced or is disputed pays for nothing.
            models.CheckConstraint(
                condition=models.Q(state="received") | models.Q(applied_minor=0),
                name="only_received_money_pays",
            ),
        ]
        indexes = [
            # Read by the worklist of cheques to deposit.
            models.Index(
                fields=["received_on"],
                name="payment_cheques",
                condition=models.Q(method="cheque", state="received", deposited_on__isnull=True),
            ),
            models.Index(fields=["payer_practice", "-id"], name="payment_of_practice"),
        ]

    @property
    def left_minor(self) -> int:
        """What is kept for the payer: neither applied nor paid back."""
        if self.state != PaymentState.RECEIVED:
            return 0
        return self.amount_minor - self.applied_minor - self.refunded_minor


class Refund(models.Model):
    """Money that goes back to a payer; above a limit a second person says yes (DOMAIN §13)."""

    reference = ReferenceField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    asked_by_name = models.CharField(max_length=160)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    refused = models.BooleanField(default=False)
    paid_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=120, null=True, unique=True)

    personal_data = frozenset({"asked_by_name"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="refund_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(refused=False) | models.Q(paid_at__isnull=True),
                name="refused_refund_is_not_paid",
            ),
        ]


class ProviderEvent(models.Model):
    """An event as the provider sent it, under its own id: the same one is taken once."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="event_once"),
        ]
        indexes = [
            # Read by the worker: events that nobody handled yet.
            models.Index(
                fields=["id"], name="event_waiting", condition=models.Q(handled_at__isnull=True)
            ),
        ]


class Mismatch(models.Model):
    """Something that the provider says and our books do not, or the other way round."""

    reference = ReferenceField()
    provider = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    what = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # Each night finds it again and says it once.
            models.UniqueConstraint(
                fields=["provider", "external_id", "what"], name="mismatch_once"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(closed_by="")),
                name="mismatch_closed_paired",
            ),
        ]


class Posting(AppendOnly):
    """One amount from one account to another.

    Debit and credit stand in one row, so the ledger sums to zero by its shape.
    """

    at = models.DateTimeField()
    on = models.DateField()
    debit = models.CharField(max_length=10, choices=Account)
    credit = models.CharField(max_length=10, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=12, choices=Reason)
    payer_practice = _payer_practice("+")
    payer_person = _payer_person()
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="postings"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="postings"
    )
    note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, null=True, related_name="postings"
    )
    actor_kind = models.CharField(max_length=8)
    actor_reference = models.CharField(max_length=60)

    class Meta:
        constraints = [
            exactly_one_payer("posting_one_payer"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="posting_of_something"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="posting_between_two_accounts"
            ),
        ]
        indexes = [
            # Read by the export of journal lines.
            models.Index(fields=["on", "id"], name="posting_by_day"),
            # Read by a payer's statement.
            models.Index(fields=["payer_practice", "id"], name="posting_of_practice"),
        ]
