"""Writing hours and affidavits. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import AffidavitOutcome
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry


def log_hours(
    *,
    person: int,
    practice: int | None,
    employer: str,
    worked_on: dt.date,
    quarters: int,
    note: str,
    now: dt.datetime,
    supersedes: HourEntry | None = None,
) -> HourEntry:
    """Insert an entry of the log, or a correction of one.

    Arguments:
        practice, employer: exactly one of them; the typed name is for employers without account.
        quarters: 0 with ``supersedes`` strikes that entry out.
    """
    return HourEntry.objects.create(
        person_id=person,
        practice_id=practice,
        employer="" if practice else employer,
        worked_on=worked_on,
        quarters=quarters,
        note=note,
        logged_at=now,
        supersedes=supersedes,
    )


def log_many(*, entries: Sequence[HourEntry]) -> None:
    """Insert many entries of the log with one statement."""
    HourEntry.objects.bulk_create(entries)


def sign(
    *,
    credential: Credential,
    practice: int | None,
    pathway: str,
    scheme_version: str,
    needed_quarters: int,
    log: list[dict[str, Any]],
    evidence: str,
    statement: str,
    statement_version: str,
    statement_sha256: str,
    typed_name: str,
    address: str | None,
    now: dt.datetime,
) -> Affidavit:
    """Insert a signed affidavit with its frozen log; it waits for the employer's answer."""
    return Affidavit.objects.create(
        person_id=credential.person_id,
        credential=credential,
        practice_id=practice,
        pathway=pathway,
        scheme_version=scheme_version,
        needed_quarters=needed_quarters,
        quarters=sum(entry["quarters"] for entry in log),
        log=log,
        log_sha256=rules.log_sha256(log),
        evidence=evidence,
        statement=statement,
        statement_version=statement_version,
        statement_sha256=statement_sha256,
        typed_name=typed_name,
        address=address,
        signed_at=now,
        sent_at=now,
    )


def close_affidavit(
    *,
    affidavit: Affidavit,
    outcome: AffidavitOutcome,
    note: str,
    by: str,
    by_name: str,
    now: dt.datetime,
) -> bool:
    """End the waiting of an affidavit; returns False when somebody was faster."""
    return bool(
        Affidavit.objects.filter(pk=affidavit.pk, closed_at__isnull=True).update(
            closed_at=now, closed_by=by, closed_by_name=by_name, outcome=outcome, outcome_note=note
        )
    )


def send_elsewhere(*, affidavit: Affidavit, practice: int | None, now: dt.datetime) -> Affidavit:
    """Insert the same signature for another employer, or for the body's staff (None)."""
    copied = {
        field.attname: getattr(affidavit, field.attname)
        for field in Affidavit._meta.concrete_fields
        if field.name not in {*Affidavit.writable_once, "id", "reference"}
    }
    copied |= {"practice_id": practice, "sent_at": now, "moved_from_id": affidavit.pk}
    return Affidavit.objects.create(**copied)
