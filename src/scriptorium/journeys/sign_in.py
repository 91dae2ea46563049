"""What happens around signing in that the library leaves to us: its mail, and refused tries."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
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


@transaction.atomic
def note_refused(*, login: str, address: str | None, now: dt.datetime) -> None:
    """Keep a refused try for a year (DOMAIN §12); the password is never kept."""
    accounts.note_sign_in(login=login, address=address, succeeded=False, now=now)
