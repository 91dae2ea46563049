"""A renderer for tests that are about something else: instant, tiny, and still a valid PDF."""

from __future__ import annotations

from collections.abc import Sequence

from scriptorium.integrations.pdf.documents import CertificateDocument, CertificateError


class FakeRenderer:
    """Obeys ``CertificateRenderer``: one page a document that says number and name in plain text.

    ``rendered`` keeps every document that was asked for, in order.
    """

    def __init__(self) -> None:
        """Start with nothing rendered."""
        self.rendered: list[CertificateDocument] = []

    def render(self, *, documents: Sequence[CertificateDocument]) -> bytes:
        """Return a minimal PDF, the same for the same documents.

        Raises:
            CertificateError: no documents.
        """
        if not documents:
            raise CertificateError("There is no certificate to print.")
        self.rendered.extend(documents)
        kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(documents)))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
            f"<< /Type /Pages /Count {len(documents)} /Kids [{kids}] >>".encode(),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        for index, document in enumerate(documents):
            objects.append(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 792 612] "
                b"/Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * index)
            )
            words = _literal(f"{document.number} {document.person_name}")
            stream = b"BT /F 18 Tf 72 500 Td (" + words + b") Tj ET"
            objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        return _file(objects)


def _literal(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return escaped.encode("latin-1", "replace")


def _file(objects: list[bytes]) -> bytes:
    """Number the objects from 1 and write them with the table of their offsets."""
    out = bytearray(b"%PDF-1.7\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
