"""What holds for credentials and certificates."""

from scriptorium.domains.credentials.rules.certificates import (
    DISCLAIMER,
    WORDING_VERSION,
    content_sha256,
    is_current,
    kind_for,
)

__all__ = [
    "DISCLAIMER",
    "WORDING_VERSION",
    "content_sha256",
    "is_current",
    "kind_for",
]
