"""The office decides accommodations, hours without employer, cases and waivers."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import (
    AccommodationGrant,
    AccommodationRequest,
    Person,
    RetakeWaiver,
)
from scriptorium.domains.accounts.queries import accommodation_of
from scriptorium.domains.support.models import Case
from scriptorium.journeys import accommodations, cases
from tests.support.apprentices import (
    apprentice,
    credential_of,
    log_much,
    of,
    send,
    staff,
)
from tests.support.builders import NOW, TODAY, Clinic, actor_of, browser, days

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def mel(clinic: Clinic) -> Person:
    return of(clinic.member("Mel Archer", renews_in=120))


@pytest.fixture
def emery(db: None) -> Person:
    return staff("Emery Galvin", "decisions")


@pytest.fixture
def marlow(db: None) -> Person:
    return staff("Marlow Ingram", "director")


@pytest.fixture
def tab(emery: Person) -> Client:
    return browser(emery)


# Accommodations ---------------------------------------------------------------------------------


def request_of(who: Person) -> AccommodationRequest:
    accommodations.ask(actor=actor_of(who), person=who, kind="time", words="I read slowly", now=NOW)
    return who.accommodation_requests.latest("pk")


def test_a_request_is_granted_for_the_paid_year_and_ended(mel: Person, tab: Client) -> None:
    request = request_of(mel)
    page = tab.get("/office/accommodations/")
    assert "I read slowly" in page.text
    # Proposed until the end of the paid year: a grant is scoped to the cycle (DOMAIN §5).
    assert f'value="{days(119).isoformat()}"' in page.text
    form = {
        "granted": "1", "percent": "150", "break_minutes": "10", "answer": "",
        "last_day": days(119).isoformat(),
    }  # fmt: skip
    address = f"/office/accommodations/{request.reference}/answer/"
    done = tab.post(address, form, follow=True)
    assert "Granted. Mel Archer is told" in done.text
    assert "150 % of the usual time, 10 minutes of breaks" in done.text
    assert accommodation_of(person=mel.pk, on=TODAY).percent == 150
    assert tab.post(address, form).status_code == 409
    end = f"/office/accommodations/{AccommodationGrant.objects.get().reference}/end/"
    assert tab.post(end, {"reason": ""}).status_code == 422
    assert "Ended for Mel Archer" in tab.post(end, {"reason": "Wish"}, follow=True).text
    assert tab.post(end, {"reason": "Wish"}).status_code == 409
    assert accommodation_of(person=mel.pk, on=TODAY).percent == 100


@pytest.mark.parametrize(
    ("change", "words"),
    [({"percent": "301"}, "less than or equal to 300"), ({"last_day": ""}, "required"),
     ({"break_minutes": "121"}, "less than or equal to 120")],
)  # fmt: skip
def test_limits_are_named_at_their_field(
    mel: Person, tab: Client, change: dict[str, str], words: str
) -> None:
    address = f"/office/accommodations/{request_of(mel).reference}/answer/"
    form = {"granted": "1", "percent": "150", "break_minutes": "0", "answer": "Typed words",
            "last_day": days(9).isoformat()}  # fmt: skip
    page = tab.post(address, form | change)
    assert page.status_code == 422
    assert words in page.text
    assert "Typed words" in page.text


def test_a_request_is_declined_with_words(mel: Person, tab: Client) -> None:
    address = f"/office/accommodations/{request_of(mel).reference}/answer/"
    assert tab.post(address, {"granted": "0", "answer": ""}).status_code == 422
    page = tab.post(address, {"granted": "0", "answer": "Please call us"}, follow=True)
    assert "Declined. Mel Archer" in page.text


def test_ones_own_request_is_left_to_somebody_else(emery: Person, tab: Client) -> None:
    request = request_of(emery)
    page = tab.get("/office/accommodations/")
    assert "This is your own request" in page.text
    form = {"granted": "0", "answer": "x"}
    answer = tab.post(f"/office/accommodations/{request.reference}/answer/", form)
    assert answer.status_code == 409


def test_no_other_staff_sees_requests(mel: Person, marlow: Person) -> None:
    request_of(mel)
    director = browser(marlow)
    assert director.get("/office/accommodations/").status_code == 403
    assert "ccommodation" not in director.get("/office/").text
    assert "ccommodation" not in director.get(f"/office/people/{mel.reference}/").text


# Hours ------------------------------------------------------------------------------------------


def test_hours_without_an_employer_are_approved_by_decision_makers(tab: Client) -> None:
    alone = Clinic("Solo Practice", "Solveig Aune")
    apprentice(alone.dana)
    log_much(alone.dana_link, 200)
    affidavit = send(alone.dana_link, to=None)
    assert "Attested hours" in tab.get("/office/").text
    assert "Solveig Aune" in tab.get("/office/hours/").text
    assert "documented 200 hours" in tab.get(f"/office/hours/{affidavit.reference}/").text
    address = f"/office/hours/{affidavit.reference}/answer/"
    done = tab.post(address, {"answer": "approve"}, follow=True)
    assert "Solveig Aune is a specialist" in done.text
    assert credential_of(alone.dana_link).level == "CMSS"
    assert tab.post(address, {"answer": "approve"}).status_code == 409


def test_hours_that_wait_at_a_practice_are_not_the_offices(clinic: Clinic, tab: Client) -> None:
    from tests.support.apprentices import sent

    affidavit = sent(clinic)
    assert "No hours wait for staff" in tab.get("/office/hours/").text
    assert tab.get(f"/office/hours/{affidavit.reference}/").status_code == 404


# Cases ------------------------------------------------------------------------------------------


def complaint(who: Person) -> Case:
    return cases.open_complaint(
        actor=actor_of(who), person=who, words="Nobody answered.", now=NOW, today=TODAY
    )


def test_a_case_goes_from_the_worklist_to_the_letter(
    mel: Person, emery: Person, marlow: Person, tab: Client
) -> None:
    case = complaint(mel)
    base = f"/office/cases/{case.reference}/"
    assert "Acknowledge by 28 Nov 2026, in 5 days" in tab.get("/office/cases/").text
    assert "Decide and send" not in tab.get(base).text
    tab.post(f"{base}acknowledge/", {"note": "We look into it."})
    assert tab.post(f"{base}acknowledge/", {"note": ""}).status_code == 409
    assert tab.post(f"{base}assign/", {}).status_code == 422
    page = tab.post(f"{base}assign/", {"decider": marlow.reference}, follow=True)
    assert "Marlow Ingram decides this case" in page.text
    form = {"outcome": "upheld", "letter": "We are sorry."}
    assert tab.post(f"{base}decide/", form).status_code == 403
    director = browser(marlow)
    assert director.post(f"{base}decide/", {"outcome": "upheld"}).status_code == 422
    done = director.post(f"{base}decide/", form, follow=True)
    assert "The letter to Mel Archer is on its way" in done.text
    assert "No case is open" in done.text
    assert director.post(f"{base}decide/", form).status_code == 409
    assert "We look into it." in director.get(base).text


def test_row_09_who_was_involved_is_shown_with_the_reason_and_cannot_be_assigned(
    clinic: Clinic, emery: Person, marlow: Person, tab: Client
) -> None:
    request = request_of(who := of(clinic.member("Mel Archer")))
    tab.post(
        f"/office/accommodations/{request.reference}/answer/", {"granted": "0", "answer": "No"}
    )
    from scriptorium.journeys.appealable import appealable

    (about,) = appealable(person=who, now=NOW, today=TODAY)
    case = cases.open_appeal(
        actor=actor_of(who), person=who, about=about, words="Wrong", now=NOW,
        today=TODAY,
    )  # fmt: skip
    base = f"/office/cases/{case.reference}/"
    tab.post(f"{base}acknowledge/", {"note": ""})
    page = tab.get(base)
    assert f'value="{emery.reference}" disabled' in page.text
    assert "declined this request" in page.text
    answer = tab.post(f"{base}assign/", {"decider": emery.reference})
    assert answer.status_code == 409
    assert "Emery Galvin cannot decide this case" in answer.text
    assert Case.objects.get().decider is None
    assert tab.post(f"{base}assign/", {"decider": marlow.reference}).status_code == 302


def test_an_auditor_reads_cases_and_acts_on_none(mel: Person) -> None:
    case = complaint(mel)
    auditor = browser(staff("Toby Jessup", "auditor"))
    page = auditor.get(f"/office/cases/{case.reference}/")
    assert "You can read this case" in page.text
    assert "<h2>Acknowledge</h2>" not in page.text
    assert auditor.post(f"/office/cases/{case.reference}/acknowledge/").status_code == 403


def test_a_late_case_is_red_in_words(mel: Person, tab: Client) -> None:
    Case.objects.filter(pk=complaint(mel).pk).update(acknowledge_by=days(-2), decide_by=days(3))
    assert "Acknowledge: 2 days late, was due 21 Nov 2026" in tab.get("/office/cases/").text


# Waivers ----------------------------------------------------------------------------------------


def test_a_waiver_is_granted_listed_and_taken_back(mel: Person, tab: Client) -> None:
    form = {"email": mel.email, "exam": "dermatology", "reason": "Power cut"}
    page = tab.post("/office/waivers/", form, follow=True)
    assert "Mel Archer may sit once more" in page.text
    assert "MSCAT Dermatology" in page.text
    assert "open until 20 Feb 2027" in page.text
    close = f"/office/waivers/{RetakeWaiver.objects.get().reference}/close/"
    assert "taken back on 23 Nov 2026" in tab.post(close, follow=True).text
    assert tab.post(close).status_code == 409


def test_a_waiver_needs_a_known_person_and_a_reason(mel: Person, tab: Client) -> None:
    unknown = {"email": "nobody@else.example", "exam": "general", "reason": "x"}
    assert "Nobody has this address here" in tab.post("/office/waivers/", unknown).text
    bare = {"email": mel.email, "exam": "general", "reason": ""}
    assert tab.post("/office/waivers/", bare).status_code == 422
    assert not RetakeWaiver.objects.exists()


def test_nobody_waives_for_themselves(emery: Person, tab: Client) -> None:
    form = {"email": emery.email, "exam": "general", "reason": "I like it"}
    page = tab.post("/office/waivers/", form)
    assert page.status_code == 409
    assert "for themselves" in page.text
