"""The clock, answers and retakes of a sitting, and scoring, in pure rules (DOMAIN §5)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from scriptorium.domains.exams.rules import scoring
from scriptorium.domains.exams.rules import sitting as rules
from scriptorium.domains.exams.rules.sitting import BadAnswer, CannotStart, Given

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
RETAKES = {"retake_hours": 720, "sittings_per_unit": 2, "now": NOON}


def test_79_of_100_fails_and_80_passes() -> None:
    assert not scoring.passes(correct=79, scored=100, percent=80)
    assert scoring.passes(correct=80, scored=100, percent=80)


def test_19_of_25_fails_and_20_passes() -> None:
    assert not scoring.passes(correct=19, scored=25, percent=80)
    assert scoring.passes(correct=20, scored=25, percent=80)


@cases(scored=st.integers(1, 200), data=st.data())
def test_row_22_passing_is_exactly_four_fifths_in_whole_numbers(
    scored: int, data: st.DataObject
) -> None:
    correct = data.draw(st.integers(0, scored))
    assert scoring.passes(correct=correct, scored=scored, percent=80) == (5 * correct >= 4 * scored)


def test_a_typed_term_is_right_whatever_its_capitals_and_blanks() -> None:
    keyed = scoring.Keyed(1, "core/spelling", True, None, ("hemorrhage", "haemorrhage"))
    for text in ("hemorrhage", "  Hemorrhage ", "HAEMORRHAGE"):
        assert scoring.is_right(keyed=keyed, choice="", text=text)
    for text in ("", "hemorrage", "hemor rhage"):
        assert not scoring.is_right(keyed=keyed, choice="", text=text)


def test_pilot_items_do_not_count() -> None:
    form = [scoring.Keyed(n, "t", n > 1, 0, ()) for n in (1, 2)]
    found = scoring.score(form=form, answers={1: ("B", ""), 2: ("A", "")}, percent=80)
    assert (found.correct, found.scored, found.passed) == (1, 1, True)


def test_row_13_a_save_at_the_deadline_and_five_seconds_is_kept_and_at_six_refused() -> None:
    for seconds, kept in ((-1, True), (0, True), (5, True), (6, False)):
        at = NOON + dt.timedelta(seconds=seconds)
        assert rules.in_time(deadline=NOON, at=at, grace_seconds=5) is kept


def test_row_12_one_and_a_half_times_the_time_is_exact_to_the_second() -> None:
    assert rules.limit_seconds(minutes=100, percent=150) == 9000
    assert rules.limit_seconds(minutes=40, percent=125) == 3000


def test_row_23_an_early_retake_is_refused_and_says_from_when() -> None:
    last = NOON - dt.timedelta(days=29, hours=23)
    with pytest.raises(
        CannotStart, match="30 days after the last one, from 24 Nov 2026, 05:00 PST"
    ):
        rules.check_can_start(last_finished_at=last, sittings_on_unit=1, waived=False, **RETAKES)
    rules.check_can_start(
        last_finished_at=NOON - dt.timedelta(days=30), sittings_on_unit=1, waived=False, **RETAKES
    )


def test_row_23_a_third_sitting_on_one_unit_is_refused() -> None:
    last = NOON - dt.timedelta(days=400)
    with pytest.raises(CannotStart, match="Both sittings of this unit are used"):
        rules.check_can_start(last_finished_at=last, sittings_on_unit=2, waived=False, **RETAKES)


def test_row_23_a_waiver_allows_either() -> None:
    rules.check_can_start(last_finished_at=NOON, sittings_on_unit=2, waived=True, **RETAKES)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ([], "An answer is an object"),
        ({"choice": "A"}, "“seq” is a whole number"),
        ({"choice": "A", "seq": 0}, "“seq” is a whole number"),
        ({"choice": "A", "seq": True}, "“seq” is a whole number"),
        ({"choice": "A", "seq": "1"}, "“seq” is a whole number"),
        ({"choice": "E", "seq": 1}, "A, B, C or D"),
        ({"choice": "AB", "seq": 1}, "A, B, C or D"),
        ({"choice": 1, "seq": 1}, "A, B, C or D"),
        ({"text": "x" * 101, "seq": 1}, "at most 100 letters"),
        ({"text": ["x"], "seq": 1}, "at most 100 letters"),
        ({"choice": "A", "text": "x", "seq": 1}, "not both"),
        ({"choice": "A", "flagged": "yes", "seq": 1}, "true or false"),
    ],
)
def test_an_answer_that_no_item_can_have_is_refused_with_the_field(raw, sentence: str) -> None:
    with pytest.raises(BadAnswer, match=sentence):
        rules.given(position=1, raw=raw, length=10)


def test_a_position_that_the_form_does_not_have_is_refused() -> None:
    for position in (0, 11):
        with pytest.raises(BadAnswer, match="items 1 to 10"):
            rules.given(position=position, raw={"choice": "A", "seq": 1}, length=10)


def test_a_flag_alone_is_an_answer_to_keep() -> None:
    found = rules.given(position=3, raw={"flagged": True, "seq": 7}, length=10)
    assert found == Given(3, 7, "", "", True)


def test_control_characters_are_taken_out_of_a_typed_term() -> None:
    raw = {"text": "asc\x00ites\n", "seq": 1}
    assert rules.given(position=1, raw=raw, length=10).text == "ascites"


@pytest.mark.parametrize(
    ("began", "ended", "given_before", "seconds"),
    [(-10, -5, 0, 0), (-5, 5, 0, 300), (10, 12, 0, 120), (10, 40, 0, 600), (10, 40, 500, 100),
     (95, 130, 0, 300), (101, 130, 0, 0)],
)  # fmt: skip
def test_only_the_time_that_the_server_was_down_during_the_sitting_is_given_back(
    began: int, ended: int, given_before: int, seconds: int
) -> None:
    def minute(number: int) -> dt.datetime:
        return NOON + dt.timedelta(minutes=number)

    assert (
        rules.credit_for(
            started_at=NOON,
            deadline=minute(100),
            began_at=minute(began),
            ended_at=minute(ended),
            given_seconds=given_before,
            most_seconds=600,
        )
        == seconds
    )
