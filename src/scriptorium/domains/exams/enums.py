"""States of items, forms and sittings (DOMAIN §5)."""

from __future__ import annotations

from django.db import models

#: The letters of an item's four options, in order.
LETTERS = "ABCD"


class ItemState(models.TextChoices):
    """Where an item is on its way into exams."""

    DRAFT = "draft", "Draft"
    REVIEW = "review", "Waiting for review"
    LIVE = "live", "In use"
    RETIRED = "retired", "Retired"


class VersionState(models.TextChoices):
    """Where a version of an item is; read from its submission and reviews, never stored."""

    DRAFT = "draft", "Draft"
    WAITING = "waiting", "Waiting for review"
    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Sent back"


class Delivery(models.TextChoices):
    """How a candidate gets a form."""

    FIXED = "fixed", "One of the approved parallel forms"
    ASSEMBLED = "assembled", "Put together for the sitting"


class CutMethod(models.TextChoices):
    """Where a pass mark comes from (STANDARDS row 19)."""

    ANGOFF = "angoff", "Modified Angoff study"
    PROVISIONAL = "provisional", "Provisional"


class FinishReason(models.TextChoices):
    """Why a sitting is over."""

    CANDIDATE = "candidate", "Finished by the candidate"
    TIME = "time", "Time was over"


class SittingPhase(models.TextChoices):
    """Where a sitting is; read from its times, never stored."""

    OPEN = "open", "Open"
    FINISHED = "finished", "Finished"
