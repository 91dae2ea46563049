"""What comes back: reports taken in once, addresses suppressed, notices given by telephone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from scriptorium.database.records import RecordIsFinal
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.audit.queries import sentence
from scriptorium.domains.notifications import operations as outbox
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.models import Bounce, Suppression, Undelivered
from scriptorium.journeys import suppression as lifting
from scriptorium.journeys import undelivered
from scriptorium.journeys.undelivered import Taken
from tests.support.builders import DESK, NOW, Clinic, browser, later
from tests.support.returned_mail import (
    NOTICE,
    complaint,
    message_id,
    notice_that_came_back,
    plain,
    report,
    sent,
)

pytestmark = pytest.mark.django_db


def take(content: bytes) -> Taken:
    return undelivered.take_in(content=content, now=NOW)


def said(key: str) -> list[str]:
    events = AuditEvent.objects.filter(key=key).order_by("pk")
    return [sentence(event.key, event.data) for event in events]


@pytest.mark.parametrize(
    "key",
    ["unit_assigned:1", "a b/c?d=é&f#g%41:..", "k" * 200, "renewal_notice:0abc:2026-11-23:30"],
)
def test_the_id_of_a_mail_leads_back_to_it_whatever_its_key(key: str) -> None:
    mail = sent(key)
    assert queries.mail_of_message(message_id=message_id(mail)) == mail
    assert rules.message_key(dedupe_key=key).isascii()
    assert not set(rules.message_key(dedupe_key=key)) & set(" <>@/:?#&")


def test_a_hard_bounce_is_kept_once_and_suppresses_the_address() -> None:
    mail = sent(to="Ada@Home.example")
    content = report(message_id(mail))
    assert take(content) == Taken.HARD
    assert take(content) == Taken.KNOWN
    mail.refresh_from_db()
    assert mail.state_words == "Came back"
    bounce = Bounce.objects.get()
    assert (bounce.mail, bounce.address, bounce.kind) == (mail, "Ada@Home.example", "hard")
    held = Suppression.objects.get()
    assert (held.address, held.reason) == ("ada@home.example", "hard_bounce")
    assert said("mail.bounced") == [
        "A mail to Ada@Home.example came back: 550 5.1.1 <ada@home.example>: no such user"
    ]
    assert said("address.suppressed") == [
        "ada@home.example gets less mail from now on: mail came back"
    ]
    # A second report about the same address adds its row and no second suppression.
    again = report(message_id(sent("k2")), own="<report-2@mx.example>")
    assert take(again) == Taken.HARD
    assert (Bounce.objects.count(), Suppression.objects.count()) == (2, 1)


def test_a_delay_and_a_full_mailbox_say_nothing_of_the_address() -> None:
    mail = sent(template=NOTICE)
    assert take(report(message_id(mail), action="delayed", status="4.4.1")) == Taken.SOFT
    mail.refresh_from_db()
    assert mail.state_words == "Sent"
    assert not Undelivered.objects.exists()
    full = report(message_id(mail), status="5.2.2", own="<report-2@mx.example>")
    assert take(full) == Taken.SOFT
    mail.refresh_from_db()
    assert mail.state_words == "Came back"
    assert not Suppression.objects.exists()
    # The notice did not arrive all the same.
    assert Undelivered.objects.get().mails.get() == mail
    assert len(said("mail.delayed")) == len(said("mail.bounced")) == 1


def test_a_complaint_stops_offers_alone() -> None:
    mail = sent(template="win_back")
    assert take(complaint(message_id(mail))) == Taken.COMPLAINT
    assert take(complaint(message_id(mail))) == Taken.KNOWN
    assert Suppression.objects.get().reason == "complaint"
    mail.refresh_from_db()
    assert mail.state_words == "Sent"


@pytest.mark.parametrize("about", ["", "<other@elsewhere.example>", "<@localhost>", "nonsense"])
def test_what_names_no_mail_of_ours_changes_nothing(about: str) -> None:
    sent()
    assert take(report(about)) == Taken.UNMATCHED
    assert take(plain()) == Taken.NO_REPORT
    assert not Bounce.objects.exists()
    assert not Suppression.objects.exists()


def test_row_46_a_bounced_legal_notice_becomes_work_for_staff_and_a_banner(
    settings: Any,
) -> None:
    settings.DEMO = True
    clinic = Clinic()
    clinic.practice.billing_email = "billing@riverside.example"
    clinic.practice.save()
    base = f"/practice/{clinic.practice.reference}"
    tab = browser(clinic.dana)
    words = "We could not deliver mail to billing@riverside.example: check the address."
    assert words not in tab.get(f"{base}/assignments/").text
    row = notice_that_came_back(clinic)
    # The task names practice and address; the practice's own log says it, too.
    (event,) = AuditEvent.objects.filter(key="notice.undelivered")
    assert event.practice == clinic.practice.reference
    assert said("notice.undelivered") == [
        "Notice of renewal did not arrive at billing@riverside.example"
    ]
    # The second channel: every page of the practice, for those who run it and nobody else.
    for page in ("assignments/", "settings/", "renewals/"):
        assert words in tab.get(f"{base}/{page}").text
    drew, avery = (clinic.join(name, role=role) for name, role in
                   (("Drew Castellano", "deputy"), ("Avery Lund", "auditor")))  # fmt: skip
    assert words in browser(of(drew)).get(f"{base}/assignments/").text
    assert words not in browser(of(avery)).get(f"{base}/assignments/").text
    assert words not in tab.get("/member/").text
    # Another address ends the banner; the notice is still to be given.
    clinic.practice.billing_email = "office@riverside.example"
    clinic.practice.save()
    assert "could not deliver" not in tab.get(f"{base}/assignments/").text
    assert list(queries.open_undelivered()) == [row]


def of(link: Any) -> Any:
    assert link.person is not None
    return link.person


def test_the_banner_about_the_administrators_own_address_leads_to_the_profile(
    settings: Any,
) -> None:
    settings.DEMO = True
    clinic = Clinic()
    row = notice_that_came_back(clinic, to=clinic.dana.email)
    board = f"/practice/{clinic.practice.reference}/assignments/"
    drew = of(clinic.join("Drew Castellano", role="deputy"))
    mine, theirs = (browser(who).get(board).text for who in (clinic.dana, drew))
    for page in (mine, theirs):
        assert f"We could not deliver mail to {clinic.dana.email}" in page
    assert '<a href="/member/profile/email/">Check</a>' in mine
    assert '<a href="/member/profile/email/">Check</a>' not in theirs
    assert undelivered.close(actor=DESK, row=row, note="Spoke to Dana", now=NOW)
    assert "could not deliver" not in browser(clinic.dana).get(board).text


def test_another_practice_never_learns_of_it(settings: Any) -> None:
    settings.DEMO = True
    clinic, other = Clinic(), Clinic("Lakeside Health", "Omar Haddad")
    for practice in (clinic.practice, other.practice):
        practice.billing_email = "billing@riverside.example"
        practice.save()
    notice_that_came_back(clinic)
    page = browser(other.dana).get(f"/practice/{other.practice.reference}/assignments/")
    assert "could not deliver" not in page.text


def test_one_row_of_work_for_an_address_however_many_notices() -> None:
    clinic = Clinic()
    row = notice_that_came_back(clinic)
    second = sent(
        "n2", template="price_change", to="Billing@riverside.example",
        practice=clinic.practice.reference,
    )  # fmt: skip
    take(report(message_id(second), own="<report-2@mx.example>"))
    assert Undelivered.objects.get() == row
    assert row.mails.count() == 2
    assert undelivered.close(actor=DESK, row=row, note="Spoke to Dana", now=NOW)
    assert not undelivered.close(actor=DESK, row=row, note="Me too", now=NOW)
    assert said("notice.handled") == [
        "Notices that did not arrive at billing@riverside.example were given another way:"
        " Spoke to Dana"
    ]
    # What comes back after that is new work.
    third = sent("n3", template=NOTICE, to=row.address, practice=clinic.practice.reference)
    take(report(message_id(third), own="<report-3@mx.example>"))
    assert queries.open_undelivered().get().mails.get() == third


def test_a_suppression_is_lifted_once_with_a_reason_and_can_come_again() -> None:
    held, _ = outbox.suppress(address="ada@home.example", reason="hard_bounce", now=NOW)
    for expected in (True, False):
        done = lifting.lift(actor=DESK, suppression=held, reason="It works again", now=NOW)
        assert done is expected
    assert said("address.lifted") == ["ada@home.example gets its mail again: It works again"]
    new, made = outbox.suppress(address="ADA@home.example", reason="hard_bounce", now=later(days=1))
    assert made
    assert new.pk != held.pk


def test_the_database_keeps_rows_as_they_were() -> None:
    mail = sent()
    take(report(message_id(mail)))
    with pytest.raises(RecordIsFinal):
        Bounce.objects.all().delete()
    with pytest.raises(RecordIsFinal):
        Suppression.objects.get().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.update(address="other@home.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="ADA@home.example", reason="complaint", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="ada@home.example", reason="hard_bounce", at=NOW)


# The command ------------------------------------------------------------------------------------


def bounces(place: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("bounces", str(place), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_reads_a_folder_as_often_as_one_likes(tmp_path: Path) -> None:
    mail = sent()
    (tmp_path / "1.eml").write_bytes(report(message_id(mail)))
    (tmp_path / "2.eml").write_bytes(plain())
    (tmp_path / "3.eml").write_bytes(report("<x@y>", own="<report-3@mx.example>"))
    out, err = bounces(tmp_path, "--json")
    assert json.loads(out) == {
        "hard": 1, "soft": 0, "complaint": 0, "known": 0, "unmatched": 1, "no_report": 1,
    }  # fmt: skip
    assert err == (
        "2.eml: is no delivery report; read it yourself.\n"
        "3.eml: names no mail of ours; read it yourself.\n"
    )
    out, _ = bounces(tmp_path)
    assert "       1  known\n" in out
    assert Bounce.objects.count() == 1
    assert len(list(tmp_path.iterdir())) == 3


def test_the_command_says_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refused:
        bounces(tmp_path / "nowhere")
    assert refused.value.returncode == 2


def test_a_stranger_sees_no_banner(client: Client) -> None:
    assert "could not deliver" not in client.get("/").text
