"""A practice edits its renewal: twelve become ten, three are added, the price follows (S15)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.enums import Channel, LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.orders.operations import add_exemption, answer_exemption
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import change_mode
from scriptorium.journeys.nightly import run_night
from tests.support.builders import NOW, TODAY, Clinic, browser, days, noon
from tests.support.money import Till, card_like

pytestmark = pytest.mark.django_db

#: Everybody renews in ten days, so that the proposal is open today.
DAY = days(10)


@pytest.fixture
def people(clinic: Clinic) -> list[RosterLink]:
    found = [clinic.member(f"Person Number{n:02}", renews_in=10) for n in range(4)]
    run_night(today=TODAY, now=noon(TODAY))
    return found


@pytest.fixture
def proposal(people: list[RosterLink]) -> Proposal:
    return Proposal.objects.get()


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def at(clinic: Clinic, proposal: Proposal, more: str = "") -> str:
    return f"/practice/{clinic.practice.reference}/renewals/{proposal.reference}/{more}"


def keys(proposal: Proposal) -> list[int]:
    return list(proposal.lines.order_by("id").values_list("pk", flat=True))


def test_the_page_says_who_is_in_what_it_costs_and_until_when_it_can_change(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    page = tab.get(at(clinic, proposal)).text
    assert len(re.findall(r'name="line" value="\d+"[^>]* checked', page)) == 4
    assert "$356.00" in page
    assert "1 more reaches \N{MINUS SIGN}10 %" in page
    assert "Never signed in" in page


def test_unticking_and_adding_changes_the_price_and_is_kept(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    first, second, *_ = keys(proposal)
    price = tab.post(at(clinic, proposal, "change/"), {"line": [first, second], "price": "1"})
    assert "$178.00" in price.text
    assert ProposalLine.objects.filter(included=True).count() == 4
    page = tab.post(at(clinic, proposal, "change/"), {"line": [first, second]}, follow=True)
    assert "0 put in, 2 taken out" in page.text
    new = clinic.join("Nora Newcomer")
    found = tab.get(at(clinic, proposal), {"q": "newcomer"}).text
    assert f'value="{new.reference}"' in found
    page = tab.post(at(clinic, proposal, "add/"), {"person": new.reference}, follow=True)
    assert "Nora Newcomer starts on the day" in page.text
    assert "$267.00" in page.text
    assert AuditEvent.objects.filter(key="proposal.changed").count() == 2


def test_renewing_now_makes_one_invoice_and_renews_everybody_when_it_is_paid(
    clinic: Clinic, tab: Client, people: list[RosterLink], proposal: Proposal
) -> None:
    new = clinic.join("Nora Newcomer")
    tab.post(at(clinic, proposal, "add/"), {"person": new.reference})
    form = {"line": keys(proposal), "idempotency_key": "k1", "po_number": "PO-9"}
    for _ in range(2):
        tab.post(at(clinic, proposal, "renew/"), form)
    order = Order.objects.get()
    lines = [(line.kind, line.quantity) for line in order.lines.all()]
    assert (order.po_number, lines) == ("PO-9", [("renewal", 4), ("membership", 1)])
    assert all(clinic.membership(link).renews_on == DAY for link in people)
    page = tab.get(at(clinic, proposal)).text
    assert "Ordered, waiting for payment" in page
    Till(clinic).pay(Invoice.objects.get().total_minor)
    assert all(clinic.membership(link).renews_on > DAY for link in people)
    assert clinic.membership(new).renews_on > TODAY
    assert set(ProposalLine.objects.values_list("state", flat=True)) == {LineState.RENEWED}


def test_free_renewals_are_used_and_nothing_is_invoiced(
    clinic: Clinic, tab: Client, people: list[RosterLink], proposal: Proposal
) -> None:
    clinic.stock("renewal", 5)
    page = tab.post(
        at(clinic, proposal, "renew/"), {"line": keys(proposal)[:3], "idempotency_key": "k"},
        follow=True,
    )  # fmt: skip
    assert "Renewed from your free renewals" in page.text
    assert (clinic.free("renewal"), Order.objects.count()) == (2, 0)
    renewed = [clinic.membership(link).renews_on > DAY for link in people]
    assert renewed == [True, True, True, False]


def test_who_has_a_membership_is_not_added_and_nobody_unknown(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    other = clinic.member("Vera Valid", renews_in=200)
    answer = tab.post(at(clinic, proposal, "add/"), {"person": other.reference})
    assert answer.status_code == 409
    assert "has a membership already" in answer.text
    answer = tab.post(at(clinic, proposal, "add/"), {"person": "0nobody00000"})
    assert (answer.status_code, "Choose somebody" in answer.text) == (422, True)


def test_a_card_number_as_purchase_order_is_refused_and_nothing_ordered(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    form = {"line": keys(proposal), "po_number": card_like(), "idempotency_key": "k"}
    assert tab.post(at(clinic, proposal, "renew/"), form).status_code == 422
    assert not Order.objects.exists()


def test_nobody_ticked_or_a_closed_proposal_is_refused(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    answer = tab.post(at(clinic, proposal, "renew/"), {"idempotency_key": "k"})
    assert (answer.status_code, "Nobody of those" in answer.text) == (409, True)
    proposal.closed_at = noon(TODAY)
    proposal.save()
    for more, form in (("change/", {}), ("renew/", {"line": keys(proposal)})):
        answer = tab.post(at(clinic, proposal, more), form)
        assert (answer.status_code, "is closed" in answer.text) == (409, True)
    new = clinic.join("Nora Newcomer")
    assert tab.post(at(clinic, proposal, "add/"), {"person": new.reference}).status_code == 409


def test_a_member_reads_nothing_an_auditor_reads_and_changes_nothing(
    clinic: Clinic, proposal: Proposal
) -> None:
    auditor = clinic.join("Avery Audit", role="auditor").person
    assert auditor is not None
    tab = browser(auditor)
    page = tab.get(at(clinic, proposal))
    assert (page.status_code, 'type="checkbox"' in page.text) == (200, False)
    assert tab.post(at(clinic, proposal, "change/"), {}).status_code == 403


def test_another_practices_proposal_is_not_found(tab: Client, proposal: Proposal) -> None:
    other = Clinic("Lakeside Health", "Omar Reyes")
    address = f"/practice/{other.practice.reference}/renewals/{proposal.reference}/"
    assert browser(other.dana).get(address).status_code == 404


def test_the_timeline_says_what_happens_when(
    clinic: Clinic, tab: Client, proposal: Proposal
) -> None:
    page = tab.get(f"/practice/{clinic.practice.reference}/renewals/").text
    assert "What happens when" in page
    assert "4 to renew by hand." in page
    assert at(clinic, proposal) in page
    assert isinstance(DAY, dt.date)


def test_the_timeline_leaves_out_the_tax_of_an_exempt_practice(
    clinic: Clinic, tab: Client, people: list[RosterLink], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    Membership.objects.update(mode="M")
    link = people[0]
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=link, mode="A", address=None,
        channel=Channel.PHONE, now=NOW, today=TODAY,
    )  # fmt: skip
    taxed = replace(prices(), tax={"Cascadia": {"dues": 1000}})
    for module in ("pages.renewal_proposal", "domains.orders.rules.quotes"):
        monkeypatch.setattr(f"scriptorium.{module}.prices", lambda: taxed)
    clinic.practice.region = "Cascadia"
    clinic.practice.save()
    address = f"/practice/{clinic.practice.reference}/renewals/"
    assert "We invoice 1 person, $97.90" in tab.get(address).text
    exemption = add_exemption(
        practice=clinic.practice.pk, region="Cascadia", number="EX-7", file_sha256="",
        starts_on=TODAY, expires_on=days(60), by=clinic.actor.reference, now=NOW,
    )  # fmt: skip
    answer_exemption(exemption=exemption, accepted=True, by="0desk", now=NOW)
    assert "We invoice 1 person, $89.00" in tab.get(address).text


def test_a_tick_that_was_not_saved_is_renewed_too_and_nobody_is_taken_out(
    clinic: Clinic, tab: Client, people: list[RosterLink], proposal: Proposal
) -> None:
    first, second, *_ = keys(proposal)
    tab.post(at(clinic, proposal, "tick/"), {"line": keys(proposal)[1:]})
    clinic.stock("renewal", 1)

    tab.post(at(clinic, proposal, "renew/"), {"line": [first], "idempotency_key": "k1"})

    states = dict(proposal.lines.values_list("pk", "state"))
    assert states[first] == LineState.RENEWED
    assert states[second] == LineState.WAITING
    assert proposal.lines.filter(included=True).count() == 4
