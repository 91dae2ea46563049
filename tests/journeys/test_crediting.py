"""Credit notes take back pieces; refunds pay back what is left, above a limit by two people."""

from __future__ import annotations

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import CreditNote, OrderLine, Payment, Refund
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.journeys.crediting import LooksLikeACard
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.pages.ledger_report import ledger_report
from tests.support.builders import DESK, TODAY
from tests.support.money import Till, account, accounts_sum, card_like, postings

pytestmark = pytest.mark.django_db

#: One of five packages, after the first tier; and all five.
ONE, FIVE = 17910, 5 * 17910
SECOND = Actor(ActorKind.STAFF, "0second00000", "Sam Second", "request-second")
#: What one person may pay back alone.
ALONE = 500_00


@pytest.fixture
def till() -> Till:
    return Till()


def free(till: Till, kind: str = "package") -> int:
    return stock.free_of(payer=till.payer, kind=kind)


def fresh(payment: Payment) -> Payment:
    return Payment.objects.get(pk=payment.pk)


def in_order() -> bool:
    return ledger_report(today=TODAY).problems == () and accounts_sum() == 0


# Credit notes ---------------------------------------------------------------------------------


def test_a_partial_credit_note_lowers_what_is_open(till: Till) -> None:
    invoice = till.buy(package=5)
    note = till.take_back(invoice, {"package": 2})
    assert (note.number, note.total_minor) == ("CN-000001", 2 * ONE)
    found = till.fresh(invoice)
    assert (found.open_minor, found.credited_minor) == (3 * ONE, 2 * ONE)
    assert (till.order(invoice).state, account("receivable")) == ("open", 3 * ONE)
    assert in_order()


def test_only_the_pieces_that_stay_ordered_enter_the_ledger(till: Till) -> None:
    invoice = till.buy(package=5)
    till.take_back(invoice, {"package": 2})
    till.pay(3 * ONE)
    assert (till.order(invoice).state, free(till)) == ("paid", 3)
    assert in_order()


def test_a_credit_note_over_the_unpaid_rest_pays_the_order(till: Till) -> None:
    invoice = till.buy(package=5)
    till.pay(3 * ONE)
    assert free(till) == 0
    till.take_back(invoice, {"package": 2})
    assert (till.order(invoice).state, free(till)) == ("paid", 3)
    assert in_order()


def test_a_line_that_was_taken_back_as_a_whole_brings_no_units(till: Till) -> None:
    invoice = till.buy(package=5, manual=1)
    till.take_back(invoice, {"manual": 1})
    till.pay(FIVE)
    assert (free(till), free(till, "manual")) == (5, 0)


def test_a_credit_note_over_everything_cancels_an_unpaid_order(till: Till) -> None:
    invoice = till.buy(package=5)
    till.take_back(invoice, {"package": 5})
    assert (till.order(invoice).state, free(till), till.credit) == ("cancelled", 0, 0)
    assert (account("receivable"), account("revenue")) == (0, 0)
    # Money that comes all the same is kept, and the order stays closed.
    till.pay(1000, invoices=[till.fresh(invoice)])
    assert (till.order(invoice).state, free(till), till.credit) == ("cancelled", 0, 1000)
    assert in_order()


def test_a_credit_note_on_a_paid_invoice_keeps_the_money_for_the_payer(till: Till) -> None:
    invoice = till.buy(package=5)
    till.pay(FIVE)
    till.take_back(invoice, {"package": 1})
    found = till.fresh(invoice)
    assert (found.open_minor, found.applied_minor, till.credit) == (0, 4 * ONE, ONE)
    # A credit note is about money: staff decide about units that are there already.
    assert (till.order(invoice).state, free(till)) == ("paid", 5)
    following = till.buy(manual=1)
    assert (till.fresh(following).open_minor, till.credit) == (0, ONE - 4900)
    assert in_order()


def test_what_was_paid_by_two_comes_off_the_newest_payment_first(till: Till) -> None:
    invoice = till.buy(package=5)
    older, newer = till.pay(3 * ONE).payment, till.pay(2 * ONE).payment
    till.take_back(invoice, {"package": 3})
    assert (fresh(newer).left_minor, fresh(older).left_minor) == (2 * ONE, ONE)
    assert in_order()


def test_pieces_are_taken_back_once(till: Till) -> None:
    invoice = till.buy(package=5)
    till.take_back(invoice, {"package": 4})
    with pytest.raises(NotPossible, match="Only 1 of “Certification package” are left"):
        till.take_back(invoice, {"package": 2})
    with pytest.raises(NotPossible, match="Say which pieces"):
        till.take_back(invoice, {"package": 0})
    assert CreditNote.objects.count() == 1


def test_tax_is_taken_back_to_the_last_cent(till: Till) -> None:
    till.practice.region = "Cascadia"
    till.practice.save()
    invoice = till.buy(manual=3)
    assert invoice.total_minor == 3 * 4900 + 1213
    notes = [till.take_back(invoice, {"manual": 1}) for _ in range(3)]
    assert [note.tax_minor for note in notes] == [404, 404, 405]
    assert (account("tax"), account("receivable")) == (0, 0)


