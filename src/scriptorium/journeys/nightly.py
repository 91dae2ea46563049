"""What happens by itself each night, each step idempotent and in small transactions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched

from django.db import transaction

from scriptorium.domains.accounts.operations import invitation_token
from scriptorium.domains.audit.operations import Happening, begin_night, end_step, record_many
from scriptorium.domains.catalog.enums import MANY, ONE, counted
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState, UnitState
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.notifications.queries import known_keys
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Invitation
from scriptorium.journeys.accommodations import forget_words
from scriptorium.journeys.comparing_books import compare_books
from scriptorium.journeys.decisions import void_of_ended
from scriptorium.journeys.forgotten_credentials import retire_forgotten
from scriptorium.journeys.price_changes import tell_of_prices
from scriptorium.journeys.remind_of_hours import remind_employers
from scriptorium.journeys.renewal_notices import tell_payers
from scriptorium.journeys.renewing import charge_cards, charge_due, close_done, open_coming
from scriptorium.kernel.actor import Actor

CHUNK = 200
#: The scheduler runs the night of a day after this hour in the body's zone.
NIGHT_HOUR = 2


@transaction.atomic(durable=True)
def _start_years(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    parts = list(stock.parts_to_start(today=today)[:CHUNK])
    moved = ledger.move_parts(actor=actor, parts=parts, to=PartState.STARTED, now=now)
    _record_moves("unit.started", moved, actor, now)
    return len(parts)


@transaction.atomic(durable=True)
def _complete_years(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    parts = list(stock.parts_to_complete(today=today)[:CHUNK])
    moved = ledger.move_parts(actor=actor, parts=parts, to=PartState.COMPLETED, now=now)
    _record_moves("unit.completed", moved, actor, now)
    return len(parts)


def _record_moves(key: str, units: Sequence[stock.Unit], actor: Actor, now: dt.datetime) -> None:
    """Write one event for each unit that moved by itself."""
    places = roster.places_of(links=[unit.link_id for unit in units if unit.link_id])
    record_many(
        actor=actor,
        happenings=[
            Happening(key, "unit", unit.reference, *_named(places, unit)) for unit in units
        ],
        now=now,
    )


def _named(
    places: Mapping[int, tuple[str, str]], unit: stock.Unit
) -> tuple[str, dict[str, object]]:
    practice, name = places.get(unit.link_id or 0, ("", "the person"))
    # Only the payer's activity log may tell which unit was used (DOMAIN §3).
    shown = practice if unit.payer_practice_id else ""
    return shown, {"kind": ONE[unit.kind], "name": name}


@transaction.atomic(durable=True)
def _expire_units(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    units = stock.locked_units_to_expire(today=today, limit=CHUNK)
    ledger.expire_units(actor=actor, units=units, now=now)
    lost = Counter((u.payer_practice_id, u.kind) for u in units if u.payer_practice_id)
    references = roster.references(keys=[practice for practice, _ in lost if practice])
    record_many(
        actor=actor,
        happenings=[
            Happening("units.expired", "practice", references[practice], references[practice],
                      {"count": count, "kind": MANY[kind]})
            for (practice, kind), count in lost.items() if practice
        ],
        now=now,
    )  # fmt: skip
    return len(units)


@transaction.atomic(durable=True)
def _expire_invitations(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    invitations = roster.invitations_over(now=now, limit=CHUNK)
    for invitation in invitations:
        link = invitation.link
        units = stock.locked_units_of_link(link=link.pk, states=[UnitState.RESERVED])
        ledger.release_units(
            actor=actor, units=units, reason="The invitation expired", today=today, now=now
        )
    practices.close_invitations(links=[i.link for i in invitations], because="expired", now=now)
    record_many(
        actor=actor,
        happenings=[
            Happening("roster.invitation_expired", "link", i.link.reference,
                      i.link.practice.reference, {"name": i.link.name})
            for i in invitations
        ],
        now=now,
    )  # fmt: skip
    enqueue(
        mails=[
            Mail("invitation_expired", i.link.practice.primary.email, i.link.practice.primary.name,
                 f"invitation_expired:{i.reference}",
                 {"practice": i.link.practice.name, "name": i.link.name})
            for i in invitations
        ],
        now=now,
    )  # fmt: skip
    return len(invitations)


@transaction.atomic(durable=True)
def _refresh_ended(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Sort memberships that ended to the board's end."""
    del actor, now
    people = roster.people_ended_unsorted(today=today, limit=CHUNK)
    found = dates.of_people(people=people)
    practices.refresh_rows(facts=year_rules.row_facts(found.values()), today=today)
    return len(people)


@transaction.atomic(durable=True)
def warn_of_expiry(*, today: dt.date, now: dt.datetime) -> int:
    """Queue the notices that free units expire, 60 and 14 days before (DOMAIN §2).

    Each (practice, kind, day of expiry, notice) is queued once, ever; after days of outage the
    notice whose window it is now is sent, and no staler one.
    """
    return _enqueue_new(expiry_mails(groups=_expiring(today), today=today), now)


def _expiring(today: dt.date) -> list[stock.Expiring]:
    return stock.expiring_groups(after=today, until=last_expiry_told(today))


