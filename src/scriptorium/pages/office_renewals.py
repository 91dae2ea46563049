"""Open renewals of every payer, by day, as staff find them for somebody who calls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator

from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.memberships.rules import away_words, words

#: Proposals on a page.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """One open proposal."""

    url: str
    payer: str
    day: str
    away: str
    people: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class RenewalsPage:
    """A page of the list."""

    q: str
    total: int
    lines: list[RenewalLine]
    page: int
    pages: int
    prev: str
    next: str


def renewals_page(*, text: str, page: int, today: dt.date) -> RenewalsPage:
    """Return open proposals whose payer or people match a text, the earliest day first."""
    found = Paginator(dates.open_by_day(text=text), SHOWN)
    shown = found.get_page(page)

    def address(number: int) -> str:
        return "?" + urlencode({"q": text, "page": number})

    return RenewalsPage(
        q=text,
        total=found.count,
        lines=[_line(proposal, today) for proposal in shown.object_list],
        page=shown.number,
        pages=found.num_pages,
        prev=address(shown.number - 1) if shown.has_previous() else "",
        next=address(shown.number + 1) if shown.has_next() else "",
    )


def _line(proposal: Proposal, today: dt.date) -> RenewalLine:
    payer = proposal.payer_practice or proposal.payer_person
    state, tone = _state(proposal)
    return RenewalLine(
        url=f"/office/renewals/{proposal.reference}/",
        payer=payer.name if payer else "",
        day=words(proposal.renews_on),
        away=away_words(proposal.renews_on, today),
        people=_people(proposal),
        state=state,
        tone=tone,
    )


def _people(proposal: Proposal) -> str:
    """Return how many are in, and what became of the others; counts come with the query."""
    counts = (
        (getattr(proposal, "people", 0), "in"),
        (getattr(proposal, "out", 0), "out"),
        (getattr(proposal, "ordered", 0), "ordered"),
        (getattr(proposal, "renewed", 0), "renewed"),
    )
    return ", ".join(f"{count} {said}" for count, said in counts if count) or "nobody"


def _state(proposal: Proposal) -> tuple[str, str]:
    if proposal.charged_on is not None:
        return f"Charge attempted on {words(proposal.charged_on)}; fixed", ""
    if proposal.noticed_on is not None:
        return f"Told since {words(proposal.noticed_on)}; can be changed", "good"
    return "Nobody was told yet; can be changed", "soon"
