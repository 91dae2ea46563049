"""Delivery reports and complaints are read as servers write them."""

from __future__ import annotations

import hashlib
import mailbox
from pathlib import Path

import pytest

from scriptorium.integrations.mail.returned import messages_in, read_report
from tests.support.returned_mail import complaint, plain, report

MAIL = "<unit_assigned%3A1@body.example>"


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_the_mail_the_receiver_and_why(whole: bool) -> None:
    found = read_report(report(MAIL, whole=whole))
    assert found is not None
    assert (found.report, found.message_id) == ("<report-1@mx.example>", MAIL)
    assert (found.address, found.status) == ("ada@home.example", "5.1.1")
    assert found.diagnostic == "550 5.1.1 <ada@home.example>: no such user"
    assert (found.final, found.hard, found.complaint) == (True, True, False)


@pytest.mark.parametrize(
    ("action", "status", "final", "hard"),
    [
        ("failed", "5.1.1", True, True),
        ("Failed", "5.1.10", True, True),
        ("failed", "5.0.0", True, True),
        ("failed", "5.4.4", True, False),
        ("failed", "5.2.1", True, True),
        ("failed", "5.2.2", True, False),
        ("failed", "5.3.4", True, False),
        ("failed", "5.7.1", True, False),
        ("failed", "4.4.7", True, False),
        ("delayed", "4.4.1", False, False),
        ("delayed", "5.1.1", False, False),
    ],
)
def test_what_is_final_and_what_is_wrong_with_the_address(
    action: str, status: str, final: bool, hard: bool
) -> None:
    found = read_report(report(MAIL, action=action, status=status, diagnostic="x-unix; error"))
    assert found is not None
    assert (found.final, found.hard) == (final, hard)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_trouble(action: str) -> None:
    assert read_report(report(MAIL, action=action, status="2.0.0")) is None


def test_a_code_in_the_words_helps_a_server_that_gives_none() -> None:
    found = read_report(report(MAIL, status="", diagnostic="smtp; 552 5.2.2 over quota"))
    assert found is not None
    assert (found.status, found.hard) == ("5.2.2", False)


def test_a_report_without_an_id_is_known_by_its_content() -> None:
    content = report(MAIL).replace(b"Message-ID: <report-1@mx.example>\r\n", b"")
    found = read_report(content)
    assert found is not None
    assert found.report == hashlib.sha256(content).hexdigest()
    assert found.message_id == MAIL


def test_a_report_that_returns_nothing_names_no_mail() -> None:
    content = report(MAIL).replace(b"message/rfc822", b"application/octet-stream")
    found = read_report(content)
    assert found is not None
    assert found.message_id == ""


def test_an_internationalised_report_is_read_too() -> None:
    content = report(MAIL, whole=False).replace(
        b"message/delivery-status", b"message/global-delivery-status"
    )
    found = read_report(content.replace(b"text/rfc822-headers", b"message/global-headers"))
    assert found is not None
    assert (found.message_id, found.status, found.hard) == (MAIL, "5.1.1", True)


def test_a_complaint_is_told_from_a_bounce() -> None:
    found = read_report(complaint(MAIL))
    assert found is not None
    assert (found.complaint, found.message_id) == (True, MAIL)


@pytest.mark.parametrize("content", [plain(), b"", b"\xff\xfe\x00", b"Content-Type: text/html\n\n"])
def test_anything_else_is_no_report(content: bytes) -> None:
    assert read_report(content) is None


def test_a_torn_report_is_read_as_far_as_it_goes() -> None:
    content = report(MAIL)
    for end in range(0, len(content), 7):
        read_report(content[:end])


def test_messages_come_from_a_file_a_folder_or_a_maildir(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.eml").write_bytes(b"2")
    (folder / "a.eml").write_bytes(b"1")
    (folder / "notes.txt").write_bytes(b"3")
    assert list(messages_in(folder)) == [("a.eml", b"1"), ("b.eml", b"2")]
    assert list(messages_in(folder / "b.eml")) == [("b.eml", b"2")]
    box = mailbox.Maildir(tmp_path / "box")
    box.add(report(MAIL))
    ((_, content),) = messages_in(tmp_path / "box")
    found = read_report(content)
    assert found is not None
    assert found.message_id == MAIL
    assert len(list(messages_in(tmp_path / "box"))) == 1
    with pytest.raises(FileNotFoundError):
        list(messages_in(tmp_path / "nowhere"))
