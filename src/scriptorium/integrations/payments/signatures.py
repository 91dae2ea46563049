"""Signatures of messages, in Stripe's scheme: ``t=<seconds>,v1=<HMAC-SHA256 of "t.body">``."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from scriptorium.integrations.payments.protocol import BadSignature

SIGNATURE_HEADER = "Stripe-Signature"
TOLERANCE = dt.timedelta(minutes=5)


def sign(*, body: bytes, secret: str, now: dt.datetime) -> str:
    """Return the header that goes with a body sent now."""
    moment = str(int(now.timestamp()))
    return f"t={moment},v1={_digest(moment, body, secret)}"


def check(*, body: bytes, header: str, secret: str, now: dt.datetime) -> None:
    """Accept a body that somebody with the secret signed a short while ago.

    Arguments:
        header: may hold several ``v1``, as while a secret is exchanged.

    Raises:
        BadSignature: no signature fits, or it is older than the tolerance (STANDARDS §6).
    """
    moment = _only(header, "t")
    expected = _digest(moment, body, secret).encode()
    # Compared as bytes: the digest comparison refuses text beyond ASCII, which a forger may send.
    if not any(hmac.compare_digest(expected, given.encode()) for given in _values(header, "v1")):
        raise BadSignature("The signature does not fit the message.")
    check_age(header=header, now=now)


def check_age(*, header: str, now: dt.datetime) -> None:
    """Refuse a message that was signed too long ago, which may be a replay.

    Raises:
        BadSignature: it is too old, or the header does not say how old it is.
    """
    try:
        signed_at = dt.datetime.fromtimestamp(int(_only(header, "t")), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadSignature("The signature's time cannot be read.") from error
    if now - signed_at > TOLERANCE:
        raise BadSignature("The message was signed more than five minutes ago.")


def _digest(moment: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _values(header: str, name: str) -> list[str]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return [value for key, _, value in pairs if key == name]


def _only(header: str, name: str) -> str:
    values = _values(header, name)
    if len(values) != 1:
        raise BadSignature("The signature is missing or has no time.")
    return values[0]
