"""Certificates by Typst: tagged PDF/A-2a and PDF/UA-1, without any system package.

The template never changes between runs and the data travels as JSON in ``sys_inputs``, so nothing
that a person typed is ever read as markup. Fonts and template stay compiled between calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock

import typst

from scriptorium.integrations.pdf.documents import (
    CertificateDocument,
    CertificateError,
    day_words,
)
from scriptorium.integrations.pdf.qr import qr_matrix, qr_svg

TEMPLATE = Path(__file__).with_name("certificate.typ")
INK = "#1e252e"
LARGE_BATCH = 50
RUNS_REMEMBERED = 11
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]

# Control characters and lone surrogates have no glyph and would break the JSON or the XMP packet.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# No real word is this long; one that is may break, or it would run off the sheet at any size.
_ENDLESS_WORD = re.compile(r"[^\s\u200b]{45,}")
_BREAK_EVERY = 20
_SPACES = re.compile(r"[\t\n\r\u2028\u2029]+")


class TypstRenderer:
    """Renders certificates with Typst; keep one for the life of the process.

    Three attempts, from strict to lenient, so that a name in a script which the machine cannot
    print never stops a certificate:

    1. the fonts inside Typst only (Latin, Greek, Cyrillic): the same bytes on every machine;
    2. also the machine's fonts and ``font_paths`` (Asian scripts, Arabic, emoji);
    3. the same without the archive profiles, which refuse a sign that no font has; the PDF is
       still tagged, has its title and language, and the sign shows as an empty box.
    """

    def __init__(self, *, font_paths: Sequence[Path] = (), system_fonts: bool = True) -> None:
        """Prepare the fonts; ``font_paths`` are folders of extra fonts for the second attempt."""
        # A compiler holds the data of its current run; a thread that finds none free makes another.
        self._free: SimpleQueue[typst.Compiler] = SimpleQueue()
        self._free.put(self._strict_compiler())
        self._font_paths = [str(path) for path in font_paths]
        self._system_fonts = system_fonts
        self._wide: typst.Compiler | None = None
        # The rare second attempt has one compiler, so threads take turns.
        self._turn = Lock()

    def render(self, *, documents: Sequence[CertificateDocument]) -> bytes:
        """Return one PDF with one page for each document, in their order.

        Arguments:
            documents: one or more certificates; logos that repeat are embedded once.

        Raises:
            CertificateError: no documents, or a logo that is not an SVG picture.
        """
        if not documents:
            raise CertificateError("There is no certificate to print.")
        inputs = {"job": json.dumps(_job(documents), ensure_ascii=False)}
        try:
            strict = self._free.get_nowait()
        except Empty:
            strict = self._strict_compiler()
        try:
            return self._attempt(strict, inputs)
        finally:
            if len(documents) > LARGE_BATCH:
                self._forget_batch(strict)
            self._free.put(strict)

    def _attempt(self, strict: typst.Compiler, inputs: dict[str, str]) -> bytes:
        try:
            return compiled(strict, inputs, STANDARDS)
        except typst.TypstError as error:
            _refuse_broken_logo(error)
        with self._turn:
            wide = self._wide_compiler()
            try:
                return compiled(wide, inputs, STANDARDS)
            except typst.TypstError:
                return compiled(wide, inputs, [])

    def _strict_compiler(self) -> typst.Compiler:
        return self._compiler(typst.Fonts(include_system_fonts=False))

    def _forget_batch(self, compiler: typst.Compiler) -> None:
        # Typst keeps what it laid out for its last ten runs, about half a megabyte a page; a few
        # batches of a thousand would fill a small machine. Empty runs push the batch out.
        empty = {"title": "-", "author": "-", "date": [2000, 1, 1], "logos": [], "sheets": []}
        for _ in range(RUNS_REMEMBERED + 1):
            compiled(compiler, {"job": json.dumps(empty)}, [])

    def _compiler(self, fonts: typst.Fonts) -> typst.Compiler:
        # The root is this folder, so the template could not read another file if it tried.
        return typst.Compiler(TEMPLATE, root=str(TEMPLATE.parent), font_paths=fonts)

    def _wide_compiler(self) -> typst.Compiler:
        # Scanning the machine's fonts takes time that most processes never need to spend.
        if self._wide is None:
            self._wide = self._compiler(
                typst.Fonts(include_system_fonts=self._system_fonts, font_paths=self._font_paths)
            )
        return self._wide


def compiled(
    compiler: typst.Compiler, inputs: dict[str, str], standards: list[typst.PDFStandard]
) -> bytes:
    """Return the one PDF that a template makes of its inputs, without a clock.

    Raises:
        TypstError: the inputs cannot be drawn under these standards.
        CertificateError: it came out in several files.
    """
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=0)
    if not isinstance(pdf, bytes):
        raise CertificateError("The certificate came out in more than one file.")
    return pdf


def _refuse_broken_logo(error: typst.TypstError) -> None:
    # A certificate is kept for good, so a wrong mark must stop it rather than be replaced.
    if "SVG" in error.message:
        raise CertificateError(
            "The body's logo is not an SVG picture that can be drawn. "
            "Upload another one in the settings and print again."
        ) from error


def _job(documents: Sequence[CertificateDocument]) -> dict[str, object]:
    """Return what the template reads: the document's properties, the logos, and the sheets."""
    logos = list(dict.fromkeys(document.logo_svg for document in documents if document.logo_svg))
    first = documents[0]
    if len(documents) == 1:
        title = f"{first.title} {first.number}, {first.person_name}"
    else:
        title = f"{len(documents)} certificates, {first.body_name}"
    newest = max(document.issued_on for document in documents)
    return {
        "title": printable(title),
        "author": printable(first.body_name),
        "date": [newest.year, newest.month, newest.day],
        "logos": logos,
        "sheets": [_sheet(document, logos) for document in documents],
    }


def _sheet(document: CertificateDocument, logos: list[str]) -> dict[str, object]:
    matrix = qr_matrix(address=document.verification_address)
    return {
        "number": printable(document.number),
        "title": printable(document.title),
        "name": printable(document.person_name),
        "body": printable(document.body_name),
        "credential": printable(document.credential),
        "statement": printable(document.statement),
        "practice": printable(document.practice_name),
        "physicians": [printable(line) for line in document.physician_lines],
        "period": document.period_words,
        "dated": document.ends_before is None,
        "issued": day_words(day=document.issued_on),
        "wording": printable(document.wording),
        "address": document.verification_address,
        "hash": document.short_hash,
        "logo": logos.index(document.logo_svg) if document.logo_svg else None,
        "paper": document.paper.value,
        "qr": qr_svg(matrix=matrix, ink=INK),
    }


def printable(text: str) -> str:
    """Return a text on one line, without signs that no PDF can hold, and able to fit its box."""
    line = _SPACES.sub(" ", _UNPRINTABLE.sub("", text)).strip()
    return _ENDLESS_WORD.sub(_with_breaks, line)


def _with_breaks(word: re.Match[str]) -> str:
    letters = word.group()
    parts = (letters[at : at + _BREAK_EVERY] for at in range(0, len(letters), _BREAK_EVERY))
    return "\u200b".join(parts)
