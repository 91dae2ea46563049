"""The policies as an operator wrote them, with the numbers of the rules that run (S37).

A policy names numbers as ``{net_days}`` and never types them, so that it cannot say anything else
than the rules do.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

from django.conf import settings

from scriptorium.domains.catalog.queries.catalogue import programme
from scriptorium.domains.catalog.queries.fairness import fairness
from scriptorium.domains.catalog.queries.pathways import pathways
from scriptorium.domains.catalog.queries.prices import PriceList, Prices, prices
from scriptorium.kernel.money import Money

_FENCE = "+++"


class UnknownPlaceholder(Exception):
    """A policy asks for a number that no rule has; the text names both."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy.

    Arguments:
        slug: its name for life, which is its file's.
        version, effective_on: which words these are, and since when they hold.
        lines: name → one sentence of it, for the pages to which it applies.
        body: Markdown, with placeholders.
    """

    slug: str
    title: str
    summary: str
    position: int
    version: str
    effective_on: dt.date
    lines: Mapping[str, str]
    body: str

    def filled(self, text: str, numbers: Mapping[str, str]) -> str:
        """Return a text of the policy with its numbers.

        Raises:
            UnknownPlaceholder: it names one that is not there.
        """
        for _, name, _, _ in Formatter().parse(text):
            if name is not None and name not in numbers:
                raise UnknownPlaceholder(f"policies/{self.slug}.md: nothing fills {{{name}}}.")
        return text.format_map(numbers)


@cache
def _load(folder: Path) -> tuple[Policy, ...]:
    found = [_read(path) for path in (folder / "policies").glob("*.md")]
    return tuple(sorted(found, key=lambda policy: (policy.position, policy.slug)))


def _read(path: Path) -> Policy:
    _, head, body = path.read_text(encoding="utf-8").split(f"{_FENCE}\n", 2)
    raw = tomllib.loads(head)
    return Policy(slug=path.stem, body=body.strip(), **{"lines": {}, **raw})


def policies() -> tuple[Policy, ...]:
    """Return the policies of the programme that this installation runs, in order."""
    return _load(settings.PROGRAMME_DIR)


def and_words(values: Iterable[object]) -> str:
    """Return a list as people read it: "45, 30, 14 and 3"."""
    *before, last = [str(value) for value in values]
    return f"{', '.join(before)} and {last}" if before else last


def policy_numbers(today: dt.date) -> Mapping[str, str]:
    """Return what each placeholder stands for on a day, as people read it."""
    return _numbers(settings.PROGRAMME_DIR, today)


@lru_cache(maxsize=32)
def _numbers(folder: Path, today: dt.date) -> Mapping[str, str]:
    found: dict[str, object] = {}
    numbers, money = programme().numbers, prices()
    for name in (
        "due_days", "grace_days", "ended_after_days", "renew_early_days", "unit_valid_months",
        "invitation_days", "undo_minutes", "release_started_days", "reinstate_within_days",
        "completion_keep_years", "scheme_version", "proposal_days", "inactive_days",
    ):  # fmt: skip
        found[name] = getattr(numbers, name)
    found |= {
        "notice_ladder": and_words(day for day in numbers.renewal_ladder if day > 0),
        "overdue_ladder": and_words(numbers.overdue_notice_days),
        "win_back_ladder": and_words(numbers.win_back_days),
        "card_retries": and_words(numbers.card_retry_days),
        "unit_notices": and_words(numbers.unit_notice_days),
        "invitation_reminders": and_words(numbers.invitation_reminder_days),
        "specialties": and_words(programme().specialties.values()),
        "specialty_count": len(programme().specialties),
    }
    found |= _money_numbers(money, money.on(today))
    found |= _exam_numbers(folder)
    rules = fairness()
    for name in (
        "acknowledge_days", "decide_days", "appeal_days", "waiver_valid_days", "forget_words_days"
    ):  # fmt: skip
        found[name] = getattr(rules, name)
    found |= {f"hours_{way.code}": way.hours for way in pathways().ways}
    found["move_after_days"] = pathways().move_after_days
    found |= {
        "body_name": settings.BODY_NAME,
        "body_phone": settings.BODY_PHONE,
        "body_email": settings.BODY_EMAIL,
    }
    return {name: str(value) for name, value in found.items()}


def _money_numbers(money: Prices, book: PriceList) -> dict[str, object]:
    listed = (
        f"- {product.name}: {book.prices[kind]}"
        for kind, product in money.products.items()
        if kind in book.prices
    )
    tiers = (f"{tier.percent} % from {tier.least} pieces" for tier in book.tiers)
    return {
        "estimate_days": money.estimate_days,
        "net_days": money.net_days,
        "overdue_days": money.overdue_days,
        "price_change_notice_days": money.price_change_notice_days,
        "refund_alone": Money(money.refund_alone.minor, money.currency),
        "reinstatement_price": money.reinstatement,
        "currency": money.currency,
        "price_list": "\n".join(listed),
        "price_version": book.version,
        "tiers": and_words(tiers),
    }


def _exam_numbers(folder: Path) -> dict[str, object]:
    """Return the numbers of the exams' rules, of the general exam and of the course's end."""
    with (folder / "exams.toml").open("rb") as file:
        raw = tomllib.load(file)
    rules, general, hipaa = raw["rules"], raw["exam"]["general"], raw["exam"]["hipaa"]
    return {
        "retake_days": rules["retake_days"],
        "sittings_per_unit": rules["sittings_per_unit"],
        "pass_percent": general["pass_percent"],
        "exam_minutes": general["minutes"],
        "exam_items": sum(general["blueprint"].values()),
        "hipaa_pass_percent": hipaa["pass_percent"],
        "hipaa_items": sum(hipaa["blueprint"].values()),
        "hipaa_minutes": hipaa["minutes"],
        "hipaa_retake_hours": hipaa["retake_hours"],
    }
