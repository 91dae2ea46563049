"""What the assignments board shows: one window of people, ten tiles, the banner's counts."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import RENEWAL, MembershipState
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.domains.practices.queries import Counts, RosterFilter, Standing
from scriptorium.domains.practices.rules import days_left
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.periods import Anchor
from scriptorium.pages.marks import Mark, marks_of

WINDOW = 50
#: How many "Get more" asks for: the first number at which a volume costs less.
GET_MORE = 5

STATES = (
    ("", "Any state"),
    ("now", "Needs renewal now"),
    ("due", "Due within 30 days"),
    ("ok", "In force"),
    ("invited", "Invitation not accepted"),
    ("none", "No membership"),
)
ROLES = (("", "Any role"), ("member", "Members"), *((r.value, r.label) for r in PracticeRole))
SORTS = (("renewal", "By renewal date"), ("name", "By name"))

#: The colour of a renewal's date, by its state.
_TONES = {"overdue": "now", "lapsed": "now", "due": "soon"}
MODE_WORDS = {"N": "no membership", "M": "manual renewal", "A": "automatic renewal"}


@dataclass(frozen=True, slots=True)
class Row:
    """One person on the board."""

    reference: str
    name: str
    email: str
    url: str
    mode: str
    mode_words: str
    mode_circle: SafeString
    renewal: str
    renewal_words: str
    tone: str
    renews_on: dt.date | None
    renews_iso: str
    renews_words: str
    marks: SafeString
    note: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the eight product tiles."""

    kind: str
    title: str
    free: int
    reserved: int
    in_use: int
    next_event: str
    assign_disabled_reason: str
    get_more_url: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page, in the words that the template prints."""

    practice_name: str
    practice_ref: str
    base_url: str
    can_manage: bool
    manage_reason: str
    primary_name: str
    roles_url: str
    counts: dict[str, int]
    matching: int
    page: int
    pages: int
    page_urls: dict[str, str]
    filters: dict[str, str]
    state_options: list[tuple[str, str, bool]]
    role_options: list[tuple[str, str, bool]]
    sort_options: list[tuple[str, str, bool]]
    query: str
    people: list[Row]
    tiles: list[Tile]
    certificates: dict[str, object]
    idempotency_key: str
    single_keys: bool


def board(
    *,
    practice: Practice,
    standing: Standing,
    wanted: RosterFilter,
    page: int,
    idempotency_key: str,
    single_keys: bool,
    now: dt.datetime,
    today: dt.date,
) -> Board:
    """Return one window of the board; its cost does not depend on the practice's size.

    Arguments:
        wanted: the address's filters.
        page: from 1; beyond the end the last page is shown.
    """
    due_days = programme().numbers.due_days
    found = practices.filtered(practice=practice.pk, wanted=wanted, today=today, due_days=due_days)
    counts = practices.counts(practice=practice.pk, today=today, due_days=due_days)
    matching = _matching(practice, wanted, counts, found)
    pages = max(1, -(-matching // WINDOW))
    page = min(max(1, page), pages)
    links = list(found[(page - 1) * WINDOW : page * WINDOW])
    base = f"/practice/{practice.reference}/"
    filters = {"q": wanted.q, "state": wanted.state, "role": wanted.role, "sort": wanted.sort}
    return Board(
        practice_name=practice.name,
        practice_ref=practice.reference,
        base_url=base,
        can_manage=standing.manages,
        manage_reason=_manage_reason(standing),
        primary_name=practice.primary.name,
        roles_url=f"{base}roles/",
        counts={
            "now": counts.now,
            "due": counts.due,
            "invited": practice.counter.invited,
            "total": practice.counter.people,
        },
        matching=matching,
        page=page,
        pages=pages,
        page_urls=_page_urls(base, filters, page, pages),
        filters=filters,
        state_options=_options(STATES, wanted.state),
        role_options=_options(ROLES, wanted.role),
        sort_options=_options(SORTS, wanted.sort),
        query=urlencode({key: value for key, value in filters.items() if value}),
        people=rows_of(links=links, base=base, now=now, today=today),
        tiles=tiles_of(practice=practice, standing=standing, today=today),
        certificates={
            "count": credentials.count_of_year(practice=practice.pk, year=today.year),
            "year": today.year,
            "print_url": f"{base}certificates/",
        },
        idempotency_key=idempotency_key,
        single_keys=single_keys,
    )


def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, label, value == chosen) for value, label in choices]


def _manage_reason(standing: Standing) -> str:
    if standing.manages:
        return ""
    return f"You are {standing.one} here; administrators can change things"


def _matching(practice: Practice, wanted: RosterFilter, counts: Counts, found: object) -> int:
    if not wanted.q and not wanted.role:
        known = {
            "": practice.counter.people,
            "now": counts.now,
            "due": counts.due,
            "invited": practice.counter.invited,
        }
        if wanted.state in known:
            return known[wanted.state]
    return int(found.count())  # type: ignore[attr-defined]


def _page_urls(base: str, filters: dict[str, str], page: int, pages: int) -> dict[str, str]:
    def url(number: int) -> str:
        query = {key: value for key, value in filters.items() if value} | {"page": str(number)}
        return f"{base}assignments/?{urlencode(query)}"

    return {
        "prev": url(page - 1) if page > 1 else "",
        "next": url(page + 1) if page < pages else "",
    }


def dates_of_row(link: RosterLink) -> rules.Dates | None:
    """Return the membership dates that a row carries, enough to tell its state."""
    if link.renews_on is None or link.lapses_on is None:
        return None
    return rules.Dates(
        renews_on=link.renews_on,
        lapses_on=link.lapses_on,
        latest_starts_on=link.renews_on,
        anchor=Anchor.of(link.renews_on),
        cancelled_on=link.ends_on,
    )


def state_of_row(link: RosterLink, today: dt.date) -> MembershipState:
    """Return a row's membership state from its derived dates."""
    if link.person_id is None:
        return MembershipState.PENDING
    return rules.state_on(dates_of_row(link), today, rules.windows())


