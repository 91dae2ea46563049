"""The journal with its balances, and figures by month."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.orders.enums import Method
from scriptorium.journeys import taking_payments
from tests.support.builders import DESK, NOW, TODAY, Clinic, days
from tests.support.markup import text_of
from tests.support.money import Till

JOURNAL = "/office/money/journal/"
REPORTS = "/office/money/reports/"
FIVE = 5 * 17910


def said(client: Client, address: str) -> str:
    return text_of(client.get(address).content.decode())


def rows_of(client: Client, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


# The journal ----------------------------------------------------------------------------------


def test_the_journal_shows_this_month_and_what_stands_on_each_account(
    finance: Client, till: Till
) -> None:
    till.accept(till.estimate(on=days(-40), package=5), on=days(-40))
    payment = till.pay(FIVE + 5000).payment
    taking_payments.deposit(actor=DESK, payments=[payment], on=TODAY, now=NOW, today=TODAY)
    found = said(finance, JOURNAL)
    assert "Journal 3 postings" in found
    line = "23 Nov 2026 Payment received Cheques to deposit Payers' credit RC-000001"
    assert f"{line} Riverside Dermatology $945.50" in found
    for words in ("Accounts receivable $0.00", "Bank $945.50", "Payers' credit -$50.00",
                  "Revenue -$895.50", "Together $0.00"):  # fmt: skip
        assert words in found


def test_the_address_names_the_days_and_the_balances_are_those_of_the_last(
    finance: Client, till: Till
) -> None:
    till.accept(till.estimate(on=days(-40), package=5), on=days(-40))
    till.pay(FIVE)
    first = days(-40).isoformat()
    found = said(finance, f"{JOURNAL}?from={first}&to={first}")
    assert "Journal 1 posting " in found
    assert "Accounts receivable $895.50" in found
    nothing = said(finance, f"{JOURNAL}?from=2020-01-01&to=2020-01-31")
    assert "Nothing was posted between these days" in nothing
    assert "Together $0.00" in nothing


def test_the_journal_is_exported_with_papers_and_payers(finance: Client, till: Till) -> None:
    till.practice.name = "=cmd|'/c calc'!A1"
    till.practice.save()
    invoice = till.buy(manual=1)
    till.take_back(invoice, {"manual": 1})
    till.pay(1000, method=Method.WIRE)
    day, name = TODAY.isoformat(), "'=cmd|'/c calc'!A1"
    head, *rows = rows_of(finance, f"{JOURNAL}journal.csv")
    assert head == [
        "Date", "Debit account", "Credit account", "Amount", "Currency", "Reason", "Invoice",
        "Payment", "Credit note", "Payer",
    ]  # fmt: skip
    assert rows == [
        [day, "Accounts receivable", "Revenue", "49.00", "USD", "Invoice issued", "INV-000001",
         "", "", name],
        [day, "Revenue", "Accounts receivable", "49.00", "USD", "Credit note", "INV-000001",
         "", "CN-000001", name],
        [day, "Bank", "Payers' credit", "10.00", "USD", "Payment received", "", "RC-000001",
         "", name],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query", ["from=2026-13-01", "to=yesterday", "from=2026-11-02&to=2026-11-01"]
)
def test_days_that_cannot_be_are_refused(finance: Client, query: str) -> None:
    for address in (JOURNAL, f"{JOURNAL}journal.csv"):
        response = finance.get(f"{address}?{query}")
        assert (response.status_code, "error-summary" in response.content.decode()) == (422, True)


def test_a_long_journal_has_pages(
    finance: Client, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriptorium.pages.money_journal.WINDOW", 2)
    for _ in range(5):
        till.pay(100)
    found = finance.get(f"{JOURNAL}?page=2").content.decode()
    assert "Page 2 of 3" in found
    assert f"{JOURNAL}?from=2026-11-01&amp;to=2026-11-23&amp;page=3" in found


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_journal_asks_the_same_for_one_line_and_for_three(
    finance: Client, item_count: int, django_assert_num_queries: Any
) -> None:
    for number in range(item_count):
        Till(Clinic(f"Practice {number}")).buy(package=1)
    with django_assert_num_queries(9):
        response = finance.get(JOURNAL)
    assert response.context["page"].count == item_count


# Figures --------------------------------------------------------------------------------------


def test_revenue_is_told_by_month_less_what_went_back(finance: Client, till: Till) -> None:
    till.accept(till.estimate(on=days(-40), package=5), on=days(-40))
    invoice = till.buy(manual=1)
    till.take_back(invoice, {"manual": 1})
    payment = till.pay(2000).payment
    till.bounce(payment)
    till.pay(3000, method=Method.ACH)
    rows = rows_of(finance, f"{REPORTS}revenue.csv")
    assert rows[0] == ["Month", "Invoiced", "Received"]
    assert rows[1:3] == [["2026-11", "0.00", "30.00"], ["2026-10", "895.50", "0.00"]]
    assert (len(rows), rows[-1][0]) == (25, "2024-12")


def test_renewals_are_told_past_and_to_come_at_the_price_of_their_month(
    finance: Client, till: Till
) -> None:
    till.clinic.member("Ada Park", renews_in=40)
    till.clinic.member("Ben Ito", renews_in=200, years=2)
    rows = {row[0]: row[1:] for row in rows_of(finance, f"{REPORTS}renewals.csv")}
    assert rows["Month"] == [
        "Renewed", "Automatic, to come", "Manual, to come", "List price", "Forecast",
    ]  # fmt: skip
    assert rows[f"{days(40):%Y-%m}"] == ["", "0", "1", "89.00", "89.00"]
    assert rows[f"{days(200):%Y-%m}"] == ["", "0", "1", "89.00", "89.00"]
    renewed = days(200).replace(year=days(200).year - 1)
    assert rows[f"{renewed:%Y-%m}"] == ["1", "", "", "", ""]
    assert list(rows)[1::23] == ["2025-11", "2027-10"]


def test_units_are_told_bought_and_used(finance: Client, till: Till) -> None:
    till.buy(package=5)
    till.pay(FIVE)
    people = [till.clinic.join(name) for name in ("Ada Park", "Ben Ito", "Cleo Carr")]
    till.clinic.assign(people[:2], "package")
    undone = till.clinic.assign(people[2:], "package")
    till.clinic.undo(undone)
    rows = rows_of(finance, f"{REPORTS}units.csv")
    assert rows[:2] == [["Month", "Bought", "Used"], ["2026-11", "5", "2"]]
    found = said(finance, REPORTS)
    assert "Package 5 2" in found


def test_each_figure_is_a_picture_with_its_table_under_it(finance: Client, till: Till) -> None:
    till.buy(package=5)
    till.clinic.member("Ada Park", renews_in=40)
    page = finance.get(REPORTS).content.decode()
    assert page.count('role="img"') == 3
    assert page.count("The table below says the same.") == 3
    assert "<title>Nov 2026: $895.50 invoiced</title>" in page
    assert "<title>Jan 2027: 1 renew manually</title>" in page
    assert "this month" in page


def test_figures_ask_the_same_however_many_rows_there_are(
    finance: Client, till: Till, django_assert_num_queries: Any
) -> None:
    for count in (1, 2):
        till.buy(package=count)
        with django_assert_num_queries(9):
            finance.get(REPORTS)
