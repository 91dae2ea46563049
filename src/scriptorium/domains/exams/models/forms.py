"""Exams by version, and the frozen forms that candidates sit."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.exams.enums import Delivery
from scriptorium.domains.exams.models.items import ItemVersion


class ExamVersion(AppendOnly):
    """An exam's rules as they were loaded: time, pass mark, blueprint, retakes."""

    exam = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    course = models.CharField(max_length=30, blank=True)
    minutes = models.PositiveSmallIntegerField()
    pass_percent = models.PositiveSmallIntegerField()
    delivery = models.CharField(max_length=10, choices=Delivery)
    retake_hours = models.PositiveIntegerField()
    sittings_per_unit = models.PositiveSmallIntegerField()
    # A list of {bank, topic, name, count}, in the order of the report.
    blueprint = models.JSONField()
    # The programme's rules and cut score, affidavit and agreement as they stood.
    rules = models.JSONField()
    scheme_version = models.CharField(max_length=12)
    content_sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exam", "number"], name="exam_version_once"),
        ]


class Form(FrozenExcept):
    """One frozen list of items: a parallel form for many, or the one of a single sitting."""

    writable_once = ("approved_at", "approved_by", "retired_at")

    reference = ReferenceField()
    exam_version = models.ForeignKey(ExamVersion, on_delete=models.PROTECT, related_name="forms")
    # 1, 2, 3 … for parallel forms; empty for a form of one sitting.
    number = models.PositiveSmallIntegerField(null=True)
    seed = models.CharField(max_length=80)
    content_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=60, null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exam_version", "number"],
                condition=models.Q(number__isnull=False),
                name="form_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True, approved_by__isnull=True)
                | models.Q(approved_at__isnull=False, approved_by__isnull=False),
                name="form_approval_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("made_by")),
                name="form_second_person",
            ),
        ]


class FormItem(AppendOnly):
    """One place on a form, from 1."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="places")
    topic = models.CharField(max_length=61)
    scored = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "position"], name="form_place_once"),
            models.UniqueConstraint(fields=["form", "version"], name="form_item_once"),
        ]
