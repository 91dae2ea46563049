"""What the public may know of a certificate by its number, and nothing else (DOMAIN §6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.credentials.rules import is_current
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel import clock


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate as anybody may see it."""

    number: str
    kind: str
    name: str
    year: int
    starts: str
    ends: str
    status: str
    good: bool


def verified(*, number: str, on: dt.date) -> Verified | None:
    """Return a certificate's public facts with its status on a day, or None."""
    certificate = credentials.by_number(number=number.strip().upper())
    if certificate is None:
        return None
    status, good = _status(certificate, on)
    return Verified(
        number=certificate.number,
        kind=certificate.get_kind_display(),
        name=certificate.content["name"],
        year=certificate.year,
        starts=words(certificate.starts_on),
        ends=words(certificate.ends_before - dt.timedelta(days=1)),
        status=status,
        good=good,
    )


def _status(certificate: Certificate, on: dt.date) -> tuple[str, bool]:
    """Return the status in words and whether it is a good one."""
    void = getattr(certificate, "void", None)
    if void is not None and clock.day_of(void.at) <= on:
        return f"Voided since {words(clock.day_of(void.at))}", False
    if on < clock.day_of(certificate.issued_at):
        return f"Not issued yet; issued on {words(clock.day_of(certificate.issued_at))}", False
    newer = getattr(certificate, "certificate", None)
    if newer is not None and clock.day_of(newer.issued_at) <= on:
        return f"Replaced by a newer one since {words(clock.day_of(newer.issued_at))}", False
    if on < certificate.starts_on:
        return f"Valid from {words(certificate.starts_on)}", True
    if on < certificate.ends_before:
        return "Valid", True
    last = certificate.ends_before - dt.timedelta(days=1)
    grace = programme().numbers.grace_days
    if is_current(
        starts_on=certificate.starts_on,
        ends_before=certificate.ends_before,
        voided=False,
        today=on,
        grace_days=grace,
    ):
        until = last + dt.timedelta(days=grace)
        return f"Year ended on {words(last)}; in the grace period until {words(until)}", True
    return f"Year ended on {words(last)}", False
