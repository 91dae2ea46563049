"""What waits for staff: one line per worklist, as the reader's roles allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.exams.queries import authoring as bank
from scriptorium.domains.exams.queries.corrections import items_being_corrected
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications import queries as mails
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Invitation
from scriptorium.domains.support import queries as support
from scriptorium.kernel import clock
from scriptorium.pages.exam_office import forms_to_approve
from scriptorium.pages.money_office import money_home

#: Which roles may read which office page; the guards of ``web.office`` use the same sets.
NAMES = (StaffRole.DESK, StaffRole.DIRECTOR, StaffRole.AUDITOR)
MESSAGES = (
    StaffRole.DESK,
    StaffRole.FINANCE,
    StaffRole.SUPPORT,
    StaffRole.DIRECTOR,
    StaffRole.AUDITOR,
)
PRACTICES = (
    StaffRole.DESK,
    StaffRole.DIRECTOR,
    StaffRole.FINANCE,
    StaffRole.SUPPORT,
    StaffRole.AUDITOR,
    StaffRole.SYSTEM,
)
PEOPLE = (
    StaffRole.DESK,
    StaffRole.DIRECTOR,
    StaffRole.FINANCE,
    StaffRole.SUPPORT,
    StaffRole.DECISIONS,
    StaffRole.AUDITOR,
    StaffRole.SYSTEM,
)
EVERYBODY = tuple(StaffRole)
OUTBOX = (StaffRole.SUPPORT, StaffRole.DIRECTOR, StaffRole.SYSTEM)
# Who lets an address get its mail again, and who gives by telephone what did not arrive.
LIFTS = (StaffRole.DESK, StaffRole.SUPPORT, StaffRole.DIRECTOR, StaffRole.SYSTEM)
SUPPRESSED = (*LIFTS, StaffRole.AUDITOR)
TELEPHONES = (StaffRole.DESK, StaffRole.SUPPORT, StaffRole.DIRECTOR)
UNDELIVERED = (*TELEPHONES, StaffRole.AUDITOR)
ACTIVITY = (StaffRole.AUDITOR, StaffRole.DIRECTOR, StaffRole.SYSTEM)
HOURS = (StaffRole.DECISIONS, StaffRole.DIRECTOR)
# Nobody but decision-makers reads what somebody asks for at exams (28 CFR 36.309).
ACCOMMODATIONS = (StaffRole.DECISIONS,)
CASES = (StaffRole.DECISIONS, StaffRole.DIRECTOR, StaffRole.AUDITOR)
DECISIONS = (StaffRole.DECISIONS, StaffRole.DIRECTOR, StaffRole.AUDITOR)
WAIVES = (StaffRole.DECISIONS, StaffRole.DIRECTOR)
WAIVERS = (*WAIVES, StaffRole.AUDITOR)
# What is asked is read by who writes and approves it, and by nobody else (STANDARDS row 24).
ITEMS = (StaffRole.EXAMS, StaffRole.APPROVER)
EXAMS = (*ITEMS, StaffRole.DIRECTOR, StaffRole.AUDITOR)
# Who says in which browser an exam is sat; who waives it for one sitting is in WAIVES.
REQUIRES = (StaffRole.EXAMS, StaffRole.DIRECTOR)
BROWSERS = (*EXAMS, StaffRole.DECISIONS)
# Finance works with money, the programme director reads it and is a second person for refunds.
MONEY = (StaffRole.FINANCE, StaffRole.DIRECTOR)

# Who edits a renewal for a payer that calls, and who enters a cancellation by phone.
RENEWS = (StaffRole.DESK, StaffRole.FINANCE, StaffRole.DIRECTOR)
CANCELS = (*RENEWS, StaffRole.SUPPORT)
RENEWALS = (*CANCELS, StaffRole.AUDITOR)
# Who sees what the next night does by itself: those whom somebody calls about it.
TONIGHT = (*MONEY, StaffRole.DESK, StaffRole.SUPPORT, StaffRole.AUDITOR, StaffRole.SYSTEM)

#: Open invitations count as expiring this many days before their end.
SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Worklist:
    """One kind of waiting work."""

    title: str
    count: int
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class ExpiringInvitation:
    """An invitation whose days are nearly over."""

    name: str
    email: str
    practice: str
    practice_url: str
    ends: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the office's home page."""

    lists: list[Worklist]
    places: list[tuple[str, str, str]]
    expiring: list[ExpiringInvitation]
    roles: list[str]
    waiting: int


def _may(roles: AbstractSet[str], *allowed: str) -> bool:
    return bool(roles & set(allowed))


def desk(*, roles: AbstractSet[str], demo: bool, now: dt.datetime) -> Desk:
    """Return the worklists and places of somebody with these roles.

    Arguments:
        demo: in a demonstration every staff role reads the outbox.
    """
    lists = []
    if _may(roles, *NAMES):
        wishes = accounts.open_name_requests()
        lists.append(
            Worklist(
                "Names on certificates",
                len(wishes),
                _since([wish.asked_at for wish in wishes]),
                "/office/names/",
            )
        )
    if _may(roles, *MESSAGES):
        sent = list(support.open_messages().values_list("sent_at", flat=True))
        lists.append(Worklist("Messages to answer", len(sent), _since(sent), "/office/messages/"))
    money = _money(roles, clock.day_of(now))
    lists += [Worklist(*line) for line in [*money, *_others(roles, demo)]]
    expiring = expiring_invitations(now=now) if _may(roles, *PRACTICES) else []
    if _may(roles, *PRACTICES):
        lists.append(
            Worklist(
                "Invitations expiring",
                len(expiring),
                f"Open invitations that end within {SOON_DAYS} days",
                "/office/#expiring",
            )
        )
    return Desk(
        lists=lists,
        places=_places(roles, demo),
        expiring=expiring,
        roles=[StaffRole(role).label for role in sorted(roles)],
        waiting=sum(line.count for line in lists),
    )


