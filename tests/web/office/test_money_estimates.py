"""Estimates that staff write, and answers that came by telephone (S5, S27)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.orders.models import Estimate, Order
from tests.support.builders import NOW, days
from tests.support.markup import text_of
from tests.support.money import Till, card_like


def account(till: Till) -> str:
    return f"/office/money/practices/{till.practice.reference}/"


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Team of the new site", "note": "", "package": "5",
        "own-1-what": "consulting", "own-1-words": "A day on site", "own-1-count": "2",
        "own-1-price": "1,200",
    } | changes  # fmt: skip


def made(finance: Client, till: Till, **changes: Any) -> Estimate:
    finance.post(f"{account(till)}estimates/new/", filled(**changes))
    return Estimate.objects.order_by("-id")[0]


def here(till: Till, estimate: Estimate) -> str:
    return f"{account(till)}estimates/{estimate.number}/"


def test_staff_write_products_and_lines_of_their_own(finance: Client, till: Till) -> None:
    answer = finance.post(f"{account(till)}estimates/new/", filled(), follow=True)
    found = text_of(answer.content.decode())
    assert "is open. The practice can accept it." in found
    assert "A day on site" in found
    estimate = Estimate.objects.get()
    assert (estimate.by_staff, estimate.total_minor) == (True, 5 * 17910 + 240000)
    assert [line.kind for line in estimate.lines.all()] == ["package", "consulting"]


def test_the_price_is_worked_out_before_anything_is_made(finance: Client, till: Till) -> None:
    answer = finance.post(f"{account(till)}estimates/new/", filled(price="1"))
    assert "Total $3,295.50 Saved by volume $99.50" in text_of(answer.content.decode())
    assert not Estimate.objects.exists()


def test_a_revision_begins_with_what_stood_there(finance: Client, till: Till) -> None:
    first = made(finance, till)
    form = finance.get(f"{account(till)}estimates/new/?revises={first.number}").content.decode()
    assert "A day on site" in form
    assert 'value="1200.00"' in form
    finance.post(f"{account(till)}estimates/new/?revises={first.number}", filled(package="6"))
    second = Estimate.objects.order_by("-id")[0]
    assert (second.sequence, second.revision) == (first.sequence, 2)
    late = finance.post(f"{account(till)}estimates/new/?revises={first.number}", filled())
    assert (late.status_code, "revise that one" in late.content.decode()) == (409, True)
    page = text_of(finance.get(here(till, second)).content.decode())
    assert "Revisions: 1 , 2" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"package": "", "own-1-words": "", "own-1-count": "", "own-1-price": ""},
         "Say how many of at least one product you want."),
        ({"package": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"own-1-price": ""}, "Type a price of zero or more."),
        ({"own-1-words": ""}, "Say in words what this line is for."),
        ({"own-1-words": f"card {card_like()}"}, "This looks like a card number"),
        ({"note": card_like()}, "This looks like a card number"),
    ],
)  # fmt: skip
def test_an_estimate_that_cannot_be_is_refused(
    finance: Client, till: Till, changes: dict[str, str], words: str
) -> None:
    answer = finance.post(f"{account(till)}estimates/new/", filled(**changes))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Estimate.objects.exists()


def test_staff_accept_on_the_telephone_for_the_practice(finance: Client, till: Till) -> None:
    estimate = made(finance, till)
    page = text_of(finance.get(here(till, estimate)).content.decode())
    assert "Read it to the caller: “An invoice over $3,295.50 due 23 Dec 2026" in page
    form = {"call-name": "Dana Whitlock", "call-po_number": "PO-77"}
    answer = finance.post(f"{here(till, estimate)}accept/", form, follow=True)
    found = text_of(answer.content.decode())
    assert "Accepted by Dana Whitlock: INV-000001." in found
    order = Order.objects.get()
    assert (order.po_number, order.placed_by_name) == ("PO-77", "Robin Ashby")
    event = AuditEvent.objects.get(key="estimate.accepted")
    assert (event.actor_kind, event.data["name"], event.practice) == (
        "staff", "Dana Whitlock", till.practice.reference,
    )  # fmt: skip
    # A line of words brings no units, and the products come with the money.
    till.pay(329550)
    assert stock.free_of(payer=till.payer, kind="package") == 5
    late = text_of(finance.get(here(till, estimate)).content.decode())
    assert "Accepted by Dana Whitlock on 23 Nov 2026, purchase order PO-77." in late
    assert "Its invoice is INV-000001" in late


def test_an_estimate_whose_day_is_over_is_not_accepted(finance: Client, till: Till) -> None:
    estimate = till.estimate(on=days(-31), package=1)
    answer = finance.post(f"{here(till, estimate)}accept/", {"call-name": "Dana Whitlock"})
    assert answer.status_code == 409
    assert "This estimate’s last day is over" in text_of(answer.content.decode()).replace("'", "’")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "form", [{"call-name": ""}, {"call-name": "Dana", "call-po_number": card_like()}]
)
def test_an_acceptance_needs_a_name_and_no_card_number(
    finance: Client, till: Till, form: dict[str, str]
) -> None:
    estimate = till.estimate(package=1)
    assert finance.post(f"{here(till, estimate)}accept/", form).status_code == 422
    assert not Order.objects.exists()


def test_staff_decline_for_the_practice_once(finance: Client, till: Till) -> None:
    estimate = till.estimate(package=1)
    address = f"{here(till, estimate)}decline/"
    for reason in ("", card_like()):
        assert finance.post(address, {"decline-reason": reason}).status_code == 422
    found = finance.post(address, {"decline-reason": "next year"}, follow=True).content.decode()
    assert "Declined on 23 Nov 2026: next year." in text_of(found)
    again = finance.post(address, {"decline-reason": "twice"})
    assert (again.status_code, "Only an open estimate" in again.content.decode()) == (409, True)


def test_the_director_reads_and_answers_nothing(director: Client, till: Till) -> None:
    estimate = till.estimate(package=1)
    page = text_of(director.get(here(till, estimate)).content.decode())
    assert "Finance enters the answer; you can read." in page
    for address in (f"{account(till)}estimates/new/", f"{here(till, estimate)}accept/"):
        assert director.post(address).status_code == 403
    estimate.refresh_from_db()
    assert (estimate.state, estimate.made_at) == ("sent", NOW)
