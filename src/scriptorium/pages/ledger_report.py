"""What ``verify-ledger`` finds: every disagreement between records and what is derived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.orders import queries as money
from scriptorium.domains.practices import queries as practices


@dataclass(frozen=True, slots=True)
class Report:
    """The problems found, and how many of each check."""

    problems: tuple[str, ...]
    checks: dict[str, int]


def ledger_report(*, today: dt.date) -> Report:
    """Recompute balances, units, terms and derived rows, and name what disagrees."""
    checks: dict[str, Iterator[str]] = {
        "unit chains": ledger.broken_chains(),
        "balances": ledger.wrong_balances(),
        "duplicate assignments": ledger.duplicate_assignments(),
        "parts": ledger.missing_parts(),
        "holders": ledger.wrong_holders(),
        "limits": ledger.wrong_limits(),
        "term payers": memberships.wrong_terms(),
        "membership dates": memberships.wrong_dates(),
        "roster copies": practices.wrong_rows(facts=_facts, today=today),
        "practice counters": practices.wrong_counters(),
        "invoices": money.wrong_invoices(),
        "payments": money.wrong_payments(),
        "orders": money.wrong_grants(),
        "document numbers and credit": money.wrong_numbers(),
    }
    problems: list[str] = []
    counts = {}
    for name, found in checks.items():
        before = len(problems)
        problems.extend(found)
        counts[name] = len(problems) - before
    return Report(tuple(problems), counts)


def _facts(people: list[int]) -> dict[int, year_rules.RowFacts]:
    return year_rules.row_facts(memberships.of_people(people=people).values())
