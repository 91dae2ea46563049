"""The outbox: every mail is a row first, written with the change that causes it."""

from __future__ import annotations

from django.db import models


class MailState(models.TextChoices):
    """Where a mail is on its way."""

    QUEUED = "queued", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"


class OutboxMail(models.Model):
    """One mail to one address, sent exactly once per ``dedupe_key``."""

    personal_data = frozenset({"to_address", "to_name", "subject", "text", "html", "data"})

    dedupe_key = models.CharField(max_length=200, unique=True)
    template = models.CharField(max_length=60)
    to_address = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=MailState, default=MailState.QUEUED)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            # Read by the sender: what may go now, oldest first.
            models.Index(
                fields=["not_before", "id"],
                name="outbox_waiting",
                condition=models.Q(state="queued"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="outbox_sent_has_time",
            )
        ]
