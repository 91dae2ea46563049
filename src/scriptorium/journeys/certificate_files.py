"""From a certificate's row to its PDF: rendered once, kept, and served as the same bytes."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import PrintState
from scriptorium.domains.credentials.models import Certificate, CertificatePrint
from scriptorium.domains.practices.models import Practice
from scriptorium.integrations.pdf.documents import CertificateDocument
from scriptorium.integrations.pdf.merging import render_merged
from scriptorium.journeys.services import certificate_renderer, file_store, pdf_signer
from scriptorium.kernel.actor import Actor

_BATCH = 25


def document_of(certificate: Certificate) -> CertificateDocument:
    """Return what a certificate prints, from its frozen content alone."""
    content = certificate.content
    ends_before = content["ends_before"]
    # A credential is verified under its own number, for ever; a year's document under its own.
    verified = content["number"] if ends_before else content["credential_number"]
    return CertificateDocument(
        number=content["number"],
        title=content["title"],
        person_name=content["name"],
        body_name=content["body"],
        starts_on=dt.date.fromisoformat(content["starts_on"]),
        ends_before=dt.date.fromisoformat(ends_before) if ends_before else None,
        issued_on=dt.date.fromisoformat(content["issued_on"]),
        wording=content["wording"],
        verification_address=f"{settings.BASE_URL}/verify/{verified}/",
        content_sha256=certificate.content_sha256,
        credential="; ".join(content["credentials"]),
        statement=content.get("statement", ""),
        practice_name=content["practice"],
        physicians=tuple(content["physicians"]),
    )


def pdf_of(*, certificate: Certificate, now: dt.datetime) -> bytes:
    """Return a certificate's PDF; the first call renders and keeps it (DOMAIN §7)."""
    return _pdfs_of([certificate], now)[0]


def _pdfs_of(certificates: Sequence[Certificate], now: dt.datetime) -> list[bytes]:
    """Return the PDF of each; those that are not kept yet are rendered, and kept together."""
    store = file_store()
    found: dict[int, bytes] = {}
    missing: list[Certificate] = []
    for certificate in certificates:
        file = getattr(certificate, "file", None)
        if file is None:
            missing.append(certificate)
        else:
            found[certificate.pk] = store.get(sha256=file.sha256)
    fresh: dict[int, tuple[Certificate, str, int]] = {}
    for certificate, content in zip(missing, _rendered(missing), strict=True):
        found[certificate.pk] = content
        fresh[certificate.pk] = (certificate, store.put(content=content), len(content))
    if fresh:
        with transaction.atomic():
            credentials.keep_files(files=fresh.values(), now=now)
        # Somebody who rendered one at the same moment and was first has made the record.
        for key, sha256 in held.files_of(certificates=fresh).items():
            if sha256 != fresh[key][1]:
                found[key] = store.get(sha256=sha256)
    return [found[certificate.pk] for certificate in certificates]


def _rendered(certificates: Sequence[Certificate]) -> list[bytes]:
    """Return the fresh PDF of each; several at a time, since the renderer leaves Python's lock."""
    renderer, signer = certificate_renderer(), pdf_signer()

    def render(certificate: Certificate) -> bytes:
        content = renderer.render(documents=[document_of(certificate)])
        if signer is None:
            return content
        return signer.sign(pdf=content, reason=f"Issued by {certificate.content['body']}")

    if len(certificates) < _BATCH // 2:
        return [render(certificate) for certificate in certificates]
    with ThreadPoolExecutor(os.process_cpu_count() or 1) as pool:
        return list(pool.map(render, certificates))


@transaction.atomic(durable=True)
def log_download(*, certificate: Certificate, by: str, now: dt.datetime) -> None:
    """Remember a download; it bars the release of the unit (DOMAIN §2)."""
    credentials.log_download(certificate=certificate, by=by, now=now)


@transaction.atomic(durable=True)
def ask_for_print(
    *, actor: Actor, practice: Practice, year: int, now: dt.datetime
) -> CertificatePrint:
    """Ask for all certificates of a practice and year as one PDF."""
    total = held.count_of_year(practice=practice.pk, year=year)
    wish = credentials.open_print(
        practice=practice.pk, year=year, total=total, by=actor.reference, now=now
    )
    record(
        actor=actor,
        happening=Happening(
            "certificate.print_requested",
            "practice",
            practice.reference,
            practice.reference,
            {"year": year},
        ),
        now=now,
    )
    return wish


def run_print(*, wish: CertificatePrint, now: dt.datetime) -> None:
    """Put a print together; progress is written as it goes, and a killed run starts again."""
    certificates = list(held.of_practice_year(practice=wish.practice_id, year=wish.year))
    credentials.print_progress(wish=wish, state=PrintState.RUNNING, total=len(certificates))
    pages: list[bytes] = []
    for start in range(0, len(certificates), _BATCH):
        pages += _pdfs_of(certificates[start : start + _BATCH], now)
        credentials.print_progress(wish=wish, state=PrintState.RUNNING, done=len(pages))
    merged = render_merged(pdfs=pages, title=f"Certificates {wish.year}")
    sha256 = file_store().put(content=merged)
    credentials.print_progress(
        wish=wish, state=PrintState.DONE, done=len(pages), sha256=sha256, finished_at=now
    )


def print_file(*, wish: CertificatePrint) -> bytes:
    """Return the bytes of a finished print."""
    return file_store().get(sha256=wish.sha256)
