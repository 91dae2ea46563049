"""Estimates on their pages: priced, made, revised, shared, accepted, declined (MISSION S2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.orders.models import CostCentre, Estimate, EstimateLine, Order
from scriptorium.domains.orders.operations import add_cost_centre
from scriptorium.kernel import clock
from tests.support.builders import Clinic, browser, later, person
from tests.support.money import Till, card_like

pytestmark = pytest.mark.django_db
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def at(till: Till, more: str = "") -> str:
    return f"/practice/{till.practice.reference}/estimates/{more}"


def htmx(tab: Client, address: str) -> Any:
    return tab.get(address, headers={"HX-Request": "true"})


# The form -------------------------------------------------------------------------------------


def test_an_empty_practice_sees_the_eight_products_and_what_volumes_save(
    till: Till, tab: Client
) -> None:
    page = tab.get(at(till))
    assert page.text.count('class="wish-line"') == 8
    for words in ("Certification package", "$199.00", f"5 or more {MINUS}10 %", "No estimates yet"):
        assert words in page.text


def test_an_address_fills_the_form_and_prices_it_without_scripts(till: Till, tab: Client) -> None:
    page = tab.get(at(till, "?package=3"))
    assert 'value="3"' in page.text
    for words in ("$597.00", "$199.00 each", f"2 more reach {MINUS}10 %: $179.10 each"):
        assert words in page.text


def test_one_more_reaches_the_next_tier(till: Till, tab: Client) -> None:
    assert f"1 more reaches {MINUS}15 %: $169.15 each" in tab.get(at(till, "?package=9")).text


def test_a_tier_reached_says_its_discount_and_what_was_saved(till: Till, tab: Client) -> None:
    page = tab.get(at(till, "?package=25"))
    for words in (f"$159.20 each, {MINUS}20 %", "$3,980.00", "Saved by volume", "$995.00"):
        assert words in page.text


def test_typing_brings_back_the_prices_alone_and_keeps_the_address(till: Till, tab: Client) -> None:
    part = htmx(tab, at(till, "?package=5&manual=&hipaa=2"))
    assert "<html" not in part.text
    assert part.text.count('hx-swap-oob="true"') == 8
    assert "$953.50" in part.text
    assert part.headers["HX-Replace-Url"] == at(till, "?package=5&hipaa=2")


def test_typing_nonsense_is_said_beside_the_sum_and_at_its_field(till: Till, tab: Client) -> None:
    words = "Type a whole number up to 100,000."
    assert words in htmx(tab, at(till, "?package=many")).text
    page = tab.get(at(till, "?package=many"))
    assert page.text.count(words) == 2
    assert 'value="many"' in page.text
    assert "Say how many of at least one product" in tab.get(at(till, "?package=0")).text


def test_the_price_button_leads_to_an_address_that_holds_all_that_was_typed(
    till: Till, tab: Client
) -> None:
    page = tab.post(at(till, "price/"), {"package": "5", "title": "Spring", "note": "Two & more"})
    assert page.headers["Location"] == at(till, "?title=Spring&note=Two+%26+more&package=5#price")
    page = tab.get(page.headers["Location"])
    assert "$895.50" in page.text
    assert "Two &amp; more" in page.text
    empty = tab.post(at(till, "price/"), {}, follow=True)
    assert "Say how many of at least one product" in empty.text


def test_tax_is_shown_where_the_practices_region_has_it(till: Till, tab: Client) -> None:
    assert "<dd>none</dd>" in tab.get(at(till, "?manual=2")).text
    till.practice.region = "Cascadia"
    till.practice.save()
    assert "$8.09" in tab.get(at(till, "?manual=2")).text


def test_get_more_on_the_board_leads_here_with_the_number_filled_in(
    till: Till, tab: Client
) -> None:
    board = tab.get(f"/practice/{till.practice.reference}/assignments/")
    assert f'href="{at(till, "?package=5")}"' in board.text
    assert f'href="{at(till, "?ce=5")}"' in board.text


def test_enter_in_a_field_works_out_the_price_and_makes_nothing(till: Till, tab: Client) -> None:
    form = tab.get(at(till)).text.split('class="wish"')[1]
    assert form.index("estimates/price/") < form.index("Make estimate")


def test_the_home_page_and_the_practice_record_lead_here(till: Till, tab: Client) -> None:
    for page in ("/member/", f"/practice/{till.practice.reference}/settings/"):
        text = tab.get(page).text
        assert f'href="{at(till)}"' in text
        assert f'href="/practice/{till.practice.reference}/orders/"' in text


# Making ---------------------------------------------------------------------------------------


def test_an_estimate_is_made_and_nothing_is_ordered(till: Till, tab: Client) -> None:
    form = {"package": "25", "ce": "2", "title": "Spring", "note": "For the new site"}
    page = tab.post(at(till, "new/"), form, follow=True)
    made = Estimate.objects.get()
    assert page.request["PATH_INFO"] == at(till, f"{made.reference}/")
    assert (made.title, made.note, made.net_minor) == ("Spring", "For the new site", 401800)
    for words in (
        "is ready. Nothing is ordered yet",
        "For the new site",
        "$4,018.00",
        f"{MINUS}20 %",
    ):
        assert words in page.text
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Say how many of at least one product"),
        ({"package": "0", "manual": "0"}, "Say how many of at least one product"),
        ({"package": "-2"}, "Type a whole number up to 100,000."),
        ({"package": "100001"}, "Type a whole number up to 100,000."),
        ({"package": "5", "note": f"Card {card_like()}"}, "This looks like a card number"),
        ({"package": "5", "title": "x" * 121}, "at most 120 characters"),
    ],
)
def test_what_cannot_be_made_is_said_and_what_was_typed_is_kept(
    till: Till, tab: Client, form: dict[str, str], words: str
) -> None:
    page = tab.post(at(till, "new/"), form | {"mscat": "7"} if form.get("note") else form)
    assert page.status_code == 422
    assert words in page.text
    for value in form.values():
        assert value in page.text
    assert not Estimate.objects.exists()


def test_departments_stand_at_each_line_and_a_product_is_split_between_them(
    till: Till, tab: Client
) -> None:
    for name in ("Dermatology", "Vascular care"):
        add_cost_centre(practice=till.practice.pk, name=name, code="")
    first, second = CostCentre.objects.order_by("name")
    page = tab.get(at(till))
    assert "Split a product between departments" in page.text
    form = {
        "package": "6", "package-for": first.reference, "extra-0-kind": "package",
        "extra-0": "4", "extra-0-for": second.reference, "extra-1": "2",
    }  # fmt: skip
    page = tab.post(at(till, "new/"), form)
    assert (page.status_code, "Choose the product." in page.text) == (422, True)
    page = tab.post(at(till, "new/"), form | {"extra-1-kind": "manual"}, follow=True)
    lines = EstimateLine.objects.values_list("kind", "quantity", "cost_centre__name", "unit_minor")
    assert list(lines) == [
        ("package", 6, "Dermatology", 16915),
        ("package", 4, "Vascular care", 16915),
        ("manual", 2, None, 4900),
    ]
    assert "for Vascular care" in page.text
    again = tab.get(at(till, f"{Estimate.objects.get().reference}/revise/"))
    assert f'<option value="{second.reference}" selected>' in again.text
    assert again.text.count("<legend") == 3


def test_a_department_of_another_practice_is_no_choice(till: Till, tab: Client) -> None:
    add_cost_centre(practice=till.practice.pk, name="Dermatology", code="")
    other = add_cost_centre(practice=Clinic("Lakeside").practice.pk, name="Lakes", code="")
    page = tab.post(at(till, "new/"), {"package": "5", "package-for": other.reference})
    assert page.status_code == 422
    assert not Estimate.objects.exists()


def test_readers_work_out_prices_and_read_that_administrators_make_estimates(
    till: Till, clinic: Clinic
) -> None:
    avery = person("Avery Stone")
    clinic.join(avery, role="auditor")
    tab = browser(avery)
    made = till.estimate(package=25)
    page = tab.get(at(till, "?package=5"))
    assert "$895.50" in page.text
    assert "administrators make estimates" in page.text
    assert "administrators accept" in tab.get(at(till, f"{made.reference}/")).text
    for path in ("new/", f"{made.reference}/accept/", f"{made.reference}/share/"):
        assert tab.post(at(till, path), {"package": "5", "name": "Avery"}).status_code == 403
    assert Estimate.objects.count() == 1


# The list -------------------------------------------------------------------------------------


def test_the_list_has_the_newest_revision_of_each_with_its_state_in_words(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = till.estimate(package=25)
    till.estimate(package=30, revises=first)
    till.accept(till.estimate(manual=1))
    page = tab.get(at(till))
    code = till.practice.reference[:8].upper()
    assert f"EST-{code}-1-2" in page.text
    assert f"EST-{code}-1-1" not in page.text
    for words in ("Open", "Accepted", "23 Dec 2026, 30 days left", "$4,776.00", "$49.00"):
        assert words in page.text
    monkeypatch.setattr(clock, "now", lambda: later(days=31))
    page = tab.get(at(till))
    assert "Expired" in page.text


def test_the_list_costs_eight_queries_with_one_row_and_with_three(till: Till, tab: Client) -> None:
    for rows in (1, 2):
        for _ in range(rows):
            till.estimate(package=5)
        tab.get(at(till))
        with CaptureQueriesContext(connection) as found:
            assert tab.get(at(till)).status_code == 200
        assert len(found) == 8
