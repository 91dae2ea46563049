"""Which mail leaves, and the addresses that mails carry."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from scriptorium.domains.notifications.enums import (
    ACCOUNT_MAILS,
    LEGAL_NOTICES,
    USES,
    MailCategory,
    MailTemplate,
    SuppressionReason,
)

_SALT = "scriptorium.unsubscribe"


def category_of(*, template: str) -> MailCategory:
    """Return a mail's category; one that is not listed is part of what somebody asked for."""
    use = USES.get(template)
    return use.category if use else MailCategory.TRANSACTIONAL


def is_legal_notice(*, template: str) -> bool:
    """Return whether the law wants the notice given, by another way if mail does not arrive."""
    return template in LEGAL_NOTICES


def short_name(*, template: str) -> str:
    """Return what a mail is called in a sentence: its label up to the first comma."""
    label = dict(MailTemplate.choices).get(template, template.replace("_", " ").capitalize())
    return label.partition(",")[0]


def stopped_by(*, template: str, reasons: Iterable[str]) -> str:
    """Return the reason for which a mail is held back, or "" when it may leave.

    Arguments:
        reasons: for which the address gets less mail now.
    """
    category = category_of(template=template)
    for reason in reasons:
        match reason:
            case SuppressionReason.HARD_BOUNCE:
                stopped = template not in ACCOUNT_MAILS
            case SuppressionReason.NO_REMINDERS:
                stopped = category == MailCategory.REMINDER and template not in LEGAL_NOTICES
            case _:
                stopped = category == MailCategory.MARKETING
        if stopped:
            return reason
    return ""


def message_key(*, dedupe_key: str) -> str:
    """Return the left part of a mail's Message-ID, from which its key can be read again."""
    return quote(dedupe_key, safe="")


def unsubscribe_token(*, address: str) -> str:
    """Return the secret by which the receiver of a mail unsubscribes without signing in."""
    return signing.Signer(salt=_SALT).sign_object(address.lower())


def unsubscribe_url(*, template: str, address: str) -> str:
    """Return where the receiver of a marketing mail unsubscribes; "" for all other mail."""
    if category_of(template=template) != MailCategory.MARKETING:
        return ""
    return f"{settings.BASE_URL}/mail/unsubscribe/{unsubscribe_token(address=address)}/"


def address_of(*, token: str) -> str:
    """Return the address that a secret of unsubscribing names, or "" for a wrong one."""
    try:
        return str(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        return ""


def calendar_token(*, reference: str) -> str:
    """Return the secret of a calendar's address."""
    secret = salted_hmac("scriptorium.calendar", reference, algorithm="sha256").hexdigest()
    return f"{reference}-{secret}"


def calendar_reference(*, token: str) -> str:
    """Return the reference of the calendar that a secret opens, or "" for a wrong one."""
    reference = token.partition("-")[0]
    right = constant_time_compare(token, calendar_token(reference=reference))
    return reference if right else ""
