"""Figures of finance by month: revenue, renewals past and to come, units bought and used."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.ledger.queries.figures import bought_and_used
from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.memberships.queries.figures import renewals_coming, renewals_made
from scriptorium.domains.orders.queries.figures import money_by_month, months
from scriptorium.domains.practices.models import Practice
from scriptorium.pages.charts import Chart, Month, month_chart
from scriptorium.pages.money_cells import HOME, Cell, Column, Row, Told, amount, under

#: Months that a figure looks back, and that renewals look ahead.
BACK, RENEWED, AHEAD = 24, 12, 12


@dataclass(frozen=True, slots=True)
class Report:
    """One figure: a chart with the table under it."""

    name: str
    title: str
    chart: Chart
    columns: tuple[Column, ...]
    rows: list[Row]
    note: str = ""
    by_kind: tuple[tuple[str, int, int], ...] = ()
    query: str = ""

    @property
    def lines(self) -> list[Told]:
        """The rows, each cell beside its column."""
        return under(self.columns, self.rows)

    @property
    def export(self) -> str:
        """The address of the table as a file."""
        return f"{HOME}reports/{self.name}.csv{self.query}"


def _shifted(day: dt.date, by: int) -> dt.date:
    """Return the first day of the month that lies so many months away."""
    index = day.year * 12 + day.month - 1 + by
    return dt.date(index // 12, index % 12 + 1, 1)


def _label(month: dt.date) -> str:
    return f"{month:%b %y}"


def _cell(month: dt.date) -> Cell:
    return Cell(f"{month:%b %Y}", f"{month:%Y-%m}")


def _count(count: int) -> Cell:
    return Cell(f"{count:,}", count)


def revenue(*, today: dt.date, practice: Practice | None = None) -> Report:
    """Return what was invoiced and what came in, by month, of one practice or of all payers."""
    key = practice.pk if practice is not None else None
    found = money_by_month(since=_shifted(today, 1 - BACK), until=today, practice=key)
    chart = month_chart(
        name="revenue",
        title=f"Invoiced and received, the past {BACK} months",
        about="Bars are what was invoiced, less credit notes; the line is money that came in,"
        " less what bounced, was disputed or paid back.",
        upright="Amount",
        months=[
            Month(
                _label(month.first),
                ((month.invoiced // 100, f"{month.first:%b %Y}: "
                  f"{amount(month.invoiced).words} invoiced", ""),),
                month.received // 100,
            )
            for month in found
        ],
        line_name="received",
    )  # fmt: skip
    rows = [
        Row("", (_cell(month.first), amount(month.invoiced), amount(month.received)))
        for month in reversed(found)
    ]
    columns = (Column("Month"), Column("Invoiced", True), Column("Received", True))
    title = f"Revenue of {practice.name}" if practice is not None else "Revenue"
    query = f"?practice={practice.reference}" if practice is not None else ""
    return Report("revenue", title, chart, columns, rows, query=query)


def renewals(*, today: dt.date) -> Report:
    """Return the renewals of past months, and those that come up at each month's list price."""
    first, this, end = _shifted(today, -RENEWED), today.replace(day=1), _shifted(today, AHEAD)
    made = renewals_made(since=first, before=today)
    coming = renewals_coming(since=today, before=end)
    bars, rows = [], []
    for month in months(first, end - dt.timedelta(days=1)):
        past = made.get(month, 0)
        automatic = coming.get((month, Mode.AUTOMATIC), 0)
        manual = coming.get((month, Mode.MANUAL), 0)
        price = prices().on(month).prices[ProductKind.RENEWAL]
        name = f"{month:%b %Y}"
        bars.append(
            Month(
                _label(month),
                (
                    (past, f"{name}: {past:,} renewed", ""),
                    (automatic, f"{name}: {automatic:,} renew automatically", "good"),
                    (manual, f"{name}: {manual:,} renew manually", "open"),
                ),
            )
        )
        none = Cell("\N{EM DASH}", "")
        ahead = (none,) * 4
        if month >= this:
            ahead = (
                _count(automatic), _count(manual), amount(price.minor),
                amount(price.minor * (automatic + manual)),
            )  # fmt: skip
        cells = (_cell(month), _count(past) if month <= this else none, *ahead)
        rows.append(Row("today" if month == this else "", cells))
    chart = month_chart(
        name="renewals",
        title=f"Renewals: the past {RENEWED} months, and the next {AHEAD}",
        about="Left of the mark, grey: renewed. From the mark on: filled renews automatically,"
        " outlined on top of it manually.",
        upright="Memberships",
        months=bars,
        now=_label(this),
    )
    columns = (
        Column("Month"), Column("Renewed", True), Column("Automatic, to come", True),
        Column("Manual, to come", True), Column("List price", True), Column("Forecast", True),
    )  # fmt: skip
    note = (
        "The forecast is every membership that comes up, at the list price of its month, without"
        " volume discounts."
    )
    return Report("renewals", "Renewals", chart, columns, rows, note)


def units(*, today: dt.date) -> Report:
    """Return units bought and used, by month."""
    first = _shifted(today, 1 - BACK)
    found = bought_and_used(since=first, until=today)
    bars, rows = [], []
    by_kind: dict[str, Counter[str]] = {}
    for month in months(first, today):
        line = Counter[str]()
        for kind in ProductKind.values:
            counts = found.get((month, kind), Counter())
            line.update(counts)
            by_kind.setdefault(kind, Counter()).update(counts)
        words = f"{month:%b %Y}: {line['bought']:,} bought"
        bars.append(Month(_label(month), ((line["bought"], words, ""),), line["used"]))
        rows.append(Row("", (_cell(month), _count(line["bought"]), _count(line["used"]))))
    chart = month_chart(
        name="units",
        title=f"Units bought and used, the past {BACK} months",
        about="Bars are units that entered the stock, by purchase or by grant; the line is units"
        " that were given to people, less those taken back.",
        upright="Units",
        months=bars,
        line_name="used",
    )
    columns = (Column("Month"), Column("Bought", True), Column("Used", True))
    kinds = tuple(
        (ProductKind(kind).label, counts["bought"], counts["used"])
        for kind, counts in by_kind.items()
    )
    return Report("units", "Units", chart, columns, rows[::-1], by_kind=kinds)


REPORTS = {"revenue": revenue, "renewals": renewals, "units": units}
