"""One estimate: its lines, what may be done with it, and its revisions side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import ProductKind, counted
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Estimate, EstimateLine, Line
from scriptorium.domains.orders.rules import states
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.kernel import clock
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimates import TONES, Sums, percent_words, sums_of, until_words


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as it is printed; what it has not is empty."""

    name: str
    quantity: str
    list_price: str
    discount: str
    each: str
    tax: str
    total: str
    centre: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision at the head of the comparison."""

    number: int
    url: str
    here: bool
    state: str
    made_on: str
    total: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a revision says about a line, and what changed since the one before, in words."""

    says: str
    change: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One line through all revisions."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class EstimatePage:
    """One revision with everything that the page says about it.

    Arguments:
        will: what accepting does, in words; empty where it cannot be accepted.
        why_not, why_not_revised: the reason where it cannot be done.
        answered: who accepted or declined it, and when.
    """

    number: str
    title: str
    note: str
    practice_name: str
    state: str
    tone: str
    made: str
    good_until: str
    lines: list[LineRow]
    sums: Sums
    has_centres: bool
    revisions: list[Revision]
    compared: list[Compared]
    newest_url: str
    will: str
    why_not: str
    why_not_revised: str
    answered: str
    order_url: str
    share_token: str


def line_rows(*, lines: Iterable[Line], currency: str) -> list[LineRow]:
    """Return the lines of an estimate or of an order as they are printed."""
    return [
        LineRow(
            name=line.description,
            quantity=f"{line.quantity:,}",
            list_price=str(Money(line.list_minor, currency)),
            discount=percent_words(line.discount_percent) if line.discount_percent else "",
            each=str(Money(line.unit_minor, currency)),
            tax=str(Money(line.tax_minor, currency)) if line.tax_minor else "",
            total=str(Money(line.net_minor, currency)),
            centre=line.cost_centre.name if line.cost_centre else "",
        )
        for line in lines
    ]


def line_sums(*, lines: Sequence[Line], currency: str) -> Sums:
    """Return the sums of frozen lines."""
    return sums_of(
        net=sum(line.net_minor for line in lines),
        tax=sum(line.tax_minor for line in lines),
        saved=sum((line.list_minor - line.unit_minor) * line.quantity for line in lines),
        currency=currency,
    )


def estimate_page(*, estimate: Estimate, base: str, today: dt.date) -> EstimatePage:
    """Return the page of one revision.

    Arguments:
        base: address of the practice's pages; empty for readers without a login.
    """
    revisions = money.revisions_of(estimate=estimate)
    lines = money.lines_of_estimates(estimates=[revision.pk for revision in revisions])
    own = lines[estimate.pk]
    state = states.state_words(estimate=estimate, today=today)
    heads = [_head(revision, estimate, base, today) for revision in revisions]
    why_not = _reason_against_accepting(estimate, today)
    return EstimatePage(
        number=estimate.number,
        title=estimate.title,
        note=estimate.note,
        practice_name=estimate.practice.name,
        state=state,
        tone=TONES.get(state, ""),
        made=f"{words(estimate.made_on)} by {estimate.made_by_name}",
        good_until=until_words(day=estimate.good_until, today=today),
        lines=line_rows(lines=own, currency=estimate.currency),
        sums=line_sums(lines=own, currency=estimate.currency),
        has_centres=any(line.cost_centre_id for line in own),
        revisions=heads,
        compared=_compared([lines[revision.pk] for revision in revisions], estimate.currency),
        newest_url="" if heads[-1].here else heads[-1].url,
        will="" if why_not else _what_accepting_does(estimate, own, today),
        why_not=why_not,
        why_not_revised=_reason_against_revising(estimate),
        answered=_answered(estimate),
        order_url=_order_url(estimate, base),
        share_token=estimate.share_token or "",
    )


def _head(revision: Estimate, shown: Estimate, base: str, today: dt.date) -> Revision:
    return Revision(
        number=revision.revision,
        url=f"{base}estimates/{revision.reference}/",
        here=revision.pk == shown.pk,
        state=states.state_words(estimate=revision, today=today),
        made_on=words(revision.made_on),
        total=str(Money(revision.total_minor, revision.currency)),
    )


