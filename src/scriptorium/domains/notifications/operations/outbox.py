"""Queueing and rendering mail. Nothing is sent here: the worker sends what is queued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from scriptorium.domains.notifications import rules
from scriptorium.domains.notifications.enums import MailCategory, MailState
from scriptorium.domains.notifications.models import OutboxMail

#: Attempts before a mail is given up, each a longer wait after the one before.
MOST_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail, kept in the file store before the mail is queued."""

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to queue.

    Arguments:
        template: a key of ``enums.MailTemplate``.
        to_address, to_name: the receiver.
        dedupe_key: (template, subject object, day): the same key is queued once, ever.
        data: plain values for the template; never a password (STANDARDS row 38).
        practice: reference of the practice that the mail is about, if any: should a legal notice
            not arrive, its administrators are told.
    """

    template: str
    to_address: str
    to_name: str
    dedupe_key: str
    data: dict[str, Any] = field(default_factory=dict)
    practice: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str


def enqueue(*, mails: Iterable[Mail], now: dt.datetime) -> None:
    """Queue mails in the current transaction; a repeated dedupe key is quietly one mail."""
    OutboxMail.objects.bulk_create(
        [
            OutboxMail(
                dedupe_key=mail.dedupe_key,
                template=mail.template,
                to_address=mail.to_address,
                to_name=mail.to_name,
                practice=mail.practice,
                data=mail.data,
                attachments=[asdict(file) for file in mail.attachments],
                queued_at=now,
                not_before=now,
            )
            for mail in mails
        ],
        ignore_conflicts=True,
    )


def enqueue_ready(
    *, to_address: str, rendered: Rendered, dedupe_key: str, now: dt.datetime
) -> None:
    """Queue a mail whose words exist already (the sign-in system writes its own)."""
    OutboxMail.objects.bulk_create(
        [
            OutboxMail(
                dedupe_key=dedupe_key,
                template="account",
                to_address=to_address,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                queued_at=now,
                not_before=now,
            )
        ],
        ignore_conflicts=True,
    )


def render(*, mail: OutboxMail) -> Rendered:
    """Return a queued mail's subject, text and HTML."""
    if mail.text:
        return Rendered(mail.subject, mail.text, mail.html)
    reminder = rules.category_of(template=mail.template) == MailCategory.REMINDER
    context = mail.data | {
        "to_name": mail.to_name,
        "body_name": settings.BODY_NAME,
        "body_phone": settings.BODY_PHONE,
        "body_email": settings.BODY_EMAIL,
        # Who sends offers says where the post finds them (CAN-SPAM, 15 USC 7704).
        "body_address": settings.BODY_ADDRESS,
        "base_url": settings.BASE_URL,
        "preferences_url": f"{settings.BASE_URL}/member/profile/#mail" if reminder else "",
        "unsubscribe_url": rules.unsubscribe_url(template=mail.template, address=mail.to_address),
    }
    subject = render_to_string(f"mail/{mail.template}.subject.txt", context)
    return Rendered(
        " ".join(subject.split()),
        render_to_string(f"mail/{mail.template}.txt", context).strip() + "\n",
        render_to_string(f"mail/{mail.template}.html", context),
    )


def claim(*, limit: int, lease: dt.timedelta, now: dt.datetime) -> list[OutboxMail]:
    """Take up to ``limit`` waiting mails for this process; a dead process's lease runs out."""
    waiting = OutboxMail.objects.filter(state=MailState.QUEUED, not_before__lte=now)
    claimed = []
    for key in list(waiting.order_by("not_before", "id").values_list("pk", flat=True)[:limit]):
        taken = waiting.filter(pk=key).update(not_before=now + lease)
        if taken:
            claimed.append(key)
    return list(OutboxMail.objects.filter(pk__in=claimed).order_by("id"))


def mark_sent(*, mail: OutboxMail, rendered: Rendered, now: dt.datetime) -> None:
    """Record that a mail left."""
    OutboxMail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(
        state=MailState.SENT,
        sent_at=now,
        subject=rendered.subject[:250],
        text=rendered.text,
        html=rendered.html,
        attempts=mail.attempts + 1,
    )


def mark_failed(
    *, mail: OutboxMail, error: str, now: dt.datetime, give_up_after: int = MOST_ATTEMPTS
) -> bool:
    """Record a failed attempt and wait longer before each next one; True when it was the last.

    Arguments:
        give_up_after: attempts; 1 for a refusal that another attempt would not change.
    """
    attempts = mail.attempts + 1
    last = attempts >= give_up_after
    OutboxMail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(
        state=MailState.FAILED if last else MailState.QUEUED,
        attempts=attempts,
        last_error=error[:500],
        not_before=now + dt.timedelta(minutes=2**attempts),
    )
    return last


def mark_held(*, mail: OutboxMail, reason: str) -> None:
    """Record that a mail stays here, and why."""
    OutboxMail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(
        state=MailState.HELD, held_because=reason
    )


def send_again(*, mail: OutboxMail, now: dt.datetime) -> bool:
    """Queue a mail that was held back; False when it is not held (any more)."""
    rows = OutboxMail.objects.filter(pk=mail.pk, state=MailState.HELD)
    changed = rows.update(state=MailState.QUEUED, held_because="", not_before=now)
    return bool(changed)


def mark_bounced(*, mail: OutboxMail, error: str) -> None:
    """Record that a mail left and came back."""
    OutboxMail.objects.filter(pk=mail.pk, state=MailState.SENT).update(
        state=MailState.BOUNCED, last_error=error[:500]
    )
