"""Statistics against a second implementation, written from the formulas alone (STANDARDS §3.3)."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction

import pytest

from scriptorium.domains.exams.models import Answer, KeyCorrection
from scriptorium.domains.exams.rules.figures import ExamFigures, exam_figures
from scriptorium.domains.exams.rules.statistics import cut_points, upper_tail
from tests.support import items as build
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
ITEMS = 12
NEAR = 1e-9


# The second implementation: lists and fractions, one person at a time, no arrays. --------------


def _mean(values: Sequence[Fraction | int]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def _spread(values: Sequence[Fraction | int]) -> Fraction:
    middle = _mean(values)
    return _mean([(value - middle) ** 2 for value in values])


def _pearson(one: Sequence[int], other: Sequence[int]) -> float | None:
    together = _mean([x * y for x, y in zip(one, other, strict=True)]) - _mean(one) * _mean(other)
    spread = _spread(one) * _spread(other)
    return float(together) / math.sqrt(spread) if spread else None


def _tail_share(totals: Sequence[int], chosen: Sequence[int], *, best: bool) -> Fraction:
    """Return the share that chose among the best or worst 27 %, ties by their chance of being in.

    Whoever is alone at the border is in or out; of people who tie, each is in by an equal part.
    """
    size = Fraction((27 * len(totals) + 50) // 100)
    left, found = size, Fraction(0)
    for total in sorted(set(totals), reverse=best):
        group = [c for t, c in zip(totals, chosen, strict=True) if t == total]
        part = min(Fraction(1), left / len(group))
        found += part * sum(group)
        left -= part * len(group)
    return found / size


def _fifth(totals: Sequence[int], total: int) -> int:
    below = sum(t < total for t in totals)
    same = sum(t == total for t in totals)
    return min(4, math.floor(5 * (below + Fraction(same, 2)) / len(totals)))


def _kr20(right: Sequence[Sequence[int]]) -> Fraction:
    totals = [sum(row) for row in right]
    count = len(right[0])
    products = sum((p := _mean([row[i] for row in right])) * (1 - p) for i in range(count))
    return Fraction(count, count - 1) * (1 - products / _spread(totals))


def _binomial(count: int, share: Fraction, cut: int) -> Fraction:
    return sum(
        (
            math.comb(count, x) * share**x * (1 - share) ** (count - x)
            for x in range(cut, count + 1)
        ),
        Fraction(0),
    )


def _subkoviak(right: Sequence[Sequence[int]], cut: int) -> tuple[float, float]:
    count, trust = len(right[0]), _kr20(right)
    totals = [sum(row) for row in right]
    middle = _mean(totals)
    passing = [
        _binomial(count, (trust * total + (1 - trust) * middle) / count, cut) for total in totals
    ]
    same = _mean([p**2 + (1 - p) ** 2 for p in passing])
    overall = _mean(passing)
    chance = overall**2 + (1 - overall) ** 2
    return float(same), float((same - chance) / (1 - chance))


# Comparing them -------------------------------------------------------------------------------


def _people(count: int, seed: int, keys: Sequence[int]) -> list[list[str]]:
    """Return answers of people of different strength, some of them skipped."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        strength = chance.gauss(0, 1.2)
        row = []
        for number, key in enumerate(keys):
            knows = 1 / (1 + math.exp(-(strength - (number - 5) / 4)))
            letter = key if chance.random() < knows else chance.randrange(4)
            row.append("" if chance.random() < 0.03 else "ABCD"[letter])
        found.append(row)
    return found


@pytest.fixture
def sat() -> tuple[ExamFigures, list[list[list[str]]], list[int]]:
    """Return figures of two forms of one exam that share four items, and what was answered."""
    exam = build.exam(count=ITEMS)
    items = [build.item(f"note-{n:03}", build.text(key=n % 4)) for n in range(1, 2 * ITEMS - 3)]
    keys = [build.in_use(item).key or 0 for item in items]
    one = build.form(exam, items[:ITEMS], number=1)
    two = build.form(exam, items[ITEMS - 4 :], number=2)
    answers = [_people(173, 1, keys[:ITEMS]), _people(140, 2, keys[ITEMS - 4 :])]
    for form, given in zip((one, two), answers, strict=True):
        build.sittings(form, given)
    return exam_figures(exam_version=exam), answers, keys


def _right(answers: list[list[str]], keys: list[int]) -> list[list[int]]:
    return [[int(a == "ABCD"[k]) for a, k in zip(row, keys, strict=True)] for row in answers]


