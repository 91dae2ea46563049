"""What the sandbox's page shows and answers, and the messages that it sends."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from scriptorium.integrations.payments import signatures
from scriptorium.integrations.payments.protocol import PaymentFacts
from scriptorium.integrations.payments.sandbox_cards import PAYABLE, Stage
from scriptorium.integrations.payments.sandbox_store import Attempt, Happening
from scriptorium.integrations.payments.sandbox_turn import LIFETIME, Turn, facts_of
from scriptorium.kernel.money import Money


@dataclass(frozen=True, slots=True)
class HostedPage:
    """What the sandbox's page shows.

    Arguments:
        stage: OPEN offers the cards, CONFIRMING asks the payer to confirm, others only tell.
        sentence: why the last try failed; empty when none did.
    """

    checkout_id: str
    reference: str
    description: str
    amount: Money
    email: str
    save_method: bool
    stage: Stage
    sentence: str
    success_url: str
    cancel_url: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """A message to the portal as it would come through the door."""

    event_id: str
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visitor's step on the page led to.

    Arguments:
        return_url: where the page sends the visitor; empty while she stays on it.
        events: also kept until ``mark_delivered``.
    """

    stage: Stage
    payment: PaymentFacts
    return_url: str
    events: tuple[SignedEvent, ...]


def page_of(attempt: Attempt) -> HostedPage:
    """Return what the page of an attempt shows."""
    return HostedPage(
        checkout_id=attempt.checkout or "",
        reference=attempt.reference,
        description=attempt.description,
        amount=Money(attempt.amount, attempt.currency),
        email=attempt.email,
        save_method=attempt.save_method,
        stage=attempt.stage,
        sentence=facts_of(attempt).failure_sentence,
        success_url=attempt.success_url,
        cancel_url=attempt.cancel_url,
        expires_at=attempt.began_at + LIFETIME,
    )


def outcome_of(turn: Turn, attempt: Attempt) -> Outcome:
    """Return where a visitor's step led."""
    done = attempt.stage not in PAYABLE
    back = attempt.success_url.replace("{CHECKOUT_SESSION_ID}", attempt.checkout or "")
    return Outcome(
        stage=attempt.stage,
        payment=facts_of(attempt),
        return_url=back if done else "",
        events=tuple(signed(turn, turn.told)),
    )


def signed(turn: Turn, happenings: Iterable[Happening]) -> list[SignedEvent]:
    """Return events as messages that are sent now."""
    secret = turn.books.secret()
    events = []
    for happening in happenings:
        told = {
            "id": happening.event_id,
            "kind": happening.kind,
            "external_id": happening.external_id,
            "occurred_at": happening.occurred_at.isoformat(),
        }
        body = json.dumps(told).encode()
        signature = signatures.sign(body=body, secret=secret, now=turn.now)
        events.append(SignedEvent(happening.event_id, body, signature))
    return events
