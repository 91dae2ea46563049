"""Certificates: rows first, their PDFs after."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField
from scriptorium.domains.credentials.enums import CertificateKind, PrintState
from scriptorium.domains.credentials.models.credentials import Credential


class Certificate(AppendOnly):
    """A dated document about a credential or a term; its content is frozen here, the PDF follows.

    A credential certificate (DOMAIN §7) belongs to no term and has no end.
    """

    personal_data = frozenset({"content"})

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12, choices=CertificateKind)
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="certificates"
    )
    # No index of its own: ``certificate_by_year`` serves it and counts without reading rows.
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, null=True, db_index=False
    )
    term = models.ForeignKey(
        "memberships.Term", on_delete=models.PROTECT, related_name="certificates", null=True
    )
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, null=True)
    year = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_before = models.DateField(null=True)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            # One first certificate per term, practice and kind; a later one supersedes it.
            models.UniqueConstraint(
                fields=["term", "practice", "kind"],
                condition=models.Q(supersedes__isnull=True),
                name="certificate_first_once",
            ),
            # A credential has one first certificate; a later level's supersedes it.
            models.UniqueConstraint(
                fields=["credential"],
                condition=models.Q(supersedes__isnull=True, kind="credential"),
                name="certificate_first_of_credential",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind="credential",
                    credential__isnull=False,
                    term__isnull=True,
                    ends_before__isnull=True,
                )
                | models.Q(
                    kind__in=["compliance", "membership"],
                    term__isnull=False,
                    ends_before__isnull=False,
                )
                | ~models.Q(kind__in=["credential", "compliance", "membership"]),
                name="certificate_of_term_or_credential",
            ),
        ]
        indexes = [
            # Read by the board's seventh mark and by the member record.
            models.Index(fields=["person", "-ends_before"], name="certificate_by_person"),
            # Read by batch print: a practice's certificates of a year; and counted by the board,
            # with the key, so that no row is read for it.
            models.Index(fields=["practice", "year", "id"], name="certificate_by_year"),
        ]


class CertificateVoid(AppendOnly):
    """Says that a certificate no longer counts, and why; inserted, never removed."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="void")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)


class CertificateFile(AppendOnly):
    """The rendered PDF of a certificate; later requests serve the same bytes."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="file")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    rendered_at = models.DateTimeField()


class CertificateDownload(AppendOnly):
    """Somebody fetched the PDF; a downloaded certificate's unit is not released (DOMAIN §2)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="downloads")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)


class CertificatePrint(models.Model):
    """A wish for all certificates of a practice and year in one file, with progress."""

    reference = ReferenceField()
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=PrintState, default=PrintState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
