"""Staff find a renewal and edit it for a practice or person that calls, logged (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, Proposal
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel import clock
from tests.support.builders import NOW, TODAY, Clinic, browser, buy_renewal, days, noon
from tests.support.markup import text_of
from tests.support.money import card_like

pytestmark = pytest.mark.usefixtures("demo")

HOME = "/office/renewals/"
SAID = "Dana called, two people left"


@pytest.fixture
def people(clinic: Clinic) -> list[RosterLink]:
    return [clinic.member(f"Person Number{n:02}", renews_in=10) for n in range(4)]


@pytest.fixture
def proposal(people: list[RosterLink]) -> Proposal:
    assert people
    run_night(today=TODAY, now=noon(TODAY))
    return Proposal.objects.get()


@pytest.fixture
def desk(staff: Callable[..., Client]) -> Client:
    return staff("desk")


def at(proposal: Proposal, more: str = "") -> str:
    return f"{HOME}{proposal.reference}/{more}"


def keys(proposal: Proposal) -> list[int]:
    return list(proposal.lines.order_by("id").values_list("pk", flat=True))


def solo(clinic: Clinic, *, renews_in: int = 10) -> Person:
    """Return somebody who pays for herself and renews in so many days."""
    link = clinic.member("Solveig Aune", renews_in=renews_in)
    buy_renewal(link)
    assert link.person is not None
    return link.person


def open_of(person: Person) -> Proposal:
    with transaction.atomic():
        membership = Membership.objects.get(person=person)
        memberships.open_proposals(memberships=[membership], now=NOW)
    return Proposal.objects.get(payer_person=person)


# Finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["river", "dermatology riverside", "number02", "person"])
def test_a_renewal_is_found_by_practice_or_person(
    desk: Client, proposal: Proposal, text: str
) -> None:
    page = desk.get(HOME, {"q": text}).text
    assert at(proposal) in page
    assert "Riverside Dermatology" in page
    assert "4 in" in page


def test_what_does_not_match_is_not_listed(desk: Client, proposal: Proposal) -> None:
    page = desk.get(HOME, {"q": "lakeside"}).text
    assert at(proposal) not in page
    assert "No open renewal is like this" in page


def test_without_an_open_renewal_the_list_points_to_tonight(desk: Client) -> None:
    assert 'href="/office/nightly/"' in desk.get(HOME).text


# Editing for a practice -----------------------------------------------------------------------


def test_the_office_shows_what_the_practice_sees_in_words_about_it(
    desk: Client, proposal: Proposal
) -> None:
    page = desk.get(at(proposal)).text
    assert page.count('name="line"') == 4
    assert "$356.00" in page
    assert "From their units" in page


def test_a_change_is_recorded_on_behalf_of_the_practice_and_stands_in_its_activity(
    clinic: Clinic, desk: Client, proposal: Proposal
) -> None:
    form = {"line": keys(proposal)[:2], "reason": SAID}
    page = desk.post(at(proposal, "change/"), form, follow=True)
    assert "0 put in, 2 taken out" in page.text
    event = AuditEvent.objects.get(key="proposal.changed_on_call")
    assert (event.actor_kind, event.on_behalf_of) == ("staff", clinic.practice.reference)
    log = text_of(browser(clinic.dana).get(f"/practice/{clinic.practice.reference}/activity/").text)
    assert "was changed for Riverside Dermatology, who called: 0 in, 2 out. Dana called" in log


def test_the_price_of_a_change_is_shown_without_a_reason_and_nothing_is_saved(
    desk: Client, proposal: Proposal
) -> None:
    answer = desk.post(at(proposal, "change/"), {"line": keys(proposal)[:1], "price": "1"})
    assert (answer.status_code, "$89.00" in answer.text) == (200, True)
    assert proposal.lines.filter(included=True).count() == 4


@pytest.mark.parametrize("reason", ["", "   ", card_like()])
def test_without_words_about_the_call_or_with_a_card_number_nothing_changes(
    clinic: Clinic, desk: Client, proposal: Proposal, reason: str
) -> None:
    new = clinic.join("Nora Newcomer")
    for more in ("change/", "renew/", "add/"):
        form = {"line": keys(proposal)[:1], "person": new.reference, "reason": reason}
        assert desk.post(at(proposal, more), form).status_code == 422
    assert proposal.lines.filter(included=True).count() == proposal.lines.count() == 4
    assert not Order.objects.exists()


def test_people_are_added_and_renewed_at_once_for_a_practice_that_calls(
    clinic: Clinic, desk: Client, proposal: Proposal
) -> None:
    new = clinic.join("Nora Newcomer")
    assert f'value="{new.reference}"' in desk.get(at(proposal), {"q": "newcomer"}).text
    page = desk.post(at(proposal, "add/"), {"person": new.reference, "reason": SAID}, follow=True)
    assert "Nora Newcomer starts on the day" in page.text
    form = {"line": keys(proposal), "reason": SAID, "idempotency_key": "k"}
    page = desk.post(at(proposal, "renew/"), form, follow=True)
    number = Invoice.objects.get().number
    assert f"Invoice {number} is ready" in page.text
    # The membership desk does not open finance's pages, so the order is no link for it.
    assert f"invoices/{number}/" not in page.text
    event = AuditEvent.objects.get(key="proposal.renewed_on_call")
    assert (event.data["renewed"], event.on_behalf_of) == (5, clinic.practice.reference)


def test_finance_opens_the_invoice_from_the_proposal(
    clinic: Clinic, staff: Callable[..., Client], proposal: Proposal
) -> None:
    tab = staff("finance")
    form = {"line": keys(proposal), "reason": SAID, "idempotency_key": "k"}
    page = tab.post(at(proposal, "renew/"), form, follow=True).text
    url = f"/office/money/practices/{clinic.practice.reference}/invoices/"
    assert url in page
    assert tab.get(f"{url}{Invoice.objects.get().number}/").status_code == 200


def test_after_the_charge_attempt_a_change_is_refused_with_a_plain_sentence(
    clinic: Clinic, desk: Client, proposal: Proposal
) -> None:
    new = clinic.join("Nora Newcomer")
    run_night(today=days(10), now=noon(days(10)))
    page = desk.get(at(proposal)).text
    assert "The charge of this renewal was attempted on" in page
    for more, form in (
        ("change/", {"line": keys(proposal)[:1]}),
        ("add/", {"person": new.reference}),
    ):
        answer = desk.post(at(proposal, more), form | {"reason": SAID})
        assert answer.status_code == 409
        assert "who is in is fixed since" in answer.text
    assert proposal.lines.filter(included=True).count() == 4
    # The practice is told the same.
    own = f"/practice/{clinic.practice.reference}/renewals/{proposal.reference}/change/"
    assert browser(clinic.dana).post(own, {}).status_code == 409


def test_after_the_charge_attempt_whoever_is_left_is_still_renewed_now(
    clinic: Clinic, desk: Client, proposal: Proposal
) -> None:
    run_night(today=days(10), now=noon(days(10)))
    clinic.stock("renewal", 4, expires=days(300))
    form = {"line": keys(proposal), "reason": SAID, "idempotency_key": "k"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: noon(days(10)))
        page = desk.post(at(proposal, "renew/"), form, follow=True)
    assert "Renewed from their free renewals" in page.text
    assert set(proposal.lines.values_list("state", flat=True)) == {LineState.RENEWED}


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_who_only_reads_sees_no_ticks_and_changes_nothing(
    staff: Callable[..., Client], proposal: Proposal, role: str
) -> None:
    tab = staff(role)
    page = tab.get(at(proposal))
    assert (page.status_code, 'type="checkbox"' in page.text) == (200, False)
    assert "change this for a payer that calls" in page.text
    assert tab.post(at(proposal, "change/"), {"reason": SAID}).status_code == 403


# A person who calls ---------------------------------------------------------------------------


def test_the_renewal_of_a_person_is_edited_like_that_of_a_practice(
    clinic: Clinic, desk: Client
) -> None:
    person = solo(clinic)
    found = open_of(person)
    page = desk.get(at(found)).text
    assert "who pays for herself" in page
    assert page.count('name="line"') == 1
    assert "Add people" not in page
    answer = desk.post(at(found, "change/"), {"reason": "She will not renew"}, follow=True)
    assert "0 put in, 1 taken out" in answer.text
    event = AuditEvent.objects.get(key="proposal.changed_on_call")
    assert (event.on_behalf_of, event.practice) == (person.reference, "")
    assert desk.post(at(found, "add/"), {"person": "x", "reason": SAID}).status_code == 422


def call(**changes: str) -> dict[str, str]:
    local = NOW.astimezone(clock.zone())
    form = {"called_at": f"{local:%Y-%m-%dT%H:%M}", "reason": "She called and cancels"}
    return {f"cancel-{name}": said for name, said in (form | changes).items()}


def test_a_cancellation_by_phone_ends_the_membership_and_a_mail_confirms_it(
    clinic: Clinic, staff: Callable[..., Client]
) -> None:
    person = solo(clinic, renews_in=60)
    tab = staff("support")
    address = f"/office/people/{person.reference}/cancel/"
    page = tab.post(address, call(), follow=True)
    assert "A mail confirms it." in page.text
    membership = Membership.objects.get(person=person)
    assert (membership.cancelled_on, membership.mode) == (membership.renews_on, "M")
    event = AuditEvent.objects.get(key="membership.cancelled_by_phone")
    assert (event.actor_kind, event.on_behalf_of) == ("staff", person.reference)
    assert event.data["called"].startswith(f"{NOW:%Y-%m-%d}")
    mail = render(mail=OutboxMail.objects.get(template="membership_cancelled"))
    assert "You told us by phone on" in mail.text
    assert "You told us by phone on" in mail.html
    again = tab.post(address, call())
    assert (again.status_code, "is cancelled already" in again.text) == (409, True)


def test_a_cancellation_is_refused_where_a_practice_pays_or_nothing_runs(
    clinic: Clinic, desk: Client
) -> None:
    paid = clinic.member("Ada Park").person
    assert paid is not None
    for person, said in ((paid, "A practice pays"), (clinic.dana, "no membership yet")):
        answer = desk.post(f"/office/people/{person.reference}/cancel/", call())
        assert (answer.status_code, said in answer.text) == (409, True)
    assert not Membership.objects.filter(cancelled_on__isnull=False).exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"called_at": "2199-01-01T09:00"}, 409),
        ({"called_at": "yesterday"}, 422),
        ({"reason": ""}, 422),
        ({"reason": card_like()}, 422),
    ],
)
def test_a_call_that_lies_ahead_or_is_not_described_cancels_nothing(
    clinic: Clinic, desk: Client, change: dict[str, str], status: int
) -> None:
    person = solo(clinic)
    answer = desk.post(f"/office/people/{person.reference}/cancel/", call(**change))
    assert answer.status_code == status
    assert not Membership.objects.filter(cancelled_on__isnull=False).exists()


def test_who_may_not_cancel_reads_who_may(clinic: Clinic, staff: Callable[..., Client]) -> None:
    person = solo(clinic)
    tab = staff("decisions")
    assert "can do this." in tab.get(f"/office/people/{person.reference}/").text
    assert tab.post(f"/office/people/{person.reference}/cancel/", call()).status_code == 403