def _others(roles: AbstractSet[str], demo: bool) -> list[tuple[str, int, str, str]]:
    return [*_mail(roles, demo), *_fairness(roles), *_exams(roles)]


def _money(roles: AbstractSet[str], today: dt.date) -> list[tuple[str, int, str, str]]:
    """Return finance's worklists on which something is to be done."""
    if not _may(roles, *MONEY):
        return []
    lists = money_home(today=today).lists
    return [
        (line.title, line.count, line.amount or line.about, line.url) for line in lists if line.now
    ]


def _mail(roles: AbstractSet[str], demo: bool) -> list[tuple[str, int, str, str]]:
    """Return the mail that did not arrive."""
    lines = []
    if _may(roles, *OUTBOX) or demo:
        detail = "Addresses that refused every attempt"
        url = "/office/outbox/?state=failed"
        lines.append(("Mails given up", mails.failed_count(), detail, url))
    if _may(roles, *UNDELIVERED):
        opened = list(mails.open_undelivered().values_list("opened_at", flat=True))
        title = "Notices that did not arrive"
        lines.append((title, len(opened), _since(opened), "/office/mail/bounced/"))
    return lines


def _fairness(roles: AbstractSet[str]) -> list[tuple[str, int, str, str]]:
    """Return what waits of hours, decisions, accommodations, appeals and complaints."""
    lines = []
    if _may(roles, *HOURS):
        waiting = list(credentials.queue_of_staff().values_list("sent_at", flat=True))
        lines.append(("Attested hours", len(waiting), _since(waiting), "/office/hours/"))
    if _may(roles, *DECISIONS):
        proposed = [proposal.proposed_at for proposal in credentials.open_proposals()]
        title = "Decisions to approve"
        lines.append((title, len(proposed), _since(proposed), "/office/decisions/"))
    if _may(roles, *ACCOMMODATIONS):
        asked = list(accounts.open_accommodation_requests().values_list("asked_at", flat=True))
        lines.append(("Accommodations", len(asked), _since(asked), "/office/accommodations/"))
    if _may(roles, *CASES):
        opened = list(support.open_cases().values_list("opened_at", flat=True))
        title = "Appeals and complaints"
        lines.append((title, len(opened), _since(opened), "/office/cases/"))
    return lines


def _exams(roles: AbstractSet[str]) -> list[tuple[str, int, str, str]]:
    """Return what waits for a second person in the item bank and among the forms."""
    if not _may(roles, *ITEMS):
        return []
    second = "A second person decides"
    lines = [
        ("Items to review", bank.waiting_for_review(), second, "/office/items/?state=review"),
        ("Keys to correct", len(items_being_corrected()), second, "/office/corrections/"),
    ]
    if StaffRole.APPROVER in roles:
        lines.append(("Forms to approve", forms_to_approve(), second, "/office/exams/"))
    return lines


#: Pages that staff look things up on: who may, words, address, what is there.
_PLACES: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (PRACTICES, "Practices", "/office/practices/", "Stock, units, administrators"),
    (PEOPLE, "People", "/office/people/", "Memberships, credentials, certificates"),
    (MONEY, "Money", "/office/money/", "Invoices, payments, estimates, journal, figures"),
    (RENEWALS, "Renewals", "/office/renewals/", "Coming renewals of every payer, by day"),
    (TONIGHT, "Tonight", "/office/nightly/", "What the next night does by itself, and the last"),
    (WAIVERS, "Waivers", "/office/waivers/", "Sittings outside the retake rule"),
    (ITEMS, "Item bank", "/office/items/", "Items, versions, reviews"),
    (ITEMS, "Corrections", "/office/corrections/", "Keys that were wrong"),
    (EXAMS, "Exams and forms", "/office/exams/", "Forms, cut scores, studies"),
    (EXAMS, "Statistics", "/office/statistics/", "Exams, forms and items in figures"),
    (BROWSERS, "Exam browsers", "/office/browsers/", "Safe Exam Browser, by exam"),
    (OUTBOX, "Outbox", "/office/outbox/", "Every mail and whether it left"),
    (EVERYBODY, "Mail templates", "/office/mail/templates/", "What each mail says, and when"),
    (SUPPRESSED, "Suppressed addresses", "/office/mail/suppressed/", "Who gets less mail"),
    (ACTIVITY, "Activity", "/office/activity/", "The newest changes, everywhere"),
)


def _places(roles: AbstractSet[str], demo: bool) -> list[tuple[str, str, str]]:
    """Return (words, address, what is there) of the pages that these roles may open."""
    places = [
        (words, url, detail)
        for allowed, words, url, detail in _PLACES
        if _may(roles, *allowed) or (demo and allowed == OUTBOX)
    ]
    if demo:
        places.append(("Components", "/office/components/", "The design system on one page"))
    return places


def expiring_invitations(*, now: dt.datetime) -> list[ExpiringInvitation]:
    """Return open invitations that end within the next days, soonest first."""
    soon = practices.invitations_expiring(now=now, before=now + dt.timedelta(days=SOON_DAYS))
    return [_line(invitation) for invitation in soon]


def _line(invitation: Invitation) -> ExpiringInvitation:
    link = invitation.link
    return ExpiringInvitation(
        link.name,
        link.email,
        link.practice.name,
        f"/office/practices/{link.practice.reference}/",
        words(clock.day_of(invitation.expires_at)),
    )


def _since(moments: list[dt.datetime]) -> str:
    if not moments:
        return "Nothing waits"
    return f"The oldest waits since {words(clock.day_of(min(moments)))}"
