"""The manual and the courses by version, who read what, and the records of completion."""

from __future__ import annotations

from django.db import models
from django.db.models.lookups import GreaterThanOrEqual

from scriptorium.database.records import AppendOnly, ReferenceField


class Version(AppendOnly):
    """The manual or a course as it was loaded; the highest number is the one that is read now."""

    code = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField()
    content_sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="text_version_once"),
        ]


class Chapter(AppendOnly):
    """One chapter or lesson of a version; its slug is its name through all versions.

    ``body`` is the Markdown that the hash is taken of; readers get the sections made of it.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="chapters")
    position = models.PositiveSmallIntegerField()
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField()
    summary = models.TextField()
    # A list of {text, url, as_of}.
    sources = models.JSONField()
    body = models.TextField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "slug"], name="chapter_slug_once"),
            models.UniqueConstraint(fields=["version", "position"], name="chapter_place_once"),
        ]


class Section(AppendOnly):
    """A part of a chapter with its own address: safe HTML to show, plain words to search."""

    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="sections")
    position = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    html = models.TextField()
    plain = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chapter", "position"], name="section_place_once"),
            models.UniqueConstraint(fields=["chapter", "anchor"], name="section_anchor_once"),
        ]


class Study(models.Model):
    """One person's way through the manual or a course, with the place where to go on.

    Progress is no audit event (DOMAIN §11): these rows and their readings move freely.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="studies")
    code = models.CharField(max_length=30)
    # What the person reads; once everything is read, what was read.
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    all_read_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    place_slug = models.CharField(max_length=60)
    place_anchor = models.CharField(max_length=200, blank=True)
    place_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code"],
                condition=models.Q(finished_at__isnull=True),
                name="study_open_once",
            ),
        ]
        indexes = [
            # Read by the home page and the reader: a person's newest study of a text.
            models.Index(fields=["person", "code", "-id"], name="study_by_person"),
        ]


class Reading(models.Model):
    """A chapter that was marked as read in a study, in which wording and when."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="readings")
    slug = models.CharField(max_length=60)
    content_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "slug"], name="reading_once"),
        ]


class Completion(AppendOnly):
    """The record that somebody completed a course with its assessment (DOMAIN §5, row 27).

    It holds names as they were, so that it still says everything when the person has left.
    A row exists only where the score passes, in whole numbers.
    """

    personal_data = frozenset({"person_name"})

    reference = ReferenceField()
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="completions"
    )
    person_name = models.CharField(max_length=160)
    # Reference and name of the practice at the time; both empty for people on their own.
    practice = models.CharField(max_length=16, blank=True)
    at_practice = models.CharField(max_length=200, blank=True)
    course = models.CharField(max_length=30)
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    content_sha256 = models.CharField(max_length=64)
    # References of the sitting and of its form; both empty for a record from an earlier system.
    sitting = models.CharField(max_length=16, blank=True)
    form = models.CharField(max_length=16, blank=True)
    correct = models.PositiveSmallIntegerField()
    scored = models.PositiveSmallIntegerField()
    pass_percent = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField()
    keep_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=~models.Q(sitting=""),
                name="completion_once_per_sitting",
            ),
            models.CheckConstraint(
                condition=models.Q(correct__lte=models.F("scored"), scored__gt=0)
                & models.Q(
                    GreaterThanOrEqual(
                        models.F("correct") * 100, models.F("pass_percent") * models.F("scored")
                    )
                ),
                name="completion_passes",
            ),
            models.CheckConstraint(
                condition=models.Q(completed_at__gte=models.F("started_at")),
                name="completion_in_order",
            ),
        ]
        indexes = [
            # Read by a practice's export, newest first.
            models.Index(fields=["practice", "-completed_at"], name="completion_by_practice"),
        ]
