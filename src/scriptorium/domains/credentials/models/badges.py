"""Open Badges: what was issued, the signed bytes, the keys, and the lists of bits.

A badge's row is its issue, made in the transaction that causes it; the signed token follows at
the first request or by the worker, and stays (STANDARDS §4: sign at issue, never per page view).
"""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.credentials.enums import Level, StatusPurpose
from scriptorium.domains.credentials.models.credentials import Credential


class SigningKey(FrozenExcept):
    """A key that signs badges and lists; its private half is a file outside the database.

    The public half stays published for ever, so that what a retired key signed still verifies
    (STANDARDS row 31).
    """

    writable_once = ("retired_at",)

    kid = models.CharField(max_length=32, unique=True)
    algorithm = models.CharField(max_length=8, default="RS256")
    public_jwk = models.JSONField()
    not_before = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=models.Q(retired_at__isnull=True),
                name="signing_key_one_current",
            ),
        ]


class Badge(AppendOnly):
    """One issue of a credential's badge, for one paid year.

    ``list_number`` and ``list_index`` say which bit of the status lists is its own; ``salt`` and
    ``identity_hash`` let somebody who knows the e-mail address recognise it, and nobody else.
    """

    personal_data = frozenset({"identity_hash"})

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="badges")
    term = models.ForeignKey("memberships.Term", on_delete=models.PROTECT, related_name="badges")
    reference = ReferenceField()
    level = models.CharField(max_length=4, choices=Level)
    awarded_on = models.DateField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    salt = models.CharField(max_length=32)
    identity_hash = models.CharField(max_length=64)
    list_number = models.PositiveIntegerField()
    list_index = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "list_index"], name="badge_own_bit"),
        ]
        indexes = [
            # Read by the badge's addresses: a credential's newest badge.
            models.Index(fields=["credential", "-id"], name="badge_newest"),
            # Read by the night: what was issued lately and is not signed yet.
            models.Index(fields=["valid_from"], name="badge_by_issue"),
        ]


class BadgeVoid(AppendOnly):
    """Says that one badge no longer counts because its year was taken back; sets its bit."""

    badge = models.OneToOneField(Badge, on_delete=models.PROTECT, related_name="void")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)


class SignedBadge(AppendOnly):
    """A badge's document and its signed token; every request serves these bytes."""

    badge = models.OneToOneField(Badge, on_delete=models.PROTECT, related_name="signed")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    token = models.TextField()
    signed_at = models.DateTimeField()


class SignedStatusList(AppendOnly):
    """A published list of bits; a newer row replaces it when a bit or its time has changed."""

    purpose = models.CharField(max_length=10, choices=StatusPurpose)
    number = models.PositiveIntegerField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    bits_sha256 = models.CharField(max_length=64)
    token = models.TextField()
    signed_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        indexes = [
            # Read by the list's address: its newest token.
            models.Index(fields=["purpose", "number", "-id"], name="status_list_newest"),
        ]
