"""Finance's first page and worklists: the next thing first, each list searched and exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders.enums import AttemptState, Method
from scriptorium.domains.orders.models import Payment
from scriptorium.pages.money_lists import KINDS
from tests.support.builders import DESK, NOW, TODAY, Clinic, days
from tests.support.markup import text_of
from tests.support.money import Till

HOME = "/office/money/"
ONE = 19900


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def rows_of(client: Client, address: str) -> list[list[str]]:
    """Return the rows of an exported list, without its head."""
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))[1:]


class Things:
    """One way to make a row of each list."""

    def __init__(self) -> None:
        self.number = 0

    def add(self, name: str) -> Till:
        """Add a row by a practice of its own."""
        self.number += 1
        till = Till(Clinic(f"Practice {self.number:02}"))
        getattr(self, name.replace("-", "_"))(till)
        return till

    def unpaid(self, till: Till) -> None:
        till.buy(package=1)

    def failing_cards(self, till: Till) -> None:
        attempt = orders.begin_attempt(number=1,
            order=till.order(till.buy(package=1)), provider="sandbox", amount_minor=ONE, by="desk",
            saves_method=False, charged_on=TODAY, now=NOW,
        )  # fmt: skip
        orders.move_attempt(
            attempt=attempt, to=AttemptState.FAILED, now=NOW, failure="The card has expired."
        )

    def cheques(self, till: Till) -> None:
        till.pay(1000, paper=f"10{self.number:02}")

    def mismatches(self, till: Till) -> None:
        orders.note_mismatch(
            provider="sandbox", external_id=f"sbp_{self.number}", what="It knows a payment more",
            now=NOW,
        )  # fmt: skip

    def credits(self, till: Till) -> None:
        till.pay(1000, method=Method.ACH)

    def refunds(self, till: Till) -> None:
        till.refund(till.pay(600_00, method=Method.ACH).payment, 600_00)

    def exemptions(self, till: Till) -> None:
        orders.add_exemption(
            practice=till.practice.pk, region="Cascadia", number=f"EX-{self.number}",
            file_sha256="", starts_on=TODAY, expires_on=days(300), by="dana", now=NOW,
        )  # fmt: skip

    def estimates(self, till: Till) -> None:
        till.estimate(package=1)


@pytest.fixture
def things(db: None) -> Things:
    return Things()


# The first page -------------------------------------------------------------------------------


def test_it_opens_with_the_next_thing_to_do(finance: Client, things: Things) -> None:
    assert "Nothing waits for you." in page(finance, HOME)
    things.add("cheques")
    things.add("cheques")
    assert "Cheques to deposit: 2, $20.00 together" in page(finance, HOME)
    things.add("refunds")
    found = page(finance, HOME)
    assert "Refunds to decide: 1, $600.00 together" in found
    assert "Then 2 more on the lists below." in found


def test_unpaid_invoices_stand_by_their_age(finance: Client, till: Till) -> None:
    for ago in (0, 31, 61, 95):
        till.accept(till.estimate(on=days(-ago), package=1), on=days(-ago))
    found = text_of(page(finance, HOME))
    for words in ("Not due yet 1 $199.00", "Overdue 1–30 days 1 $199.00",
                  "Overdue 31–60 days 1 $199.00", "Overdue over 60 days 1 $199.00",
                  "Overdue invoices 3 $597.00", "Unpaid invoices 4 $796.00"):  # fmt: skip
        assert words in found
    assert "INV-000003" in page(finance, f"{HOME}unpaid/?age=31-60")
    assert rows_of(finance, f"{HOME}unpaid/list.csv?age=over-60")[0][0] == "INV-000004"


def test_the_home_of_the_office_counts_the_same(finance: Client, things: Things) -> None:
    things.add("cheques")
    found = text_of(page(finance, "/office/"))
    assert "Cheques to deposit 1 $10.00" in found
    assert "Money Invoices, payments, estimates, journal, figures" in found


def test_the_first_page_asks_the_same_whatever_waits(
    finance: Client, things: Things, django_assert_num_queries: Any
) -> None:
    for name in KINDS:
        things.add(name)
    with django_assert_num_queries(13):
        finance.get(HOME)


@pytest.mark.parametrize("role", ["desk", "support", "auditor", "decisions", "system"])
def test_other_roles_are_refused(staff: Callable[..., Client], demo: None, role: str) -> None:
    client = staff(role)
    for address in (HOME, f"{HOME}unpaid/", f"{HOME}unpaid/list.csv", f"{HOME}journal/"):
        assert client.get(address).status_code == 403


# The lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_list_says_what_would_stand_there(finance: Client, name: str) -> None:
    found = page(finance, f"{HOME}{name}/")
    assert KINDS[name].empty in found
    assert "filter-bar" not in found
    assert rows_of(finance, f"{HOME}{name}/list.csv") == []


@pytest.mark.parametrize("name", [name for name in KINDS if name != "mismatches"])
def test_a_list_is_searched_by_the_payers_name(finance: Client, things: Things, name: str) -> None:
    for _ in range(3):
        things.add(name)
    found = page(finance, f"{HOME}{name}/?q=practice+02")
    assert "1 found" in found
    assert ("Practice 02" in found, "Practice 03" in found) == (True, False)
    assert len(rows_of(finance, f"{HOME}{name}/list.csv?q=practice+02")) == 1
    nothing = page(finance, f"{HOME}{name}/?q=nobody")
    assert "Nothing is like this" in nothing
    assert f'href="{HOME}{name}/"' in nothing


#: Session, login, person, roles; the count and the rows of the list; what chrome asks.
QUERIES = {
    "unpaid": 7, "failing-cards": 7, "cheques": 7, "mismatches": 7, "credits": 7, "refunds": 7,
    "exemptions": 7, "estimates": 7,
}  # fmt: skip


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("name", KINDS)
def test_a_list_asks_the_same_for_one_row_and_for_three(
    finance: Client, things: Things, name: str, item_count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(item_count):
        things.add(name)
    with django_assert_num_queries(QUERIES[name]):
        response = finance.get(f"{HOME}{name}/")
    assert response.context["page"].total == item_count


def test_a_long_list_has_pages_and_the_export_has_all(
    finance: Client, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriptorium.pages.money_lists.WINDOW", 2)
    for _ in range(5):
        till.buy(ce=1)
    found = page(finance, f"{HOME}unpaid/?q=inv&page=2")
    assert "Page 2 of 3" in found
    assert f'href="{HOME}unpaid/?q=inv&amp;page=3"' in found
    assert f'href="{HOME}unpaid/?q=inv"' in found
    assert ["INV-000003" in found, "INV-000001" in found] == [True, False]
    assert "Page 3 of 3" in page(finance, f"{HOME}unpaid/?page=99")
    assert len(rows_of(finance, f"{HOME}unpaid/list.csv?page=2")) == 5


def test_an_exported_list_holds_plain_days_and_amounts(finance: Client, till: Till) -> None:
    till.buy(package=5)
    due = days(30).isoformat()
    assert rows_of(finance, f"{HOME}unpaid/list.csv") == [
        ["INV-000001", "Riverside Dermatology", "", due, "In 30 days", "895.50"]
    ]


def test_formulas_in_names_are_escaped(finance: Client, things: Things) -> None:
    till = Till(Clinic('=HYPERLINK("http://bad.example")'))
    till.pay(1000, paper="-1+1")
    assert rows_of(finance, f"{HOME}cheques/list.csv")[0][:2] == [
        "'-1+1", "'=HYPERLINK(\"http://bad.example\")",
    ]  # fmt: skip


def test_estimates_are_told_by_how_soon_they_end(finance: Client, till: Till) -> None:
    for ago in (0, 25, 40):
        till.estimate(on=days(-ago), package=1)
    said = [page(finance, f"{HOME}estimates/{wanted}") for wanted in
            ("", "?ending=soon", "?ending=over", "?ending=nonsense")]  # fmt: skip
    assert [html.count("-1</a>") for html in said] == [2, 1, 1, 2]
    assert "5 days left" in said[1]
    assert ">Over<" in said[2]


def test_a_list_that_is_not_there_is_not_found(finance: Client) -> None:
    for address in (f"{HOME}nonsense/", f"{HOME}nonsense/list.csv", f"{HOME}reports/x.csv"):
        assert finance.get(address).status_code == 404


def test_the_director_reads_and_is_told_who_acts(director: Client, things: Things) -> None:
    things.add("cheques")
    assert "Finance does this; you can read." in page(director, f"{HOME}cheques/")
    assert director.post(f"{HOME}cheques/deposit/").status_code == 403
    assert Payment.objects.filter(deposited_on__isnull=True).count() == 1
    assert DESK.reference not in page(director, f"{HOME}cheques/")
