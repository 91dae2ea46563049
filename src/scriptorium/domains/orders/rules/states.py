"""Who may do what with an estimate, an order or a payment, and when. Pure."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.orders.enums import EstimateState, Method, PaymentState
from scriptorium.domains.orders.models import Estimate, Exemption, Invoice, Payment, Refund


class NotPossible(Exception):
    """The document's state does not allow this; the text says why and what to do instead."""


def is_expired(*, estimate: Estimate, today: dt.date) -> bool:
    """Return whether an open estimate's last day is over."""
    return estimate.state == EstimateState.SENT and today > estimate.good_until


def check_can_accept(*, estimate: Estimate, today: dt.date) -> None:
    """Refuse what is not open any more.

    Raises:
        NotPossible: it is accepted, declined, replaced, a draft, or its last day is over.
    """
    if estimate.state == EstimateState.ACCEPTED:
        raise NotPossible("This estimate was accepted already; its order is on the orders page.")
    if estimate.state == EstimateState.REPLACED:
        raise NotPossible("A newer revision replaced this one; accept that one instead.")
    if estimate.state == EstimateState.DECLINED:
        raise NotPossible("This estimate was declined. Make a new revision to bring it back.")
    if estimate.state == EstimateState.DRAFT:
        raise NotPossible("This estimate is still a draft.")
    if is_expired(estimate=estimate, today=today):
        raise NotPossible(
            "This estimate's last day is over. Make a new revision at today's prices."
        )


def can_accept(*, estimate: Estimate, today: dt.date) -> bool:
    """Return whether ``check_can_accept`` would pass."""
    try:
        check_can_accept(estimate=estimate, today=today)
    except NotPossible:
        return False
    return True


def check_can_revise(*, estimate: Estimate, by_staff: bool) -> None:
    """Refuse to revise what was accepted or is not the newest.

    Staff's estimates hold lines and prices of their own, so staff alone revise them.

    Raises:
        NotPossible: says what to do.
    """
    if estimate.state == EstimateState.ACCEPTED:
        raise NotPossible("An accepted estimate is not revised; make a new estimate.")
    if estimate.state == EstimateState.REPLACED:
        raise NotPossible("There is a newer revision; revise that one.")
    if estimate.by_staff and not by_staff:
        raise NotPossible("Our staff wrote this estimate. Write to us, and we change it for you.")


def state_words(*, estimate: Estimate, today: dt.date) -> str:
    """Return an estimate's state as people read it."""
    if is_expired(estimate=estimate, today=today):
        return "Expired"
    return EstimateState(estimate.state).label


def check_can_bounce(*, payment: Payment, refund_waits: bool) -> None:
    """Refuse to bounce what cannot come back.

    Arguments:
        refund_waits: a refund of this payment was asked for and neither paid nor refused.

    Raises:
        NotPossible: a card, a payment that does not hold, or one that was or may be paid back.
    """
    if payment.method in (Method.CARD, Method.PHONE):
        raise NotPossible("A card payment does not bounce; the provider tells of a dispute.")
    if payment.state != PaymentState.RECEIVED:
        raise NotPossible(f"This payment is {PaymentState(payment.state).label.lower()} already.")
    if payment.refunded_minor:
        raise NotPossible("Part of this payment was paid back; settle that first.")
    if refund_waits:
        raise NotPossible("A refund of this payment waits; refuse that first.")


def check_can_pay_back(*, payment: Payment, amount: int) -> None:
    """Refuse to send money back that is not there any more.

    Raises:
        NotPossible: the payment is disputed or bounced, or less of it is left.
    """
    if payment.state != PaymentState.RECEIVED:
        raise NotPossible(
            f"This payment is {PaymentState(payment.state).label.lower()}; refuse the refund."
        )
    if amount > payment.left_minor:
        raise NotPossible("There is not so much left of this payment any more; refuse the refund.")


def may_go(*, refund: Refund, alone: int) -> bool:
    """Return whether a refund needs no further word: small enough for one person, or agreed to."""
    return not refund.refused and (refund.amount_minor <= alone or refund.decided_at is not None)


def check_can_deposit(*, payment: Payment) -> None:
    """Refuse to deposit what is no cheque in hand.

    Raises:
        NotPossible: no cheque, deposited already, or bounced.
    """
    if payment.method != Method.CHEQUE or payment.state != PaymentState.RECEIVED:
        raise NotPossible("Only a cheque that is in hand can be deposited.")
    if payment.deposited_on is not None:
        raise NotPossible("This cheque was deposited already.")


def overdue_days(*, invoice: Invoice, today: dt.date) -> int:
    """Return by how many days an open invoice is overdue; 0 when it is not."""
    if invoice.settled_at is not None:
        return 0
    return max(0, (today - invoice.due_on).days)


def exemption_words(*, exemption: Exemption, today: dt.date) -> str:
    """Return where a certificate of freedom from tax stands, as people read it."""
    if exemption.refused_at is not None:
        return "Refused"
    if today >= exemption.expires_on:
        return "Expired"
    if exemption.verified_at is None:
        return "Waits for verification"
    return "Verified" if today >= exemption.starts_on else "Verified, begins later"


def held_by_dispute(payment: Payment) -> int:
    """Return the minor units that a dispute holds: what went back already is not held again."""
    return payment.amount_minor - payment.refunded_minor


def check_can_write_off(*, payment: Payment) -> None:
    """Refuse to write off what no dispute holds.

    Raises:
        NotPossible: the payment is not disputed (any more).
    """
    if payment.state == PaymentState.LOST:
        raise NotPossible("This dispute was written off already.")
    if payment.state != PaymentState.DISPUTED:
        raise NotPossible("No dispute holds this payment; there is nothing to write off.")
