"""Mail goes to a real SMTP server: in the clear, by TLS, with a login, with files; or not."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from scriptorium.integrations.mail.senders import (
    File,
    FolderSender,
    Letter,
    MailError,
    RefusedForGood,
    SmtpSender,
    compose,
    sender_for,
)
from tests.support.builders import NOW
from tests.support.smtp import LOGIN, PASSWORD, certificate, serving

LETTER = Letter(
    sender="Institute of Clinical Scribes <support@body.example>",
    to_address="ada@home.example",
    to_name="Ada Park",
    subject="Grüße: your renewal",
    text="Dear Ada\n",
    html="<p>Dear Ada</p>",
)
WHO = f"{quote(LOGIN, safe='')}:{quote(PASSWORD, safe='')}@"


def letter(**changes: object) -> EmailMessage:
    from dataclasses import replace

    return compose(letter=replace(LETTER, **changes), key="a%3A1", host="body.example", now=NOW)


def send(url: str, message: EmailMessage | None = None, *, returns_to: str = "") -> None:
    SmtpSender(url=url, returns_to=returns_to).send(message=message or letter(), key="a%3A1")


def test_a_mail_arrives_with_both_texts_and_its_own_id() -> None:
    with serving() as (postbox, port):
        send(f"smtp://127.0.0.1:{port}", returns_to="bounces@body.example")
    (mail,), (envelope,) = postbox.messages, postbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bounces@body.example", ["ada@home.example"])
    assert mail["Message-ID"] == "<a%3A1@body.example>"
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Grüße: your renewal", "auto-generated")
    assert mail["To"] == "Ada Park <ada@home.example>"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


def test_a_mail_without_html_is_plain_text() -> None:
    assert letter(html="").get_content_type() == "text/plain"


def test_without_an_address_of_its_own_mail_returns_to_the_sender() -> None:
    with serving() as (postbox, port):
        send(f"smtp://127.0.0.1:{port}")
    assert postbox.envelopes[0].mail_from == "support@body.example"


@pytest.mark.parametrize(("scheme", "tls"), [("smtp+tls", "starttls"), ("smtps", "smtps")])
def test_tls_and_login_work_and_the_certificate_is_checked(
    tmp_path: Path, scheme: str, tls: str
) -> None:
    files = certificate(tmp_path)
    with serving(tls=tls, login=True, files=files) as (postbox, port):
        place = f"{scheme}://{WHO}127.0.0.1:{port}"
        send(f"{place}?ca={files[0]}")
        assert len(postbox.messages) == 1
        with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
            send(place)
        # The right authority, the wrong name.
        with pytest.raises(MailError, match="not valid for 'localhost'"):
            send(place.replace("127.0.0.1", "localhost") + f"?ca={files[0]}")
        assert len(postbox.messages) == 1


def test_a_wrong_password_is_a_slip_of_the_settings_so_the_mail_waits(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    with (
        serving(tls="starttls", login=True, files=files) as (postbox, port),
        pytest.raises(MailError, match="535") as refused,
    ):
        send(f"smtp+tls://portal:wrong@127.0.0.1:{port}?ca={files[0]}")
    assert not isinstance(refused.value, RefusedForGood)
    assert not postbox.messages


def test_a_server_that_offers_no_tls_gets_no_password_and_no_mail() -> None:
    with serving() as (postbox, port), pytest.raises(MailError):
        send(f"smtp+tls://{WHO}127.0.0.1:{port}")
    assert not postbox.messages


@pytest.mark.parametrize(
    ("answer", "status", "hard"),
    [
        ("550 5.1.1 <ada@home.example>: no such user", "5.1.1", True),
        ("550 no such user", "", True),
        ("554 5.7.1 Relay access denied", "5.7.1", False),
        ("550 5.2.2 Mailbox full", "5.2.2", False),
    ],
)
def test_a_receiver_who_is_refused_for_good_is_known_as_such(
    answer: str, status: str, hard: bool
) -> None:
    with serving() as (postbox, port):
        postbox.answer_rcpt = answer
        with pytest.raises(RefusedForGood) as refused:
            send(f"smtp://127.0.0.1:{port}")
    assert str(refused.value) == answer
    assert (refused.value.status, refused.value.hard) == (status, hard)


def test_a_mail_that_is_refused_for_good_says_nothing_of_the_address() -> None:
    with serving() as (postbox, port):
        postbox.answer_data = "554 5.6.0 Message refused"
        with pytest.raises(RefusedForGood) as refused:
            send(f"smtp://127.0.0.1:{port}")
    assert (str(refused.value), refused.value.hard) == ("554 5.6.0 Message refused", False)


@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted, try later", "552 Mailbox full"])
def test_a_refusal_for_now_is_tried_again(answer: str) -> None:
    with serving() as (postbox, port):
        postbox.answer_rcpt = answer
        with pytest.raises(MailError) as refused:
            send(f"smtp://127.0.0.1:{port}")
        assert not isinstance(refused.value, RefusedForGood)
        postbox.answer_rcpt, postbox.answer_data = "", answer
        with pytest.raises(MailError) as refused:
            send(f"smtp://127.0.0.1:{port}")
    assert not isinstance(refused.value, RefusedForGood)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with serving() as (_, port):
        pass
    with pytest.raises(MailError, match="ConnectionRefusedError"):
        send(f"smtp://127.0.0.1:{port}")


def test_files_go_with_a_mail() -> None:
    files = [
        File("renewals.ics", "text/calendar", "BEGIN:VCALENDAR\r\nX:Grüße\r\n".encode()),
        File("Certificate.pdf", "application/pdf", b"%PDF-1.7\x00\xff"),
    ]
    with serving() as (postbox, port):
        send(f"smtp://127.0.0.1:{port}", letter(files=files))
    found = list(postbox.messages[0].iter_attachments())
    assert [part.get_filename() for part in found] == ["renewals.ics", "Certificate.pdf"]
    assert [part.get_content_type() for part in found] == ["text/calendar", "application/pdf"]
    assert [part.get_payload(decode=True) for part in found] == [file.content for file in files]


def test_row_48_marketing_mail_has_both_headers_and_other_mail_neither() -> None:
    offer = letter(
        unsubscribe_url="https://portal.example/mail/unsubscribe/abc/",
        unsubscribe_to="support@body.example",
    )
    with serving() as (postbox, port):
        send(f"smtp://127.0.0.1:{port}", offer)
        send(f"smtp://127.0.0.1:{port}")
    marketing, receipt = postbox.messages
    assert marketing["List-Unsubscribe"] == (
        "<https://portal.example/mail/unsubscribe/abc/>,"
        " <mailto:support@body.example?subject=Unsubscribe%20ada%40home.example>"
    )
    assert marketing["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not [name for name in receipt if name.startswith("List-")]


def test_a_setting_says_whether_mail_leaves(tmp_path: Path) -> None:
    folder = sender_for(url="", folder=tmp_path)
    assert isinstance(folder, FolderSender)
    folder.send(message=letter(), key="a%3A1")
    folder.send(message=letter(), key="a%3A1")
    assert [file.name for file in tmp_path.iterdir()] == ["a%3A1.eml"]
    assert isinstance(sender_for(url="smtp://localhost", folder=tmp_path), SmtpSender)
