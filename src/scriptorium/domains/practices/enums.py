"""Roles and states of a practice's roster."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from django.db import models


class PracticeRole(models.TextChoices):
    """What a person on the roster may do there; everybody on it is a member besides."""

    DEPUTY = "deputy", "Deputy administrator"
    PHYSICIAN = "physician", "Physician"
    AUDITOR = "auditor", "Auditor"


class InvitationKind(models.TextChoices):
    """Why somebody is invited."""

    ACTIVATE = "activate", "Set up an account"
    JOIN = "join", "Join the practice with an existing account"


class EndReason(models.TextChoices):
    """Why a link with a practice ends."""

    LEFT = "left", "Left the practice"
    MOVED = "moved", "Moved to another practice"
    ROLE = "role", "No longer works as a scribe"
    MISTAKE = "mistake", "Added by mistake"
    OTHER = "other", "Another reason"


class ImportState(models.TextChoices):
    """How far an import is."""

    READING = "reading", "Reading the file"
    CHECKED = "checked", "Checked, waiting for your go-ahead"
    RUNNING = "running", "Being imported"
    DONE = "done", "Done"
    REFUSED = "refused", "The file could not be read"


class RowClass(models.TextChoices):
    """What the dry run says of a row (issue 2, point 9)."""

    NEW = "new", "New: will be added and invited"
    HERE = "here", "Already here"
    CHANGE = "change", "Already here: details will change"
    PENDING = "pending", "Invitation pending"
    ELSEWHERE = "elsewhere", "Has an account; will be asked to join"
    DUPLICATE = "duplicate", "Twice in the file"
    NO_UNIT = "no_unit", "No unit left: will be added without one"
    INVALID = "invalid", "Cannot be imported"


class RowState(models.TextChoices):
    """What the import did with a row."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Nothing to do"
    REJECTED = "rejected", "Rejected"


class Facts(Protocol):
    """What a roster row copies from a person's membership."""

    @property
    def renews_on(self) -> dt.date | None: ...
    @property
    def lapses_on(self) -> dt.date | None: ...
    @property
    def ends_on(self) -> dt.date | None: ...
    @property
    def mode(self) -> str: ...
