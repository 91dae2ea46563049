"""Staff roles (DOMAIN §13)."""

from __future__ import annotations

from django.db import models


class StaffRole(models.TextChoices):
    """What a member of the body's staff is trusted with."""

    DESK = "desk", "Membership desk"
    FINANCE = "finance", "Finance"
    SUPPORT = "support", "Support"
    TRAINING = "training", "Training author"
    EXAMS = "exams", "Exam author"
    APPROVER = "approver", "Exam approver"
    DECISIONS = "decisions", "Certification decision-maker"
    DOCUMENTS = "documents", "Document controller"
    DIRECTOR = "director", "Programme director"
    AUDITOR = "auditor", "Auditor"
    SYSTEM = "system", "System administrator"
