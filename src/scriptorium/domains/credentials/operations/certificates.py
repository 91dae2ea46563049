"""Writing certificates. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import CertificateKind, PrintState
from scriptorium.domains.credentials.models import (
    Certificate,
    CertificateDownload,
    CertificateFile,
    CertificatePrint,
    CertificateVoid,
)
from scriptorium.domains.credentials.operations.badges import void_badges
from scriptorium.kernel.references import new_reference

_LETTERS = {
    CertificateKind.CREDENTIAL: "K",
    CertificateKind.COMPLIANCE: "C",
    CertificateKind.MEMBERSHIP: "M",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a certificate will say; ``content`` is frozen and hashed as it is."""

    kind: CertificateKind
    person: int
    practice: int | None
    term: int | None
    credential: int | None
    starts_on: dt.date
    ends_before: dt.date | None
    content: dict[str, Any]
    supersedes: int | None = None


def new_number(kind: CertificateKind, year: int) -> str:
    """Return a certificate number: kind, year, and ten random letters and digits."""
    return f"{_LETTERS[kind]}{year}-{new_reference(10).upper()}"


def issue(*, drafts: Sequence[Draft], now: dt.datetime) -> list[Certificate]:
    """Insert certificate rows; the PDF is rendered from the row later (DOMAIN §7)."""
    rows = []
    for draft in drafts:
        year = draft.starts_on.year
        number = new_number(draft.kind, year)
        content = draft.content | {"number": number}
        rows.append(
            Certificate(
                number=number,
                kind=draft.kind,
                person_id=draft.person,
                practice_id=draft.practice,
                term_id=draft.term,
                credential_id=draft.credential,
                year=year,
                starts_on=draft.starts_on,
                ends_before=draft.ends_before,
                content=content,
                content_sha256=rules.content_sha256(content),
                issued_at=now,
                supersedes_id=draft.supersedes,
            )
        )
    return Certificate.objects.bulk_create(rows)


def void(*, certificates: Iterable[Certificate], by: str, reason: str, now: dt.datetime) -> None:
    """Say that certificates no longer count; their addresses then answer 410.

    Badges that were issued for the same year go with them.
    """
    voided = list(certificates)
    CertificateVoid.objects.bulk_create(
        [CertificateVoid(certificate=c, at=now, by=by, reason=reason) for c in voided]
    )
    terms = {c.term_id for c in voided if c.term_id is not None}
    if terms:
        void_badges(terms=terms, by=by, reason=reason, now=now)


def keep_files(*, files: Iterable[tuple[Certificate, str, int]], now: dt.datetime) -> None:
    """Remember rendered PDFs; when two processes render one at once the first stays.

    Arguments:
        files: (certificate, SHA-256, size in bytes) of each.
    """
    CertificateFile.objects.bulk_create(
        [
            CertificateFile(certificate=certificate, sha256=sha256, size=size, rendered_at=now)
            for certificate, sha256, size in files
        ],
        ignore_conflicts=True,
    )


def log_download(*, certificate: Certificate, by: str, now: dt.datetime) -> None:
    """Remember that somebody fetched the PDF."""
    CertificateDownload.objects.create(certificate=certificate, at=now, by=by)


def open_print(
    *, practice: int, year: int, total: int, by: str, now: dt.datetime
) -> CertificatePrint:
    """Insert the durable row of a batch print."""
    return CertificatePrint.objects.create(
        practice_id=practice, year=year, total=total, asked_by=by, asked_at=now
    )


def print_progress(*, wish: CertificatePrint, **values: Any) -> None:
    """Write how far a print is."""
    CertificatePrint.objects.filter(pk=wish.pk).update(**values)


def claim_print(*, lease: dt.timedelta, now: dt.datetime) -> CertificatePrint | None:
    """Take one waiting print for this process; a dead process's lease runs out."""
    free = CertificatePrint.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
        state__in=[PrintState.WAITING, PrintState.RUNNING],
    ).order_by("id")
    for wish in free[:5]:
        taken = CertificatePrint.objects.filter(pk=wish.pk, leased_until=wish.leased_until).update(
            leased_until=now + lease
        )
        if taken:
            return wish
    return None
