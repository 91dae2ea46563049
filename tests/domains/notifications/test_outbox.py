"""Every mail is a row first, and leaves exactly once (DESIGN §3, jobs)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from scriptorium.domains.notifications import operations as outbox
from scriptorium.domains.notifications import queries
from scriptorium.domains.notifications.models import MailState, OutboxMail
from scriptorium.domains.notifications.operations import Mail, Rendered
from scriptorium.integrations.mail import senders
from scriptorium.jobs import outbox as job
from scriptorium.journeys.sign_in import queue_account_mail
from tests.support.builders import NOW, Clinic, later

pytestmark = pytest.mark.django_db

LEASE = dt.timedelta(minutes=5)


def queue(key: str = "k1") -> OutboxMail:
    data = {"practice": "Riverside", "product": "manual", "paid_until": ""}
    mail = Mail("unit_assigned", "ada@home.example", "Ada Park", key, data)
    outbox.enqueue(mails=[mail], now=NOW)
    return OutboxMail.objects.get(dedupe_key=key)


def test_the_same_mail_is_queued_once_for_ever() -> None:
    for _ in range(3):
        mail = queue()
    outbox.mark_sent(mail=mail, rendered=Rendered("s", "t", "h"), now=NOW)
    queue()
    assert OutboxMail.objects.count() == 1


def test_a_mail_is_claimed_by_one_process_and_comes_back_when_that_dies() -> None:
    mail = queue()
    assert outbox.claim(limit=5, lease=LEASE, now=NOW) == [mail]
    assert outbox.claim(limit=5, lease=LEASE, now=later(minutes=4)) == []
    assert outbox.claim(limit=5, lease=LEASE, now=later(minutes=5)) == [mail]


def test_a_sent_mail_keeps_what_was_said() -> None:
    mail = queue()
    rendered = outbox.render(mail=mail)
    outbox.mark_sent(mail=mail, rendered=rendered, now=NOW)
    kept = OutboxMail.objects.get()
    assert (kept.state, kept.subject) == ("sent", "Riverside assigned you: manual")
    assert "Dear Ada Park" in kept.text
    assert "<" in kept.html
    # A mail whose words are kept is rendered as it was.
    assert outbox.render(mail=kept).text == kept.text
    assert outbox.claim(limit=5, lease=LEASE, now=later(days=1)) == []


def test_a_failing_mail_waits_longer_each_time_and_is_given_up_after_eight() -> None:
    mail, waits = queue(), []
    for _ in range(8):
        mail.refresh_from_db()
        outbox.mark_failed(mail=mail, error="refused", now=NOW)
        mail.refresh_from_db()
        waits.append(mail.not_before - NOW)
    assert waits == sorted(waits)
    assert waits[0] == dt.timedelta(minutes=2)
    assert (mail.state, mail.attempts) == (MailState.FAILED, 8)
    assert queries.failed_count() == 1
    assert list(queries.search(text="ada home", state="failed")) == [mail]
    assert list(queries.search(text="somebody")) == []


def test_the_worker_sends_what_waits_and_notes_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = Clinic()
    clinic.add("Rosa Lima", email="rosa@new.example")
    before = set(settings.MAIL_DIR.glob("*.eml"))
    assert job.send_waiting(clock=lambda: NOW) == 1
    assert job.send_waiting(clock=lambda: NOW) == 0
    (file,) = set(settings.MAIL_DIR.glob("*.eml")) - before
    assert b"rosa@new.example" in file.read_bytes()
    queue("k2")

    class Broken:
        def send(self, **_: object) -> None:
            raise senders.MailError("The server refused it.")

    monkeypatch.setattr(job, "mail_sender", Broken)
    assert job.send_waiting(clock=lambda: later(hours=1)) == 1
    assert OutboxMail.objects.get(dedupe_key="k2").last_error == "The server refused it."


def test_mail_of_the_sign_in_system_goes_the_same_way() -> None:
    for _ in range(2):
        queue_account_mail(
            to_address="ada@home.example", subject="Reset", text="Link", html="", now=NOW
        )
    assert OutboxMail.objects.filter(template="account").count() == 2
    first = queries.search(text="")[0]
    assert outbox.render(mail=first) == Rendered("Reset", "Link", "")
    assert queries.by_key(key=first.pk) == first
    assert queries.by_key(key=0) is None
