"""Staff put units into the ledger or remove free ones, always with a reason."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import MANY
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.rules import expiry_of
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer


class AlreadyGranted(Exception):
    """The same form was sent before; the units are there once."""


@transaction.atomic(durable=True)
def _grant(
    actor: Actor, practice: Practice, kind: str, count: int, reason: str, key: str,
    now: dt.datetime, today: dt.date,
) -> None:  # fmt: skip
    ledger.grant_units(
        actor=actor,
        payer=Payer(practice=practice.pk),
        kind=kind,
        count=count,
        source="grant",
        reason=reason,
        expires_on=expiry_of(today, programme().numbers.unit_valid_months),
        now=now,
        idempotency_key=f"grant:{key}",
    )
    record(
        actor=actor,
        happening=Happening(
            "units.granted",
            "practice",
            practice.reference,
            practice.reference,
            {"count": count, "kind": MANY[kind], "reason": reason},
        ),
        now=now,
    )


def grant(
    *,
    actor: Actor,
    practice: Practice,
    kind: str,
    count: int,
    reason: str,
    idempotency_key: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Grant units to a practice (DOMAIN §2: a purchased entry with source *grant*).

    Raises:
        AlreadyGranted: the idempotency key was used before; nothing was added again.
        ValueError: the count is not positive.
    """
    try:
        _grant(actor, practice, kind, count, reason, idempotency_key, now, today)
    except IntegrityError as error:
        raise AlreadyGranted("These units were granted already, by the same form.") from error


@transaction.atomic(durable=True)
def adjust(
    *, actor: Actor, practice: Practice, kind: str, count: int, reason: str, now: dt.datetime
) -> None:
    """Remove free units of a practice (DOMAIN §2, *adjusted*).

    Raises:
        NotEnoughUnits: fewer are free; nothing was removed.
        ValueError: the count is not positive.
    """
    ledger.adjust_units(
        actor=actor,
        payer=Payer(practice=practice.pk),
        kind=kind,
        count=count,
        reason=reason,
        now=now,
    )
    record(
        actor=actor,
        happening=Happening(
            "units.adjusted",
            "practice",
            practice.reference,
            practice.reference,
            {"count": count, "kind": MANY[kind], "reason": reason},
        ),
        now=now,
    )
