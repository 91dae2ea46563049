"""The store: a practice orders units, a person buys for herself (MISSION S37).

A person's order is used for her in the moment in which it is paid: see ``own_units``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import ONE, ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Invoice
from scriptorium.domains.orders.operations import NewOrder
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.pricing import (
    CannotPrice,
    PricedLine,
    Quote,
    Wish,
    products_in_order,
)
from scriptorium.domains.orders.rules.quotes import quote_for
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import ordering, paying_online
from scriptorium.journeys.assign import check_choice
from scriptorium.journeys.coterm import NotOffered, check_offered
from scriptorium.journeys.own_units import BadChoice, Piece, PiecePlan, plan_pieces
from scriptorium.journeys.paying_online import ProviderRefused, ProviderUnavailable
from scriptorium.journeys.services import pays_online
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = [
    "BadChoice",
    "CannotPrice",
    "LooksLikeACard",
    "NotOffered",
    "NotPossible",
    "Piece",
    "ProviderRefused",
    "ProviderUnavailable",
    "buy_for_practice",
    "buy_for_self",
    "look",
    "price_pieces",
]


@dataclass(frozen=True, slots=True)
class Look:
    """What the store says to a person: of each product alone, of the basket as one, its price."""

    offers: dict[Piece, PiecePlan]
    chosen: list[PiecePlan]
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Bought:
    """The invoice of an order, and the provider's page where it is paid, or ""."""

    invoice: Invoice
    pay_at: str


# A practice -----------------------------------------------------------------------------------


