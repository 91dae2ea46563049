"""Credentials, decisions and certificates, one file per aggregate."""

from scriptorium.domains.credentials.models.certificates import (
    Certificate,
    CertificateDownload,
    CertificateFile,
    CertificatePrint,
    CertificateVoid,
)
from scriptorium.domains.credentials.models.credentials import Credential, Decision

__all__ = [
    "Certificate",
    "CertificateDownload",
    "CertificateFile",
    "CertificatePrint",
    "CertificateVoid",
    "Credential",
    "Decision",
]
