"""A practice brings back somebody whose membership ended, from the record."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.orders.models import Order
from scriptorium.domains.practices.models import RosterLink
from tests.support.builders import Clinic, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.fixture
def link(clinic: Clinic) -> RosterLink:
    return clinic.member("Rena Wald", renews_in=-120)


@pytest.fixture
def dana(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def record(clinic: Clinic, link: RosterLink) -> str:
    return f"/practice/{clinic.practice.reference}/people/{link.reference}/"


def test_the_record_names_the_price_and_leads_to_the_invoice(
    clinic: Clinic, link: RosterLink, dana: Client
) -> None:
    page = record(clinic, link)
    assert "Reinstate for $149.00" in dana.get(page).text

    answer = dana.post(f"{page}reinstate/", {"idempotency_key": "k1"})

    order = Order.objects.get()
    assert answer["Location"].endswith(f"/orders/{order.reference}/")
    assert "The reinstatement is ordered" in dana.get(page).text
    assert "Reinstate for" not in dana.get(page).text


def test_a_physician_sees_the_price_but_no_button(clinic: Clinic, link: RosterLink) -> None:
    pine = clinic.join("Morgan Pine", role="physician")
    assert pine.person is not None
    page = browser(pine.person).get(record(clinic, link)).text
    assert "can be reinstated for $149.00" in page
    assert "reinstate/" not in page


def test_somebody_who_left_has_no_way_back_here(clinic: Clinic, dana: Client) -> None:
    invited = clinic.add("Rosa Lima")
    answer = dana.post(f"{record(clinic, invited)}reinstate/")
    assert answer.status_code == 404
