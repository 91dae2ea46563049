"""What staff see of mail: its templates, suppressed addresses, notices that did not arrive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications import queries as mails
from scriptorium.domains.notifications import rules
from scriptorium.domains.notifications.enums import LEGAL_NOTICES, USES, MailTemplate
from scriptorium.domains.notifications.models import OutboxMail, Undelivered
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel import clock

_LABELS = dict(MailTemplate.choices)


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One mail that the portal sends."""

    key: str
    name: str
    category: str
    when: str
    legal: bool
    #: The sign-in system writes its own words, so there is nothing to preview.
    written_here: bool


@dataclass(frozen=True, slots=True)
class SuppressedLine:
    """One address that gets less mail."""

    reference: str
    address: str
    reason: str
    since: str
    note: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that did not arrive."""

    name: str
    queued: str
    why: str


@dataclass(frozen=True, slots=True)
class UndeliveredLine:
    """Notices to give by telephone, and to whom."""

    reference: str
    heading: str
    address: str
    who: str
    phone: str
    practice_url: str
    notices: list[Notice]
    since: str
    note: str


def template_line(key: str) -> TemplateLine:
    """Return what staff read about one mail."""
    return TemplateLine(
        key=key,
        name=_LABELS[key],
        category=rules.category_of(template=key).label,
        when=USES[key].when if key in USES else "",
        legal=key in LEGAL_NOTICES,
        written_here=key != MailTemplate.ACCOUNT,
    )


def template_lines() -> list[TemplateLine]:
    """Return every mail, by name."""
    return sorted((template_line(key) for key in MailTemplate.values), key=lambda line: line.name)


def suppressed_lines(*, text: str) -> list[SuppressedLine]:
    """Return addresses that get less mail and contain a text, newest first."""
    return [
        SuppressedLine(
            row.reference,
            row.address,
            row.get_reason_display(),
            _day(row.at),
            row.note,
        )
        for row in mails.suppressed(text=text)
    ]


def undelivered_lines(*, closed: bool) -> list[UndeliveredLine]:
    """Return notices to give by telephone, oldest first; or those that were given lately."""
    rows = list(mails.undelivered_closed_lately() if closed else mails.open_undelivered())
    places = practices.of_references(references={row.practice for row in rows})
    return [_line(row, places.get(row.practice)) for row in rows]


def _line(row: Undelivered, practice: Practice | None) -> UndeliveredLine:
    notices = [_notice(mail) for mail in row.mails.all()]
    first, *others = dict.fromkeys(notice.name for notice in notices)
    names = " and ".join([first, *(name[:1].lower() + name[1:] for name in others)])
    whose = practice.name if practice else row.name or row.address
    who, phone = _telephone(row, practice)
    return UndeliveredLine(
        reference=row.reference,
        heading=f"{names} for {whose} did not arrive at {row.address}",
        address=row.address,
        who=who,
        phone=phone,
        practice_url=f"/office/practices/{practice.reference}/" if practice else "",
        notices=notices,
        since=_day(row.opened_at),
        note=row.note,
    )


def _telephone(row: Undelivered, practice: Practice | None) -> tuple[str, str]:
    """Return whom to call, and the number if there is one."""
    if practice is not None:
        return practice.primary.name, practice.phone or practice.primary.phone
    person = accounts.by_email(emails=[row.address]).get(row.address)
    return (person.name, person.phone) if person else (row.name, "")


def _notice(mail: OutboxMail) -> Notice:
    name = rules.short_name(template=mail.template)
    why = f"{mail.state_words}. {mail.last_error}".strip()
    return Notice(name, _day(mail.queued_at), why)


def _day(moment: dt.datetime) -> str:
    return words(clock.day_of(moment))
