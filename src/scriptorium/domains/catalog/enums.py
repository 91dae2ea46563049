"""The eight product kinds and the parts that they open (DOMAIN §1, §2)."""

from __future__ import annotations

from django.db import models


class ProductKind(models.TextChoices):
    """What is sold; the order is the order of the board's tiles."""

    RENEWAL = "renewal", "Renewals"
    PACKAGE = "package", "Package"
    MEMBERSHIP = "membership", "Membership"
    MANUAL = "manual", "Manual"
    HIPAA = "hipaa", "HIPAA"
    MSCAT = "mscat", "MSCAT"
    SPECIALTY = "specialty", "Specialty"
    CE = "ce", "Education"


class PartKind(models.TextChoices):
    """What a unit opens for a person. An exam's choice says which of the nine it is."""

    MEMBERSHIP = "membership", "Membership year"
    MANUAL = "manual", "MSCAT manual"
    HIPAA = "hipaa", "HIPAA for Scribes"
    EXAM = "exam", "MSCAT exam"
    CE = "ce", "Continuing education"


#: The choice of an exam part that a general MSCAT unit opens.
GENERAL = "general"

PARTS: dict[ProductKind, tuple[PartKind, ...]] = {
    ProductKind.RENEWAL: (PartKind.MEMBERSHIP,),
    ProductKind.PACKAGE: (PartKind.MEMBERSHIP, PartKind.MANUAL, PartKind.HIPAA, PartKind.EXAM),
    ProductKind.MEMBERSHIP: (PartKind.MEMBERSHIP,),
    ProductKind.MANUAL: (PartKind.MANUAL,),
    ProductKind.HIPAA: (PartKind.HIPAA,),
    ProductKind.MSCAT: (PartKind.EXAM,),
    ProductKind.SPECIALTY: (PartKind.EXAM,),
    ProductKind.CE: (PartKind.CE,),
}

#: One unit of a kind, in the singular, for sentences.
ONE: dict[str, str] = {
    ProductKind.RENEWAL: "renewal",
    ProductKind.PACKAGE: "certification package",
    ProductKind.MEMBERSHIP: "membership",
    ProductKind.MANUAL: "MSCAT manual",
    ProductKind.HIPAA: "HIPAA for Scribes",
    ProductKind.MSCAT: "MSCAT exam",
    ProductKind.SPECIALTY: "specialty exam",
    ProductKind.CE: "continuing education course",
}

MANY: dict[str, str] = {
    ProductKind.RENEWAL: "renewals",
    ProductKind.PACKAGE: "certification packages",
    ProductKind.MEMBERSHIP: "memberships",
    ProductKind.MANUAL: "MSCAT manuals",
    ProductKind.HIPAA: "HIPAA for Scribes",
    ProductKind.MSCAT: "MSCAT exams",
    ProductKind.SPECIALTY: "specialty exams",
    ProductKind.CE: "continuing education courses",
}


def counted(kind: str, count: int) -> str:
    """Return a number of units in words, such as "7 renewals" or "1 renewal"."""
    return f"{count:,} {ONE[kind] if count == 1 else MANY[kind]}"
