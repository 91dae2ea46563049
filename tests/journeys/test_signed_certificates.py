"""Credential certificates as PDF: tagged always, signed when a key is configured."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import segno
from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings as django_settings
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from scriptorium.domains.credentials.models import Certificate
from scriptorium.integrations.pdf.qr import qr_matrix
from scriptorium.integrations.pdf.signing import SigningKeyError
from scriptorium.journeys import certificate_files, services
from tests.support.builders import NOW, Clinic
from tests.support.credentials import holder

PASSPHRASE = "four quiet winter lanterns"


class Issuer:
    """A body's own signing certificate in a PKCS#12 file."""

    def __init__(self, folder: Path) -> None:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Institute of Clinical Scribes")])
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=True, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        today = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / "issuer.p12"
        self.file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"issuer", key, certificate, None,
                serialization.BestAvailableEncryption(PASSPHRASE.encode()),
            )
        )  # fmt: skip
        self.root = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

    def accepts(self, pdf: bytes) -> bool:
        """Return whether pyHanko validates the one signature of a PDF; a broken file has none."""
        try:
            (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
            status = validate_pdf_signature(signature, ValidationContext(trust_roots=[self.root]))
        except (PdfError, ValueError):
            return False
        return bool(status.bottom_line)


@pytest.fixture
def issuer(tmp_path: Path, settings: Any) -> Issuer:
    """Return a signing certificate that the site is configured with."""
    found = Issuer(tmp_path)
    settings.SIGNING_KEY, settings.SIGNING_PASSPHRASE = str(found.file), PASSPHRASE
    return found


def pdf_of(clinic: Clinic) -> tuple[Certificate, bytes]:
    holder(clinic)
    certificate = Certificate.objects.get(kind="credential")
    return certificate, certificate_files.pdf_of(certificate=certificate, now=NOW)


def check_tags(pdf: bytes, certificate: Certificate) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        root = opened.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        title = str(opened.docinfo["/Title"])
        assert certificate.number in title
        assert "Ada Park" in title
        assert bool(root.ViewerPreferences.DisplayDocTitle)


def test_row_32_a_signed_certificate_validates_and_one_flipped_byte_fails(
    clinic: Clinic, issuer: Issuer
) -> None:
    certificate, pdf = pdf_of(clinic)
    assert issuer.accepts(pdf)
    check_tags(pdf, certificate)
    place = pdf.index(b"/Title")
    for at in (place + 2, 400, len(pdf) // 3):
        flipped = bytearray(pdf)
        flipped[at] ^= 1
        assert not issuer.accepts(bytes(flipped)), at
    # The signed bytes are kept and served again.
    again = Certificate.objects.get(pk=certificate.pk)
    assert certificate_files.pdf_of(certificate=again, now=NOW) == pdf


def test_row_32_without_a_key_a_certificate_is_tagged_and_titled_all_the_same(
    clinic: Clinic,
) -> None:
    certificate, pdf = pdf_of(clinic)
    check_tags(pdf, certificate)
    assert PdfFileReader(io.BytesIO(pdf)).embedded_signatures == []


def test_the_code_of_a_credential_certificate_leads_to_the_credential_for_ever(
    clinic: Clinic,
) -> None:
    credential = holder(clinic)
    certificate = Certificate.objects.get(kind="credential")
    document = certificate_files.document_of(certificate)
    address = f"{django_settings.BASE_URL}/verify/{credential.number}/"
    assert document.verification_address == address
    expected = segno.make_qr(address, error="m", boost_error=False).matrix
    assert [list(map(bool, row)) for row in expected] == [
        list(r) for r in qr_matrix(address=address)
    ]
    assert (document.ends_before, document.practice_name) == (None, "")
    assert "not endorsed by CMS or HHS" in document.wording
    assert "Certified Medical Scribe Specialist (CMSS), Dermatology" in document.credential


@pytest.mark.parametrize(
    ("file", "passphrase", "words"),
    [("missing.p12", PASSPHRASE, "where no file is"), ("issuer.p12", "wrong", "does not open it")],
)
def test_a_key_that_cannot_be_used_is_refused_in_words(
    issuer: Issuer, settings: Any, file: str, passphrase: str, words: str
) -> None:
    settings.SIGNING_KEY = str(issuer.file.with_name(file))
    settings.SIGNING_PASSPHRASE = passphrase
    with pytest.raises(SigningKeyError, match=words):
        services.pdf_signer()


def test_without_the_extra_the_setting_says_what_to_install(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    services._signer.cache_clear()
    monkeypatch.setattr(services, "import_module", missing)
    with pytest.raises(services.SigningNotInstalled, match=r"scriptorium\[signing\]"):
        services.pdf_signer()
