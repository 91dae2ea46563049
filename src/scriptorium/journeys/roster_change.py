"""Changing what a roster says: details, roles, supervision, the end of a link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record, record_many
from scriptorium.domains.catalog.enums import ONE
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as issued
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger import rules
from scriptorium.domains.ledger.enums import UnitState
from scriptorium.domains.ledger.queries import Unit
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import EndReason, PracticeRole
from scriptorium.domains.practices.models import Practice, RosterLink, Supervision
from scriptorium.journeys.issue_certificates import reissue
from scriptorium.journeys.roster_details import write_details
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.clock import day_of


class CannotChange(Exception):
    """The change is not possible; the text says why and what to do."""


@transaction.atomic(durable=True)
def change_role(
    *, actor: Actor, practice: Practice, link: RosterLink, role: str, give: bool, now: dt.datetime
) -> None:
    """Give or end a role on the roster; it counts from the next click on.

    Raises:
        CannotChange: unknown role, or the person has not accepted the invitation.
    """
    if role not in PracticeRole.values:
        raise CannotChange("Choose a role.")
    if give and link.person_id is None:
        raise CannotChange(f"{link.name} has not accepted the invitation yet.")
    if give and link.ended_at is not None:
        raise CannotChange(f"{link.name} left the practice.")
    if give:
        changed = practices.give_role(link=link, role=role, by=actor.reference, now=now)
    else:
        changed = practices.end_role(link=link, role=role, by=actor.reference, now=now)
    if not changed:
        return
    record(
        actor=actor,
        happening=Happening(
            "roster.role_given" if give else "roster.role_ended",
            "link",
            link.reference,
            practice.reference,
            {"name": link.name, "role": PracticeRole(role).label.lower()},
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def end_link(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    reason: str,
    note: str,
    last_day: dt.date,
    take_back: bool,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """End a person's link; evidence and credentials stay (S27).

    Arguments:
        last_day: the last day on which the person belonged to the practice.
        take_back: also release the practice's units that the rules still allow.

    Raises:
        CannotChange: the primary administrator's link, or one that ended already.
    """
    # Read again and locked: the page read it before, and the button may be pressed twice.
    found = roster.locked_links(practice=practice.pk, keys=[link.pk])
    if not found:
        raise CannotChange(f"{link.name} left already.")
    link = found[0]
    if link.person_id is not None and link.person_id == practice.primary_id:
        raise CannotChange("Hand the practice over first: it is never without an administrator.")
    bare = link.person_id is None
    if take_back or bare:
        _take_back_units(actor, practice, link, now, today)
    practices.close_invitations(links=[link], because="ended", now=now)
    practices.end_link(
        link=link,
        reason=reason,
        note=note,
        ends_before=last_day + dt.timedelta(days=1),
        by=actor.reference,
        now=now,
    )
    record(
        actor=actor,
        happening=Happening(
            "roster.link_ended",
            "link",
            link.reference,
            practice.reference,
            {"name": link.name, "reason": EndReason(reason).label.lower(), "note": note},
        ),
        now=now,
    )
    _tell_of_the_end(practice, link, now)


def _tell_of_the_end(practice: Practice, link: RosterLink, now: dt.datetime) -> None:
    if link.person is not None:
        enqueue(
            mails=[
                Mail(
                    "link_ended",
                    link.person.email,
                    link.name,
                    f"link_ended:{link.reference}",
                    {"practice": practice.name},
                )
            ],
            now=now,
        )


def _take_back_units(
    actor: Actor, practice: Practice, link: RosterLink, now: dt.datetime, today: dt.date
) -> None:
    """Release the practice's own units of a link, as far as the rules allow."""
    units = stock.locked_units_of_link(
        link=link.pk, states=[UnitState.RESERVED, UnitState.ASSIGNED, UnitState.STARTED]
    )
    # Newest first, since a year is taken back only when none builds on it.
    for unit in sorted(units, key=lambda u: (u.assigned_at or now, u.pk), reverse=True):
        if unit.payer_practice_id == practice.pk and not release_refusal(unit=unit, today=today):
            _release(actor, practice, link, unit, "The link ended", now, today)


def release_refusal(*, unit: Unit, today: dt.date) -> str:
    """Return why a unit cannot be taken back, or "" when it can (DOMAIN §2)."""
    parts = stock.parts_of_units(units=[unit.pk]).get(unit.pk, [])
    try:
        rules.check_can_release(
            state=unit.state,
            parts=parts,
            assigned_on=day_of(unit.assigned_at) if unit.assigned_at else None,
            certificate_downloaded=credentials.downloaded_for_unit(unit=unit.pk),
            today=today,
            release_days=programme().numbers.release_started_days,
        )
    except rules.CannotRelease as error:
        return str(error)
    term = dates.live_term_of_unit(unit=unit.pk)
    if term is not None and dates.later_term_exists(term=term):
        return "A later membership year builds on this one"
    return ""


