"""Credentials, decisions and certificates, one file per aggregate."""

from scriptorium.domains.credentials.models.badges import (
    Badge,
    BadgeVoid,
    SignedBadge,
    SignedStatusList,
    SigningKey,
)
from scriptorium.domains.credentials.models.certificates import (
    Certificate,
    CertificateDownload,
    CertificateFile,
    CertificatePrint,
    CertificateVoid,
)
from scriptorium.domains.credentials.models.credentials import (
    Credential,
    Decision,
    DecisionProposal,
)
from scriptorium.domains.credentials.models.pathway import Affidavit, HourEntry

__all__ = [
    "Affidavit",
    "Badge",
    "BadgeVoid",
    "Certificate",
    "CertificateDownload",
    "CertificateFile",
    "CertificatePrint",
    "CertificateVoid",
    "Credential",
    "Decision",
    "DecisionProposal",
    "HourEntry",
    "SignedBadge",
    "SignedStatusList",
    "SigningKey",
]
