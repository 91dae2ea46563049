"""The outbox: every mail is a row first, written with the change that causes it."""

from __future__ import annotations

from django.db import models

from scriptorium.domains.notifications.enums import MailState, SuppressionReason

_LEFT = models.Q(state__in=[MailState.SENT, MailState.BOUNCED])


class OutboxMail(models.Model):
    """One mail to one address, sent exactly once per ``dedupe_key``.

    ``attachments`` lists name, media type and SHA-256 of files in the store; ``practice`` is the
    reference of the practice that the mail is about, whose administrators learn when it does not
    arrive.
    """

    personal_data = frozenset({"to_address", "to_name", "subject", "text", "html", "data"})

    dedupe_key = models.CharField(max_length=200, unique=True)
    template = models.CharField(max_length=60)
    to_address = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    practice = models.CharField(max_length=16, blank=True)
    data = models.JSONField(default=dict)
    attachments = models.JSONField(default=list)
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=MailState, default=MailState.QUEUED)
    held_because = models.CharField(max_length=12, choices=SuppressionReason, blank=True)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    undelivered = models.ForeignKey(
        "notifications.Undelivered", on_delete=models.PROTECT, null=True, related_name="mails"
    )

    class Meta:
        indexes = [
            # Read by the sender: what may go now, oldest first.
            models.Index(
                fields=["not_before", "id"],
                name="outbox_waiting",
                condition=models.Q(state="queued"),
            ),
            # Read by the office: what came back, was held back or given up, newest first.
            models.Index(
                fields=["state", "-id"],
                name="outbox_not_arrived",
                condition=models.Q(state__in=["bounced", "held", "failed"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(_LEFT & models.Q(sent_at__isnull=False))
                | (~_LEFT & models.Q(sent_at__isnull=True)),
                name="outbox_sent_has_time",
            ),
            models.CheckConstraint(
                condition=(models.Q(state=MailState.HELD) & ~models.Q(held_because=""))
                | (~models.Q(state=MailState.HELD) & models.Q(held_because="")),
                name="outbox_held_has_reason",
            ),
        ]

    @property
    def state_words(self) -> str:
        """The state as people read it: “Held back: unsubscribed”."""
        words = MailState(self.state).label
        if not self.held_because:
            return words
        return f"{words}: {SuppressionReason(self.held_because).label.lower()}"
