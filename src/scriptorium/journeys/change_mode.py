"""Choosing manual or automatic renewal (S27; DOMAIN §3)."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import Channel, Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

CONSENT_VERSION = "2026-11"
CONSENT_TEXT = (
    "I agree that this membership renews automatically each year on its renewal date until I"
    " switch it to manual, which I can do here at any time before that date. Free renewal units"
    " are used first. We are told 45, 30 and 14 days before, with the price."
)


class CannotChangeMode(Exception):
    """The mode cannot be changed by this payer; the text says why."""


def keep_mode(
    *,
    actor: Actor,
    membership: Membership,
    mode: Mode,
    address: str | None,
    channel: Channel,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Write how a locked membership renews for its current payer; automatic with its consent."""
    payer = Payer.of(membership)
    consent = None
    if mode == Mode.AUTOMATIC:
        consent = memberships.record_consent(
            person=membership.person_id,
            payer=payer,
            text_version=CONSENT_VERSION,
            text_sha256=hashlib.sha256(CONSENT_TEXT.encode()).hexdigest(),
            channel=channel,
            given_by=actor.reference,
            address=address,
            now=now,
        )
    memberships.set_mode(membership=membership, payer=payer, mode=mode, consent=consent)
    practices.refresh_rows(facts=year_rules.row_facts([membership]), today=today)


@transaction.atomic(durable=True)
def change_mode(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    mode: str,
    address: str | None,
    channel: Channel,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Set how a membership renews; only its current payer may.

    Arguments:
        mode: "M" or "A"; "A" records the consent to ``CONSENT_TEXT``.
        address: IP address of the consent, None when staff enter it.

    Raises:
        CannotChangeMode: no membership, or another payer's.
    """
    if link.person_id is None:
        raise CannotChangeMode(f"{link.name} has not accepted the invitation yet.")
    roster.lock_people(people=[link.person_id])
    membership = dates.of_people(people=[link.person_id], lock=True).get(link.person_id)
    payer = Payer(practice=practice.pk)
    if membership is None:
        raise CannotChangeMode(f"{link.name} has no membership.")
    if Payer.of(membership) != payer:
        raise CannotChangeMode("Another payer pays for this membership and decides how it renews.")
    keep_mode(
        actor=actor, membership=membership, mode=Mode(mode), address=address, channel=channel,
        now=now, today=today,
    )  # fmt: skip
    record(
        actor=actor,
        happening=Happening(
            "membership.mode_changed",
            "link",
            link.reference,
            practice.reference,
            {"name": link.name, "mode": Mode(mode).label.lower()},
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def move_lapse(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    lapses_on: dt.date,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Staff move the end of grace, for this cycle only (DOMAIN §2, regression cases).

    Raises:
        CannotChangeMode: no membership, or a day before the renewal date.
    """
    roster.lock_people(people=[link.person_id or 0])
    found = dates.of_people(people=[link.person_id or 0], lock=True)
    membership = found.get(link.person_id or 0)
    if membership is None:
        raise CannotChangeMode(f"{link.name} has no membership.")
    try:
        memberships.move_lapse(membership=membership, lapses_on=lapses_on)
    except ValueError as error:
        raise CannotChangeMode(str(error)) from error
    practices.refresh_rows(facts=year_rules.row_facts([membership]), today=today)
    record(
        actor=actor,
        happening=Happening(
            "membership.lapse_moved",
            "link",
            link.reference,
            practice.reference,
            {"name": link.name, "lapses_on": lapses_on.isoformat()},
        ),
        now=now,
    )
