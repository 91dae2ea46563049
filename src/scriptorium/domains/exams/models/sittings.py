"""Sittings, every answer that arrived, credits, and the runs that scored them."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField, Rising
from scriptorium.domains.exams.enums import FinishReason
from scriptorium.domains.exams.models.forms import Form


class Sitting(models.Model):
    """One attempt at an exam by one person. The server's clock rules (DOMAIN §5)."""

    personal_data = frozenset({"affidavit_name", "affidavit_email"})

    reference = ReferenceField()
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="sittings")
    exam = models.CharField(max_length=30)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="sittings")
    unit_reference = models.CharField(max_length=16)
    # The practice at the time, for the record; empty for people on their own.
    practice_reference = models.CharField(max_length=16, blank=True)
    number_on_unit = models.PositiveSmallIntegerField()
    affidavit_name = models.CharField(max_length=200)
    affidavit_email = models.EmailField()
    affidavit_version = models.CharField(max_length=20)
    agreement_version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    limit_seconds = models.PositiveIntegerField()
    # Start + limit × accommodation, fixed at the start; credits come on top.
    deadline_at = models.DateTimeField()
    # Hash of the one session that may answer; a take-over moves it.
    holder = models.CharField(max_length=64)
    first_shown_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    finish_reason = models.CharField(max_length=10, choices=FinishReason, blank=True)
    passed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(finished_at__isnull=True),
                name="sitting_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, finish_reason="", passed__isnull=True)
                | (
                    models.Q(finished_at__isnull=False, passed__isnull=False)
                    & ~models.Q(finish_reason="")
                ),
                name="sitting_end_paired",
            ),
        ]
        indexes = [
            # Read by the exams page and the retake rules: a person's sittings of an exam.
            models.Index(fields=["person", "exam", "-id"], name="sitting_by_person"),
            # Read by the sweeper: open sittings whose time is over.
            models.Index(
                fields=["deadline_at"],
                name="sitting_open",
                condition=models.Q(finished_at__isnull=True),
            ),
        ]


class Outage(AppendOnly):
    """A time in which the web server itself was down, by its own heartbeat."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(unique=True)


class Heartbeat(models.Model):
    """The web server's sign of life: one row, moved on every few seconds."""

    at = models.DateTimeField()


class SittingCredit(AppendOnly):
    """Seconds given back to a sitting for an outage of the server (DOMAIN §5)."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="credits")
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT)
    seconds = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sitting", "outage"], name="credit_once"),
        ]


class Answer(AppendOnly):
    """One save of one answer, kept for good; the highest ``seq`` of a position counts.

    ``late`` ones arrived after the deadline and are evidence for an appeal, never scored.
    """

    rising = Rising("seq", within=("sitting_id", "position"), unless="late")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    choice = models.CharField(max_length=1, blank=True)
    text = models.CharField(max_length=100, blank=True)
    flagged = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "position", "seq"],
                condition=models.Q(late=False),
                name="answer_once",
            ),
        ]


class ScoreRun(AppendOnly):
    """One scoring of one sitting; the newest counts, none is ever changed (STANDARDS row 21)."""

    personal_data = frozenset({"approved_by_name"})

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="score_runs")
    number = models.PositiveSmallIntegerField()
    correct = models.PositiveSmallIntegerField()
    scored = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    # A list of {topic, name, correct, scored}.
    topics = models.JSONField()
    key_sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    made_by = models.CharField(max_length=60)
    approved_by = models.CharField(max_length=60, blank=True)
    approved_by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sitting", "number"], name="score_run_once"),
            models.CheckConstraint(
                condition=models.Q(approved_by="") | ~models.Q(approved_by=models.F("made_by")),
                name="score_second_person",
            ),
        ]
