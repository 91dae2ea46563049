"""What a badge says, as the JSON of Open Badges 3.0 and of W3C Verifiable Credentials 2.0.

The shapes follow the 1EdTech specification (``ob_v3p0/datamodel`` and ``integrity.md``): the
token's payload is the credential itself with ``iss``, ``jti``, ``sub``, ``nbf`` and ``exp`` beside
it. A holder is named by a salted hash of the e-mail address, never by the address.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything about badges is found, on one site.

    Arguments:
        base: the site's address, without a slash at its end.
    """

    base: str

    @property
    def issuer(self) -> str:
        """The issuer's profile, and the issuer's identifier."""
        return f"{self.base}/verify/issuer.json"

    def achievement(self, code: str) -> str:
        """What is achieved: one of the levels of one of the specialties."""
        return f"{self.base}/verify/achievements/{code}.json"

    def picture(self, code: str) -> str:
        """The picture of an achievement."""
        return f"{self.base}/verify/achievements/{code}.png"

    def page(self, number: str) -> str:
        """The verification page that people read."""
        return f"{self.base}/verify/{number}/"

    def badge(self, number: str, issue: str) -> str:
        """One issue of a badge; the address leads to the newest."""
        return f"{self.base}/verify/{number}/badge.json#{issue}"

    def key(self, kid: str) -> str:
        """The public half of one key as a JWK."""
        return f"{self.base}/verify/keys/{kid}.json"

    def status_list(self, purpose: str, number: int) -> str:
        """One published list of bits."""
        return f"{self.base}/verify/status/{purpose}/{number}.jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """What somebody achieved.

    Arguments:
        code: in addresses, such as "cmss-dermatology".
        name, description, criteria: in words.
    """

    code: str
    name: str
    description: str
    criteria: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFacts:
    """Everything that one badge says.

    Arguments:
        number: the credential's number for life.
        issue: this issue's own reference.
        salt, identity_hash: SHA-256 of the e-mail address and the salt, in hexadecimal.
        valid_from, valid_until: with whole seconds, so that the token's claims are the same.
    """

    number: str
    issue: str
    achievement: Achievement
    salt: str
    identity_hash: str
    awarded_on: dt.date
    valid_from: dt.datetime
    valid_until: dt.datetime
    list_number: int
    list_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The body that issues.

    Arguments:
        name, email: as people know it.
    """

    addresses: Addresses
    name: str
    email: str


def moment_words(moment: dt.datetime) -> str:
    """Return a moment as the documents write it, such as "2026-11-24T17:00:00Z"."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def issuer_profile(*, issuer: Issuer) -> dict[str, Any]:
    """Return the issuer's profile."""
    return {
        "@context": CONTEXT,
        "id": issuer.addresses.issuer,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.addresses.base,
        "email": issuer.email,
    }


def achievement_document(*, issuer: Issuer, achievement: Achievement) -> dict[str, Any]:
    """Return what an achievement's own address says."""
    return {"@context": CONTEXT} | _achievement(issuer, achievement)


def _achievement(issuer: Issuer, achievement: Achievement) -> dict[str, Any]:
    return {
        "id": issuer.addresses.achievement(achievement.code),
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": achievement.name,
        "description": achievement.description,
        "criteria": {"narrative": achievement.criteria},
        "image": {
            "id": issuer.addresses.picture(achievement.code),
            "type": "Image",
            "caption": achievement.name,
        },
        "creator": {"id": issuer.addresses.issuer, "type": ["Profile"], "name": issuer.name},
    }


def badge_document(*, issuer: Issuer, facts: BadgeFacts) -> dict[str, Any]:
    """Return the credential that is signed, without the token's own claims."""
    at = issuer.addresses
    profile = issuer_profile(issuer=issuer)
    del profile["@context"]
    return {
        "@context": CONTEXT,
        "id": at.badge(facts.number, facts.issue),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.achievement.name,
        "issuer": profile,
        "validFrom": moment_words(facts.valid_from),
        "validUntil": moment_words(facts.valid_until),
        "awardedDate": f"{facts.awarded_on.isoformat()}T00:00:00Z",
        "credentialSubject": {
            "id": f"{at.page(facts.number)}#holder",
            "type": ["AchievementSubject"],
            "licenseNumber": facts.number,
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "emailAddress",
                    "hashed": True,
                    "identityHash": f"sha256${facts.identity_hash}",
                    "salt": facts.salt,
                }
            ],
            "achievement": _achievement(issuer, facts.achievement),
        },
        # Both purposes: a wallet then refuses a suspended badge too (ADR 17).
        "credentialStatus": [
            _status_entry(at.status_list(purpose, facts.list_number), purpose, facts.list_index)
            for purpose in ("revocation", "suspension")
        ],
    }


def _status_entry(address: str, purpose: str, index: int) -> dict[str, str]:
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def badge_payload(*, document: dict[str, Any], facts: BadgeFacts) -> dict[str, Any]:
    """Return the token's payload: the credential with the claims that mirror it (OB 3.0 §8.2.4)."""
    return document | {
        "iss": document["issuer"]["id"],
        "sub": document["credentialSubject"]["id"],
        "jti": document["id"],
        "nbf": int(facts.valid_from.timestamp()),
        "exp": int(facts.valid_until.timestamp()),
    }