def test_row_20_form_statistics_agree_with_a_second_implementation(sat) -> None:
    figures, answers, keys = sat
    for line, given, own in zip(
        figures.forms, answers, (keys[:ITEMS], keys[ITEMS - 4 :]), strict=True
    ):
        right = _right(given, own)
        totals = [sum(row) for row in right]
        reliability = _kr20(right)
        cut = math.ceil(Fraction(80 * ITEMS, 100))
        found = line.figures
        assert found is not None
        assert (found.people, found.items, found.cut) == (len(given), ITEMS, cut)
        assert found.passed == sum(total * 100 >= 80 * ITEMS for total in totals)
        assert found.mean == pytest.approx(float(_mean(totals)), abs=NEAR)
        assert found.deviation == pytest.approx(math.sqrt(_spread(totals)), abs=NEAR)
        assert found.kr20 == pytest.approx(float(reliability), abs=NEAR)
        alpha = Fraction(ITEMS, ITEMS - 1) * (
            1 - sum(_spread([row[i] for row in right]) for i in range(ITEMS)) / _spread(totals)
        )
        assert found.alpha == pytest.approx(float(alpha), abs=NEAR)
        assert found.error == pytest.approx(
            math.sqrt(_spread(totals) * (1 - reliability)), abs=NEAR
        )
        assert found.cut_error == pytest.approx(
            math.sqrt(Fraction(cut * (ITEMS - cut), ITEMS - 1)), abs=NEAR
        )
        distance = (_mean(totals) - cut) ** 2
        k2 = (reliability * _spread(totals) + distance) / (_spread(totals) + distance)
        assert found.livingston == pytest.approx(float(k2), abs=NEAR)
        consistency, kappa = _subkoviak(right, cut)
        assert found.consistency == pytest.approx(consistency, abs=NEAR)
        assert found.kappa == pytest.approx(kappa, abs=NEAR)
        assert line.scores == {t: totals.count(t) for t in sorted(set(totals))}


def test_row_20_item_statistics_agree_over_all_forms(sat) -> None:
    figures, answers, keys = sat
    places = [list(range(ITEMS)), list(range(ITEMS - 4, 2 * ITEMS - 4))]
    seen = 0
    for number, line in enumerate(figures.items):
        totals, chosen = [], []
        for given, own in zip(answers, places, strict=True):
            if number in own:
                right = _right(given, [keys[i] for i in own])
                totals += [sum(row) for row in right]
                chosen += [row[own.index(number)] for row in given]
        seen += len(chosen) == 313
        found = line.figures
        assert found is not None
        _compare(found, keys[number], totals, chosen)
    assert seen == 4


def _compare(found, key: int, totals: list[int], chosen: list[str]) -> None:
    solved = [int(letter == "ABCD"[key]) for letter in chosen]
    rest = [total - own for total, own in zip(totals, solved, strict=True)]
    assert found.people == len(chosen)
    assert found.skipped == chosen.count("")
    assert found.difficulty == pytest.approx(float(_mean(solved)), abs=NEAR)
    assert found.discrimination == pytest.approx(_pearson(solved, rest), abs=NEAR)
    tails = _tail_share(totals, solved, best=True) - _tail_share(totals, solved, best=False)
    assert found.tails == pytest.approx(float(tails), abs=NEAR)
    # The same by the textbook's formula for the correlation without the item itself.
    total_spread, own_spread = math.sqrt(_spread(totals)), math.sqrt(_spread(solved))
    r = _pearson(solved, totals)
    assert r is not None
    corrected = (r * total_spread - own_spread) / math.sqrt(
        total_spread**2 + own_spread**2 - 2 * r * total_spread * own_spread
    )
    assert found.discrimination == pytest.approx(corrected, abs=NEAR)
    for option in found.options:
        picked = [int(letter == option.letter) for letter in chosen]
        assert option.count == sum(picked)
        assert option.share == pytest.approx(float(_mean(picked)), abs=NEAR)
        assert option.correlation == pytest.approx(_pearson(picked, rest), abs=NEAR)
        top = _tail_share(totals, picked, best=True)
        assert option.top_share == pytest.approx(float(top), abs=NEAR)
        for fifth, share in enumerate(option.fifths):
            group = [p for p, t in zip(picked, totals, strict=True) if _fifth(totals, t) == fifth]
            assert share == (pytest.approx(float(_mean(group)), abs=NEAR) if group else None)


#: Ten people, five items; worked by hand with a pocket calculator.
FIXED = ["BBBBB", "BBBBA", "BBBAA", "BBBAA", "BBAAA", "BBAAA", "BABAA", "BAAAA", "ABAAA", "AAAAA"]


