"""The store's choice of when memberships end, on its page: read, priced, ordered, refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.ledger.models import Unit
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.orders.models import Estimate, Invoice, Order
from scriptorium.domains.orders.operations import add_cost_centre
from scriptorium.kernel import clock
from scriptorium.web.practice import store
from tests.support.builders import Clinic, browser, days, noon, person
from tests.support.money import Till

pytestmark = pytest.mark.django_db

SHARED = days(158)
DAY = SHARED.isoformat()
NAME = "membership-until"
REFUSED = "That day cannot be chosen."


@pytest.fixture
def till(clinic: Clinic) -> Till:
    """Return a practice, two of whose people renew on the shared day."""
    for name in ("Ada Park", "Ben Ito"):
        clinic.member(name, renews_in=158)
    return Till(clinic)


@pytest.fixture
def tab(till: Till) -> Client:
    return browser(till.clinic.dana)


def at(till: Till, more: str = "") -> str:
    return f"/practice/{till.practice.reference}/store/{more}"


def order(till: Till, tab: Client, **typed: str) -> Any:
    return tab.post(at(till, "order/"), {"idempotency_key": "k1", "membership": "3", **typed})


def until(day: str) -> dict[str, str]:
    return {NAME: day}


def radios(page: str) -> list[tuple[str, bool]]:
    """Return the value of each choice, and whether it is chosen."""
    found = re.findall(rf'type="radio" name="{NAME}" value="([^"]*)"( checked)?', page)
    return [(value, bool(chosen)) for value, chosen in found]


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def test_the_page_offers_the_day_with_its_people_days_and_price(till: Till, tab: Client) -> None:
    page = tab.get(at(till)).text
    assert radios(page) == [("", True), (DAY, False)]
    said = plain(page)
    assert "When do these memberships end?" in said
    assert "After a year, counted from the day on which each is assigned, $89.00 each" in said
    assert "On 29 Apr 2027, together with your 2 people who renew on 30 Apr 2027: 158 days," in said
    assert "158 days, $38.53 each" in said


def test_one_person_is_said_as_one_person(clinic: Clinic) -> None:
    clinic.member("Ada Park", renews_in=158)
    page = browser(clinic.dana).get(at(Till(clinic))).text
    assert "together with your 1 person who renews on 30 Apr 2027" in plain(page)


def test_a_practice_with_nobody_to_renew_with_is_offered_no_choice(clinic: Clinic) -> None:
    page = browser(clinic.dana).get(at(Till(clinic))).text
    assert radios(page) == []
    assert "When do these" not in page


def test_the_address_holds_the_choice_and_the_price_follows(till: Till, tab: Client) -> None:
    typed = {"membership": "3", NAME: DAY}
    sent = tab.post(at(till, "price/"), typed)
    assert sent.headers["Location"] == f"{at(till)}?membership=3&{NAME}={DAY}#price"
    page = tab.get(at(till), typed).text
    assert radios(page) == [("", False), (DAY, True)]
    assert "$115.59" in page
    assert "$38.53 each for 158 days" in page


def test_a_script_gets_the_prices_of_the_choices_too(till: Till, tab: Client) -> None:
    answer = tab.get(at(till), {"membership": "5", NAME: DAY}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Replace-Url"] == f"{at(till)}?membership=5&{NAME}={DAY}"
    # 89.00 less 10 % is 80.10; 158 of 365 days of it are 34.673.
    assert f'id="end-price-{DAY}" hx-swap-oob="true">$34.67 each</span>' in answer.text
    assert 'id="end-price-year" hx-swap-oob="true">$80.10 each</span>' in answer.text
    assert "5 more reach \N{MINUS SIGN}15 %: $32.75 each" in answer.text
    assert "<form" not in answer.text


def test_the_order_and_its_invoice_say_the_days_and_the_last_day(till: Till, tab: Client) -> None:
    sent = order(till, tab, manual="1", **until(DAY))
    assert sent.status_code == 302
    page = plain(tab.get(sent.headers["Location"]).text)
    assert "Membership, 158 days to 29 Apr 2027" in page
    assert "$38.53" in page
    invoice = Invoice.objects.get()
    assert invoice.total_minor == 3 * 3853 + 4900
    till.pay(invoice.total_minor, invoices=[invoice])
    assert Unit.objects.filter(ends_before=SHARED).count() == 3
    assert Unit.objects.get(kind="manual").ends_before is None


def test_lines_of_departments_end_on_the_chosen_day_too(till: Till, tab: Client) -> None:
    centre = add_cost_centre(practice=till.practice.pk, name="North", code="N")
    typed = {"extra-0-kind": "membership", "extra-0": "2", "extra-0-for": centre.reference}
    assert order(till, tab, **typed, **until(DAY)).status_code == 302
    (line, split) = Order.objects.get().lines.order_by("position")
    assert (line.rule["until"], split.rule["until"]) == ("2027-04-29", "2027-04-29")
    # Five together reach the first tier.
    assert {line.unit_minor, split.unit_minor} == {3467}


def test_without_a_choice_memberships_are_for_a_year(till: Till, tab: Client) -> None:
    assert order(till, tab).status_code == 302
    assert Order.objects.get().lines.get().rule == {"prices": "2026"}


@pytest.mark.parametrize(
    "day", ["2027-04-29", "2026-12-01", "2028-04-30", "tomorrow", "2027-02-30", "<b>", "9" * 500]
)
def test_a_day_that_is_not_offered_is_refused_and_what_was_typed_stays(
    till: Till, tab: Client, day: str
) -> None:
    answer = order(till, tab, manual="2", po_number="PO 7", **until(day))
    assert answer.status_code == 422
    page = answer.text
    assert REFUSED in page
    assert "Choose again." in page
    assert re.search(r'name="membership" value="3"', page)
    assert re.search(r'name="manual" value="2"', page)
    assert 'value="PO 7"' in page
    assert radios(page) == [("", False), (DAY, False)]
    assert not Order.objects.exists()


def test_a_day_is_refused_where_none_is_offered(clinic: Clinic) -> None:
    till, tab = Till(clinic), browser(clinic.dana)
    answer = order(till, tab, **until(DAY))
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    assert REFUSED in tab.get(at(till), {"membership": "1", NAME: DAY}).text


def test_a_day_that_is_offered_no_more_when_it_is_ordered_is_refused(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = store.StoreForm.wishes

    def meanwhile(form: store.StoreForm) -> Any:
        found = honest(form)
        Membership.objects.update(cancelled_on=SHARED)
        return found

    monkeypatch.setattr(store.StoreForm, "wishes", meanwhile)
    answer = order(till, tab, **until(DAY))
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    assert not Order.objects.exists()


def test_an_estimate_says_that_it_holds_whole_years_before_it_is_made(
    till: Till, tab: Client
) -> None:
    new = f"/practice/{till.practice.reference}/estimates/new/"
    answer = tab.post(new, {"membership": "3", **until(DAY)})
    assert answer.status_code == 422
    assert "its memberships are for a whole year" in answer.text
    assert "$267.00" in answer.text
    assert not Estimate.objects.exists()
    # Nothing of it concerns an estimate without memberships.
    assert tab.post(new, {"manual": "3", **until(DAY)}).status_code == 302


def test_the_estimates_page_offers_no_day(till: Till, tab: Client) -> None:
    page = tab.get(f"/practice/{till.practice.reference}/estimates/", {"membership": "3"}).text
    assert radios(page) == []
    assert "$267.00" in page


def test_who_only_reads_sees_the_choices(till: Till) -> None:
    auditor = person("Avery Stone")
    till.clinic.join(auditor, role="auditor")
    assert len(radios(browser(auditor).get(at(till)).text)) == 2


def test_the_assign_preview_says_how_many_end_sooner(till: Till, tab: Client) -> None:
    till.clinic.stock("membership", 2)
    till.clinic.stock("membership", 3, ends_before=SHARED)
    newcomer = till.clinic.join("Noor Haddad")
    page = tab.post(
        f"/practice/{till.practice.reference}/assignments/assign/",
        {"kind": "membership", "people": newcomer.reference, "idempotency_key": "k1"},
    ).text
    assert "5 free, 3 of them until 29 Apr 2027" in plain(page)
    assert "Paid 23 Nov 2026 to 29 Apr 2027" in page


def test_an_invoice_paid_too_late_says_from_when_the_days_count(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = order(till, tab, **until(DAY)).headers["Location"]
    said = "their days count from the payment"
    assert said not in tab.get(page).text
    monkeypatch.setattr(clock, "now", lambda: noon(SHARED))
    assert said in browser(till.clinic.dana).get(page).text
