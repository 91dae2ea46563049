"""Telling payers of automatic renewals that another price list comes (DOMAIN §4; STANDARDS §7)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import PriceList, prices
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.queries import AutomaticPayer
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import queries as roster
from scriptorium.journeys import ordering
from scriptorium.journeys.ordering import BillTo
from scriptorium.kernel.actor import Actor

CHUNK = 500
#: More than any body has payers.
ALL = 10_000_000


def coming_lists(today: dt.date) -> list[tuple[PriceList, PriceList]]:
    """Return (list in force before, list that comes) of which payers are to be told today.

    From the days of notice on that the price file names, until the list is in force; a list that
    leaves renewals as they are is none of anybody's business.
    """
    book = prices()
    until = today + dt.timedelta(days=book.price_change_notice_days)
    return [
        (before, after)
        for before, after in zip(book.lists, book.lists[1:], strict=False)
        if today < after.starts_on <= until and _differs(before, after)
    ]


def _differs(before: PriceList, after: PriceList) -> bool:
    kind = ProductKind.RENEWAL
    return before.prices[kind] != after.prices[kind] or before.tiers != after.tiers


def tell_of_prices(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Queue the notices of a portion of payers; returns how many were told.

    Payers are taken in key order, and the place is kept in the transaction that queues their
    mails: a night that is killed goes on there, and two nights at once wait for one another.
    """
    del actor
    for before, after in coming_lists(today):
        told = _tell(before, after, now)
        if told:
            return told
    return 0


def payers_to_tell(today: dt.date) -> int:
    """Return how many payers a night on that day tells, for its dry run."""
    total = 0
    for _, after in coming_lists(today):
        row = dates.price_notice(version=after.version)
        if row is not None and row.finished_at is not None:
            continue
        for column, until in (
            ("payer_practice_id", row.practices_until if row else 0),
            ("payer_person_id", row.people_until if row else 0),
        ):
            found = dates.automatic_payers(
                column=column, after=until, since=after.starts_on, limit=ALL
            )
            total += len(found)
    return total


@transaction.atomic(durable=True)
def _tell(before: PriceList, after: PriceList, now: dt.datetime) -> int:
    row = memberships.locked_price_notice(version=after.version)
    if row.finished_at is not None:
        return 0
    since = after.starts_on
    practices = dates.automatic_payers(
        column="payer_practice_id", after=row.practices_until, since=since, limit=CHUNK
    )
    people: list[AutomaticPayer] = []
    if len(practices) < CHUNK:
        people = dates.automatic_payers(
            column="payer_person_id", after=row.people_until, since=since,
            limit=CHUNK - len(practices),
        )  # fmt: skip
    found = roster.with_primary(keys=[payer.key for payer in practices])
    own = accounts.by_keys(keys=[payer.key for payer in people])
    told = [(ordering.bill_to_practice(found[payer.key]), payer) for payer in practices]
    told += [(ordering.bill_to_person(own[payer.key]), payer) for payer in people]
    enqueue(mails=[_mail(to, payer, before, after) for to, payer in told], now=now)
    memberships.move_price_notice(
        row=row,
        practices_until=practices[-1].key if practices else row.practices_until,
        people_until=people[-1].key if people else row.people_until,
        finished_at=None if told else now,
    )
    return len(told)


def _mail(to: BillTo, payer: AutomaticPayer, before: PriceList, after: PriceList) -> Mail:
    ours = to.payer.practice is not None
    data: dict[str, object] = {
        "payer": to.name,
        "own": not ours,
        "people": payer.people,
        "first_on": words(payer.first_on),
        "change_until": words(payer.first_on - dt.timedelta(days=1)),
        "starts_on": words(after.starts_on),
        "old_price": str(before.prices[ProductKind.RENEWAL]),
        "new_price": str(after.prices[ProductKind.RENEWAL]),
        "discounts": ", ".join(f"{t.percent} % from {t.least} on" for t in after.tiers),
        "link": f"/practice/{to.reference}/renewals/" if ours else "/member/membership/",
    }
    key = f"price_change:{after.version}:{to.reference}"
    return Mail("price_change", to.email, to.contact, key, data, practice=to.practice)
