"""The night before it happens, in words: for the command line and for the office."""

from __future__ import annotations

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import days_words
from scriptorium.domains.notifications.rules import short_name
from scriptorium.journeys.tonight import NoticeRow, Renewals, Sum, Tonight
from scriptorium.kernel.money import Money


def people(count: int) -> str:
    """Return a number of people in words."""
    if not count:
        return "nobody"
    return "1 person" if count == 1 else f"{count:,} people"


def money(minor: int) -> str:
    """Return an amount of the installation's currency as people read it."""
    return str(Money(minor, prices().currency))


def rung_words(days: int) -> str:
    """Return a rung of the ladder in words: "14 days before", "1 day after"."""
    if days == 0:
        return "on the day"
    return f"{days_words(abs(days))} {'before' if days > 0 else 'after'}"


def notice_words(row: NoticeRow) -> tuple[str, str]:
    """Return which mail it is and when it comes, and who gets it about how many people."""
    title = f"{short_name(template=row.template)}, {rung_words(row.rung)}"
    payers = "1 mail" if row.payers == 1 else f"{row.payers:,} mails"
    return title, f"{payers}, {people(row.people)}"


def renewal_words(said: Renewals) -> list[tuple[str, str]]:
    """Return what happens to renewals besides the notices, as pairs of words and figures."""
    total = said.by_card.minor + said.by_invoice.minor
    rows = [
        ("Proposals opened", _opened(said)),
        ("Renewed or ordered for", _of_the_day(said)),
        ("From free units", people(said.from_units)),
        ("To pay", f"{people(said.to_pay)}, {money(total)}" if said.to_pay else people(0)),
        ("By card", _sum(said.by_card)),
        ("By invoice", _sum(said.by_invoice)),
    ]
    if said.kept_minor:
        rows.append(("Paid from kept money", money(said.kept_minor)))
    return [
        *rows,
        ("Cards tried again", _sum(said.again)),
        ("Memberships that lapse", people(said.lapses)),
        ("Asked back", people(said.win_backs)),
        ("Proposals closed", f"{said.closings:,}" if said.closings else "none"),
    ]


def _opened(said: Renewals) -> str:
    if not said.opened_people:
        return "none"
    return f"{said.opened:,}, with {people(said.opened_people)} coming in"


def _of_the_day(said: Renewals) -> str:
    if not said.people:
        return people(0)
    return f"{people(said.people)} in {_proposals(said.proposals)}"


def _proposals(count: int) -> str:
    return "1 proposal" if count == 1 else f"{count:,} proposals"


def _sum(said: Sum) -> str:
    if not said.orders:
        return "none"
    orders = "1 order" if said.orders == 1 else f"{said.orders:,} orders"
    return f"{orders}, {people(said.people)}, {money(said.minor)}"


def as_data(night: Tonight) -> dict[str, object]:
    """Return a night as plain values for JSON; amounts are whole cents."""
    said = night.renewals
    return {
        "on": night.on.isoformat(),
        **night.counts,
        "renewals": {
            "opened": {"proposals": said.opened, "people": said.opened_people},
            "notices": [
                {
                    "rung": row.rung,
                    "template": row.template,
                    "payers": row.payers,
                    "people": row.people,
                }
                for row in said.notices
            ],
            "charges": {
                "proposals": said.proposals,
                "people": said.people,
                "from_units": said.from_units,
                "to_pay": said.to_pay,
                "total_minor": said.by_card.minor + said.by_invoice.minor,
                "kept_minor": said.kept_minor,
                "by_card": _data(said.by_card),
                "by_invoice": _data(said.by_invoice),
            },
            "card_retries": _data(said.again),
            "lapses": said.lapses,
            "win_backs": said.win_backs,
            "closings": said.closings,
            "currency": prices().currency,
        },
    }


def _data(said: Sum) -> dict[str, int]:
    return {"orders": said.orders, "people": said.people, "total_minor": said.minor}
