"""Mail that does not arrive: held back, refused, given up, or returned by a server.

Nothing is dropped in silence. The outbox says what became of each mail; an address that does not
work gets no more of it; and a legal notice that did not arrive was not given, so staff give it by
telephone (STANDARDS §7).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications import operations as mails
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.enums import BounceKind, SuppressionReason
from scriptorium.domains.notifications.models import OutboxMail, Undelivered
from scriptorium.domains.notifications.operations import MOST_ATTEMPTS
from scriptorium.integrations.mail.returned import Report, messages_in, read_report
from scriptorium.integrations.mail.senders import MailError, RefusedForGood
from scriptorium.kernel.actor import Actor


class Taken(StrEnum):
    """What became of a message that came back."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    KNOWN = "known"
    UNMATCHED = "unmatched"
    NO_REPORT = "no_report"


@transaction.atomic(durable=True)
def hold_back(*, mail: OutboxMail, reason: str, now: dt.datetime) -> None:
    """Keep a mail from an address that gets less mail."""
    mails.mark_held(mail=mail, reason=reason)
    _tell_staff(Actor.system("outbox"), mail, now)


@transaction.atomic(durable=True)
def note_refusal(*, mail: OutboxMail, error: MailError, now: dt.datetime) -> None:
    """Record that the server did not take a mail; for good or for now."""
    for_good = isinstance(error, RefusedForGood)
    last = mails.mark_failed(
        mail=mail, error=str(error), now=now, give_up_after=1 if for_good else MOST_ATTEMPTS
    )
    actor = Actor.system("outbox")
    if isinstance(error, RefusedForGood):
        _keep(
            actor,
            mail,
            Report(
                report=f"refused:{mail.pk}",
                message_id="",
                final=True,
                hard=error.hard,
                status=error.status,
                diagnostic=str(error),
            ),
            now,
        )
    elif last:
        _tell_staff(actor, mail, now)


def take_in_all(*, place: Path, clock: Callable[[], dt.datetime]) -> Iterator[tuple[str, Taken]]:
    """Take in what lies in a file, a folder or a Maildir; yields each name and what became of it.

    Raises:
        OSError: the place cannot be read.
    """
    for name, content in messages_in(place):
        yield name, take_in(content=content, now=clock())


@transaction.atomic(durable=True)
def take_in(*, content: bytes, now: dt.datetime) -> Taken:
    """Take in one message from the mailbox to which servers return mail; each once, ever."""
    report = read_report(content)
    if report is None:
        return Taken.NO_REPORT
    if queries.report_is_known(report=report.report):
        return Taken.KNOWN
    mail = queries.mail_of_message(message_id=report.message_id)
    if mail is None:
        return Taken.UNMATCHED
    actor = Actor.system("bounces")
    if report.complaint:
        note = "The receiver reported a mail as spam"
        new = suppress(
            actor=actor,
            address=mail.to_address,
            reason=SuppressionReason.COMPLAINT,
            note=note,
            now=now,
        )
        return Taken.COMPLAINT if new else Taken.KNOWN
    if report.final:
        mails.mark_bounced(mail=mail, error=report.diagnostic)
    _keep(actor, mail, report, now)
    return Taken.HARD if report.hard else Taken.SOFT


def _keep(actor: Actor, mail: OutboxMail, report: Report, now: dt.datetime) -> None:
    """Keep a report with what follows from it."""
    mails.note_bounce(
        mail=mail,
        kind=BounceKind.HARD if report.hard else BounceKind.SOFT,
        final=report.final,
        status=report.status,
        diagnostic=report.diagnostic,
        report=report.report,
        now=now,
    )
    diagnostic = report.diagnostic or report.status or "no reason was given"
    data = {"address": mail.to_address, "diagnostic": diagnostic[:300]}
    key = "mail.bounced" if report.final else "mail.delayed"
    happening = Happening(key, "mail", str(mail.pk), "", data)
    record(actor=actor, happening=happening, now=now)
    if report.hard:
        suppress(
            actor=actor,
            address=mail.to_address,
            reason=SuppressionReason.HARD_BOUNCE,
            note=diagnostic,
            now=now,
        )
    if report.final:
        _tell_staff(actor, mail, now)


def suppress(*, actor: Actor, address: str, reason: str, note: str, now: dt.datetime) -> bool:
    """Let an address get less mail, in the current transaction; returns whether that is new."""
    found, new = mails.suppress(address=address, reason=reason, note=note, now=now)
    if new:
        label = SuppressionReason(reason).label.lower()
        data = {"address": found.address, "reason": label}
        happening = Happening("address.suppressed", "address", found.reference, "", data)
        record(actor=actor, happening=happening, now=now)
    return new


def _tell_staff(actor: Actor, mail: OutboxMail, now: dt.datetime) -> None:
    """Put a legal notice that did not arrive on the worklist; other mail needs no second way."""
    if not rules.is_legal_notice(template=mail.template):
        return
    row, _ = mails.open_undelivered(mail=mail, now=now)
    data = {"notice": rules.short_name(template=mail.template), "address": mail.to_address}
    happening = Happening("notice.undelivered", "notice", row.reference, mail.practice, data)
    record(actor=actor, happening=happening, now=now)


@transaction.atomic(durable=True)
def close(*, actor: Actor, row: Undelivered, note: str, now: dt.datetime) -> bool:
    """Record that staff gave the notices another way; False when that was recorded before."""
    done = mails.close_undelivered(row=row, by=actor.reference, note=note, now=now)
    if done:
        data = {"address": row.address, "note": note}
        happening = Happening("notice.handled", "notice", row.reference, "", data)
        record(actor=actor, happening=happening, now=now)
    return done
