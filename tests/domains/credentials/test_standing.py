"""Where a credential stands on a day: computed from decisions and paid years, never stored."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.credentials.enums import DecisionState, Standing
from scriptorium.domains.credentials.queries import (
    CredentialFacts,
    DecisionFact,
    MembershipFact,
    TermFact,
)
from scriptorium.domains.credentials.rules import Status, status_on, upkeep_on
from scriptorium.pages.verification import status_words
from tests.support.builders import days, noon

GRACE = 30
#: One paid year from 300 days ago to 65 days ahead, made on its first day.
YEAR = (-300, 65)


def term(
    start: int,
    end: int,
    *,
    made: int | None = None,
    voided: int | None = None,
    before: int | None = None,
) -> TermFact:
    return TermFact(
        days(start),
        days(end),
        noon(days(start if made is None else made)),
        None if voided is None else noon(days(voided)),
        None if before is None else days(before),
    )


def decision(key: int, kind: str, state: str, effective: int, level: str = "CMSA") -> DecisionFact:
    return DecisionFact(key, kind, state, level, days(effective))


def member(renews: int, lapses: int | None = None, cancelled: int | None = None) -> MembershipFact:
    return MembershipFact(
        days(renews),
        days(renews + GRACE if lapses is None else lapses),
        None if cancelled is None else days(cancelled),
    )


def facts(
    *decisions: DecisionFact, terms: tuple[TermFact, ...] = (term(*YEAR),),
    membership: MembershipFact | None = None,
) -> CredentialFacts:  # fmt: skip
    awarded = decision(1, "passed", "held", -290)
    last = max((t.ends_before for t in terms), default=None)
    dates = MembershipFact(last, last + dt.timedelta(days=GRACE), None) if last else None
    return CredentialFacts(
        "SC-1", "Ada Park", "general", (awarded, *decisions), terms,
        membership or dates,
    )  # fmt: skip


def on(found: CredentialFacts, day: int, ce: int | None = None) -> Status:
    short = None if ce is None else days(ce)
    return status_on(found, days(day), grace_days=GRACE, ce_short_on=short)


@pytest.mark.parametrize(
    ("day", "words", "good"),
    [
        (-291, "Not awarded yet on this day", False),
        (-290, "Active", True),
        (0, "Active", True),
        (64, "Active", True),
        (65, "Active, in the grace period until 25 Feb 2027", True),
        (94, "Active, in the grace period until 25 Feb 2027", True),
        (95, "Inactive since 26 Feb 2027", False),
        (900, "Inactive since 26 Feb 2027", False),
    ],
)
def test_the_paid_year_and_its_grace_make_the_standing(day: int, words: str, good: bool) -> None:
    status = on(facts(), day)
    assert (status_words(status), status.in_order) == (words, good)


def test_valid_through_is_the_last_paid_day_while_held() -> None:
    assert on(facts(), 0).valid_through == days(64)
    assert on(facts(decision(2, "suspended", "suspended", -5)), 0).valid_through is None


def test_without_any_paid_year_it_is_inactive_and_says_no_day() -> None:
    status = on(facts(terms=()), 0)
    assert (status_words(status), status.valid_through) == ("Inactive", None)


def test_the_last_decision_in_effect_counts_whatever_was_decided_for_later() -> None:
    found = facts(
        decision(2, "suspended", "suspended", 10),
        decision(3, "reinstated", "held", 5),
    )
    assert [on(found, day).state for day in (0, 5, 10, 20)] == [DecisionState.HELD] * 4
    found = facts(decision(2, "suspended", "suspended", 10))
    assert [on(found, day).state for day in (9, 10)] == ["held", "suspended"]
    assert status_words(on(found, 10)) == "Suspended since 3 Dec 2026"


def test_every_state_that_is_not_held_is_the_public_status() -> None:
    for state in ("suspended", "revoked", "retired", "surrendered"):
        status = on(facts(decision(2, state, state, -3)), 0)
        assert status_words(status) == f"{state.title()} since 20 Nov 2026"
        assert not status.in_order
        assert on(facts(decision(2, state, state, -3)), -4).in_order


def test_the_level_is_that_of_the_day() -> None:
    found = facts(
        decision(2, "promoted", "held", -100, "CMSS"),
        decision(3, "suspended", "suspended", -50, "CMSS"),
        decision(4, "reinstated", "held", -40, "CMSS"),
    )
    assert (on(found, -101).level, on(found, -101).level_since) == ("CMSA", days(-290))
    assert (on(found, 0).level, on(found, 0).level_since) == ("CMSS", days(-100))


def test_a_year_counts_from_the_day_on_which_it_was_made() -> None:
    """Paid on day 12 of the grace period: asked for day 5, it was in grace then, and stays so."""
    years = (term(-395, -30), term(-30, 335, made=-18, before=0))
    found = facts(terms=years)
    assert status_words(on(found, -25)) == "Active, in the grace period until 22 Nov 2026"
    assert status_words(on(found, -18)) == "Active"
    assert on(found, -25).valid_through == days(-31)


def test_a_year_that_was_taken_back_counts_until_then() -> None:
    years = (term(-400, -35), term(-10, 355, voided=-5, before=-5))
    found = facts(terms=years, membership=member(-35))
    assert [on(found, day).in_order for day in (-36, -4)] == [True, False]
    assert [on(found, day).in_order for day in (-8, -6)] == [True, True]


def test_a_day_of_lapse_that_staff_moved_counts_for_its_own_year() -> None:
    found = facts(membership=member(65, lapses=165))
    assert on(found, 160).in_order
    assert not on(found, 165).in_order
    years = (term(-395, -30), term(-30, 335, made=40, before=45))
    assert facts(terms=years).terms[1].previous_lapses_on == days(45)
    assert on(facts(terms=years), 39).in_order


def test_where_no_year_says_when_it_lapsed_the_programme_s_grace_counts() -> None:
    years = (term(-800, -435), term(-300, 65))
    found = facts(terms=years)
    assert on(facts(decision(0, "passed", "held", -800), terms=years), -434).in_order
    assert upkeep_on(found.terms, found.membership, days(-405), grace_days=GRACE).since == days(
        -405
    )


def test_between_two_years_the_earlier_one_has_lapsed() -> None:
    """A renewal after the lapse begins anew; a year paid ahead does not heal the gap."""
    years = (term(-800, -435), term(-100, 265, made=-110))
    upkeep = upkeep_on(years, member(265), days(-105), grace_days=GRACE)
    assert (upkeep.standing, upkeep.since) == (Standing.INACTIVE, days(-435))


def test_before_the_first_year_begins_it_is_inactive() -> None:
    upkeep = upkeep_on((term(5, 370, made=-1),), member(370), days(0), grace_days=GRACE)
    assert upkeep.standing == Standing.INACTIVE


def test_a_cancelled_membership_has_no_grace() -> None:
    found = facts(membership=member(65, cancelled=10))
    assert on(found, 64).in_order
    assert not on(found, 65).in_order


@pytest.mark.parametrize(
    ("day", "standing"), [(0, "active"), (10, "grace"), (39, "grace"), (40, "inactive")]
)
def test_missing_education_gives_thirty_days_and_then_counts(day: int, standing: str) -> None:
    upkeep = on(facts(), day, ce=10).upkeep
    assert upkeep is not None
    assert upkeep.standing == standing
    assert on(facts(), day).in_order
