"""Every mail says who, what, by when and how to reach us, in text and HTML alike."""

from __future__ import annotations

import html
import re

import pytest

from scriptorium.domains.notifications.enums import MailTemplate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import Rendered, render

DATA = {
    "practice": "Park & Lund <Eye>",
    "by": "Dana O’Neil",
    "link": "/invitation/0abc/",
    "days": 14,
    "days_left": 7,
    "name": "Rosa Lima",
    "new": "Drew Hale",
    "new_email": "rosa@home.example",
    "product": "renewal",
    "paid_until": "22 Nov 2027",
    "units": "2 renewals",
    "expires_on": "1 Mar 2027",
    "first_name": "Rosa",
    "hours": "200",
    "waiting": 7,
    "note": "The hours of 3 Nov & 4 Nov were shadowing.",
    "appeal_until": "23 Dec 2026",
    "level": "CMSS",
    "level_name": "Certified Medical Scribe Specialist",
    "number": "SC-0ABCDEF0",
    "specialty": "General",
    "since": "23 Nov 2026",
    "certificates": 1,
    "kind": "appeal",
    "about": "200 attested hours sent back on 12 Nov 2026",
    "acknowledge_by": "28 Nov 2026",
    "decide_by": "7 Jan 2027",
    "reference": "0case0000000",
    "outcome": "upheld",
    "letter": "The log & the schedule agree.",
    "credential": "CMSA, Dermatology",
    "happened": "is suspended",
    "effective_on": "24 Nov 2026",
    "notice": "We look into a complaint & write again.",
}
KEYS = [key for key in MailTemplate.values if key != MailTemplate.ACCOUNT]


def _mail(key: str, **changes: object) -> Rendered:
    return render(mail=OutboxMail(template=key, to_name="Ada & Co", data=DATA | changes))


@pytest.mark.parametrize("key", KEYS)
def test_text_and_html_say_the_same_and_how_to_reach_us(key: str, settings) -> None:
    mail = _mail(key)
    body = html.unescape(re.sub(r"<[^>]+>", " ", mail.html.partition("<body>")[2]))
    for line in mail.text.splitlines():
        if line and "http" not in line:
            assert " ".join(line.split()) in " ".join(body.split()).replace(" .", "."), line
    for text in (mail.text, body):
        assert settings.BODY_PHONE in text
        assert settings.BODY_EMAIL in text
        assert "Ada & Co" in text


@pytest.mark.parametrize("key", KEYS)
def test_no_mail_shouts_holds_a_password_or_a_style(key: str) -> None:
    mail = _mail(key)
    assert "\n" not in mail.subject
    assert "&amp;" not in mail.subject + mail.text
    assert "!" not in mail.subject + mail.text
    assert "style" not in mail.html
    assert "<table" not in mail.html
    assert "password is" not in mail.text


@pytest.mark.parametrize(
    ("left", "subject", "said"),
    [
        (7, "7 days left", "You have 7 more days."),
        (1, "1 day left", "You have 1 more day."),
        (0, "Last day", "It ends within a day."),
    ],
)
def test_a_reminder_says_how_many_days_are_left(left: int, subject: str, said: str) -> None:
    mail = _mail("invitation_reminder", days_left=left)
    assert mail.subject.startswith(subject)
    assert said in mail.text


def test_an_invitation_says_how_long_it_is_good_and_asks_for_a_lasting_address() -> None:
    mail = _mail("invitation")
    assert "within 14 days" in mail.text
    assert "long-term personal address" in mail.text
    assert "http://localhost:8000/invitation/0abc/" in mail.text
