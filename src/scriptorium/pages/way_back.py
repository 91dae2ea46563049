"""The way back after a membership ended: its price, until when, and the order that waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders.enums import OrderState
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class WayBack:
    """What the pages of an ended membership say.

    Arguments:
        price: of a new year and the fee together, "" when it is too late for that.
        order: address of this payer's invoice that waits, or "".
        by_others: another payer's invoice waits.
    """

    ended: str
    price: str
    until: str
    order: str
    by_others: bool


def way_back(
    *, membership: Membership | None, payer: Payer, orders_page: str, today: dt.date
) -> WayBack | None:
    """Return the way back of an ended membership; None while there is nothing to bring back.

    Arguments:
        payer: who looks at it and would pay.
        orders_page: under which that payer's orders are.
    """
    if membership is None:
        return None
    held, windows = rules.dates_of(membership), rules.windows()
    ended = rules.ended_from(held, windows)
    if today < ended:
        return None
    waiting = dates.waiting_reinstatement(person=membership.person_id)
    if waiting is not None and waiting.order.state == OrderState.CANCELLED:
        waiting = None
    ours = waiting is not None and Payer.of(waiting.order) == payer
    return WayBack(
        ended=words(ended),
        price="" if rules.is_forgotten(held, today, windows) else windows.reinstatement_price,
        until=words(rules.reinstatable_until(held, windows)),
        order=f"{orders_page}{waiting.order.reference}/" if waiting and ours else "",
        by_others=waiting is not None and not ours,
    )
