"""Mail in the office: previews, suppressed addresses, notices given by telephone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications.enums import MailTemplate
from scriptorium.domains.notifications.models import OutboxMail, Suppression, Undelivered
from scriptorium.jobs.outbox import send_waiting
from scriptorium.journeys import suppression, undelivered
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, Clinic, person
from tests.support.returned_mail import (
    NOTICE,
    message_id,
    notice_that_came_back,
    queue,
    report,
    sent,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def desk(staff: Any) -> Client:
    tab: Client = staff("desk")
    return tab


# Templates --------------------------------------------------------------------------------------


def test_every_template_is_listed_with_category_and_occasion(desk: Client) -> None:
    page = desk.get("/office/mail/templates/").text
    for template in MailTemplate:
        shown = f'href="/office/mail/templates/{template.value}/"' in page
        assert shown == (template != MailTemplate.ACCOUNT), template
    assert page.count("Marketing</td>") == 1
    assert "To a former member, on set days after the membership lapsed." in page


@pytest.mark.parametrize("key", [key for key in MailTemplate.values if key != "account"])
def test_each_preview_shows_subject_text_and_frame(desk: Client, key: str) -> None:
    page = desk.get(f"/office/mail/templates/{key}/")
    assert page.status_code == 200
    assert f'sandbox src="/office/mail/templates/{key}/html/"' in page.text
    assert "Dear Rosa Lima," in page.text


def test_the_frame_may_be_shown_there_and_do_nothing(desk: Client) -> None:
    page = desk.get("/office/mail/templates/win_back/")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    framed = desk.get("/office/mail/templates/win_back/html/")
    assert framed.headers["Content-Security-Policy"] == (
        "default-src 'none'; sandbox; frame-ancestors 'self'"
    )
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<p>Dear Rosa Lima,</p>" in framed.text


@pytest.mark.parametrize("key", ["account", "nonsense"])
def test_a_mail_that_is_not_written_here_has_no_preview(desk: Client, key: str) -> None:
    assert desk.get(f"/office/mail/templates/{key}/").status_code == 404
    assert desk.get(f"/office/mail/templates/{key}/html/").status_code == 404


# Suppressed addresses ---------------------------------------------------------------------------


def suppress(address: str = "ada@home.example") -> Suppression:
    from tests.support.builders import DESK

    suppression.unsubscribe(actor=DESK, address=address, now=NOW)
    return Suppression.objects.get(address=address)


def test_addresses_are_found_and_lifted_with_a_reason(desk: Client) -> None:
    ada, _ = suppress(), suppress("ben@home.example")
    page = desk.get("/office/mail/suppressed/?q=ADA").text
    assert "ada@home.example" in page
    assert "ben@home.example" not in page
    address = f"/office/mail/suppressed/{ada.reference}/lift/"
    refused = desk.post(address, {"reason": ""})
    assert refused.status_code == 422
    assert '<details class="more" open>' in refused.text
    assert Suppression.objects.filter(lifted_at__isnull=True).count() == 2
    done = desk.post(address, {"reason": "They called"}, follow=True)
    assert "ada@home.example gets this mail again." in done.text
    ada.refresh_from_db()
    assert (ada.lifted_at, ada.lift_reason) == (NOW, "They called")
    assert desk.post(address, {"reason": "Again"}).status_code == 409
    assert desk.post("/office/mail/suppressed/zzz/lift/", {"reason": "x"}).status_code == 404


def test_an_auditor_reads_and_lifts_nothing(staff: Any) -> None:
    held, auditor = suppress(), staff("auditor")
    page = auditor.get("/office/mail/suppressed/").text
    assert "Desk, support, director and system administrator lift these." in page
    assert "Let it get this mail" not in page
    address = f"/office/mail/suppressed/{held.reference}/lift/"
    assert auditor.post(address, {"reason": "x"}).status_code == 403


def test_without_any_the_page_says_what_would_come_here(desk: Client) -> None:
    assert "No address is suppressed" in desk.get("/office/mail/suppressed/").text


# Notices that did not arrive --------------------------------------------------------------------


def test_row_46_staff_read_whom_to_telephone_and_write_down_what_they_did(
    clinic: Clinic, desk: Client
) -> None:
    clinic.practice.phone = "+1 555 0100 300"
    clinic.practice.save()
    row = notice_that_came_back(clinic)
    assert "Notices that did not arrive" in desk.get("/office/").text
    page = desk.get("/office/mail/bounced/").text
    assert (
        "Notice of renewal for Riverside Dermatology did not arrive at billing@riverside.example"
        in page
    )
    assert "Telephone Dana Whitlock at" in page
    assert "+1 555 0100 300" in page
    assert "Came back. 550 5.1.1" in page
    address = f"/office/mail/bounced/{row.reference}/close/"
    assert desk.post(address, {"note": " "}).status_code == 422
    done = desk.post(address, {"note": "Spoke to Dana, new address follows"}, follow=True)
    assert "The notices to billing@riverside.example are off the list." in done.text
    assert "Every notice arrived" in done.text
    assert "Spoke to Dana, new address follows" in done.text
    row.refresh_from_db()
    assert row.closed_at == NOW
    assert desk.post(address, {"note": "Me too"}).status_code == 409
    assert desk.post("/office/mail/bounced/zzz/close/", {"note": "x"}).status_code == 404


def test_a_person_who_pays_alone_is_telephoned_too(desk: Client) -> None:
    solo = person("Solveig Aune", "solo@home.example")
    solo.phone = "+1 555 0100 400"
    solo.save()
    for key, to in (("n1", solo.email), ("n2", "nobody@home.example")):
        mail = sent(key, template=NOTICE, to=to, name="Somebody")
        own = f"<{key}@mx.example>"
        undelivered.take_in(content=report(message_id(mail), own=own), now=NOW)
    page = desk.get("/office/mail/bounced/").text
    assert "Notice of renewal for Somebody did not arrive at solo@home.example" in page
    assert "Telephone Solveig Aune at" in page
    assert "No telephone number is known here: find another way to Somebody" in page


def test_several_notices_to_one_address_are_one_call(clinic: Clinic, desk: Client) -> None:
    row = notice_that_came_back(clinic)
    mail = sent("n2", template="price_change", to=row.address, practice=row.practice)
    undelivered.take_in(content=report(message_id(mail), own="<n2@mx.example>"), now=NOW)
    page = desk.get("/office/mail/bounced/").text
    assert "Notice of renewal and price change for Riverside Dermatology did not arrive" in page
    assert "1 to give by telephone" in page


def test_an_auditor_reads_the_notices_and_closes_none(clinic: Clinic, staff: Any) -> None:
    row, auditor = notice_that_came_back(clinic), staff("auditor")
    assert "support and the director close these" in auditor.get("/office/mail/bounced/").text
    address = f"/office/mail/bounced/{row.reference}/close/"
    assert auditor.post(address, {"note": "x"}).status_code == 403
    assert Undelivered.objects.get().closed_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_worklist_asks_no_more_for_more_rows(
    clinic: Clinic, desk: Client, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        other = Clinic(f"Practice {number}", "Omar Haddad")
        mail = sent(f"n{number}", template=NOTICE, practice=other.practice.reference)
        own = f"<{number}@mx.example>"
        undelivered.take_in(content=report(message_id(mail), own=own), now=NOW)
    with django_assert_num_queries(9):
        desk.get("/office/mail/bounced/")


# The outbox -------------------------------------------------------------------------------------


def test_the_outbox_says_what_became_of_each_mail(desk: Client) -> None:
    mail = sent("k1")
    undelivered.take_in(content=report(message_id(mail)), now=NOW)
    held = queue("k2", template="win_back", to="ben@home.example")
    undelivered.hold_back(mail=held, reason="unsubscribed", now=NOW)
    page = desk.get("/office/outbox/").text
    assert "Came back" in page
    assert "Held back: unsubscribed" in page
    assert "ben@home.example" not in desk.get("/office/outbox/?state=bounced").text
    assert "ada@home.example" not in desk.get("/office/outbox/?state=held").text
    one = desk.get(f"/office/outbox/{mail.pk}/").text
    assert "the address does not work. 550 5.1.1" in one
    OutboxMail.objects.filter(pk=mail.pk).update(
        attachments=[{"name": "renewals.ics", "media_type": "text/calendar", "sha256": "0"}]
    )
    assert "renewals.ics" in desk.get(f"/office/outbox/{mail.pk}/").text


# Sending again ----------------------------------------------------------------------------------


def held() -> OutboxMail:
    """Return a mail that was held back because its address does not work."""
    undelivered.take_in(content=report(message_id(sent("k0"))), now=NOW)
    mail = queue("k1")
    undelivered.hold_back(mail=mail, reason="hard_bounce", now=NOW)
    mail.refresh_from_db()
    return mail


def test_a_mail_that_was_held_back_is_sent_again_once_the_address_is_mended(staff: Any) -> None:
    tab: Client = staff("support")
    mail = held()
    page = tab.get(f"/office/outbox/{mail.pk}/").text
    assert "still gets less mail" in page
    assert re.search(r"<button[^>]* disabled[^>]*>Send it after all", page)
    refused = tab.post(f"/office/outbox/{mail.pk}/send/")
    assert (refused.status_code, "Lift that first" in refused.text) == (409, True)
    suppression.lift(
        actor=Actor.system("test"), suppression=Suppression.objects.get(), reason="Works",
        now=NOW,
    )  # fmt: skip
    answer = tab.post(f"/office/outbox/{mail.pk}/send/", follow=True)
    assert f"It goes to {mail.to_address} now." in answer.text
    mail.refresh_from_db()
    assert (mail.state, mail.held_because) == ("queued", "")
    assert AuditEvent.objects.get(key="mail.sent_again").data["address"] == mail.to_address
    assert send_waiting(clock=lambda: NOW) == 1
    mail.refresh_from_db()
    assert mail.state == "sent"
    again = tab.post(f"/office/outbox/{mail.pk}/send/")
    assert (again.status_code, "is not held back any more" in again.text) == (409, True)


def test_who_does_not_keep_the_outbox_sends_nothing_again(desk: Client) -> None:
    mail = held()
    assert "send what was held back" in desk.get(f"/office/outbox/{mail.pk}/").text
    assert desk.post(f"/office/outbox/{mail.pk}/send/").status_code == 403
