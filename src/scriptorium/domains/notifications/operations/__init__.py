"""Writing the outbox, what comes back, and calendars. Called inside a transaction."""

from scriptorium.domains.notifications.operations.calendars import (
    make_feed,
    note_days,
    stop_feed,
)
from scriptorium.domains.notifications.operations.outbox import (
    MOST_ATTEMPTS,
    Attachment,
    Mail,
    Rendered,
    claim,
    enqueue,
    enqueue_ready,
    mark_bounced,
    mark_failed,
    mark_held,
    mark_sent,
    render,
    send_again,
)
from scriptorium.domains.notifications.operations.returned import (
    close_undelivered,
    lift,
    note_bounce,
    open_undelivered,
    suppress,
)

__all__ = [
    "MOST_ATTEMPTS",
    "Attachment",
    "Mail",
    "Rendered",
    "claim",
    "close_undelivered",
    "enqueue",
    "enqueue_ready",
    "lift",
    "make_feed",
    "mark_bounced",
    "mark_failed",
    "mark_held",
    "mark_sent",
    "note_bounce",
    "note_days",
    "open_undelivered",
    "render",
    "send_again",
    "stop_feed",
    "suppress",
]