@transaction.atomic(durable=True)
def release_unit(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    reference: str,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Take one unit back from a person.

    Raises:
        CannotChange: not this practice's unit, or the rules refuse; the text says why.
    """
    roster.lock_people(people=[link.person_id] if link.person_id else [], links=[link.pk])
    from_payer = stock.unit_of_link(link=link.pk, reference=reference)
    if from_payer is None or from_payer.payer_practice_id != practice.pk:
        raise CannotChange("This practice has no such unit here.")
    refusal = release_refusal(unit=from_payer, today=today)
    if refusal:
        raise CannotChange(f"{refusal}.")
    _release(actor, practice, link, from_payer, reason or "Taken back", now, today)


def _release(
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    unit: Unit,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Void what the unit paid for, then return it to the free ones; the caller has checked."""
    term = dates.live_term_of_unit(unit=unit.pk)
    if term is not None:
        membership = dates.of_people(people=[term.person_id], lock=True)[term.person_id]
        restored = memberships.void_term(
            term=term, membership=membership, by=actor.reference, reason=reason, now=now
        )
        _void_certificates(term.pk, practice, actor, reason, now)
        facts = (
            year_rules.row_facts([restored])
            if restored
            else {term.person_id: year_rules.NO_MEMBERSHIP}
        )
        practices.refresh_rows(facts=facts, today=today)
    name = ONE[unit.kind]
    ledger.release_units(actor=actor, units=[unit], reason=reason, today=today, now=now)
    record(
        actor=actor,
        happening=Happening(
            "unit.released",
            "link",
            link.reference,
            practice.reference,
            {"kind": name, "name": link.name, "reason": reason},
        ),
        now=now,
    )


def _void_certificates(
    term: int, practice: Practice, actor: Actor, reason: str, now: dt.datetime
) -> None:
    certificates = credentials.valid_of_term(term=term)
    issued.void(certificates=certificates, by=actor.reference, reason=reason, now=now)
    record_many(
        actor=actor,
        happenings=[
            Happening(
                "certificate.voided",
                "certificate",
                certificate.number,
                practice.reference,
                {"number": certificate.number, "reason": reason},
            )
            for certificate in certificates
        ],
        now=now,
    )


@transaction.atomic(durable=True)
def change_details(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    values: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Change typed details of a link. An address changed before activation keeps its units.

    Raises:
        CannotChange: the person accepted already and owns the address, or it is taken here.
    """
    wanted = dict(values)
    email = wanted.get("email", link.email).lower()
    if email != link.email:
        if link.person_id is not None:
            raise CannotChange("The person owns this address and changes it in their profile.")
        if roster.links_by_email(practice=practice.pk, emails=[email]):
            raise CannotChange(f"{email} is on the roster already.")
        wanted["email"] = email
    write_details(actor=actor, practice=practice, link=link, values=wanted, now=now)


@transaction.atomic(durable=True)
def supervise(
    *,
    actor: Actor,
    practice: Practice,
    physician: RosterLink,
    scribe: RosterLink,
    starts_on: dt.date,
    now: dt.datetime,
) -> Supervision:
    """Record that a physician supervises a scribe (S40).

    Raises:
        CannotChange: one of them has not accepted the invitation, or they are the same person.
    """
    if physician.person is None or scribe.person is None:
        raise CannotChange("Both people must have accepted their invitations.")
    for link in (physician, scribe):
        if link.ended_at is not None:
            raise CannotChange(f"{link.name} left the practice.")
    if physician.person_id == scribe.person_id:
        raise CannotChange("Nobody supervises themselves.")
    supervision = practices.start_supervision(
        practice=practice.pk,
        physician=physician.person.pk,
        scribe=scribe.person.pk,
        starts_on=starts_on,
    )
    # A certificate names the physicians (S40), so a changed team makes a new one (DOMAIN §7).
    reissue(actor=actor, person=scribe.person, practice=practice.pk, now=now, today=day_of(now))
    record_many(
        actor=actor,
        happenings=[
            Happening(
                "supervision.started",
                "link",
                scribe.reference,
                practice.reference,
                {
                    "physician": physician.name,
                    "scribe": scribe.name,
                    "starts_on": starts_on.isoformat(),
                },
            )
        ],
        now=now,
    )
    return supervision


@transaction.atomic(durable=True)
def end_supervision(
    *,
    actor: Actor,
    practice: Practice,
    supervision: Supervision,
    ends_before: dt.date,
    now: dt.datetime,
) -> None:
    """Record that a supervision ended."""
    practices.end_supervision(supervision=supervision, ends_before=ends_before)
    reissue(
        actor=actor, person=supervision.scribe, practice=practice.pk, now=now, today=day_of(now)
    )
    record(
        actor=actor,
        happening=Happening(
            "supervision.ended",
            "practice",
            practice.reference,
            practice.reference,
            {"physician": supervision.physician.name, "scribe": supervision.scribe.name},
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def change_settings(
    *, actor: Actor, practice: Practice, values: Mapping[str, str], now: dt.datetime
) -> list[str]:
    """Change a practice's name, address and phone; returns the fields that changed."""
    changed = practices.change_settings(practice=practice, values=values)
    if changed:
        record(
            actor=actor,
            happening=Happening(
                "practice.settings_changed",
                "practice",
                practice.reference,
                practice.reference,
                {"fields": ", ".join(changed)},
            ),
            now=now,
        )
    return changed
