"""One estimate on its page: revised, accepted, declined, shared (MISSION S2)."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.models import Estimate, Order
from scriptorium.domains.orders.operations import set_units_first
from scriptorium.journeys import estimating
from scriptorium.kernel import clock
from tests.support.builders import DESK, NOW, TODAY, Clinic, browser, later
from tests.support.money import Till, card_like

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def at(till: Till, more: str = "") -> str:
    return f"/practice/{till.practice.reference}/estimates/{more}"


def test_revisions_stand_side_by_side_with_what_changed_in_words(till: Till, tab: Client) -> None:
    first = till.estimate(package=9, manual=2, hipaa=1)
    second = till.estimate(package=12, hipaa=1, ce=3, revises=first)
    page = tab.get(at(till, f"{second.reference}/"))
    for words in (
        "Revision 2, this one", "3 more, $9.95 less each", "taken out", "new", "as before",
        "replaced by a newer revision",
    ):  # fmt: skip
        assert words in page.text
    old = tab.get(at(till, f"{first.reference}/"))
    assert "A newer revision replaced this one." in old.text
    assert at(till, f"{second.reference}/") in old.text
    assert "Accept and order" not in old.text


def test_fewer_and_dearer_is_said_too(till: Till, tab: Client) -> None:
    first = till.estimate(package=12)
    page = tab.get(at(till, f"{till.estimate(package=2, revises=first).reference}/"))
    assert "10 fewer, $29.85 more each" in page.text


def test_a_line_of_which_only_the_tax_changed_says_so(till: Till, tab: Client) -> None:
    first = till.estimate(manual=2)
    till.practice.region = "Cascadia"
    till.practice.save()
    page = tab.get(at(till, f"{till.estimate(manual=2, revises=first).reference}/"))
    assert "other tax" in page.text
    assert "plus $8.09 tax" in page.text


def test_revising_starts_from_what_stands_there(till: Till, tab: Client) -> None:
    first = till.estimate(package=25)
    page = tab.get(at(till, f"{first.reference}/revise/"))
    assert 'value="25"' in page.text
    assert "$3,980.00" in page.text
    page = tab.post(at(till, "price/"), {"package": "30", "revises": first.reference})
    assert page.headers["Location"] == at(till, f"{first.reference}/revise/?package=30#price")
    form = {"package": "30", "title": "Larger"}
    page = tab.post(at(till, f"{first.reference}/revise/"), form, follow=True)
    assert "5 more" in page.text
    assert Estimate.objects.get(revision=2).title == "Larger"


def test_a_revision_that_came_second_is_refused_and_keeps_what_was_typed(
    till: Till, tab: Client
) -> None:
    first = till.estimate(package=25)
    till.estimate(package=26, revises=first)
    page = tab.post(at(till, f"{first.reference}/revise/"), {"package": "77"})
    assert page.status_code == 409
    assert "There is a newer revision; revise that one." in page.text
    assert 'value="77"' in page.text
    assert tab.get(at(till, f"{first.reference}/revise/")).status_code == 409
    nothing = tab.post(at(till, f"{first.reference}/revise/"), {"package": "-1"})
    assert nothing.status_code == 422


def test_what_staff_wrote_is_changed_by_staff(till: Till, tab: Client) -> None:
    made = estimating.make(
        actor=DESK, practice=till.practice, by_staff=True, now=NOW, today=TODAY,
        wishes=[estimating.Wish("consulting", 2, words="A day at your site", unit_minor=90000)],
    )  # fmt: skip
    page = tab.get(at(till, f"{made.reference}/"))
    assert "Our staff wrote this estimate" in page.text
    assert "A day at your site" in page.text
    assert "An invoice over $1,800.00 due 23 Dec 2026." in page.text
    page = tab.post(at(till, f"{made.reference}/revise/"), {"package": "1"})
    assert page.status_code == 409


def test_accepting_says_before_what_will_happen_and_after_what_did(till: Till, tab: Client) -> None:
    made = till.estimate(package=25)
    page = tab.get(at(till, f"{made.reference}/"))
    assert (
        "An invoice over $3,980.00 due 23 Dec 2026; 25 certification packages are yours when it"
        " is paid." in page.text
    )
    form = {"name": "Dana Whitlock", "po_number": "PO-77"}
    page = tab.post(at(till, f"{made.reference}/accept/"), form, follow=True)
    assert "Accepted. Invoice INV-000001 is issued." in page.text
    assert "PO-77" in page.text
    again = tab.post(at(till, f"{made.reference}/accept/"), form, follow=True)
    assert again.status_code == 200
    assert Order.objects.count() == 1
    page = tab.get(at(till, f"{made.reference}/"))
    assert "Accepted by Dana Whitlock on 23 Nov 2026, purchase order PO-77." in page.text
    assert "Open the order and its invoice" in page.text
    assert "An accepted estimate is not revised" in page.text


def test_where_staff_approved_it_units_come_on_acceptance(till: Till, tab: Client) -> None:
    set_units_first(practice=till.practice.pk, on=True, by=DESK.reference, now=NOW)
    page = tab.get(at(till, f"{till.estimate(package=1, ce=2).reference}/"))
    assert "1 certification package and 2 continuing education courses are yours on" in page.text


def test_money_that_is_kept_pays_first_and_the_page_says_so(till: Till, tab: Client) -> None:
    till.pay(10000)
    page = tab.get(at(till, f"{till.estimate(manual=4).reference}/"))
    assert "of which $100.00 that we keep for you pay at once; 4 MSCAT manuals are" in page.text
    assert "yours when it is paid" in page.text
    page = tab.get(at(till, f"{till.estimate(manual=1).reference}/"))
    assert "of which $49.00 that we keep for you pay at once; 1 MSCAT manual is yours" in page.text
    assert "on acceptance" in page.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "po_number": "PO-9"}, "Type your name to accept."),
        ({"name": "Dana", "po_number": card_like()}, "This looks like a card number"),
    ],
)
def test_an_acceptance_that_is_refused_keeps_what_was_typed(
    till: Till, tab: Client, form: dict[str, str], words: str
) -> None:
    made = till.estimate(package=25)
    page = tab.post(at(till, f"{made.reference}/accept/"), form)
    assert page.status_code == 422
    assert words in page.text
    assert f'value="{form["po_number"]}"' in page.text
    assert not Order.objects.exists()


def test_what_moved_meanwhile_is_not_accepted_and_not_declined(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = till.estimate(package=25)
    second = till.estimate(package=26, revises=first)
    page = tab.post(at(till, f"{first.reference}/accept/"), {"name": "Dana Whitlock"})
    assert page.status_code == 409
    assert "A newer revision replaced this one; accept that one instead." in page.text
    page = tab.post(at(till, f"{first.reference}/decline/"), {"reason": "Too dear"})
    assert page.status_code == 409
    assert "Only an open estimate can be declined." in page.text
    monkeypatch.setattr(clock, "now", lambda: later(days=31))
    page = tab.post(at(till, f"{second.reference}/accept/"), {"name": "Dana Whitlock"})
    assert page.status_code == 409
    assert "last day is over" in page.text
    assert not Order.objects.exists()


def test_declining_takes_a_reason_and_a_revision_brings_it_back(till: Till, tab: Client) -> None:
    made = till.estimate(package=25)
    page = tab.post(at(till, f"{made.reference}/decline/"), {"reason": f"No {card_like()}"})
    assert (page.status_code, "This looks like a card" in page.text) == (422, True)
    page = tab.post(at(till, f"{made.reference}/decline/"), {"reason": "x" * 301})
    assert page.status_code == 422
    page = tab.post(at(till, f"{made.reference}/decline/"), {"reason": "Next year"}, follow=True)
    assert "Declined on 23 Nov 2026: Next year." in page.text
    assert "Make a new revision to bring it back" in page.text
    page = tab.post(at(till, f"{made.reference}/revise/"), {"package": "20"}, follow=True)
    assert "Accept and order" in page.text
    assert Estimate.objects.get(revision=2).state == EstimateState.SENT


def test_an_address_to_share_is_opened_and_closed(till: Till, tab: Client) -> None:
    made = till.estimate(package=25)
    page = tab.post(at(till, f"{made.reference}/share/"), {"shared": "on"}, follow=True)
    made.refresh_from_db()
    assert f"http://localhost:8000/estimates/{made.share_token}/" in page.text
    page = tab.post(at(till, f"{made.reference}/share/"), {"shared": "off"}, follow=True)
    assert "The address is closed" in page.text
    newer = till.estimate(package=26, revises=made)
    page = tab.post(at(till, f"{made.reference}/share/"), {"shared": "on"})
    assert page.status_code == 409
    assert "share that one" in page.text
    assert not Estimate.objects.exclude(share_token=None).exists()
    assert newer.revision == 2


def test_an_estimate_of_another_practice_is_not_there(till: Till, tab: Client) -> None:
    theirs = Till(Clinic("Lakeside Health", "Omar Haddad")).estimate(package=5)
    for path in ("", "revise/"):
        assert tab.get(at(till, f"{theirs.reference}/{path}")).status_code == 404
    for path in ("revise/", "accept/", "decline/", "share/"):
        page = tab.post(at(till, f"{theirs.reference}/{path}"), {"name": "Dana", "package": "1"})
        assert page.status_code == 404
    page = tab.post(at(till, "price/"), {"package": "1", "revises": theirs.reference})
    assert page.status_code == 404
