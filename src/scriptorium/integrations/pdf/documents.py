"""What a certificate says, and the protocol of whatever turns it into a PDF.

A document holds words and days only, so it can be built from a frozen row, compared, and rendered
again later to the same bytes (DOMAIN §7). Nothing here decides who may have a certificate.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

MOST_PHYSICIANS_SHOWN = 4
"""How many lines of physicians the sheet has room for; a longer list ends in "and N more"."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class CertificateError(Exception):
    """A certificate that cannot be drawn; the message is a sentence for the person who asked."""


class Paper(StrEnum):
    """The sheets a certificate can be printed on, always landscape; values are Typst's names."""

    US_LETTER = "us-letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDocument:
    """Everything that one certificate prints (DOMAIN §7; ISO/IEC 17024 9.4 names the fields).

    Arguments:
        number: certificate number, as registered.
        title: kind in words, e.g. "Annual compliance certificate".
        person_name: full name as the person writes it, any script, any length.
        body_name: the certifying body.
        starts_on, ends_before: half-open period in days; ``ends_before`` None prints the one day.
        issued_on: day of issue; also the PDF's own date, so that bytes repeat.
        wording: the neutral line, which must contain the sentence that nobody in government
            endorses this (42 USC 1320b-10, STANDARDS §0 fact 3).
        verification_address: absolute https address that the QR code and the link lead to.
        content_sha256: 64 lower-case hexadecimal digits of the frozen content.
        credential: credential in words, with its specialty; empty when there is none.
        statement: one sentence that says what was met; empty prints nothing.
        practice_name: empty when the person pays for herself.
        physicians: supervising physicians in the order to print, 0 to many.
        logo_svg: the body's mark as an SVG text; empty draws the default mark.
        paper: sheet, US letter unless the body prints on A4.

    Raises:
        ValueError: an empty required field, a period that ends before it starts, or a hash that
            is not SHA-256.
    """

    number: str
    title: str
    person_name: str
    body_name: str
    starts_on: dt.date
    ends_before: dt.date | None
    issued_on: dt.date
    wording: str
    verification_address: str
    content_sha256: str
    credential: str = ""
    statement: str = ""
    practice_name: str = ""
    physicians: tuple[str, ...] = ()
    logo_svg: str = ""
    paper: Paper = Paper.US_LETTER

    def __post_init__(self) -> None:
        for field in ("number", "title", "person_name", "body_name", "wording"):
            if not getattr(self, field).strip():
                raise ValueError(f"A certificate needs its {field.replace('_', ' ')}.")
        if not self.verification_address.startswith(("https://", "http://")):
            raise ValueError("The verification address must be an absolute web address.")
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError("A certificate's period must end after it starts.")
        if not _SHA256.fullmatch(self.content_sha256):
            raise ValueError("The content hash must be 64 lower-case hexadecimal digits.")

    @property
    def period_words(self) -> str:
        """The period as printed, e.g. "1 Jan 2026 – 31 Dec 2026" (last day inclusive)."""
        if self.ends_before is None:
            return day_words(day=self.starts_on)
        last = self.ends_before - dt.timedelta(days=1)
        return f"{day_words(day=self.starts_on)} – {day_words(day=last)}"

    @property
    def physician_lines(self) -> tuple[str, ...]:
        """The physicians as printed, one a line, at most ``MOST_PHYSICIANS_SHOWN`` lines."""
        if len(self.physicians) <= MOST_PHYSICIANS_SHOWN:
            return self.physicians
        shown = self.physicians[: MOST_PHYSICIANS_SHOWN - 1]
        return (*shown, f"and {len(self.physicians) - len(shown)} more")

    @property
    def short_hash(self) -> str:
        """The first 16 digits of the content hash in groups of four, for reading aloud."""
        return " ".join(self.content_sha256[start : start + 4] for start in range(0, 16, 4))


class CertificateRenderer(Protocol):
    """Turns certificates into one PDF."""

    def render(self, *, documents: Sequence[CertificateDocument]) -> bytes:
        """Return one PDF with one page for each document, in their order.

        The same documents give the same bytes. A single document is the common case.

        Raises:
            CertificateError: no documents, or a document that cannot be drawn.
        """
        ...


def day_words(*, day: dt.date) -> str:
    """Return a day as certificates print it, "1 Jan 2026", whatever the machine's locale is."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
