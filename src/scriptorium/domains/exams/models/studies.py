"""Standard setting: who judged the items, what they said, and the cut score that was adopted."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.exams.enums import CutMethod
from scriptorium.domains.exams.models.forms import Form
from scriptorium.domains.exams.models.items import ItemVersion


class AngoffStudy(FrozenExcept):
    """A panel that says, for each item of a form, how many of the just qualified get it right."""

    writable_once = ("closed_at", "closed_by")
    personal_data = frozenset({"opened_by_name"})

    reference = ReferenceField()
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="studies")
    title = models.CharField(max_length=120)
    # How the panel was chosen and what it was told about the just qualified candidate.
    procedure = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=60)
    opened_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="study_end_paired",
            ),
        ]


class Judge(AppendOnly):
    """A member of a study's panel."""

    personal_data = frozenset({"name", "background"})

    study = models.ForeignKey(AngoffStudy, on_delete=models.PROTECT, related_name="judges")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    background = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="judge_number_once"),
            models.UniqueConstraint(fields=["study", "name"], name="judge_name_once"),
        ]


class Rating(AppendOnly):
    """What one judge said of one item in one round: percent of the just qualified."""

    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="ratings")
    percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["judge", "round", "version"], name="rating_once"),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="rating_at_most_100"),
        ]


class CutScore(FrozenExcept):
    """An exam's pass mark with where it comes from: a study that was adopted, or provisional.

    A certification form is published under one of the two only (STANDARDS row 19).
    """

    writable_once = ("adopted_at", "adopted_by", "adopted_by_name")
    personal_data = frozenset({"proposed_by_name", "adopted_by_name"})

    reference = ReferenceField()
    exam = models.CharField(max_length=30)
    method = models.CharField(max_length=12, choices=CutMethod)
    study = models.ForeignKey(
        AngoffStudy, on_delete=models.PROTECT, null=True, related_name="cut_scores"
    )
    # The panel's figures in points of the form, as they were when the cut was proposed.
    judges = models.PositiveSmallIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=0)
    items = models.PositiveSmallIntegerField(default=0)
    raw = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    standard_error = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    # The board may go lower by so many standard errors of measurement, with a reason.
    lowered_by_sems = models.DecimalField(max_digits=3, decimal_places=1, default=0)
    sem = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    percent = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    effective_on = models.DateField()
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=60)
    proposed_by_name = models.CharField(max_length=200)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.CharField(max_length=60, null=True)
    adopted_by_name = models.CharField(max_length=200, null=True)

    class Meta:
        indexes = [
            # Read before a form is published, and by the exam's page: the cuts of an exam.
            models.Index(fields=["exam", "-id"], name="cut_by_exam"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method="angoff", study__isnull=False)
                | (models.Q(method="provisional", study__isnull=True) & ~models.Q(reason="")),
                name="cut_says_where_from",
            ),
            models.CheckConstraint(
                condition=models.Q(adopted_at__isnull=True, adopted_by__isnull=True)
                | models.Q(adopted_at__isnull=False, adopted_by__isnull=False),
                name="cut_adoption_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(adopted_by__isnull=True)
                | ~models.Q(adopted_by=models.F("proposed_by")),
                name="cut_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=1, percent__lte=100), name="cut_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=models.Q(lowered_by_sems=0) | ~models.Q(reason=""),
                name="cut_lowered_with_reason",
            ),
        ]
