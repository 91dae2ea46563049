"""The mails that the portal sends; each has a subject, a text and an HTML template."""

from __future__ import annotations

from django.db import models


class MailTemplate(models.TextChoices):
    """Keys of the templates under ``templates/mail``."""

    INVITATION = "invitation", "Invitation to set up an account"
    INVITATION_REMINDER = "invitation_reminder", "Reminder of an invitation"
    JOIN = "join", "Invitation to join a practice with an existing account"
    INVITATION_EXPIRED = "invitation_expired", "An invitation expired (to the practice)"
    HAND_OVER = "hand_over", "You are asked to become primary administrator"
    HAND_OVER_DONE = "hand_over_done", "The hand-over is done"
    MEMBERSHIP_EXTENDED = "membership_extended", "Your membership was extended"
    UNIT_ASSIGNED = "unit_assigned", "Something was assigned to you"
    EMAIL_CHANGE = "email_change", "Confirm your new e-mail address"
    EMAIL_CHANGED = "email_changed", "Your e-mail address is being changed (to the old one)"
    LINK_ENDED = "link_ended", "Your link with a practice ended"
    HOURS_TO_APPROVE = "hours_to_approve", "Attested hours wait for the employer"
    HOURS_REMINDER = "hours_reminder", "Attested hours still wait for the employer"
    HOURS_UNANSWERED = "hours_unanswered", "The employer did not answer; hours can go elsewhere"
    HOURS_REJECTED = "hours_rejected", "Attested hours were sent back"
    CREDENTIAL_AWARDED = "credential_awarded", "A credential was awarded"
    CREDENTIAL_DECISION = "credential_decision", "Something was decided about a credential"
    LEVEL_REACHED = "level_reached", "The specialist level was reached"
    REQUEST_ANSWERED = "request_answered", "A personal request was answered"
    CASE_RECEIVED = "case_received", "An appeal or complaint was received"
    CASE_ACKNOWLEDGED = "case_acknowledged", "An appeal or complaint was acknowledged"
    CASE_ASSIGNED = "case_assigned", "A case was given to you to decide"
    CASE_DECIDED = "case_decided", "The outcome of an appeal or complaint"
    UNITS_EXPIRING = "units_expiring", "Free units expire soon"
    ACCOUNT = "account", "Mail of the sign-in system"