def buy_for_practice(
    *,
    actor: Actor,
    practice: Practice,
    wishes: Sequence[Wish],
    po_number: str,
    key: str,
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    """Order units for a practice at today's prices; the same key is one order.

    Arguments:
        po_number: the practice's purchase order, or "".
        key: of the form.
        wishes: memberships may be for a part of a year, up to a day that ``coterm`` offers.

    Raises:
        CannotPrice: nothing was wished for, or a line is impossible.
        NotOffered: memberships shall end by a day that is not offered (any more).
        LooksLikeACard: the purchase order holds a card number.
    """
    check_no_card_number(po_number)
    payer = Payer(practice=practice.pk)
    full_key = f"store:{practice.reference}:{key}"
    earlier = money.order_by_key(idempotency_key=full_key)
    if earlier is not None:
        # Before anything is judged: what was offered then may not be offered now.
        return earlier.invoice
    check_offered(practice=practice, wishes=wishes, today=today)
    found = quote_for(payer=payer, region=practice.region, wishes=wishes, on=today)
    profile = money.billing_of(practice=practice.pk)
    new = NewOrder(
        payer=payer,
        source="store",
        idempotency_key=full_key,
        quote=found,
        po_number=po_number.strip(),
        units_first=profile.units_first_at is not None,
    )
    to = ordering.bill_to_practice(practice)
    return _once(actor, to, new, False, now, today)


# A person -------------------------------------------------------------------------------------


def look(*, person: Person, basket: Sequence[Piece], today: dt.date) -> Look:
    """Say before buying what each product would do for a person; writes nothing (UX 2).

    Arguments:
        basket: what she has ticked so far, in the order of the tiles.
    """
    offers = [
        Piece(kind.value, choice)
        for kind in products_in_order(prices())
        for choice in _choices_of(kind)
    ]
    alone = _judge(person, offers, today, together=False)
    chosen = _judge(person, basket, today, together=True)
    quote = price_pieces(person=person, pieces=basket, today=today) if basket else None
    return Look({plan.piece: plan for plan in alone}, chosen, quote)


def _choices_of(kind: ProductKind) -> list[str]:
    """Return the choices of a kind; a course can be left open until it is opened (DOMAIN §2)."""
    options = list(programme().choices_of(kind))
    return options if kind == ProductKind.SPECIALTY else ["", *options]


def _judge(
    person: Person, pieces: Sequence[Piece], today: dt.date, *, together: bool
) -> list[PiecePlan]:
    waiting = {
        Piece(line.kind, str(line.rule.get("choice", ""))): line.order.invoice.number
        for line in money.waiting_lines(payer=Payer(person=person.pk))
    }
    plans = plan_pieces(person=person, pieces=pieces, today=today, together=together)
    return [
        replace(plan, refusal=f"Invoice {waiting[plan.piece]} for it waits for payment")
        if plan.piece in waiting and not plan.refusal
        else plan
        for plan in plans
    ]


def price_pieces(*, person: Person, pieces: Sequence[Piece], today: dt.date) -> Quote:
    """Price what a person wants for herself: one of each, her region's tax.

    Raises:
        CannotPrice: nothing was chosen.
    """
    found = quote_for(
        payer=Payer(person=person.pk),
        region=person.region,
        wishes=[Wish(piece.kind, 1) for piece in pieces],
        on=today,
    )
    lines = zip(found.lines, pieces, strict=True)
    return replace(found, lines=tuple(_with_choice(line, piece) for line, piece in lines))


def _with_choice(line: PricedLine, piece: Piece) -> PricedLine:
    """Keep the specialty or course with the line, for the moment in which it is used."""
    if not piece.choice:
        return line
    name = programme().choices_of(piece.kind)[piece.choice]
    return replace(
        line,
        description=f"{line.description}: {name}"[:200],
        rule=line.rule | {"choice": piece.choice},
    )


def buy_for_self(
    *,
    actor: Actor,
    person: Person,
    pieces: Sequence[Piece],
    by_card: bool,
    key: str,
    now: dt.datetime,
    today: dt.date,
) -> Bought:
    """Order for oneself, and open the provider's page when a card shall pay.

    Arguments:
        pieces: one of each at most, in the order of the tiles.
        by_card: go to the payment page; without a provider the invoice waits instead.
        key: of the form; the same one is one order, whose payment page opens anew.

    Raises:
        BadChoice: a kind does not exist, or its specialty is missing.
        CannotPrice: nothing was chosen.
        NotPossible: a piece could not be used; says which and why. Nothing was ordered.
        ProviderUnavailable, ProviderRefused: the order stands; it can be paid on its page.
    """
    if not pieces:
        raise CannotPrice("Tick what you want first.")
    for piece in pieces:
        check_choice(kind=piece.kind, choice=piece.choice)
    by_card = by_card and pays_online()
    to = ordering.bill_to_person(person)
    full_key = f"store:{person.reference}:{key}"
    earlier = money.order_by_key(idempotency_key=full_key)
    if earlier is not None:
        invoice = earlier.invoice
    else:
        for plan in _judge(person, pieces, today, together=True):
            if plan.refusal:
                raise NotPossible(f"{_name(plan.piece)}: {plan.refusal}.")
        quote = price_pieces(person=person, pieces=pieces, today=today)
        new = NewOrder(payer=to.payer, source="store", idempotency_key=full_key, quote=quote)
        invoice = _once(actor, to, new, by_card, now, today)
    if not by_card or invoice.settled_at is not None:
        return Bought(invoice, "")
    begun = paying_online.begin(
        actor=actor, order=invoice.order, to=to, save_method=False,
        back=f"{to.orders_page}{invoice.order.reference}/", now=now, today=today,
    )  # fmt: skip
    return Bought(invoice, begun.url)


def _name(piece: Piece) -> str:
    name = ONE[ProductKind(piece.kind)]
    return f"{name[0].upper()}{name[1:]}"


def _once(
    actor: Actor,
    to: ordering.BillTo,
    new: NewOrder,
    quietly: bool,
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    """Place an order, or return the one that an earlier press of the same form placed."""
    earlier = money.order_by_key(idempotency_key=new.idempotency_key)
    if earlier is not None:
        return earlier.invoice
    try:
        return _place(actor, to, new, quietly, now, today)
    except IntegrityError:
        # Its twin has just committed.
        earlier = money.order_by_key(idempotency_key=new.idempotency_key)
        if earlier is None:
            raise
        return earlier.invoice


@transaction.atomic(durable=True)
def _place(
    actor: Actor,
    to: ordering.BillTo,
    new: NewOrder,
    quietly: bool,
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    if to.payer.practice is not None:
        roster.lock_practice(practice=to.payer.practice)
    return ordering.place(actor=actor, to=to, new=new, now=now, today=today, quietly=quietly)