def test_cents_rounded_up_piece_by_piece_never_take_back_more_tax_than_there_was(
    till: Till,
) -> None:
    invoice = till.buy(manual=4)
    OrderLine.objects.update(tax_minor=2)
    notes = [till.take_back(invoice, {"manual": 1}) for _ in range(3)]
    assert [note.tax_minor for note in notes] == [1, 1, 0]


def test_a_credit_note_says_who_and_why_in_the_trail(till: Till) -> None:
    invoice = till.buy(package=5)
    till.take_back(invoice, {"package": 1}, reason="one left the practice")
    event = AuditEvent.objects.get(key="invoice.credited")
    assert event.practice == till.practice.reference
    assert event.data["reason"] == "one left the practice"


def test_row_41_no_reason_holds_a_card_number(till: Till) -> None:
    invoice = till.buy(package=5)
    payment = till.pay(1000, invoices=[invoice]).payment
    with pytest.raises(LooksLikeACard):
        till.take_back(invoice, {"package": 1}, reason=f"card {card_like()}")
    with pytest.raises(LooksLikeACard):
        till.refund(payment, 1, reason=card_like())
    assert not CreditNote.objects.exists()
    assert not Refund.objects.exists()


# Refunds --------------------------------------------------------------------------------------


def test_what_is_left_goes_back_up_to_the_limit_at_once(till: Till) -> None:
    payment = till.pay(ALONE).payment
    refund = till.refund(payment, ALONE)
    refund.refresh_from_db()
    assert refund.paid_at is not None
    assert (till.credit, fresh(payment).refunded_minor) == (0, ALONE)
    assert postings()[-1] == ("refunded", "credit", "bank", ALONE)
    assert in_order()


def test_row_43_a_refund_above_the_limit_waits_for_a_second_person(till: Till) -> None:
    payment = till.pay(ALONE + 1).payment
    refund = till.refund(payment, ALONE + 1)
    assert (refund.paid_at, till.credit) == (None, ALONE + 1)
    with pytest.raises(NotPossible, match="Somebody else than the one who asked"):
        till.answer(refund, by=DESK)
    till.answer(refund, by=SECOND)
    refund.refresh_from_db()
    assert (refund.paid_at is not None, refund.decided_by) == (True, SECOND.reference)
    assert till.credit == 0
    with pytest.raises(NotPossible, match="decided already"):
        till.answer(refund, by=SECOND)
    assert in_order()


def test_a_refused_refund_leaves_the_money_where_it_is(till: Till) -> None:
    payment = till.pay(ALONE + 1).payment
    till.answer(till.refund(payment, ALONE + 1), by=SECOND, refused=True)
    assert till.credit == ALONE + 1
    # The money is free again, for a refund or for an invoice.
    till.refund(payment, ALONE)
    assert till.credit == 1
    assert in_order()


def test_never_more_goes_back_than_is_left(till: Till) -> None:
    invoice = till.buy(package=5)
    payment = till.pay(FIVE + 100).payment
    with pytest.raises(NotPossible, match="not so much left"):
        till.refund(payment, 101)
    with pytest.raises(NotPossible, match="not so much left"):
        till.refund(payment, 0)
    till.refund(payment, 100)
    till.take_back(invoice, {"package": 5})
    till.refund(payment, ALONE)
    with pytest.raises(NotPossible, match="not so much left"):
        till.refund(payment, FIVE - ALONE + 1)
    assert in_order()


def test_money_of_a_refund_that_waits_pays_no_invoice_meanwhile(till: Till) -> None:
    payment = till.pay(ALONE + 100).payment
    refund = till.refund(payment, ALONE + 1)
    invoice = till.buy(manual=1)
    assert till.fresh(invoice).applied_minor == 99
    with pytest.raises(NotPossible, match="not so much left"):
        till.refund(payment, 1)
    till.answer(refund, by=SECOND)
    assert till.credit == 0
    assert in_order()


def test_a_cheque_of_which_a_refund_waits_bounces_after_the_answer(till: Till) -> None:
    payment = till.pay(ALONE + 1).payment
    refund = till.refund(payment, ALONE + 1)
    with pytest.raises(NotPossible, match="A refund of this payment waits"):
        till.bounce(payment)
    till.answer(refund, by=SECOND, refused=True)
    till.bounce(payment)
    assert (till.credit, account("cheques")) == (0, 0)
    with pytest.raises(NotPossible, match="not so much left"):
        till.refund(fresh(payment), 1)
    assert in_order()


def test_what_was_paid_back_in_part_does_not_bounce(till: Till) -> None:
    payment = till.pay(1000).payment
    till.refund(payment, 100)
    with pytest.raises(NotPossible, match="Part of this payment was paid back"):
        till.bounce(fresh(payment))


def test_a_cheque_is_paid_back_out_of_the_bank_a_terminal_by_the_provider(till: Till) -> None:
    till.refund(till.pay(1000).payment, 1000)
    till.refund(till.pay(500, method=Method.PHONE).payment, 500)
    assert [row[2] for row in postings() if row[0] == "refunded"] == ["bank", "provider"]
    assert (account("bank"), account("cheques"), account("provider")) == (-1000, 1000, 0)
