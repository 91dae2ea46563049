"""The worker sends each mail once, holds back what nobody wants, and says what became of each."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications import operations as outbox
from scriptorium.domains.notifications import rules
from scriptorium.domains.notifications.enums import LEGAL_NOTICES, USES, MailCategory
from scriptorium.domains.notifications.models import (
    Bounce,
    MailState,
    OutboxMail,
    Suppression,
    Undelivered,
)
from scriptorium.domains.notifications.operations import Attachment, Mail
from scriptorium.integrations.mail.senders import FolderSender
from scriptorium.jobs import outbox as job
from scriptorium.journeys.services import file_store
from scriptorium.pages.mail_samples import sample_of
from tests.support.builders import NOW, later
from tests.support.returned_mail import NOTICE, message_id, queue
from tests.support.smtp import serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Return the folder into which mail is written."""
    settings.MAIL_DIR = tmp_path
    return tmp_path


def send(now: dt.datetime = NOW) -> int:
    return job.send_waiting(clock=lambda: now)


def state(mail: OutboxMail) -> str:
    mail.refresh_from_db()
    return mail.state_words


def suppress(reason: str, address: str = "ada@home.example") -> None:
    outbox.suppress(address=address, reason=reason, now=NOW)


# What is held back ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "template", "held"),
    [
        ("unsubscribed", "win_back", True),
        ("unsubscribed", "units_expiring", False),
        ("unsubscribed", "unit_assigned", False),
        ("complaint", "win_back", True),
        ("complaint", NOTICE, False),
        ("no_reminders", "units_expiring", True),
        ("no_reminders", "unit_assigned", False),
        ("no_reminders", NOTICE, False),
        ("hard_bounce", "unit_assigned", True),
        ("hard_bounce", NOTICE, True),
        ("hard_bounce", "account", False),
        ("hard_bounce", "email_change", False),
    ],
)
def test_each_reason_holds_back_what_it_should_and_nothing_else(
    folder: Path, reason: str, template: str, held: bool
) -> None:
    suppress(reason)
    mail = queue(template=template, to="Ada@Home.example")
    assert send() == 1
    label = Suppression.objects.get().get_reason_display().lower()
    assert state(mail) == (f"Held back: {label}" if held else "Sent")
    assert len(list(folder.iterdir())) == (0 if held else 1)
    assert send(later(days=9)) == 0


def test_legal_notices_cannot_be_switched_off_whatever_their_category(monkeypatch: Any) -> None:
    use = USES["units_expiring"]
    for key in LEGAL_NOTICES:
        monkeypatch.setitem(USES, key, use)
        assert rules.category_of(template=key) == MailCategory.REMINDER
        assert rules.stopped_by(template=key, reasons=["no_reminders", "unsubscribed"]) == ""


def test_a_turn_has_an_end_so_that_other_work_gets_one(folder: Path) -> None:
    for number in range(3):
        queue(f"k{number}")
    assert job.send_waiting(clock=lambda: NOW, limit=2) == 2
    assert job.send_waiting(clock=lambda: NOW, limit=2) == 1


def test_a_lifted_address_gets_its_mail_again(folder: Path) -> None:
    suppress("unsubscribed")
    outbox.lift(suppression=Suppression.objects.get(), by="x", reason="They called", now=NOW)
    mail = queue(template="win_back")
    send()
    assert state(mail) == "Sent"


def test_a_notice_that_is_held_back_is_given_by_telephone(folder: Path) -> None:
    suppress("hard_bounce")
    mail = queue(template=NOTICE, practice="0practice000")
    send()
    row = Undelivered.objects.get()
    assert (row.practice, row.address, row.closed_at) == ("0practice000", "ada@home.example", None)
    assert list(row.mails.all()) == [mail]
    assert AuditEvent.objects.filter(key="notice.undelivered", practice="0practice000").exists()
    # An offer that is held back needs nobody.
    queue("k2", template="win_back")
    send()
    assert Undelivered.objects.count() == 1


# One click --------------------------------------------------------------------------------------


def sent_as(folder: Path, template: str) -> Any:
    data = sample_of(template)
    mail = Mail(template, "ada@home.example", "Ada Park", f"{template}:1", data)
    outbox.enqueue(mails=[mail], now=NOW)
    send()
    (file,) = folder.glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=default)


def test_row_48_a_marketing_mail_carries_one_click_in_head_and_foot(
    folder: Path, settings: Any
) -> None:
    mail = sent_as(folder, "win_back")
    url = rules.unsubscribe_url(template="win_back", address="ada@home.example")
    assert mail["List-Unsubscribe"].startswith(f"<{url}>, <mailto:support@body.example?")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert url in text
    assert f'href="{url}"' in page
    assert settings.BODY_ADDRESS in text
    assert settings.BODY_ADDRESS in page


OTHERS = [key for key, use in USES.items() if use.category != "marketing" and key != "account"]


@pytest.mark.parametrize("template", OTHERS)
def test_row_48_no_other_mail_does(folder: Path, template: str) -> None:
    mail = sent_as(folder, template)
    assert not [name for name in mail if name.startswith("List-")]
    assert "unsubscribe" not in mail.as_string()
    reminder = USES[template].category == MailCategory.REMINDER
    assert ("/member/profile/#mail" in mail.get_body(("plain",)).get_content()) == reminder


