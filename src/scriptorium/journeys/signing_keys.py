"""The keys that sign badges and status lists: the first one, rotation, and what is published.

The private half is a file; the row holds the public half and stays for ever, so whatever a retired
key signed still verifies (STANDARDS row 31).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import SigningKey
from scriptorium.integrations.badges.key_files import KeyMissing
from scriptorium.integrations.badges.signing import new_private_key, public_jwk, thumbprint
from scriptorium.journeys.services import issuer, key_folder
from scriptorium.kernel.actor import Actor

__all__ = ["KeyMissing"]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as the command lists it."""

    kid: str
    since: dt.datetime
    retired_at: dt.datetime | None


def current_key(*, now: dt.datetime) -> tuple[SigningKey, bytes]:
    """Return the key that signs now with its private half; the first call makes the first key.

    Raises:
        KeyMissing: the private half is not on this machine.
    """
    key = kept.current_key()
    if key is None:
        with transaction.atomic():
            key = _add(now) or kept.current_key()
    assert key is not None, "another process made the first key at the same moment"
    return key, key_folder().get(kid=key.kid)


def _add(now: dt.datetime) -> SigningKey | None:
    pem = new_private_key()
    jwk = public_jwk(private_pem=pem)
    kid = thumbprint(jwk=jwk)
    # The file is there before the row names it; without the row it is nobody's key.
    key_folder().put(kid=kid, pem=pem)
    key = credentials.add_key(kid=kid, public_jwk=jwk, now=now)
    if key is None:
        key_folder().remove(kid=kid)
    return key


@transaction.atomic(durable=True)
def rotate(*, actor: Actor, now: dt.datetime) -> str:
    """Sign with a new key from now on; returns its name.

    What the old key signed keeps verifying, since its public half stays published. Its private
    file is removed once the new key is in the database.
    """
    old = kept.current_key()
    if old is not None:
        credentials.retire_key(key=old, now=now)
        transaction.on_commit(lambda: key_folder().remove(kid=old.kid))
    key = _add(now)
    assert key is not None, "two rotations at the same moment"
    record(
        actor=actor,
        happening=Happening("keys.rotated", "installation", key.kid, "", {"kid": key.kid}),
        now=now,
    )
    return key.kid


def key_lines() -> list[KeyLine]:
    """Return every key that ever signed, oldest first."""
    return [KeyLine(k.kid, k.not_before, k.retired_at) for k in kept.signing_keys()]


def jwks() -> dict[str, Any]:
    """Return the public halves of all keys, present and retired (RFC 7517).

    Each names its own address as ``kid``, as the tokens do, and the issuer whose it is.
    """
    return {"keys": [_published(key) for key in kept.signing_keys()]}


def jwk(*, kid: str) -> dict[str, Any] | None:
    """Return one key's public half, or None."""
    key = kept.signing_key(kid=kid)
    return _published(key) if key else None


def _published(key: SigningKey) -> dict[str, Any]:
    body = issuer()
    public: dict[str, Any] = key.public_jwk
    return public | {"kid": body.addresses.key(key.kid), "iss": body.addresses.issuer}
