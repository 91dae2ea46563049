"""Every mail says who, what, by when and how to reach us, in text and HTML alike."""

from __future__ import annotations

import html
import re

import pytest

from scriptorium.domains.notifications.enums import USES, MailCategory, MailTemplate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import Rendered, render
from scriptorium.pages.mail_samples import SAMPLES, sample_of
from tests.architecture.reading import PACKAGE, ROOT

#: Values that no template may take for HTML.
NASTY: dict[str, object] = {
    "practice": "Park & Lund <Eye>",
    "by": "Dana O’Neil",
    "note": "The hours of 3 Nov & 4 Nov were shadowing.",
    "letter": "The log & the schedule agree.",
    "notice": "We look into a complaint & write again.",
    "credential": "CMSA, Eye & Ear",
}
KEYS = [key for key in MailTemplate.values if key != MailTemplate.ACCOUNT]


def _mail(key: str, **changes: object) -> Rendered:
    return render(
        mail=OutboxMail(template=key, to_name="Ada & Co", data=sample_of(key) | NASTY | changes)
    )


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


def test_every_mail_has_a_category_and_a_sentence_that_says_when_it_is_sent() -> None:
    assert set(USES) == set(MailTemplate.values)
    for key, use in USES.items():
        assert use.category in MailCategory, key
        assert re.fullmatch(r"[A-Z].+\.", use.when), f"{key}: {use.when}"


@pytest.mark.parametrize("key", KEYS)
def test_the_office_can_show_every_mail_with_its_samples(key: str) -> None:
    mail = render(mail=OutboxMail(template=key, to_name="Rosa Lima", data=sample_of(key)))
    assert mail.subject
    assert "Rosa Lima" in mail.text


def test_every_sample_is_printed_by_some_mail() -> None:
    folder = ROOT / PACKAGE / "domains" / "notifications" / "templates" / "mail"
    printed = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert [name for name in SAMPLES if not re.search(rf"\b{name}\b", printed)] == []