def last_expiry_told(today: dt.date) -> dt.date:
    """Return the last day of expiry of which practices are told by tonight."""
    return today + dt.timedelta(days=max(programme().numbers.unit_notice_days))


def expiry_mails(*, groups: Sequence[stock.Expiring], today: dt.date) -> list[Mail]:
    """Return the notices about units that expire, those included that an earlier run queued."""
    limits = sorted(programme().numbers.unit_notice_days)
    places = roster.with_primary(keys={group.practice for group in groups})
    mails = []
    for group in groups:
        practice = places[group.practice]
        notice = next(limit for limit in limits if (group.expires_on - today).days <= limit)
        mails.append(
            Mail(
                "units_expiring",
                practice.primary.email,
                practice.primary.name,
                f"units_expiring:{practice.reference}:{group.kind}:{group.expires_on}:{notice}",
                {
                    "practice": practice.name,
                    "units": counted(group.kind, group.count),
                    "expires_on": words(group.expires_on),
                    "link": f"/practice/{practice.reference}/assignments/",
                },
            )
        )
    return mails


def _enqueue_new(mails: Sequence[Mail], now: dt.datetime) -> int:
    """Queue the mails that were not queued on an earlier run; returns how many."""
    fresh = not_queued(mails)
    enqueue(mails=fresh, now=now)
    return len(fresh)


def not_queued(mails: Iterable[Mail]) -> list[Mail]:
    """Return the mails that no earlier run queued."""
    fresh = []
    for some in batched(mails, CHUNK, strict=False):
        known = known_keys(keys=[mail.dedupe_key for mail in some])
        fresh += [mail for mail in some if mail.dedupe_key not in known]
    return fresh


@transaction.atomic(durable=True)
def remind_invited(*, now: dt.datetime) -> int:
    """Queue the reminders of days 3, 7 and 12; each is queued once, ever (DOMAIN §2).

    A run after days of outage sends the newest reminder that is due and none that is stale.
    """
    due = reminders(now=now)
    return sum(_enqueue_new(some, now) for some in batched(due, CHUNK, strict=False))


def reminders(*, now: dt.datetime) -> Iterator[Mail]:
    """Yield the reminders that are due, those included that an earlier run queued."""
    for invitation in roster.invitations_open(now=now):
        mail = _reminder(invitation, now)
        if mail is not None:
            yield mail


def _reminder(invitation: Invitation, now: dt.datetime) -> Mail | None:
    """Return the newest reminder that is due for an open invitation, if any is."""
    days = programme().numbers.invitation_reminder_days
    age = (now - invitation.created_at).days
    due = [day for day in days if day <= age]
    if not due:
        return None
    link = invitation.link
    return Mail(
        "invitation_reminder",
        link.email,
        link.name,
        f"invitation_reminder:{invitation.reference}:{max(due)}",
        {
            "practice": link.practice.name,
            "link": f"/invitation/{invitation_token(invitation.reference)}/",
            "days_left": max(0, (invitation.expires_at - now).days),
        },
    )


STEPS: dict[str, Callable[[Actor, dt.date, dt.datetime], int]] = {
    "years started": _start_years,
    "years completed": _complete_years,
    "units expired": _expire_units,
    "invitations expired": _expire_invitations,
    "ended memberships sorted": _refresh_ended,
    "price changes told": tell_of_prices,
    "renewals opened": open_coming,
    "renewal notices": tell_payers,
    "renewals charged": charge_due,
    "proposals closed": close_done,
    "forgotten credentials retired": retire_forgotten,
    "words of requests deleted": forget_words,
    "certificates of ended credentials voided": void_of_ended,
}


#: What comes after the steps, each of which does all that it finds in one call.
LAST: dict[str, Callable[[Actor, dt.date, dt.datetime], int]] = {
    "cards charged": charge_cards,
    "payments compared": lambda _, today, now: compare_books(today=today, now=now),
    "expiry notices queued": lambda _, today, now: warn_of_expiry(today=today, now=now),
    "reminders queued": lambda _, __, now: remind_invited(now=now),
    "reminders of hours queued": lambda _, today, now: remind_employers(today=today, now=now),
}


def run_night(
    *, today: dt.date, now: dt.datetime, clock: Callable[[], dt.datetime] | None = None
) -> dict[str, int]:
    """Run every step until it finds nothing more to do; returns counts by step.

    Killed at any point, the next run goes on where this one stopped. Each step that ends is
    written down, so that the office sees how far a run is and what it did.

    Arguments:
        clock: reads the time for the beginning and end of steps; without one they all say ``now``.
    """
    actor = Actor.system("nightly")
    read = clock or (lambda: now)
    run = begin_night(on=today, steps=len(STEPS) + len(LAST), now=read())
    counts: dict[str, int] = {}
    for name, step in [*STEPS.items(), *LAST.items()]:
        started = read()
        counts[name] = done = step(actor, today, now)
        while done and name in STEPS:
            done = step(actor, today, now)
            counts[name] += done
        end_step(
            run=run, position=len(counts), name=name, count=counts[name], started_at=started,
            now=read(),
        )  # fmt: skip
    return counts
