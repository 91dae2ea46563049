"""What finance does on a worklist: deposits, mismatches, exemptions, refunds."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Exemption, Mismatch, Refund
from scriptorium.journeys.services import file_store
from tests.support.builders import NOW, TODAY, days
from tests.support.markup import text_of
from tests.support.money import Till, account, card_like

LISTS = "/office/money/"


def mismatch() -> Mismatch:
    orders.note_mismatch(
        provider="sandbox", external_id="sbp_1", what="It knows a payment more", now=NOW
    )
    return Mismatch.objects.get()


def exemption(till: Till, content: bytes = b"") -> Exemption:
    till.practice.region = "Cascadia"
    till.practice.save()
    return orders.add_exemption(
        practice=till.practice.pk, region="Cascadia", number="EX-7", starts_on=TODAY,
        file_sha256=file_store().put(content=content) if content else "", by="dana", now=NOW,
        expires_on=days(300),
    )  # fmt: skip


def waiting(till: Till) -> Refund:
    return till.refund(till.pay(60000).payment, 60000)


# Cheques --------------------------------------------------------------------------------------


def test_several_cheques_go_to_the_bank_on_one_day(finance: Client, till: Till) -> None:
    first, second, third = (till.pay(1000, paper=f"10{n}").payment for n in range(3))
    form = {"cheque": [first.reference, third.reference], "on": days(-1).isoformat()}
    found = finance.post(f"{LISTS}cheques/deposit/", form, follow=True)
    assert "2 cheques deposited." in text_of(found.content.decode())
    assert [one.pk for one in money.cheques_in_hand()] == [second.pk]
    assert (account("bank"), account("cheques")) == (2000, 1000)
    first.refresh_from_db()
    assert first.deposited_on == days(-1)
    again = finance.post(f"{LISTS}cheques/deposit/", form)
    assert (again.status_code, "deposited already" in again.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("ticked", "on", "status", "words"),
    [
        (False, 0, 422, "Tick at least one cheque."),
        (True, None, 422, "This field is required."),
        (True, 1, 409, "The day lies ahead"),
    ],
)
def test_a_deposit_that_cannot_be_changes_nothing(
    finance: Client, till: Till, ticked: bool, on: int | None, status: int, words: str
) -> None:
    cheque = till.pay(1000).payment
    form = {"on": "" if on is None else days(on).isoformat()}
    form |= {"cheque": cheque.reference} if ticked else {}
    answer = finance.post(f"{LISTS}cheques/deposit/", form)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert money.cheques_in_hand().count() == 1


# Mismatches -----------------------------------------------------------------------------------


def test_a_mismatch_is_settled_by_a_note(finance: Client) -> None:
    found = mismatch()
    address = f"{LISTS}mismatches/{found.reference}/close/"
    answer = finance.post(address, {"note": "Paid in person"}, follow=True)
    assert "The disagreement is settled." in text_of(answer.content.decode())
    assert not money.mismatches().exists()
    assert AuditEvent.objects.get(key="mismatch.closed").data["note"] == "Paid in person"
    again = finance.post(address, {"note": "Again"})
    assert (again.status_code, "settled already" in again.content.decode()) == (409, True)


def test_a_mismatch_needs_a_note_without_a_card_number(finance: Client) -> None:
    found = mismatch()
    address = f"{LISTS}mismatches/{found.reference}/close/"
    for note in ("", card_like()):
        assert finance.post(address, {"note": note}).status_code == 422
    assert money.mismatches().exists()
    assert finance.post(f"{LISTS}mismatches/zzz/close/", {"note": "x"}).status_code == 404


# Exemptions -----------------------------------------------------------------------------------


def test_a_verified_exemption_counts_for_tax(finance: Client, till: Till) -> None:
    found = exemption(till)
    assert till.estimate(package=1).tax_minor == 1642
    address = f"{LISTS}exemptions/{found.reference}/answer/"
    answer = finance.post(address, {"answer": "verify"}, follow=True)
    assert "EX-7 of Riverside Dermatology counts for tax from now on." in text_of(
        answer.content.decode()
    )
    assert till.estimate(package=1).tax_minor == 0
    event = AuditEvent.objects.get(key="exemption.answered")
    assert (event.practice, event.data["decision"]) == (till.practice.reference, "verified")
    again = finance.post(address, {"answer": "refuse"})
    assert (again.status_code, "answered already" in again.content.decode()) == (409, True)


def test_a_refused_exemption_does_not_count(finance: Client, till: Till) -> None:
    found = exemption(till)
    address = f"{LISTS}exemptions/{found.reference}/answer/"
    assert finance.post(address, {"answer": "perhaps"}).status_code == 422
    answer = finance.post(address, {"answer": "refuse"}, follow=True)
    assert "EX-7 of Riverside Dermatology was refused." in text_of(answer.content.decode())
    assert till.estimate(package=1).tax_minor == 1642
    assert finance.post(f"{LISTS}exemptions/zzz/answer/").status_code == 404


def test_the_paper_of_an_exemption_is_read_where_it_was_handed_in(
    finance: Client, till: Till
) -> None:
    found = exemption(till, b"%PDF-1.7 certificate")
    address = f"{LISTS}exemptions/{found.reference}/file/"
    assert f'href="{address}"' in finance.get(f"{LISTS}exemptions/").content.decode()
    answer = finance.get(address)
    assert (answer.headers["Content-Type"], answer.content) == (
        "application/pdf", b"%PDF-1.7 certificate",
    )  # fmt: skip
    assert answer.headers["Content-Disposition"].startswith("attachment")
    bare = exemption(till)
    assert finance.get(f"{LISTS}exemptions/{bare.reference}/file/").status_code == 404
    assert finance.get(f"{LISTS}exemptions/zzz/file/").status_code == 404
    found.file_sha256 = "0" * 64
    found.save()
    assert finance.get(address).status_code == 404


# Refunds --------------------------------------------------------------------------------------


def test_a_refused_refund_leaves_the_money_kept(director: Client, till: Till) -> None:
    refund = waiting(till)
    answer = director.post(
        f"{LISTS}refunds/{refund.reference}/answer/", {"answer": "refuse"}, follow=True
    )
    assert "$600.00 of RC-000001 was refused. The money stays kept." in text_of(
        answer.content.decode()
    )
    assert (till.credit, money.open_refunds().exists()) == (60000, False)


def test_a_refund_is_sent_again_only_when_it_is_agreed_to(
    director: Client, till: Till, django_assert_num_queries: Any
) -> None:
    refund = waiting(till)
    address = f"{LISTS}refunds/{refund.reference}/answer/"
    answer = director.post(address, {"answer": "send"})
    assert answer.status_code == 409
    assert "A second person has to agree to this refund first." in answer.content.decode()
    orders.decide_refund(refund=refund, by="somebody", refused=False, now=NOW)
    assert "Agreed, not sent" in director.get(f"{LISTS}refunds/").content.decode()
    director.post(address, {"answer": "send"})
    assert till.credit == 0
    assert director.post(address, {"answer": ""}).status_code == 422
    assert director.post(f"{LISTS}refunds/zzz/answer/", {"answer": "agree"}).status_code == 404


def test_the_one_who_asked_may_withdraw(finance: Client, till: Till) -> None:
    payment = till.pay(60000).payment
    here = f"/office/money/practices/{till.practice.reference}/payments/{payment.number}/"
    finance.post(f"{here}refund/", {"refund-amount": "600", "refund-reason": "a mistake"})
    refund = Refund.objects.get()
    finance.post(f"{LISTS}refunds/{refund.reference}/answer/", {"answer": "refuse"})
    refund.refresh_from_db()
    assert (refund.refused, till.credit) == (True, 60000)
