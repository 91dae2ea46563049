"""Policies: pages whose numbers are those of the rules, and lines where a rule applies (S37)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from django.test import Client

from scriptorium.domains.catalog.queries import (
    Policy,
    UnknownPlaceholder,
    policies,
    policy_numbers,
    prices,
)
from scriptorium.pages.policies import policy_lines
from tests.support.builders import TODAY, Clinic, browser, person
from tests.support.money import Till

pytestmark = pytest.mark.django_db

SLUGS = (
    "terms-of-sale", "refunds-and-credits", "renewals-and-cancellation", "units-and-packages",
    "retakes", "certification-and-appeals", "privacy", "accessibility",
)  # fmt: skip
#: Numbers that belong to a name and to no rule of ours.
NAMES = ("WCAG 2.2",)


def own(slug: str) -> Policy:
    return next(policy for policy in policies() if policy.slug == slug)


def test_the_list_names_every_policy_with_its_version(client: Client) -> None:
    page = client.get("/policies/").text
    assert tuple(policy.slug for policy in policies()) == SLUGS
    for policy in policies():
        assert f'href="/policies/{policy.slug}/"' in page
    assert "Version 2026-11, in force since 1 Nov 2026" in page
    assert "sample policies" in page


@pytest.mark.parametrize("slug", SLUGS)
def test_each_policy_is_a_page_that_calls_itself_a_sample(client: Client, slug: str) -> None:
    page = client.get(f"/policies/{slug}/").text
    assert f"<h1>{own(slug).title}</h1>" in page
    assert "Version 2026-11" in page
    assert "A sample policy of the demo body." in page
    assert "{" not in page.partition("<article")[2].partition("</article>")[0]


def test_there_is_no_other_policy(client: Client) -> None:
    assert client.get("/policies/nothing/").status_code == 404


@pytest.mark.parametrize("slug", SLUGS)
def test_no_number_is_typed_into_a_policy(slug: str) -> None:
    policy = own(slug)
    text = "\n".join((policy.summary, policy.body, *policy.lines.values()))
    for name in NAMES:
        text = text.replace(name, "")
    typed = re.sub(r"{\w+}", "", text)
    assert re.findall(r"\d+", typed) == []


def test_a_placeholder_that_no_rule_fills_is_refused() -> None:
    policy = dataclasses.replace(own("retakes"), body="Wait {moons} moons.")
    with pytest.raises(UnknownPlaceholder, match=r"policies/retakes\.md.*{moons}"):
        policy.filled(policy.body, policy_numbers(TODAY))


def test_every_text_of_every_policy_can_be_filled_on_any_day() -> None:
    for day in (TODAY, dt.date(2024, 6, 1)):
        numbers = policy_numbers(day)
        for policy in policies():
            for text in (policy.summary, policy.body, *policy.lines.values()):
                assert "{" not in policy.filled(text, numbers)


def test_the_numbers_are_those_of_the_rules(client: Client) -> None:
    terms = client.get("/policies/terms-of-sale/").text
    book = prices().on(TODAY)
    assert f"Certification package: {book.prices['package']}" in terms
    assert "10 % from 5 pieces, 15 % from 10 pieces and 20 % from 25 pieces" in terms
    assert f"due {prices().net_days} days later" in terms
    renewals = client.get("/policies/renewals-and-cancellation/").text
    assert "45, 30, 14 and 3 days before the renewal date" in renewals
    assert "1, 15 and 30 days after the date" in renewals
    assert "60 and 90 days after the date" in renewals
    assert str(prices().reinstatement) in renewals
    retakes = client.get("/policies/retakes/").text
    assert "100 questions in 100 minutes; 80 % right passes" in retakes
    assert "again after 24 hours" in retakes


def test_a_policy_shows_the_prices_of_the_day_on_which_it_is_read() -> None:
    earlier, today = policy_numbers(dt.date(2025, 5, 1)), policy_numbers(TODAY)
    assert "Certification package: $189.00" in earlier["price_list"]
    assert "Certification package: $199.00" in today["price_list"]


def test_every_page_leads_to_the_policies(client: Client) -> None:
    assert 'href="/policies/"' in client.get("/").text


def test_the_rule_stands_where_it_applies(clinic: Clinic) -> None:
    lines = policy_lines(today=TODAY)
    till = Till(clinic)
    estimate = till.estimate(package=5)
    base = f"/practice/{clinic.practice.reference}"
    page = browser(clinic.dana).get(f"{base}/estimates/{estimate.reference}/").text
    assert lines["estimate"].words in page
    assert 'href="/policies/terms-of-sale/"' in page
    order = till.accept(estimate).order
    page = browser(clinic.dana).get(f"{base}/orders/{order.reference}/").text
    assert lines["order"].words in page
    assert 'href="/policies/refunds-and-credits/"' in page


def test_reading_a_policy_needs_no_account_and_an_account_changes_nothing(client: Client) -> None:
    signed = browser(person("Solveig Aune"))
    for reader in (client, signed):
        assert reader.get("/policies/privacy/").status_code == 200
