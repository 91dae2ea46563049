"""What the public may know of a credential or a certificate by its number, and nothing else.

Never the employer, a score, the e-mail address or a reason (DOMAIN §6; STANDARDS row 10).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import DecisionState, Level, Standing
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.credentials.queries import CredentialFacts
from scriptorium.domains.credentials.rules import Status, is_current, status_on
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel import clock

#: How a credential's number starts; every other number is a certificate's.
CREDENTIAL = "SC-"


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential as anybody may see it on a day."""

    number: str
    name: str
    level: str
    specialty: str
    status: str
    good: bool
    valid_through: str


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """A dated document as anybody may see it on a day.

    Arguments:
        credential: number of the credential that it is about, "" for none.
        period: in words, "" for a credential certificate, which has no end.
    """

    number: str
    kind: str
    name: str
    period: str
    issued: str
    status: str
    good: bool
    credential: str


def verified_credential(*, number: str, on: dt.date) -> VerifiedCredential | None:
    """Return a credential's public facts on a day by one query, or None: none to show."""
    facts = credentials.public_facts(number=number)
    return None if facts is None else shown_on(facts, on)


def shown_on(facts: CredentialFacts, on: dt.date) -> VerifiedCredential:
    """Return what is public of a credential on a day."""
    numbers = programme().numbers
    status = status_on(facts, on, grace_days=numbers.grace_days)
    valid = status.valid_through
    return VerifiedCredential(
        number=facts.number,
        name=facts.name,
        level=level_words(status.level),
        specialty=specialty_words(facts.specialty),
        status=status_words(status),
        good=status.in_order,
        valid_through=words(valid) if valid else "",
    )


def level_words(level: str) -> str:
    """Return a level in full with its short form; "" for none."""
    return f"{Level(level).label} ({level})" if level else ""


def specialty_words(code: str) -> str:
    """Return a specialty's name; "general" and unknown codes read as General."""
    return programme().specialties.get(code, "General")


def status_words(status: Status) -> str:
    """Return a status as people read it."""
    if status.state is None:
        return "Not awarded yet on this day"
    if status.upkeep is None:
        since = f" since {words(status.since)}" if status.since else ""
        return f"{DecisionState(status.state).label}{since}"
    upkeep = status.upkeep
    if upkeep.standing == Standing.ACTIVE:
        return "Active"
    if upkeep.standing == Standing.GRACE:
        until = f" until {words(upkeep.until)}" if upkeep.until else ""
        return f"Active, in the grace period{until}"
    return f"Inactive since {words(upkeep.since)}" if upkeep.since else "Inactive"


def verified_certificate(*, number: str, on: dt.date) -> VerifiedCertificate | None:
    """Return a certificate's public facts on a day, or None when there is none to show."""
    certificate = credentials.public_certificate(number=number)
    if certificate is None:
        return None
    status, good = _status(certificate, on)
    last = certificate.ends_before - dt.timedelta(days=1) if certificate.ends_before else None
    return VerifiedCertificate(
        number=certificate.number,
        kind=f"{certificate.get_kind_display()} {certificate.year}",
        name=certificate.content["name"],
        period=f"{words(certificate.starts_on)} to {words(last)}" if last else "",
        issued=words(clock.day_of(certificate.issued_at)),
        status=status,
        good=good,
        credential=certificate.credential.number if certificate.credential else "",
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
    if certificate.ends_before is None:
        return "Genuine", True
    if on < certificate.starts_on:
        return f"Valid from {words(certificate.starts_on)}", True
    if on < certificate.ends_before:
        return "Valid", True
    return _after_the_year(certificate, certificate.ends_before, on)


def _after_the_year(
    certificate: Certificate, ends_before: dt.date, on: dt.date
) -> tuple[str, bool]:
    last = ends_before - dt.timedelta(days=1)
    grace = programme().numbers.grace_days
    if is_current(
        starts_on=certificate.starts_on,
        ends_before=ends_before,
        voided=False,
        today=on,
        grace_days=grace,
    ):
        until = last + dt.timedelta(days=grace)
        return f"Year ended on {words(last)}; in the grace period until {words(until)}", True
    return f"Year ended on {words(last)}", False
