"""Mail that the sign-in system writes goes through the outbox like all other mail."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.notifications.operations import Rendered, enqueue_ready
from scriptorium.kernel.references import new_reference


@transaction.atomic
def queue_account_mail(
    *, to_address: str, subject: str, text: str, html: str, now: dt.datetime
) -> None:
    """Queue a mail about signing in. Not deduplicated: each request is a new link."""
    enqueue_ready(
        to_address=to_address,
        rendered=Rendered(subject, text, html),
        dedupe_key=f"account:{new_reference(20)}",
        now=now,
    )
