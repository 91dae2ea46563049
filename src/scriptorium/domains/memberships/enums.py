"""States, colours and modes of a membership (DOMAIN §3)."""

from __future__ import annotations

from django.db import models


class MembershipState(models.TextChoices):
    """Where a membership is today; computed, never stored."""

    NEVER = "never", "No membership"
    PENDING = "pending", "Invited"
    ACTIVE = "active", "In force"
    DUE = "due", "Due"
    OVERDUE = "overdue", "Overdue"
    LAPSED = "lapsed", "Lapsed"
    ENDED = "ended", "Ended"


class Mode(models.TextChoices):
    """How a membership renews."""

    MANUAL = "M", "Manual"
    AUTOMATIC = "A", "Automatic"


class Channel(models.TextChoices):
    """How a consent was given."""

    WEB = "web", "On this site"
    PHONE = "phone", "By phone, entered by staff"


class LineState(models.TextChoices):
    """What became of one person of a proposal."""

    WAITING = "waiting", "Not decided yet"
    ORDERED = "ordered", "Ordered, waiting for payment"
    RENEWED = "renewed", "Renewed"
    DROPPED = "dropped", "Not renewed here"


#: A proposal of which nothing was told yet: before the first rung of any ladder.
NOTHING_TOLD = 9_999

#: The board's words for a state (CONTRACT, the board): pending and ended read as none.
RENEWAL: dict[str, str] = {
    MembershipState.NEVER: "none",
    MembershipState.PENDING: "none",
    MembershipState.ACTIVE: "ok",
    MembershipState.DUE: "due",
    MembershipState.OVERDUE: "overdue",
    MembershipState.LAPSED: "lapsed",
    MembershipState.ENDED: "none",
}
