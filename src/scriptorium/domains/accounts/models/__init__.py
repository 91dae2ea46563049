"""Logins, identities, and what somebody is granted at an exam."""

from scriptorium.domains.accounts.models.accommodations import (
    AccommodationGrant,
    AccommodationRequest,
)
from scriptorium.domains.accounts.models.people import (
    EmailChange,
    NameRequest,
    Person,
    SignInRecord,
    SignUp,
    StaffMember,
    User,
    UserManager,
)
from scriptorium.domains.accounts.models.waivers import RetakeWaiver

__all__ = [
    "AccommodationGrant",
    "AccommodationRequest",
    "EmailChange",
    "NameRequest",
    "Person",
    "RetakeWaiver",
    "SignInRecord",
    "SignUp",
    "StaffMember",
    "User",
    "UserManager",
]
