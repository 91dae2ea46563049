"""Writing memberships: years, modes, lapse dates. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max

from scriptorium.database.bulk import update_rows
from scriptorium.domains.memberships import queries, rules
from scriptorium.domains.memberships.enums import Channel, Mode
from scriptorium.domains.memberships.models import Consent, Membership, PayerMode, Term
from scriptorium.domains.memberships.operations.proposals import reopen_line
from scriptorium.kernel.payer import Payer

_DATE_FIELDS = (
    "payer_practice",
    "payer_person",
    "mode",
    "consent",
    "anchor_month",
    "anchor_day",
    "renews_on",
    "latest_starts_on",
    "lapses_on",
    "cancelled_on",
)


class UnableToVoid(Exception):
    """A term cannot be taken back; the text says why."""


@dataclass(frozen=True, slots=True)
class YearGrant:
    """One person's new year: the plan, and the unit that pays (None when brought forward)."""

    person: int
    plan: rules.YearPlan
    unit: int | None


def _anchor_text(membership: Membership | None) -> str:
    return f"{membership.anchor_month:02}-{membership.anchor_day:02}" if membership else ""


def add_years(
    *,
    grants: Sequence[YearGrant],
    memberships: dict[int, Membership],
    payer: Payer,
    now: dt.datetime,
) -> dict[int, Term]:
    """Add one paid year to each person; the payer becomes the memberships' payer.

    Arguments:
        grants: at most one per person.
        memberships: person key → existing membership, locked; it is completed with new ones.
        payer: who paid for these years.
        now: when.

    Returns:
        Person key → the new term.
    """
    numbers = rules.windows()
    terms = [
        Term(
            person_id=grant.person,
            starts_on=grant.plan.period.starts_on,
            ends_before=grant.plan.period.ends_before,
            unit_id=grant.unit,
            previous_anchor=_anchor_text(memberships.get(grant.person)),
            previous_lapses_on=m.lapses_on if (m := memberships.get(grant.person)) else None,
            created_at=now,
            **payer.columns,
        )
        for grant in grants
    ]
    Term.objects.bulk_create(terms)
    existing = [memberships[g.person].pk for g in grants if g.person in memberships]
    modes = queries.modes_of(memberships=existing, payer=payer) if existing else {}
    changed, fresh = [], []
    for grant in grants:
        membership = memberships.get(grant.person)
        if membership is None:
            membership = Membership(person_id=grant.person, mode=Mode.MANUAL)
            fresh.append(membership)
        else:
            changed.append(membership)
            if Payer.of(membership) != payer:
                chosen = modes.get(membership.pk)
                membership.mode = chosen.mode if chosen else Mode.MANUAL
                membership.consent_id = chosen.consent_id if chosen else None
        membership.payer_practice_id = payer.practice
        membership.payer_person_id = payer.person
        _set_dates(membership, grant.plan.period.starts_on, grant.plan.period.ends_before)
        membership.anchor_month = grant.plan.anchor.month
        membership.anchor_day = grant.plan.anchor.day
        membership.lapses_on = rules.lapse_after(membership.renews_on, numbers)
        membership.cancelled_on = None
        memberships[grant.person] = membership
    Membership.objects.bulk_create(fresh)
    update_rows(Membership, changed, _DATE_FIELDS)
    return {term.person_id: term for term in terms}


def _set_dates(membership: Membership, starts_on: dt.date, ends_before: dt.date) -> None:
    membership.latest_starts_on = starts_on
    membership.renews_on = ends_before


def void_term(
    *, term: Term, membership: Membership, by: str, reason: str, now: dt.datetime
) -> Membership | None:
    """Take a term back and restore the membership to what the remaining live terms say.

    Returns:
        The restored membership, or None when no live term is left (its row is deleted).

    Raises:
        UnableToVoid: a later live term builds on this one, or it was taken back already.
    """
    if term.voided_at is not None:
        raise UnableToVoid("This year was taken back already")
    live = Term.objects.filter(person_id=term.person_id, voided_at__isnull=True)
    newest = live.aggregate(newest=Max("starts_on"))["newest"]
    if newest != term.starts_on:
        raise UnableToVoid("A later membership year builds on this one")
    term.voided_at, term.voided_by, term.void_reason = now, by, reason
    term.save(update_fields=["voided_at", "voided_by", "void_reason"])
    previous = live.exclude(pk=term.pk).order_by("-starts_on").first()
    if previous is None:
        membership.delete()
        return None
    _set_dates(membership, previous.starts_on, previous.ends_before)
    if term.previous_anchor:
        month, day = term.previous_anchor.split("-")
        membership.anchor_month, membership.anchor_day = int(month), int(day)
    membership.lapses_on = term.previous_lapses_on or rules.lapse_after(
        previous.ends_before, rules.windows()
    )
    payer = Payer.of(previous)
    if Payer.of(membership) != payer:
        chosen = queries.modes_of(memberships=[membership.pk], payer=payer).get(membership.pk)
        membership.mode = chosen.mode if chosen else Mode.MANUAL
        membership.consent_id = chosen.consent_id if chosen else None
        membership.payer_practice_id, membership.payer_person_id = payer.practice, payer.person
    membership.save()
    reopen_line(membership=membership)
    return membership


def record_consent(
    *,
    person: int,
    payer: Payer,
    text_version: str,
    text_sha256: str,
    channel: Channel,
    given_by: str,
    address: str | None,
    now: dt.datetime,
) -> Consent:
    """Write down a yes to automatic renewal, bound to the exact text (DOMAIN §3)."""
    return Consent.objects.create(
        person_id=person,
        text_version=text_version,
        text_sha256=text_sha256,
        channel=channel,
        given_by=given_by,
        address=address,
        at=now,
        **payer.columns,
    )


def set_mode(*, membership: Membership, payer: Payer, mode: Mode, consent: Consent | None) -> None:
    """Store the mode that the current payer chose.

    Raises:
        ValueError: automatic without a consent.
    """
    if mode == Mode.AUTOMATIC and consent is None:
        raise ValueError("Automatic renewal needs a recorded consent.")
    PayerMode.objects.update_or_create(
        membership=membership,
        **payer.columns,
        defaults={"mode": mode, "consent": consent},
    )
    membership.mode, membership.consent = mode, consent
    membership.save(update_fields=["mode", "consent"])


def move_lapse(*, membership: Membership, lapses_on: dt.date) -> None:
    """Move the end of grace for this cycle only; the next year resets it (DOMAIN §2).

    Raises:
        ValueError: the day lies before the renewal date.
    """
    if lapses_on < membership.renews_on:
        raise ValueError("Grace cannot end before the renewal date.")
    membership.lapses_on = lapses_on
    membership.save(update_fields=["lapses_on"])


def move_lapses(*, people: Iterable[int], not_before: dt.date) -> int:
    """Move the end of grace of people whom an issued renewal invoice names (DOMAIN §3).

    Arguments:
        not_before: the day after the invoice's due date; a later end of grace stays.

    Returns:
        How many moved.
    """
    rows = Membership.objects.filter(person_id__in=list(people), lapses_on__lt=not_before)
    return rows.update(lapses_on=not_before)


def cancel(*, membership: Membership, on: dt.date | None) -> None:
    """Let a membership end on a day, its renewal date as a rule; None takes that back."""
    membership.cancelled_on = on
    membership.save(update_fields=["cancelled_on"])
    if on is None:
        reopen_line(membership=membership)