def test_a_secret_names_one_address_and_cannot_be_guessed() -> None:
    token = rules.unsubscribe_token(address="Ada@home.example")
    assert rules.address_of(token=token) == "ada@home.example"
    other = rules.unsubscribe_token(address="ben@home.example")
    forged = token.partition(":")[0] + ":" + other.partition(":")[2]
    for wrong in (forged, token[:-1], token.swapcase(), "", "ada@home.example"):
        assert rules.address_of(token=wrong) == ""


# What a server says -----------------------------------------------------------------------------


def test_a_lasting_refusal_is_given_up_at_once_and_the_address_suppressed(settings: Any) -> None:
    mail = queue()
    with serving() as (postbox, port):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        postbox.answer_rcpt = "550 5.1.1 no such user"
        assert send() == 1
        postbox.answer_rcpt = ""
        assert send(later(days=2)) == 0
    assert state(mail) == "Given up"
    assert (mail.attempts, mail.last_error) == (1, "550 5.1.1 no such user")
    bounce = Bounce.objects.get(mail=mail)
    assert (bounce.kind, bounce.final, bounce.status) == ("hard", True, "5.1.1")
    assert Suppression.objects.get().note == "550 5.1.1 no such user"
    assert not Undelivered.objects.exists()


def test_a_refused_policy_gives_up_the_mail_and_not_the_address(settings: Any) -> None:
    mail = queue(template=NOTICE)
    with serving() as (postbox, port):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        postbox.answer_data = "554 5.7.1 looks like spam"
        send()
    assert state(mail) == "Given up"
    assert not Suppression.objects.exists()
    # The notice was not given all the same.
    assert Undelivered.objects.get().mails.get() == mail


def test_a_refusal_for_now_is_tried_eight_times_and_a_notice_then_given_by_telephone(
    settings: Any,
) -> None:
    mail = queue(template=NOTICE)
    with serving() as (postbox, port):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        postbox.answer_rcpt = "451 4.3.0 try later"
        for attempt in range(8):
            assert not Undelivered.objects.exists()
            assert send(later(hours=10 * attempt)) == 1
        assert state(mail) == "Given up"
    assert (mail.attempts, Bounce.objects.count()) == (8, 0)
    assert Undelivered.objects.get().mails.get() == mail


def test_a_mail_leaves_through_a_real_server_after_a_pause(settings: Any) -> None:
    mail = queue("a:1")
    with serving() as (postbox, port):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        postbox.answer_rcpt = "451 4.3.0 try later"
        send()
        assert state(mail) == "Waiting to be sent"
        assert send(later(minutes=1)) == 0
        postbox.answer_rcpt = ""
        assert send(later(minutes=2)) == 1
    assert state(mail) == "Sent"
    assert [m["Message-ID"] for m in postbox.messages] == ["<a%3A1@localhost>"]
    assert postbox.envelopes[0].mail_from == settings.BOUNCE_EMAIL


# Files ------------------------------------------------------------------------------------------


def test_files_are_kept_by_their_hash_and_go_with_the_mail(folder: Path) -> None:
    kept = file_store().put(content=b"BEGIN:VCALENDAR\r\n")
    files = (Attachment("renewals.ics", "text/calendar", kept),)
    mail = Mail("win_back", "ada@home.example", "Ada", "k1", sample_of("win_back"), "", files)
    outbox.enqueue(mails=[mail], now=NOW)
    send()
    (file,) = folder.glob("*.eml")
    (part,) = message_from_bytes(file.read_bytes(), policy=default).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("renewals.ics", "text/calendar")
    assert part.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"


def test_a_mail_that_cannot_be_written_waits_and_lets_the_others_go(folder: Path) -> None:
    missing = (Attachment("lost.pdf", "application/pdf", "0" * 64),)
    data = sample_of("win_back")
    outbox.enqueue(
        mails=[
            Mail("win_back", "ada@home.example", "Ada", "k1", data, "", missing),
            Mail("no_such_template", "ada@home.example", "Ada", "k2"),
            Mail("win_back", "ada@home.example", "Ada", "k3", data),
        ],
        now=NOW,
    )
    assert send() == 3
    lost, unknown, fine = OutboxMail.objects.order_by("pk")
    assert (fine.state, lost.state, unknown.state) == ("sent", "queued", "queued")
    assert lost.last_error.startswith("It could not be written. FileMissing: No file is kept")
    assert "TemplateDoesNotExist" in unknown.last_error


# Killed in the middle ---------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for SIGKILL: nothing tidies up after it."""


@pytest.mark.parametrize("handed_over", [True, False])
def test_row_47_a_process_killed_amid_a_batch_loses_and_doubles_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, handed_over: bool
) -> None:
    mails = [queue(f"k:{number}") for number in range(20)]
    sender = FolderSender(folder=folder)
    count = 0

    class Dying:
        def send(self, **mail: Any) -> None:
            nonlocal count
            count += 1
            if count == 7 and not handed_over:
                raise Killed
            sender.send(**mail)
            if count == 7:
                raise Killed

    monkeypatch.setattr(job, "mail_sender", Dying)
    with pytest.raises(Killed):
        send()
    monkeypatch.undo()
    from django.conf import settings

    monkeypatch.setattr(settings, "MAIL_DIR", folder)
    # The one in flight waits for its lease; all others go at once.
    assert send(later(seconds=1)) == 13
    assert send(later(minutes=5)) == 1
    assert send(later(minutes=11)) == 0
    assert {mail.state for mail in OutboxMail.objects.all()} == {MailState.SENT}
    ids = [message_from_bytes(f.read_bytes())["Message-ID"] for f in folder.glob("*.eml")]
    assert sorted(ids) == sorted(message_id(mail) for mail in mails)
