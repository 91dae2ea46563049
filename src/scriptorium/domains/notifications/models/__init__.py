"""Mail on its way, addresses that get less of it, and calendars."""

from scriptorium.domains.notifications.enums import MailState
from scriptorium.domains.notifications.models.calendars import CalendarDay, CalendarFeed
from scriptorium.domains.notifications.models.outbox import OutboxMail
from scriptorium.domains.notifications.models.returned import Bounce, Suppression, Undelivered

__all__ = [
    "Bounce",
    "CalendarDay",
    "CalendarFeed",
    "MailState",
    "OutboxMail",
    "Suppression",
    "Undelivered",
]