@functools.cache
def _mark(part: str, state: str) -> str:
    context = {"part": part, "state": state, "label": Mark(part, state).label}
    return render_to_string("components/part_mark.html", context).strip()


@functools.cache
def _mode_circle(mode: str) -> SafeString:
    context = {"mode": mode, "words": MODE_WORDS[mode]}
    return mark_safe(render_to_string("components/mode_circle.html", context).strip())  # noqa: S308


@functools.lru_cache(maxsize=4096)
def marks_html(marks: tuple[tuple[str, str], ...]) -> SafeString:
    """Return the seven marks as HTML; rows with the same states share one string."""
    return mark_safe("".join(_mark(part, state) for part, state in marks))  # noqa: S308


def rows_of(*, links: list[RosterLink], base: str, now: dt.datetime, today: dt.date) -> list[Row]:
    """Return the board's rows for links, with three queries however many there are."""
    states = {link.pk: state_of_row(link, today) for link in links}
    marks = marks_of(links=links, membership=states, today=today)
    bare = [link.pk for link in links if link.person_id is None]
    invited = practices.open_invitations(links=bare) if bare else {}
    rows = []
    for link in links:
        state = states[link.pk]
        words, note = rules.state_words(state, link.renews_on, today), ""
        if link.person_id is None:
            invitation = invited.get(link.pk)
            note = "invited" if invitation else "invitation expired"
            words = (
                f"Invited, {days_left(invitation.expires_at, now)} days left"
                if invitation
                else "Invitation expired"
            )
        mode = "N" if state in {MembershipState.ENDED, MembershipState.PENDING} else link.mode
        rows.append(
            Row(
                reference=link.reference,
                name=link.name,
                email=link.email,
                url=f"{base}people/{link.reference}/",
                mode=mode,
                mode_words=MODE_WORDS[mode],
                mode_circle=_mode_circle(mode),
                renewal=RENEWAL[state],
                renewal_words=words,
                tone=_TONES.get(RENEWAL[state], ""),
                renews_on=link.renews_on,
                renews_iso=link.renews_on.isoformat() if link.renews_on else "",
                renews_words=rules.words(link.renews_on) if link.renews_on else "",
                marks=marks_html(tuple((m.part, m.state) for m in marks[link.pk])),
                note=note,
            )
        )
    return rows


def tiles_of(*, practice: Practice, standing: Standing, today: dt.date) -> list[Tile]:
    """Return the eight product tiles."""
    soon = today + dt.timedelta(days=max(programme().numbers.unit_notice_days))
    stock = ledger.stock_of(payer=Payer(practice=practice.pk), soon=soon)
    tiles = []
    for kind in ProductKind:
        have = stock[kind]
        reason = ""
        if not standing.manages:
            reason = "Only administrators can assign"
        elif not have.free:
            reason = "None free"
        tiles.append(
            Tile(
                kind=kind.value,
                title=kind.label,
                free=have.free,
                reserved=have.reserved,
                in_use=have.in_use,
                next_event=_expiry(have, soon),
                assign_disabled_reason=reason,
                get_more_url=f"/practice/{practice.reference}/estimates/?{kind.value}={GET_MORE}",
                choices=tuple(programme().choices_of(kind).items()),
            )
        )
    return tiles


def _expiry(have: ledger.Stock, soon: dt.date) -> str:
    if have.first_expiry is None or have.first_expiry > soon:
        return ""
    return f"{have.expiring} expire on {rules.words(have.first_expiry)}"
