"""Numbers, wording and content of certificates (DOMAIN §7). Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from scriptorium.domains.credentials.enums import CertificateKind

#: Printed on every certificate. Neutral on purpose: 42 USC 1320b-10 punishes material that seems
#: endorsed by a federal agency (STANDARDS §0, fact 3).
DISCLAIMER = (
    "Issued by {body} on the facts in its records. It is not a licence and is not endorsed by"
    " CMS or HHS."
)
WORDING_VERSION = "2026-11"


def kind_for(*, has_credential: bool) -> CertificateKind:
    """Return which certificate a term brings: compliance with a credential, else membership."""
    return CertificateKind.COMPLIANCE if has_credential else CertificateKind.MEMBERSHIP


def content_sha256(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's frozen content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_current(
    *, starts_on: dt.date, ends_before: dt.date, voided: bool, today: dt.date, grace_days: int
) -> bool:
    """Return whether a certificate counts today: its term or the grace after it covers the day."""
    end = ends_before + dt.timedelta(days=grace_days)
    return not voided and starts_on <= today < end
