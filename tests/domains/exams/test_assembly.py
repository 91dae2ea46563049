"""Forms from the shipped bank: exact, without enemies, evenly used (STANDARDS rows 17, 18)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from django.conf import settings

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.exams.rules import assembly
from scriptorium.domains.exams.rules.assembly import Candidate, CannotAssemble
from scriptorium.integrations.programme_files.exams import WrittenScheme, read_scheme
from scriptorium.integrations.programme_files.items import read_items

EXAMS = ["hipaa", "general", *programme().specialties]


@cache
def shipped() -> tuple[WrittenScheme, list[Candidate]]:
    folder = settings.PROGRAMME_DIR
    problems: list = []
    items = read_items(folder, problems)
    scheme = read_scheme(
        folder, specialties=programme().specialties, items=items, problems=problems
    )
    assert problems == []
    assert scheme is not None
    number = {item.code: key for key, item in enumerate(items)}
    enemies: dict[int, set[int]] = {key: set() for key in number.values()}
    for item in items:
        for enemy in item.enemies:
            enemies[number[item.code]].add(number[enemy])
            enemies[number[enemy]].add(number[item.code])
    bank = [
        Candidate(
            number[item.code],
            number[item.code],
            assembly.place_of(item.bank, item.topic),
            frozenset(enemies[number[item.code]]),
        )
        for item in items
    ]
    return scheme, bank


def of_exam(code: str) -> tuple[dict[str, int], list[Candidate]]:
    scheme, bank = shipped()
    (exam,) = [exam for exam in scheme.exams if exam.code == code]
    blueprint = {assembly.place_of(own, topic): count for own, topic, count in exam.blueprint}
    return blueprint, [candidate for candidate in bank if candidate.place in blueprint]


@pytest.mark.parametrize("code", EXAMS)
def test_row_18_a_thousand_forms_meet_the_blueprint_and_the_exposure_cap(code: str) -> None:
    blueprint, bank = of_exam(code)
    have = Counter(candidate.place for candidate in bank)
    used: Counter[int] = Counter()
    for number in range(1000):
        form = assembly.assemble(
            blueprint=blueprint, bank=bank, seed=f"{code}:{number}", used=used, forms=number
        )
        assert assembly.violations(form=form, blueprint=blueprint, bank=bank) == []
        used.update(chosen.item for chosen in form)
    for candidate in bank:
        place = candidate.place
        cap = assembly.exposure_cap(wanted=blueprint[place], have=have[place])
        assert used[candidate.item] / 1000 <= cap, candidate


@pytest.mark.parametrize("code", EXAMS)
def test_row_18_a_second_form_holds_nothing_that_was_seen_where_the_bank_allows(code: str) -> None:
    blueprint, bank = of_exam(code)
    first = assembly.assemble(blueprint=blueprint, bank=bank, seed="first")
    seen = {chosen.item for chosen in first}
    second = assembly.assemble(blueprint=blueprint, bank=bank, seed="second", seen=seen)
    assert not seen & {chosen.item for chosen in second}


@pytest.mark.parametrize("code", [code for code in EXAMS if code != "hipaa"])
def test_four_parallel_forms_share_an_item_at_most_twice(code: str) -> None:
    blueprint, bank = of_exam(code)
    forms = assembly.parallel(blueprint=blueprint, bank=bank, seed=code, forms=4, forms_per_item=2)
    assert len(forms) == 4
    for form in forms:
        assert len(form) == 100
        assert assembly.violations(form=form, blueprint=blueprint, bank=bank) == []
    uses = Counter(chosen.item for form in forms for chosen in form)
    assert max(uses.values()) <= 2


def test_row_17_the_same_seed_gives_the_same_form() -> None:
    blueprint, bank = of_exam("general")
    one = assembly.assemble(blueprint=blueprint, bank=bank, seed="kept")
    assert one == assembly.assemble(blueprint=blueprint, bank=bank[::-1], seed="kept")
    assert one != assembly.assemble(blueprint=blueprint, bank=bank, seed="other")


def test_a_bank_that_is_too_small_is_named() -> None:
    bank = [Candidate(n, n, "core/note") for n in range(3)]
    with pytest.raises(CannotAssemble, match="core/note has 3 items that may be used; 4 are"):
        assembly.assemble(blueprint={"core/note": 4}, bank=bank, seed="x")


def test_enemies_that_leave_too_few_are_named() -> None:
    bank = [Candidate(n, n, "core/note", frozenset({0, 1, 2} - {n})) for n in range(3)]
    with pytest.raises(CannotAssemble, match="too few items that may stand on one form"):
        assembly.assemble(blueprint={"core/note": 2}, bank=bank, seed="x")


def test_what_was_seen_is_used_when_nothing_else_is_left() -> None:
    bank = [Candidate(n, n, "core/note") for n in range(4)]
    form = assembly.assemble(blueprint={"core/note": 3}, bank=bank, seed="x", seen={0, 1})
    assert {2, 3} < {chosen.item for chosen in form}


@pytest.mark.parametrize("pilots", [0, 1, 10])
def test_items_that_are_tried_out_sit_inside_the_hundred_without_counting(pilots: int) -> None:
    blueprint, shipped_bank = of_exam("general")
    bank = [replace(c, pilot=c.item % 7 == 0) for c in shipped_bank]
    tried = {candidate.item for candidate in bank if candidate.pilot}
    for number in range(50):
        form = assembly.assemble(
            blueprint=blueprint, bank=bank, seed=f"pilot:{number}", pilots=pilots
        )
        assert assembly.violations(form=form, blueprint=blueprint, bank=bank) == []
        unscored = {chosen.item for chosen in form if not chosen.scored}
        assert len(unscored) == pilots
        assert {chosen.item for chosen in form} & tried == unscored


def test_with_fewer_items_to_try_out_the_rest_of_the_places_count() -> None:
    bank = [Candidate(n, n, "core/note", pilot=n < 2) for n in range(9)]
    form = assembly.assemble(blueprint={"core/note": 6}, bank=bank, seed="x", pilots=5)
    assert (len(form), sum(chosen.scored for chosen in form)) == (6, 4)


def test_an_item_that_is_tried_out_is_never_taken_to_fill_a_form() -> None:
    bank = [Candidate(n, n, "core/note", pilot=n < 2) for n in range(5)]
    with pytest.raises(CannotAssemble, match="core/note has 3 items that may be used; 4 are"):
        assembly.assemble(blueprint={"core/note": 4}, bank=bank, seed="x")