def test_row_20_a_small_example_worked_by_hand() -> None:
    exam = build.exam(count=5, rules={"least_figures": 10})
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 6)]
    build.sittings(build.form(exam, items), [list(row) for row in FIXED])
    figures = exam_figures(exam_version=exam)
    # Scores 5 4 3 3 2 2 2 1 1 0: sum 23, sum of squares 73.
    form = figures.forms[0].figures
    assert form is not None
    assert form.mean == pytest.approx(2.3)
    assert form.deviation == pytest.approx(math.sqrt(7.3 - 5.29))
    # p = .8 .7 .5 .2 .1; Σpq = .16 + .21 + .25 + .16 + .09 = .87; KR-20 = 5/4 · (1 - .87/2.01).
    assert form.kr20 == pytest.approx(1.25 * (1 - 0.87 / 2.01), abs=NEAR)
    assert form.kr20 == pytest.approx(0.708955223880597, abs=NEAR)
    assert form.error == pytest.approx(math.sqrt(2.01 * (1 - 0.708955223880597)), abs=NEAR)
    assert form.cut == 4
    assert form.passed == 2
    assert form.cut_error == pytest.approx(1.0, abs=NEAR)
    assert form.livingston == pytest.approx((0.708955223880597 * 2.01 + 2.89) / 4.9, abs=NEAR)
    third = figures.items[2].figures
    assert third is not None
    assert third.difficulty == pytest.approx(0.5)
    # Best three: 5, 4 and one of the two 3s, all right; worst three: 0, 1, 1, none right.
    assert third.tails == pytest.approx(1.0)
    # Rest scores of those right: 4 3 2 2 1; of those wrong: 2 2 1 1 0.
    assert third.discrimination == pytest.approx((2.4 - 1.2) / 2 / math.sqrt(4.4 - 3.24), abs=NEAR)


def test_row_20_below_the_least_number_there_is_no_figure() -> None:
    exam = build.exam(count=3)
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 4)]
    form = build.form(exam, items)
    build.sittings(form, [list("BBA")] * 99)
    figures = exam_figures(exam_version=exam)
    assert [line.figures for line in figures.forms] == [None]
    assert [line.figures for line in figures.items] == [None] * 3
    build.sittings(form, [list("BAA")])
    figures = exam_figures(exam_version=exam)
    assert all(line.figures for line in (*figures.forms, *figures.items))


def test_where_nobody_differs_nothing_is_divided_by_zero() -> None:
    exam = build.exam(count=3, rules={"least_figures": 1})
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 4)]
    build.sittings(build.form(exam, items), [list("BBA")] * 5)
    figures = exam_figures(exam_version=exam)
    form, item = figures.forms[0].figures, figures.items[0].figures
    assert form is not None
    assert (form.kr20, form.error, form.livingston, form.kappa) == (None, None, None, None)
    assert form.deviation == 0
    assert item is not None
    assert item.discrimination is None
    assert item.flags == ("too easy",)


def test_an_exam_that_nobody_finished_has_no_figures() -> None:
    figures = exam_figures(exam_version=build.exam())
    assert (figures.sittings, figures.forms, figures.items) == (0, (), ())


def test_the_newest_save_counts_and_late_or_foreign_ones_do_not() -> None:
    exam = build.exam(count=2, rules={"least_figures": 1})
    items = [build.item("note-001", build.text(key=1)), build.item("note-002", build.text(key=2))]
    form = build.form(exam, items)
    first, second = build.sittings(form, [["A", "C"], ["B", "A"]])
    other = build.exam("derm", rules={"least_figures": 1})
    build.sittings(build.form(other, items), [["A", "A"]])
    Answer.objects.create(sitting=first, position=1, seq=4, choice="D", saved_at=NOW)
    Answer.objects.create(sitting=first, position=1, seq=9, choice="B", saved_at=NOW)
    Answer.objects.create(sitting=second, position=2, seq=2, choice="C", saved_at=NOW, late=True)
    Answer.objects.create(sitting=second, position=1, seq=3, saved_at=NOW)
    figures = exam_figures(exam_version=exam)
    one, two = (line.figures for line in figures.items)
    assert one is not None
    assert two is not None
    assert (one.difficulty, one.skipped) == (0.5, 1)
    assert two.difficulty == 0.5
    assert figures.forms[0].scores == {0: 1, 2: 1}


def test_typed_answers_count_by_spelling_and_have_no_options() -> None:
    exam = build.exam(count=2, rules={"least_figures": 1})
    items = [
        build.item("note-001", build.text(accept=["Sciatica"])),
        build.item("note-002", build.text(key=0)),
    ]
    form = build.form(exam, items)
    build.sittings(form, [["  sciatica ", "A"], ["siatica", "A"], ["", "A"], ["SCIATICA", "B"]])
    typed = exam_figures(exam_version=exam).items[0].figures
    assert typed is not None
    assert (typed.difficulty, typed.skipped, typed.options) == (0.5, 1, ())


