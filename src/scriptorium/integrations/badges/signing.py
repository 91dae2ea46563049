"""RS256 signatures with PyJWT, and the public halves as JWKs (RFC 7515, 7517, 7638)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ALGORITHM = "RS256"
_BITS = 2048


def new_private_key() -> bytes:
    """Return a fresh RSA key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _private_key(pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("The key file holds no RSA key.")
    return key


def public_jwk(*, private_pem: bytes) -> dict[str, Any]:
    """Return the public half as a JWK without its address; never holds ``d``."""
    public = RSAAlgorithm.to_jwk(_private_key(private_pem).public_key(), as_dict=True)
    return {"kty": "RSA", "n": public["n"], "e": public["e"], "use": "sig", "alg": ALGORITHM}


def thumbprint(*, jwk: dict[str, Any]) -> str:
    """Return a short name of a key made from the key itself (RFC 7638, first 16 digits)."""
    members = {name: jwk[name] for name in ("e", "kty", "n")}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sign_token(*, payload: dict[str, Any], private_pem: bytes, kid: str) -> str:
    """Return a compact token.

    Arguments:
        kid: address at which the public half is published (OB 3.0 §8.2.2).
    """
    return jwt.encode(payload, _private_key(private_pem), ALGORITHM, headers={"kid": kid})
