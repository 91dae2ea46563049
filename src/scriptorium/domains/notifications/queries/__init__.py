"""Reading the outbox, what came back, and calendars."""

from scriptorium.domains.notifications.queries.calendars import (
    days_of,
    feed_by_reference,
    live_feed,
)
from scriptorium.domains.notifications.queries.outbox import (
    by_key,
    count_in,
    failed_count,
    known_keys,
    reasons_for,
    search,
)
from scriptorium.domains.notifications.queries.returned import (
    address_to_check,
    bounces_of,
    mail_of_message,
    open_undelivered,
    report_is_known,
    suppressed,
    suppressed_as,
    suppression_by_reference,
    undelivered_by_reference,
    undelivered_closed_lately,
)

__all__ = [
    "address_to_check",
    "bounces_of",
    "by_key",
    "count_in",
    "days_of",
    "failed_count",
    "feed_by_reference",
    "known_keys",
    "live_feed",
    "mail_of_message",
    "open_undelivered",
    "reasons_for",
    "report_is_known",
    "search",
    "suppressed",
    "suppressed_as",
    "suppression_by_reference",
    "undelivered_by_reference",
    "undelivered_closed_lately",
]
