"""Reading what came back, suppressed addresses, and notices that did not arrive."""

from __future__ import annotations

from urllib.parse import unquote

from django.db.models import OuterRef, QuerySet, Subquery

from scriptorium.domains.notifications.models import Bounce, OutboxMail, Suppression, Undelivered


def mail_of_message(*, message_id: str) -> OutboxMail | None:
    """Return the mail that left under a Message-ID, or None when it was none of ours."""
    key = unquote(message_id.strip().strip("<>").rpartition("@")[0])
    return OutboxMail.objects.filter(dedupe_key=key).first() if key else None


def report_is_known(*, report: str) -> bool:
    """Return whether a report was taken in before."""
    return Bounce.objects.filter(report=report).exists()


def bounces_of(*, mail: int) -> list[Bounce]:
    """Return the reports about one mail, oldest first."""
    return list(Bounce.objects.filter(mail_id=mail).order_by("id"))


def suppressed(*, text: str = "", limit: int = 200) -> list[Suppression]:
    """Return suppressions that hold now, newest first, of addresses that contain a text."""
    found = Suppression.objects.filter(lifted_at__isnull=True).order_by("-id")
    if text:
        found = found.filter(address__contains=text.lower())
    return list(found[:limit])


def suppressed_as(*, address: str, reason: str) -> list[Suppression]:
    """Return the suppression of an address for one reason, if it holds now."""
    live = Suppression.objects.filter(
        address=address.lower(), reason=reason, lifted_at__isnull=True
    )
    return list(live)


def suppression_by_reference(*, reference: str) -> Suppression | None:
    """Return a suppression, lifted or not, or None."""
    return Suppression.objects.filter(reference=reference).first()


def _with_mails(rows: QuerySet[Undelivered]) -> QuerySet[Undelivered]:
    return rows.prefetch_related("mails")


def open_undelivered() -> QuerySet[Undelivered]:
    """Return notices that staff still have to give by telephone, oldest first."""
    return _with_mails(Undelivered.objects.filter(closed_at__isnull=True).order_by("id"))


def undelivered_closed_lately(*, limit: int = 20) -> QuerySet[Undelivered]:
    """Return the notices that staff gave by telephone, newest first."""
    closed = Undelivered.objects.filter(closed_at__isnull=False)
    return _with_mails(closed.order_by("-closed_at", "-id")[:limit])


def undelivered_by_reference(*, reference: str) -> Undelivered | None:
    """Return one row of the worklist, open or closed, or None."""
    return Undelivered.objects.filter(reference=reference).first()


def address_to_check() -> Subquery:
    """Return, for a query of practices, the newest address at which a notice did not arrive."""
    rows = Undelivered.objects.filter(practice=OuterRef("reference"), closed_at__isnull=True)
    return Subquery(rows.order_by("-id").values("address")[:1])
