"""Messages to the body; the help desk with threads comes later."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import ReferenceField


class Topic(models.TextChoices):
    """What a message is about."""

    MORE = "more", "Get more units"
    CHANGE = "change", "Change something we cannot change ourselves"
    QUESTION = "question", "Ask a question"
    SUGGESTION = "suggestion", "Suggest an improvement"


class Message(models.Model):
    """A message that somebody sent from the contact page."""

    personal_data = frozenset({"name", "email", "text"})

    reference = ReferenceField()
    topic = models.CharField(max_length=12, choices=Topic)
    name = models.CharField(max_length=160)
    email = models.EmailField()
    text = models.TextField()
    practice = models.CharField(max_length=16, blank=True)
    person = models.CharField(max_length=16, blank=True)
    page = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
