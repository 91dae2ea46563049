"""Writing people, logins and grants."""

from scriptorium.domains.accounts.operations.accommodations import (
    ask_accommodation,
    decide_accommodation,
    end_accommodation,
    forget_words,
    grant_accommodation,
    withdraw_accommodation,
)
from scriptorium.domains.accounts.operations.people import (
    PROFILE_FIELDS,
    WeakPassword,
    ask_certificate_name,
    ask_email_change,
    change_profile,
    check_password_strength,
    confirm_email_change,
    create_person,
    decide_certificate_name,
    give_login,
    grant_staff_role,
    invitation_token,
    note_sign_in,
    set_hidden,
    token_hash,
)
from scriptorium.domains.accounts.operations.waivers import (
    close_waiver,
    grant_waiver,
    use_waiver,
)

__all__ = [
    "PROFILE_FIELDS",
    "WeakPassword",
    "ask_accommodation",
    "ask_certificate_name",
    "ask_email_change",
    "change_profile",
    "check_password_strength",
    "close_waiver",
    "confirm_email_change",
    "create_person",
    "decide_accommodation",
    "decide_certificate_name",
    "end_accommodation",
    "forget_words",
    "give_login",
    "grant_accommodation",
    "grant_staff_role",
    "grant_waiver",
    "invitation_token",
    "note_sign_in",
    "set_hidden",
    "token_hash",
    "use_waiver",
    "withdraw_accommodation",
]
