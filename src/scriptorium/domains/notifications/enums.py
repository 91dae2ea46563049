"""The mails that the portal sends: each has a subject, a text and an HTML template, and a use."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class MailTemplate(models.TextChoices):
    """Keys of the templates under ``templates/mail``; ``USES`` says what each is for."""

    INVITATION = "invitation", "Invitation to set up an account"
    INVITATION_REMINDER = "invitation_reminder", "Reminder of an invitation"
    JOIN = "join", "Invitation to join a practice with an existing account"
    INVITATION_EXPIRED = "invitation_expired", "An invitation expired (to the practice)"
    HAND_OVER = "hand_over", "You are asked to become primary administrator"
    HAND_OVER_DONE = "hand_over_done", "The hand-over is done"
    MEMBERSHIP_EXTENDED = "membership_extended", "Your membership was extended"
    UNIT_ASSIGNED = "unit_assigned", "Something was assigned to you"
    SIGN_UP = "sign_up", "Confirm your address and open an account"
    SIGN_UP_KNOWN = "sign_up_known", "You have an account already"
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
    INVOICE_ISSUED = "invoice_issued", "An invoice was issued"
    PAYMENT_RECEIVED = "payment_received", "Receipt for a payment"
    PAYMENT_BOUNCED = "payment_bounced", "A payment came back"
    RENEWAL_NOTICE = "renewal_notice", "Notice of renewal, 45 and 30 days before"
    RENEWAL_PROPOSAL = "renewal_proposal", "The renewal proposal, two weeks before"
    RENEWAL_REMINDER = "renewal_reminder", "Reminder of a renewal within days"
    RENEWAL_OVERDUE = "renewal_overdue", "A renewal is overdue"
    PRICE_CHANGE = "price_change", "Price change"
    MEMBERSHIP_CANCELLED = "membership_cancelled", "A membership was cancelled"
    WIN_BACK = "win_back", "Your membership ended; the way back"
    ACCOUNT = "account", "Mail of the sign-in system"


class MailCategory(models.TextChoices):
    """What a receiver may switch off (STANDARDS §7)."""

    TRANSACTIONAL = "transactional", "Transactional"
    REMINDER = "reminder", "Reminder"
    MARKETING = "marketing", "Marketing"


@dataclass(frozen=True, slots=True)
class Use:
    """What a mail is for.

    Arguments:
        category: transactional mails are part of what somebody asked for and always leave;
            reminders can be switched off in the profile; marketing carries one-click
            unsubscribing (RFC 8058).
        when: when it is sent, in one sentence for staff.
    """

    category: MailCategory
    when: str


_ALWAYS, _REMINDER, _OFFER = MailCategory

USES: dict[str, Use] = {
    MailTemplate.INVITATION: Use(
        _ALWAYS, "When a practice adds somebody who has no account here, and when it asks again."
    ),
    MailTemplate.INVITATION_REMINDER: Use(
        _ALWAYS, "To somebody invited, on set days while the invitation is open."
    ),
    MailTemplate.JOIN: Use(_ALWAYS, "When a practice adds somebody who has an account here."),
    MailTemplate.INVITATION_EXPIRED: Use(
        _ALWAYS, "To the primary administrator in the night after an invitation ended unused."
    ),
    MailTemplate.HAND_OVER: Use(
        _ALWAYS, "When a primary administrator asks somebody to take the practice over."
    ),
    MailTemplate.HAND_OVER_DONE: Use(
        _ALWAYS, "To the former primary administrator once the successor accepted."
    ),
    MailTemplate.MEMBERSHIP_EXTENDED: Use(
        _ALWAYS, "To the member when a renewal or a membership was applied."
    ),
    MailTemplate.UNIT_ASSIGNED: Use(
        _ALWAYS, "To the member when anything but a renewal was assigned or bought."
    ),
    MailTemplate.SIGN_UP: Use(
        _ALWAYS, "To somebody who asks for an account in the store: the link that opens it."
    ),
    MailTemplate.SIGN_UP_KNOWN: Use(
        _ALWAYS, "To somebody who asks for an account in the store and has one."
    ),
    MailTemplate.EMAIL_CHANGE: Use(
        _ALWAYS, "To the new address when somebody asks for another one."
    ),
    MailTemplate.EMAIL_CHANGED: Use(
        _ALWAYS, "To the old address when somebody asks for another one."
    ),
    MailTemplate.LINK_ENDED: Use(_ALWAYS, "When a practice takes somebody off its roster."),
    MailTemplate.HOURS_TO_APPROVE: Use(
        _ALWAYS, "To those who may approve, when a member sends attested hours."
    ),
    MailTemplate.HOURS_REMINDER: Use(
        _REMINDER, "To those who may approve, while attested hours wait for them."
    ),
    MailTemplate.HOURS_UNANSWERED: Use(
        _ALWAYS, "To the member when the employer did not answer attested hours in time."
    ),
    MailTemplate.HOURS_REJECTED: Use(
        _ALWAYS, "To the member when attested hours were sent back with a note."
    ),
    MailTemplate.CREDENTIAL_AWARDED: Use(
        _ALWAYS, "To the member when a passed exam became a credential."
    ),
    MailTemplate.CREDENTIAL_DECISION: Use(
        _ALWAYS, "To the member when a credential is suspended, reinstated, revoked or given up."
    ),
    MailTemplate.LEVEL_REACHED: Use(
        _ALWAYS, "To the member when approved hours made an apprentice a specialist."
    ),
    MailTemplate.REQUEST_ANSWERED: Use(
        _ALWAYS, "To the member when a personal request about exams was answered."
    ),
    MailTemplate.CASE_RECEIVED: Use(
        _ALWAYS, "To the member when an appeal or complaint came in, with its dates."
    ),
    MailTemplate.CASE_ACKNOWLEDGED: Use(
        _ALWAYS, "To the member when staff acknowledged an appeal or complaint."
    ),
    MailTemplate.CASE_ASSIGNED: Use(
        _ALWAYS, "To the member of staff who shall decide an appeal or complaint."
    ),
    MailTemplate.CASE_DECIDED: Use(
        _ALWAYS, "To the member with the outcome of an appeal or complaint."
    ),
    MailTemplate.UNITS_EXPIRING: Use(
        _REMINDER, "To the primary administrator, on set days before free units expire."
    ),
    MailTemplate.INVOICE_ISSUED: Use(
        _ALWAYS, "To the billing contact when an invoice was issued that is not paid yet."
    ),
    MailTemplate.PAYMENT_RECEIVED: Use(
        _ALWAYS, "To the billing contact when money came in: the receipt."
    ),
    MailTemplate.PAYMENT_BOUNCED: Use(
        _ALWAYS, "To the billing contact when the bank sent a payment back."
    ),
    MailTemplate.RENEWAL_NOTICE: Use(
        _ALWAYS, "To the payer 45 and 30 days before: who, price, date, how to change or cancel."
    ),
    MailTemplate.RENEWAL_PROPOSAL: Use(
        _ALWAYS, "To the payer two weeks before, when the proposal can be checked."
    ),
    MailTemplate.RENEWAL_REMINDER: Use(_ALWAYS, "To the payer within days of a renewal."),
    MailTemplate.RENEWAL_OVERDUE: Use(
        _ALWAYS, "To the payer on set days after a renewal that was not paid."
    ),
    MailTemplate.PRICE_CHANGE: Use(
        _ALWAYS, "To payers of automatic renewals, before another price list is in force."
    ),
    MailTemplate.MEMBERSHIP_CANCELLED: Use(
        _ALWAYS, "To a member who cancelled, with the day on which the membership ends."
    ),
    MailTemplate.WIN_BACK: Use(
        _OFFER, "To a former member, on set days after the membership lapsed."
    ),
    MailTemplate.ACCOUNT: Use(
        _ALWAYS, "When the sign-in system writes: a password link, a new passkey, a second e-mail."
    ),
}

#: Notices that the law wants given: nobody can switch them off, and one that did not arrive is
#: told by telephone. Keys of templates.
LEGAL_NOTICES = frozenset(
    {
        MailTemplate.RENEWAL_NOTICE,
        MailTemplate.RENEWAL_PROPOSAL,
        MailTemplate.RENEWAL_REMINDER,
        MailTemplate.PRICE_CHANGE,
    }
)

#: Mails by which somebody gets at their account; tried even where others came back.
ACCOUNT_MAILS = frozenset(
    {
        MailTemplate.ACCOUNT,
        MailTemplate.EMAIL_CHANGE,
        MailTemplate.EMAIL_CHANGED,
        MailTemplate.SIGN_UP,
        MailTemplate.SIGN_UP_KNOWN,
    }
)


class MailState(models.TextChoices):
    """Where a mail is on its way."""

    QUEUED = "queued", "Waiting to be sent"
    SENT = "sent", "Sent"
    BOUNCED = "bounced", "Came back"
    HELD = "held", "Held back"
    FAILED = "failed", "Given up"


class SuppressionReason(models.TextChoices):
    """Why an address gets less mail; ``rules.stopped_by`` says how much less."""

    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    NO_REMINDERS = "no_reminders", "Reminders switched off"
    HARD_BOUNCE = "hard_bounce", "Mail came back"
    COMPLAINT = "complaint", "Reported as spam"


class BounceKind(models.TextChoices):
    """What a report about a mail says of its address."""

    HARD = "hard", "The address does not work"
    SOFT = "soft", "The address may work another time"
