"""The shipped bank is hard to guess without knowledge and fair with it (issue: real content)."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pytest
from django.conf import settings

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.exams.rules import writing
from scriptorium.integrations.programme_files.items import WrittenItem, read_items


@cache
def shipped() -> list[WrittenItem]:
    problems: list = []
    items = read_items(settings.PROGRAMME_DIR, problems)
    assert problems == []
    return items


@cache
def by_bank() -> dict[str, list[WrittenItem]]:
    found = defaultdict(list)
    for item in shipped():
        found[item.bank].append(item)
    return found


def test_there_are_enough_items_of_each_bank() -> None:
    counts = {bank: len(items) for bank, items in by_bank().items()}
    assert counts["core"] >= 320
    assert counts["hipaa"] >= 60
    assert all(counts[code] >= 80 for code in programme().specialties)


def test_each_item_is_written_as_items_are() -> None:
    assert [f"{i.code}: {flaw}" for i in shipped() for flaw in writing.flaws(i)] == []


def test_each_item_has_a_rationale_and_a_source() -> None:
    assert [i.code for i in shipped() if len(i.why) < 20 or len(i.source) < 8] == []


def test_no_two_stems_are_more_than_seventy_percent_alike() -> None:
    assert list(writing.alike(shipped())) == []


@pytest.mark.parametrize("bank", ["core", "hipaa", *programme().specialties])
def test_answering_without_knowledge_is_right_in_at_most_35_percent(bank: str) -> None:
    for way, share in writing.guessed(by_bank()[bank]).items():
        assert share <= writing.MOST_GUESSED, way


def test_answering_without_knowledge_fails_over_the_whole_bank() -> None:
    assert max(writing.guessed(shipped()).values()) <= writing.MOST_GUESSED


def test_keys_are_spread_over_the_four_places() -> None:
    choices = [item for item in shipped() if not item.accept]
    places = Counter(writing.placed(code=i.code, right=i.right, wrong=i.wrong)[1] for i in choices)
    assert set(places) == {0, 1, 2, 3}
    for count in places.values():
        assert 0.2 <= count / len(choices) <= 0.3


def test_stems_read_like_plain_english() -> None:
    assert writing.grade(item.stem for item in shipped()) <= 10


def test_there_are_vignettes_and_text_entries() -> None:
    assert sum(item.vignette for item in shipped()) >= len(shipped()) / 5
    entries = [item for item in shipped() if item.accept]
    assert {item.topic for item in entries} == {"spelling"}
    assert len(entries) >= 26


def test_few_items_ask_for_what_is_not_so() -> None:
    negative = [item for item in shipped() if " NOT " in item.stem or " EXCEPT" in item.stem]
    assert len(negative) <= len(shipped()) / 20
