"""Calendars of renewals that administrators subscribe to (STANDARDS §7).

Whose and where are public references, as in the audit trail: this storey lies below people and
practices.
"""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import ReferenceField


class CalendarFeed(models.Model):
    """A private address at which one administrator's calendar reads one practice's renewals.

    Its secret is made from the reference and the site's key, so nobody who reads the database
    alone can open the calendar.
    """

    reference = ReferenceField()
    practice = models.CharField(max_length=16)
    person = models.CharField(max_length=16)
    with_names = models.BooleanField()
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            # Also read by the practice's settings page.
            models.UniqueConstraint(
                fields=["practice", "person"],
                condition=models.Q(stopped_at__isnull=True),
                name="one_live_feed",
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=True, stopped_by="")
                | (models.Q(stopped_at__isnull=False) & ~models.Q(stopped_by="")),
                name="feed_stop_paired",
            ),
        ]


class CalendarDay(models.Model):
    """What a feed last said about a day, so that a change raises the event's number."""

    feed = models.ForeignKey(CalendarFeed, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    fingerprint = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "day"], name="feed_day_once"),
        ]
