"""The item bank: items, their versions, reviews, and which may not meet on one form."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly
from scriptorium.domains.exams.enums import ItemState


class Item(models.Model):
    """One item for life; what it says is in its versions."""

    code = models.CharField(max_length=60, unique=True)
    bank = models.CharField(max_length=30)
    topic = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=ItemState)
    sample = models.BooleanField(default=False)
    # Tried out: it stands on forms without counting, and on none as one that counts.
    pilot = models.BooleanField(default=False)
    live_version = models.ForeignKey(
        "exams.ItemVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Read by the assembler: what may stand on a form.
            models.Index(fields=["bank", "topic", "state"], name="item_by_topic"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="live") | models.Q(live_version__isnull=False),
                name="item_live_has_version",
            ),
        ]


class ItemVersion(AppendOnly):
    """What an item says, and its key; editing an item makes another version (STANDARDS row 17)."""

    personal_data = frozenset({"author_name"})

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    stem = models.TextField()
    # Four texts in the order in which they are shown; empty for a text entry.
    options = models.JSONField(default=list)
    key = models.PositiveSmallIntegerField(null=True)
    accept = models.JSONField(default=list)
    rationale = models.TextField()
    source = models.TextField()
    url = models.URLField(max_length=500, blank=True)
    vignette = models.BooleanField(default=False)
    ai_assisted = models.BooleanField(default=False)
    content_sha256 = models.CharField(max_length=64)
    author = models.CharField(max_length=60)
    author_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_once"),
            models.CheckConstraint(
                condition=models.Q(key__isnull=True) | models.Q(key__lte=3), name="item_key_is_one"
            ),
        ]


class ItemReview(AppendOnly):
    """A second person's word on a version; without it no version goes live (STANDARDS row 53)."""

    personal_data = frozenset({"reviewer_name"})

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="reviews")
    approved = models.BooleanField()
    note = models.TextField(blank=True)
    reviewer = models.CharField(max_length=60)
    reviewer_name = models.CharField(max_length=200)
    at = models.DateTimeField()


class EnemyPair(models.Model):
    """Two items that may not stand on one form, since one gives the other away."""

    one = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="enemies_once"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="enemies_in_order"
            ),
        ]
