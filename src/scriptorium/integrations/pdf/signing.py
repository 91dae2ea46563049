"""Signed PDFs with pyHanko (the ``signing`` extra): one certifying signature over the whole file.

The signature is an incremental update, so tags, title and language stay as they were; whoever
changes a byte afterwards breaks it (STANDARDS row 32).
"""

from __future__ import annotations

import io
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

FIELD = "Issuer"


class SigningKeyError(Exception):
    """The PKCS#12 file cannot be used; the text says what is wrong with it."""


class PdfSigner:
    """Signs certificates with the key and certificate of a PKCS#12 file."""

    def __init__(self, *, file: Path, passphrase: str) -> None:
        """Read the key once.

        Raises:
            SigningKeyError: the file is missing, no PKCS#12, or the passphrase is wrong.
        """
        if not file.is_file():
            raise SigningKeyError(f"SCRIPTORIUM_SIGNING_KEY names {file}, where no file is.")
        secret = passphrase.encode() if passphrase else None
        signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
            str(file), passphrase=secret
        )
        if signer is None:
            raise SigningKeyError(
                f"SCRIPTORIUM_SIGNING_KEY: {file} is no PKCS#12 file, or"
                " SCRIPTORIUM_SIGNING_PASSPHRASE does not open it."
            )
        self._signer = signer

    def sign(self, *, pdf: bytes, reason: str) -> bytes:
        """Return the PDF with a signature that allows no further change.

        Arguments:
            reason: what the signature says, shown by readers.
        """
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            reason=reason,
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        out = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=self._signer
        )
        content = out.getvalue()
        assert isinstance(content, bytes)
        return content
