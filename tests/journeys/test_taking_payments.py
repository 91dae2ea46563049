"""Cheques, transfers, partial, over and bounced: always new lines, always zero (row 43)."""

from __future__ import annotations

import pytest

from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.enums import Method, PaymentState
from scriptorium.domains.orders.models import Payment
from scriptorium.domains.orders.rules.states import NotPossible, overdue_days
from scriptorium.journeys import taking_payments
from scriptorium.journeys.taking_payments import LooksLikeACard
from tests.support.builders import DESK, NOW, TODAY, days
from tests.support.money import Till, account, accounts_sum, card_like, postings

pytestmark = pytest.mark.django_db

#: Five packages at the first tier.
FIVE = 5 * 17910


@pytest.fixture
def till() -> Till:
    return Till()


def free(till: Till) -> int:
    return stock.free_of(payer=till.payer, kind="package")


def test_units_come_with_the_last_cent_and_not_before(till: Till) -> None:
    invoice = till.buy(package=5)
    till.pay(FIVE - 1)
    assert (till.fresh(invoice).open_minor, till.order(invoice).state, free(till)) == (1, "open", 0)
    taken = till.pay(1, method=Method.ACH)
    assert (taken.paid, taken.kept_minor) == (((invoice.number, 1),), 0)
    assert (till.order(invoice).state, free(till)) == ("paid", 5)
    assert till.fresh(invoice).settled_at is not None


def test_the_same_form_sent_twice_is_one_payment(till: Till) -> None:
    till.buy(package=5)
    first = till.pay(1000, key="form-1")
    again = till.pay(1000, key="form-1")
    assert again.payment == first.payment
    assert Payment.objects.count() == 1


def test_what_is_too_much_is_kept_and_pays_the_next_invoice(till: Till) -> None:
    till.buy(package=5)
    taken = till.pay(FIVE + 5000)
    assert (taken.kept_minor, till.credit) == (5000, 5000)
    following = till.buy(manual=1)
    assert (till.fresh(following).settled_at is not None, till.credit) == (True, 100)
    assert stock.free_of(payer=till.payer, kind="manual") == 1


def test_a_payment_without_named_invoices_pays_the_longest_due_first(till: Till) -> None:
    older, newer = till.buy(package=5), till.buy(manual=1)
    taken = till.pay(FIVE + 100)
    assert taken.paid == ((older.number, FIVE), (newer.number, 100))
    named = till.pay(4800, invoices=[newer])
    assert named.paid == ((newer.number, 4800),)


def test_row_43_a_bounced_cheque_reverses_by_new_lines_and_all_sums_to_zero(till: Till) -> None:
    invoice = till.buy(package=5)
    payment = till.pay(FIVE).payment
    taking_payments.deposit(actor=DESK, payments=[payment], on=TODAY, now=NOW, today=TODAY)
    before = postings()
    payment.refresh_from_db()
    assert till.bounce(payment) == (invoice.number,)
    assert postings()[: len(before)] == before
    assert [reason for reason, *_ in postings()[len(before) :]] == ["unapplied", "bounced"]
    payment.refresh_from_db()
    assert (payment.state, payment.applied_minor) == (PaymentState.BOUNCED, 0)
    assert till.fresh(invoice).open_minor == FIVE
    assert till.order(invoice).state == "open"
    # What was granted stays until staff decide.
    assert free(till) == 5
    assert (accounts_sum(), account("bank"), account("cheques"), account("receivable")) == (
        0, 0, 0, FIVE,
    )  # fmt: skip
    till.pay(FIVE)
    assert (till.order(invoice).state, free(till)) == ("paid", 5)
    assert OutboxMail.objects.filter(template="payment_bounced").count() == 1


def test_a_cheque_that_was_not_deposited_bounces_out_of_the_drawer(till: Till) -> None:
    till.buy(package=5)
    payment = till.pay(FIVE).payment
    assert account("cheques") == FIVE
    till.bounce(payment)
    assert account("cheques") == 0


def test_a_card_does_not_bounce_and_nothing_bounces_twice(till: Till) -> None:
    till.buy(package=5)
    phone = till.pay(1000, method=Method.PHONE).payment
    with pytest.raises(NotPossible, match="does not bounce"):
        till.bounce(phone)
    cheque = till.pay(1000).payment
    till.bounce(cheque)
    cheque.refresh_from_db()
    with pytest.raises(NotPossible, match="bounced already"):
        till.bounce(cheque)


def test_only_a_cheque_in_hand_is_deposited(till: Till) -> None:
    till.buy(package=5)
    cheque, wire = till.pay(1000).payment, till.pay(1000, method=Method.WIRE).payment

    def deposit(*payments: Payment) -> int:
        return taking_payments.deposit(
            actor=DESK, payments=payments, on=TODAY, now=NOW, today=TODAY
        )

    with pytest.raises(NotPossible, match="Only a cheque"):
        deposit(cheque, wire)
    assert account("cheques") == 1000
    assert deposit(cheque) == 1
    with pytest.raises(NotPossible, match="deposited already"):
        deposit(cheque)
    with pytest.raises(NotPossible, match="lies ahead"):
        taking_payments.deposit(actor=DESK, payments=[], on=days(1), now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("minor", "day", "sentence"), [(0, 0, "more than zero"), (-5, 0, "more than zero"),
                                   (100, 1, "lies ahead")],
)  # fmt: skip
def test_an_impossible_payment_is_refused(till: Till, minor: int, day: int, sentence: str) -> None:
    with pytest.raises(NotPossible, match=sentence):
        till.pay(minor, on=days(day))
    assert not Payment.objects.exists()


def test_row_41_a_card_number_in_a_reference_is_refused(till: Till) -> None:
    with pytest.raises(LooksLikeACard):
        till.pay(1000, paper=f"card {card_like()}")
    assert not Payment.objects.exists()


def test_receipts_and_invoices_are_numbered_without_a_gap(till: Till) -> None:
    assert [till.buy(ce=1).number for _ in range(3)] == ["INV-000001", "INV-000002", "INV-000003"]
    with pytest.raises(NotPossible):
        till.pay(0)
    assert [till.pay(100).payment.number for _ in range(2)] == ["RC-000001", "RC-000002"]


def test_overdue_counts_from_the_day_after_the_due_day(till: Till) -> None:
    invoice = till.buy(ce=1)
    assert [overdue_days(invoice=invoice, today=days(n)) for n in (0, 30, 31, 60)] == [0, 0, 1, 30]
    till.pay(1900)
    assert overdue_days(invoice=till.fresh(invoice), today=days(60)) == 0
