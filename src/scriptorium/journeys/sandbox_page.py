"""The sandbox's payment page, which the portal plays in a demonstration: no money moves.

The page's events come in through the same door as a real provider's, signed like them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from scriptorium.integrations.payments import (
    CheckoutClosed,
    Outcome,
    Sandbox,
    SignedEvent,
    Stage,
    TestCard,
    UnknownPayment,
)
from scriptorium.journeys import paying_online
from scriptorium.journeys.services import sandbox

__all__ = ["CheckoutClosed", "NoSuchPage", "answer", "cancel", "deliver_due", "pay", "show"]


class NoSuchPage(Exception):
    """The sandbox is not the provider here, or it has no such page."""


@dataclass(frozen=True, slots=True)
class SandboxPage:
    """What the page shows.

    Arguments:
        asks: "card" to choose one, "confirm" to answer the bank, or "" when all is said.
        sentence: why the last try failed; empty when none did.
        cards: (value, words) of what can be chosen.
        back: our address to return to once all is said.
    """

    description: str
    amount: str
    email: str
    keeps: bool
    asks: str
    sentence: str
    cards: tuple[tuple[str, str], ...]
    back: str


def _sandbox() -> Sandbox:
    found = sandbox()
    if found is None:
        raise NoSuchPage("The sandbox is not the payment provider here.")
    return found


def show(*, checkout: str) -> SandboxPage:
    """Return what the page shows.

    Raises:
        NoSuchPage: there is none.
    """
    try:
        page = _sandbox().checkout(external_id=checkout)
    except UnknownPayment as error:
        raise NoSuchPage(str(error)) from error
    asks = {Stage.OPEN: "card", Stage.CONFIRMING: "confirm"}.get(page.stage, "")
    return SandboxPage(
        description=page.description,
        amount=str(page.amount),
        email=page.email,
        keeps=page.save_method,
        asks=asks,
        sentence=page.sentence,
        cards=tuple((card.value, card.choice) for card in TestCard),
        back=_own(page.cancel_url if page.stage == Stage.EXPIRED else page.success_url),
    )


def pay(*, checkout: str, card: str, now: dt.datetime, today: dt.date) -> str:
    """Pay with a named card; returns where the visitor goes, or "" when the page has more to say.

    Raises:
        CheckoutClosed: nothing can be paid on the page any more.
        NoSuchPage: there is no such page or card.
    """
    try:
        outcome = _sandbox().pay(external_id=checkout, card=TestCard(card), now=now)
    except (UnknownPayment, ValueError) as error:
        raise NoSuchPage(str(error)) from error
    return _told(outcome, now, today)


def answer(*, checkout: str, agreed: bool, now: dt.datetime, today: dt.date) -> str:
    """Answer the bank's question whether it was the visitor; returns as ``pay`` does.

    Raises:
        CheckoutClosed: nothing can be paid on the page any more.
        NoSuchPage: there is no such page.
    """
    try:
        outcome = _sandbox().confirm(external_id=checkout, agreed=agreed, now=now)
    except UnknownPayment as error:
        raise NoSuchPage(str(error)) from error
    return _told(outcome, now, today)


def cancel(*, checkout: str) -> str:
    """Return where a visitor goes who turns back; the page stays open.

    Raises:
        NoSuchPage: there is no such page.
    """
    try:
        return _own(_sandbox().cancel(external_id=checkout))
    except UnknownPayment as error:
        raise NoSuchPage(str(error)) from error


def deliver_due(*, now: dt.datetime, today: dt.date) -> int:
    """Deliver what the sandbox has to tell by now: delayed payments, disputes, closed pages.

    Returns:
        How many events there were; 0 where the sandbox is not the provider.
    """
    found = sandbox()
    if found is None:
        return 0
    return _deliver(found, found.due_events(now=now), now, today)


def _told(outcome: Outcome, now: dt.datetime, today: dt.date) -> str:
    _deliver(_sandbox(), outcome.events, now, today)
    return _own(outcome.return_url)


def _deliver(
    found: Sandbox, events: Iterable[SignedEvent], now: dt.datetime, today: dt.date
) -> int:
    """Bring events through the door; one that fails on the way comes again with the next round."""
    count = 0
    for event in events:
        paying_online.receive_event(
            body=event.body, signature=event.signature, now=now, today=today
        )
        found.mark_delivered(event_id=event.event_id)
        count += 1
    return count


def _own(address: str) -> str:
    """Return an address of ours without the host, so that any name of this machine works."""
    return address.removeprefix(settings.BASE_URL)