def _reason_against_accepting(estimate: Estimate, today: dt.date) -> str:
    try:
        states.check_can_accept(estimate=estimate, today=today)
    except NotPossible as error:
        return str(error)
    return ""


def _reason_against_revising(estimate: Estimate) -> str:
    try:
        states.check_can_revise(estimate=estimate, by_staff=False)
    except NotPossible as error:
        return str(error)
    return ""


def _what_accepting_does(estimate: Estimate, lines: Sequence[Line], today: dt.date) -> str:
    """Return what acceptance leads to: the invoice, its day, and when the units are there."""
    total = Money(estimate.total_minor, estimate.currency)
    due_on = today + dt.timedelta(days=prices().net_days)
    kept = money.credit_of(payer=Payer(practice=estimate.practice_id))
    said = f"An invoice over {total} due {words(due_on)}"
    if kept:
        used = min(Money(kept, estimate.currency), total, key=lambda amount: amount.minor)
        said += f", of which {used} that we keep for you pay at once"
    units = _units_words(lines)
    if not units:
        return f"{said}."
    at_once = money.billing_of(practice=estimate.practice_id).units_first_at is not None
    paid = kept >= estimate.total_minor
    when = "on acceptance" if at_once or paid else "when it is paid"
    only_one = sum(line.quantity for line in lines if line.kind in ProductKind) == 1
    return f"{said}; {units} {'is' if only_one else 'are'} yours {when}."


def _units_words(lines: Sequence[Line]) -> str:
    """Return "25 certification packages and 2 renewals"."""
    wanted: dict[str, int] = {}
    for line in lines:
        if line.kind in ProductKind:
            wanted[line.kind] = wanted.get(line.kind, 0) + line.quantity
    parts = [counted(kind, count) for kind, count in wanted.items()]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _answered(estimate: Estimate) -> str:
    if estimate.accepted_at is not None:
        order = f", purchase order {estimate.po_number}" if estimate.po_number else ""
        day = words(clock.day_of(estimate.accepted_at))
        return f"Accepted by {estimate.accepted_name} on {day}{order}."
    if estimate.declined_at is not None:
        why = f": {estimate.decline_reason}" if estimate.decline_reason else ""
        return f"Declined on {words(clock.day_of(estimate.declined_at))}{why}."
    return ""


def _order_url(estimate: Estimate, base: str) -> str:
    order = getattr(estimate, "order", None)
    return f"{base}orders/{order.reference}/" if order is not None else ""


def _compared(revisions: Sequence[Sequence[EstimateLine]], currency: str) -> list[Compared]:
    """Return each line through all revisions; the same product for the same department is one."""
    found = [{_key(line): line for line in lines} for lines in revisions]
    keys = list(dict.fromkeys(key for lines in found for key in lines))
    compared = []
    for key in keys:
        cells = []
        for number, lines in enumerate(found):
            before = found[number - 1].get(key) if number else None
            cells.append(_cell(lines.get(key), before, currency, first=not number))
        _, name, centre = key
        compared.append(Compared(f"{name}, {centre}" if centre else name, cells))
    return compared


def _key(line: Line) -> tuple[str, str, str]:
    return line.kind, line.description, line.cost_centre.name if line.cost_centre else ""


def _cell(line: Line | None, before: Line | None, currency: str, *, first: bool) -> Cell:
    if line is None:
        return Cell("\N{EN DASH}", "taken out" if before is not None else "")
    says = f"{line.quantity:,} × {Money(line.unit_minor, currency)}"
    if first:
        return Cell(says, "")
    if before is None:
        return Cell(says, "new")
    return Cell(says, "as before" if line.same_as(before) else _change(line, before, currency))


def _change(line: Line, before: Line, currency: str) -> str:
    changes = []
    if line.quantity != before.quantity:
        more = line.quantity - before.quantity
        changes.append(f"{abs(more):,} {'more' if more > 0 else 'fewer'}")
    if line.unit_minor != before.unit_minor:
        lower = line.unit_minor < before.unit_minor
        by = Money(abs(line.unit_minor - before.unit_minor), currency)
        changes.append(f"{by} {'less' if lower else 'more'} each")
    return ", ".join(changes) or "other tax"
