"""Reading certificates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from scriptorium.database.prepared import WINDOW, Prepared, padded
from scriptorium.domains.credentials.enums import ENDED, CertificateKind
from scriptorium.domains.credentials.models import (
    Certificate,
    CertificateDownload,
    CertificateFile,
    CertificatePrint,
    CertificateVoid,
)


def _marks(people: Sequence[int]) -> QuerySet[Certificate, tuple[int, dt.date, dt.date]]:
    rows = Certificate.objects.filter(person_id__in=people, term__isnull=False, void__isnull=True)
    return rows.values_list("person_id", "starts_on", "ends_before")


_window_marks = Prepared(
    lambda *people: _marks(people),
    tuple(range(7_000_000, 7_000_000 + WINDOW)),
    tuple(range(8_000_000, 8_000_000 + WINDOW)),
    many=True,
)


def mark_facts(*, people: Iterable[int], today: dt.date, grace_days: int) -> dict[int, bool]:
    """Return person key → whether a current certificate exists; absent without any.

    Current = not voided and the term covers today or its grace (DOMAIN §7).
    """
    found: dict[int, bool] = {}
    grace = dt.timedelta(days=grace_days)
    asked = list(people)
    if not asked:
        return found
    many = len(asked) > WINDOW
    rows = list(_marks(asked)) if many else _window_marks.all(*padded(asked))
    for person, starts_on, ends_before in rows:
        current = starts_on <= today < ends_before + grace
        found[person] = found.get(person, False) or current
    return found


def of_practice_year(*, practice: int, year: int) -> QuerySet[Certificate]:
    """Return a practice's valid certificates of a year, by name, superseded ones left out."""
    return (
        Certificate.objects.filter(
            practice_id=practice, year=year, void__isnull=True, certificate__isnull=True
        )
        .select_related("person", "file")
        .order_by("person__last_name", "person__first_name", "id")
    )


def by_number(*, number: str) -> Certificate | None:
    """Return a certificate with its voiding and file, or None."""
    return (
        Certificate.objects.filter(number=number)
        .select_related("void", "file", "practice", "person", "credential")
        .first()
    )


def of_person(*, person: int, practice: int | None) -> QuerySet[Certificate]:
    """Return a person's certificates that a practice may see, newest first."""
    rows = Certificate.objects.filter(person_id=person).select_related("void", "certificate")
    if practice is not None:
        rows = rows.filter(Q(practice_id=practice) | Q(practice__isnull=True))
        # The certificate of the credential itself is the person's own.
        rows = rows.exclude(kind=CertificateKind.CREDENTIAL)
    return rows.order_by("-issued_at", "-id")


def _counted(practice: int, year: int) -> QuerySet[Certificate, Any]:
    # One NOT IN over the few that were voided or superseded takes a third of the time of outer
    # joins, and of NOT EXISTS, over the many that were not.
    voided = CertificateVoid.objects.values("certificate_id")
    superseded = Certificate.objects.filter(supersedes__isnull=False).values("supersedes_id")
    of_year = Certificate.objects.filter(practice_id=practice, year=year)
    valid = of_year.exclude(pk__in=voided.union(superseded, all=True))
    counted: QuerySet[Certificate, Any]
    counted = valid.order_by().values("practice_id").annotate(n=Count("pk")).values_list("n")
    return counted


_count = Prepared(_counted, (7_000_001, 7_001), (7_000_002, 7_002))


def count_of_year(*, practice: int, year: int) -> int:
    """Return how many valid certificates a practice has of a year; the board asks each time."""
    found = _count.first(practice, year)
    return found[0] if found else 0


def valid_of_term(*, term: int) -> list[Certificate]:
    """Return the certificates of a term that are not voided."""
    return list(Certificate.objects.filter(term_id=term, void__isnull=True))


def valid_of_credential(*, credential: int) -> list[Certificate]:
    """Return the credential certificates of a credential that are not voided, newest first."""
    return list(
        Certificate.objects.filter(
            credential_id=credential, kind=CertificateKind.CREDENTIAL, void__isnull=True
        ).order_by("-id")
    )


def certificates_of_credentials(*, credentials: Iterable[int]) -> dict[int, Certificate]:
    """Return credential key → its valid credential certificate."""
    rows = Certificate.objects.filter(
        credential_id__in=list(credentials),
        kind=CertificateKind.CREDENTIAL,
        void__isnull=True,
        certificate__isnull=True,
    ).order_by("id")
    return {row.credential_id: row for row in rows if row.credential_id is not None}


def newest_of_credential(*, credential: int) -> Certificate | None:
    """Return the newest credential certificate of a credential, voided or not, or None."""
    return (
        Certificate.objects.filter(credential_id=credential, kind=CertificateKind.CREDENTIAL)
        .order_by("-id")
        .first()
    )


def still_valid_though_ended(*, today: dt.date, limit: int) -> list[Certificate]:
    """Return credential certificates of credentials that ended by today, for the night."""
    return list(
        Certificate.objects.filter(
            kind=CertificateKind.CREDENTIAL,
            void__isnull=True,
            credential__decision_state__in=sorted(ENDED),
            credential__decisions__to_state__in=sorted(ENDED),
            credential__decisions__effective_on__lte=today,
        )
        .select_related("person")
        .distinct()
        .order_by("id")[:limit]
    )


def downloaded_for_unit(*, unit: int) -> bool:
    """Return whether a certificate of the term that a unit paid for was fetched."""
    return CertificateDownload.objects.filter(certificate__term__unit_id=unit).exists()


def files_of(*, certificates: Iterable[int]) -> dict[int, str]:
    """Return certificate key → SHA-256 of its kept PDF."""
    rows = CertificateFile.objects.filter(certificate_id__in=list(certificates))
    return dict(rows.values_list("certificate_id", "sha256"))


def years_of(*, practice: int) -> list[int]:
    """Return the years of which a practice has certificates, newest first."""
    rows = Certificate.objects.filter(practice_id=practice).values_list("year", flat=True)
    return sorted(set(rows.distinct()), reverse=True)


def print_by_reference(*, practice: int, reference: str) -> CertificatePrint | None:
    """Return a practice's print, or None."""
    return CertificatePrint.objects.filter(practice_id=practice, reference=reference).first()


def prints_of(*, practice: int, limit: int = 10) -> list[CertificatePrint]:
    """Return a practice's newest prints."""
    return list(CertificatePrint.objects.filter(practice_id=practice).order_by("-id")[:limit])


def without_file(*, limit: int) -> list[Certificate]:
    """Return the newest certificates whose PDF is not rendered yet, for the worker."""
    return list(
        Certificate.objects.filter(file__isnull=True, void__isnull=True).order_by("-id")[:limit]
    )
