"""Sends queued mail: claim, render, hand over, mark; one mail at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from scriptorium.domains.notifications import operations as notifications
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import Rendered
from scriptorium.integrations.mail.senders import File, Letter, MailError, MailSender, compose
from scriptorium.journeys import undelivered
from scriptorium.journeys.services import file_store, mail_sender

log = structlog.get_logger()

LEASE = dt.timedelta(minutes=5)


def send_waiting(*, clock: Callable[[], dt.datetime], limit: int = 50) -> int:
    """Work on up to ``limit`` waiting mails; returns how many there were.

    Each is claimed alone, so that a process that is killed keeps one mail waiting for its lease
    and no other. Killed between handing it over and marking it, the mail is sent again with the
    same Message-ID; into a folder that is the same file, so nothing doubles.
    """
    sender = mail_sender()
    for number in range(limit):
        claimed = notifications.claim(limit=1, lease=LEASE, now=clock())
        if not claimed:
            return number
        _send(sender, claimed[0], clock())
    return limit


def _send(sender: MailSender, mail: OutboxMail, now: dt.datetime) -> None:
    """Send a mail, or record why it did not leave."""
    reasons = queries.reasons_for(address=mail.to_address)
    reason = rules.stopped_by(template=mail.template, reasons=reasons)
    if reason:
        undelivered.hold_back(mail=mail, reason=reason, now=now)
        return
    try:
        rendered, message = _message(mail, now)
        sender.send(message=message, key=rules.message_key(dedupe_key=mail.dedupe_key))
    except MailError as error:
        undelivered.note_refusal(mail=mail, error=error, now=now)
    else:
        notifications.mark_sent(mail=mail, rendered=rendered, now=now)


def _message(mail: OutboxMail, now: dt.datetime) -> tuple[Rendered, EmailMessage]:
    """Return a mail's words, and all of it as it goes over the wire.

    Raises:
        MailError: a template or a file is missing; what is wrong is tried again like a server.
    """
    try:
        rendered = notifications.render(mail=mail)
        files = [
            File(file["name"], file["media_type"], file_store().get(sha256=file["sha256"]))
            for file in mail.attachments
        ]
    except Exception as error:
        log.exception("mail_not_written", mail=mail.pk, template=mail.template)
        raise MailError(f"It could not be written. {type(error).__name__}: {error}") from error
    letter = Letter(
        sender=settings.DEFAULT_FROM_EMAIL,
        to_address=mail.to_address,
        to_name=mail.to_name,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        unsubscribe_url=rules.unsubscribe_url(template=mail.template, address=mail.to_address),
        unsubscribe_to=settings.BODY_EMAIL,
        files=files,
    )
    return rendered, compose(
        letter=letter,
        key=rules.message_key(dedupe_key=mail.dedupe_key),
        host=urlsplit(settings.BASE_URL).hostname or "localhost",
        now=now,
    )
