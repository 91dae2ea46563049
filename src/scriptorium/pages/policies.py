"""The policies: the list, one of them with today's numbers, and its lines on other pages (S37)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import Policy, policies, policy_numbers
from scriptorium.domains.memberships.rules import words


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy of the list."""

    title: str
    summary: str
    url: str
    version: str
    since: str


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """One policy; ``body`` is Markdown with its numbers."""

    title: str
    summary: str
    version: str
    since: str
    body: str
    others: list[PolicyRow]


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One sentence of a policy, for a page to which it applies."""

    words: str
    title: str
    url: str


def policy_list(*, today: dt.date) -> list[PolicyRow]:
    """Return every policy, in order."""
    return [_row(policy, today) for policy in policies()]


def _row(policy: Policy, today: dt.date) -> PolicyRow:
    return PolicyRow(
        title=policy.title,
        summary=policy.filled(policy.summary, policy_numbers(today)),
        url=f"/policies/{policy.slug}/",
        version=policy.version,
        since=words(policy.effective_on),
    )


def policy_page(*, slug: str, today: dt.date) -> PolicyPage | None:
    """Return one policy as it reads today, or None when there is no such."""
    policy = next((one for one in policies() if one.slug == slug), None)
    if policy is None:
        return None
    own = _row(policy, today)
    return PolicyPage(
        title=own.title,
        summary=own.summary,
        version=own.version,
        since=own.since,
        body=policy.filled(policy.body, policy_numbers(today)),
        others=[_row(other, today) for other in policies() if other.slug != slug],
    )


def policy_lines(*, today: dt.date) -> Mapping[str, PolicyLine]:
    """Return name → the sentence that a page shows where the rule applies, with its policy."""
    numbers = policy_numbers(today)
    return {
        name: PolicyLine(policy.filled(text, numbers), policy.title, f"/policies/{policy.slug}/")
        for policy in policies()
        for name, text in policy.lines.items()
    }
