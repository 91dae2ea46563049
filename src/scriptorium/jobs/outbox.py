"""Sends queued mail: claim, render, hand over, mark; one mail at a time."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

from django.conf import settings

from scriptorium.domains.notifications import operations as notifications
from scriptorium.integrations.mail.senders import MailError, compose
from scriptorium.journeys.services import mail_sender

LEASE = dt.timedelta(minutes=5)


def send_waiting(*, now: dt.datetime, limit: int = 50) -> int:
    """Send up to ``limit`` waiting mails; returns how many left.

    A process killed between handing a mail over and marking it sends it again after the lease,
    with the same Message-ID; into a folder that is the same file, so nothing doubles.
    """
    sender = mail_sender()
    sent = 0
    for mail in notifications.claim(limit=limit, lease=LEASE, now=now):
        rendered = notifications.render(mail=mail)
        key = re.sub(r"[^A-Za-z0-9_.-]", "-", mail.dedupe_key)
        message = compose(
            sender=settings.DEFAULT_FROM_EMAIL,
            to_address=mail.to_address,
            to_name=mail.to_name,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            key=key,
            host=urlsplit(settings.BASE_URL).hostname or "localhost",
            now=now,
        )
        try:
            sender.send(message=message, key=key)
        except MailError as error:
            notifications.mark_failed(mail=mail, error=str(error), now=now)
        else:
            notifications.mark_sent(mail=mail, rendered=rendered, now=now)
            sent += 1
    return sent