def test_pilot_items_have_figures_and_no_weight() -> None:
    exam = build.exam(count=4, rules={"least_figures": 1})
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 5)]
    given = ["BBBA", "BBAB", "BAAB", "AAAB"]
    build.sittings(build.form(exam, items, unscored=1), [list(row) for row in given])
    figures = exam_figures(exam_version=exam)
    assert figures.forms[0].items == 3
    assert figures.forms[0].scores == {0: 1, 1: 1, 2: 1, 3: 1}
    pilot = figures.items[3]
    assert pilot.pilot
    assert pilot.figures is not None
    assert pilot.figures.discrimination == pytest.approx(_pearson([0, 1, 1, 1], [3, 2, 1, 0]))


def test_forms_of_single_sittings_have_item_figures_and_no_reliability() -> None:
    exam = build.exam(count=2, delivery="assembled", rules={"least_figures": 2})
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 4)]
    for own in ((0, 1), (1, 2), (2, 0)):
        build.sittings(build.form(exam, [items[i] for i in own], number=None), [["B", "A"]])
    figures = exam_figures(exam_version=exam)
    (line,) = figures.forms
    assert (line.number, line.people, line.figures) == (None, 3, None)
    assert [i.figures.difficulty for i in figures.items if i.figures] == [0.5, 0.5, 0.5]


def test_topics_say_how_many_reached_the_mark() -> None:
    exam = build.exam(count=2)
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 3)]
    items += [build.item(f"risk-{n:03}", build.text(key=1), topic="risk") for n in range(1, 3)]
    build.sittings(build.form(exam, items), [list("BBAA"), list("BABB"), list("BBBB")])
    lines = exam_figures(exam_version=exam).topics
    assert [(t.name, t.people, t.reached) for t in lines] == [
        ("The note", 3, 2),
        ("core/risk", 3, 2),
    ]


def test_a_corrected_key_counts_for_the_version_that_was_wrong() -> None:
    exam = build.exam(count=1, rules={"least_figures": 1})
    item = build.item("note-001", build.text(key=1))
    build.sittings(build.form(exam, [item]), [["B"], ["C"], ["C"]])
    right = build.version_of(item, build.text(key=2), number=2)
    KeyCorrection.objects.create(
        wrong=item.live_version, right=right, reason="Two sources", proposed_by="a",
        proposed_by_name="A", proposed_at=NOW, decided_at=NOW, decided_by="b",
        decided_by_name="B", approved=True,
    )  # fmt: skip
    (line,) = exam_figures(exam_version=exam).items
    assert line.number == 2
    assert line.figures is not None
    assert line.figures.difficulty == pytest.approx(2 / 3)


def test_flags_name_what_an_author_should_look_at() -> None:
    exam = build.exam(count=3, rules={"least_figures": 1})
    items = [build.item(f"note-{n:03}", build.text(key=1)) for n in range(1, 4)]
    # The best choose C where the key says B; almost nobody is right in the third.
    given = ["BCA"] * 30 + ["BCC"] * 30 + ["ABD"] * 30 + ["AAB"] * 5
    build.sittings(build.form(exam, items), [list(row) for row in given])
    wrong_key = exam_figures(exam_version=exam).items[1].figures
    hard = exam_figures(exam_version=exam).items[2].figures
    assert wrong_key is not None
    assert hard is not None
    assert {"check the key", "does not discriminate"} <= set(wrong_key.flags)
    c = wrong_key.options[2]
    assert "chosen by the better ones" in c.flags
    assert "chosen more often than the key by the best 27 %" in c.flags
    assert "chosen by fewer than 5 %" in wrong_key.options[3].flags
    assert "too hard" in hard.flags


@pytest.mark.parametrize(("percent", "items", "cut"), [(80, 100, 80), (80, 25, 20), (80, 12, 10)])
def test_the_cut_is_the_fewest_points_that_pass(percent: int, items: int, cut: int) -> None:
    assert cut_points(percent=percent, items=items) == cut
    assert cut * 100 >= percent * items
    assert (cut - 1) * 100 < percent * items


def test_the_binomial_tail_is_exact_at_its_ends() -> None:
    assert upper_tail(items=10, share=0.3, cut=0) == pytest.approx(1)
    assert upper_tail(items=10, share=0.0, cut=1) == 0
    assert upper_tail(items=10, share=1.0, cut=10) == 1
