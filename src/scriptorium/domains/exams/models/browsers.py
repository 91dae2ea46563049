"""In which browser an exam is sat: configurations of Safe Exam Browser, and what showed them."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.exams.models.sittings import Sitting


class BrowserKey(FrozenExcept):
    """A configuration of Safe Exam Browser that an exam may be sat in, by its Config Key.

    While an exam has one that is not retired, it is sat in no other browser (STANDARDS §3.5).
    """

    writable_once = ("retired_at", "retired_by", "retired_by_name")
    personal_data = frozenset({"added_by_name", "retired_by_name"})

    reference = ReferenceField()
    exam = models.CharField(max_length=30)
    config_key = models.CharField(max_length=64)
    # What candidates read: "Windows and macOS, 2026".
    name = models.CharField(max_length=80)
    # Where candidates get the configuration; empty where they ask us.
    address = models.URLField(max_length=300, blank=True)
    # The file's name and the browser that saved it, or "pasted".
    origin = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)
    added_by_name = models.CharField(max_length=200)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(max_length=60, null=True, blank=True)
    retired_by_name = models.CharField(max_length=200, null=True, blank=True)

    class Meta:
        constraints = [
            # Read with every item and save too: whether an exam needs a browser at all.
            models.UniqueConstraint(
                fields=["exam", "config_key"],
                condition=models.Q(retired_at__isnull=True),
                name="browser_key_once",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True, retired_by__isnull=True)
                | models.Q(retired_at__isnull=False, retired_by__isnull=False),
                name="browser_key_retired_paired",
            ),
        ]


class BrowserProof(AppendOnly):
    """A page of a sitting showed by its script that it runs in an allowed browser.

    It holds for the one session that sent it, while that session answers and the key is allowed.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="browser_proofs")
    key = models.ForeignKey(BrowserKey, on_delete=models.PROTECT, related_name="proofs")
    # The sitting's holder at that moment.
    holder = models.CharField(max_length=64)
    page = models.URLField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sitting", "key", "holder"], name="browser_proof_once"),
        ]


class BrowserWaiver(FrozenExcept):
    """Lets one person sit one exam once in any browser; used for one sitting, or closed."""

    writable_once = ("used_at", "used_for", "closed_at", "closed_by")
    personal_data = frozenset({"reason", "granted_by_name"})

    reference = ReferenceField()
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="browser_waivers"
    )
    exam = models.CharField(max_length=30)
    reason = models.CharField(max_length=300)
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=60)
    granted_by_name = models.CharField(max_length=200)
    ends_before = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # The sitting's reference. Read when its browser shows nothing.
    used_for = models.CharField(max_length=16, null=True, blank=True, unique=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=60, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "exam"],
                condition=models.Q(used_at__isnull=True, closed_at__isnull=True),
                name="browser_waiver_open",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(closed_at__isnull=True),
                name="browser_waiver_used_or_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_for__isnull=True)
                | models.Q(used_at__isnull=False, used_for__isnull=False),
                name="browser_waiver_use_paired",
            ),
        ]
