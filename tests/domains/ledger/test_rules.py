"""The ledger's rules, pure: moves, expiry, states of parts, release (DOMAIN §2)."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptorium.domains.ledger import rules
from scriptorium.domains.ledger.enums import MOVES, EntryEvent, PartState, UnitState
from scriptorium.domains.ledger.rules import CannotRelease, IllegalMove

TODAY = dt.date(2026, 11, 23)
LEGAL = {
    (event, source): target for event, (sources, target) in MOVES.items() for source in sources
}
EVERY = list(itertools.product(EntryEvent, ["", *UnitState]))


@pytest.mark.parametrize(("event", "source"), EVERY, ids=lambda v: str(v) or "nothing")
def test_a_unit_moves_as_the_table_says_and_no_other_way(event: EntryEvent, source: str) -> None:
    if (event, source) in LEGAL:
        assert rules.can_move(event, source)
        assert rules.check_move(event, source) == LEGAL[event, source]
    else:
        assert not rules.can_move(event, source)
        with pytest.raises(
            IllegalMove, match=f"A unit that is {source or 'new'} cannot be {event}"
        ):
            rules.check_move(event, source)


def test_from_completed_expired_refunded_and_removed_no_way_leads_on() -> None:
    for end in ("completed", "expired", "refunded", "removed"):
        assert not any(rules.can_move(event, end) for event in EntryEvent)


def test_the_diagram_of_the_documents_shows_every_move() -> None:
    drawn = rules.mermaid().splitlines()
    assert drawn[0] == "stateDiagram-v2"
    assert len(drawn) - 1 == len(LEGAL)
    assert "    [*] --> free: purchased" in drawn
    assert "    started --> free: released" in drawn


@pytest.mark.parametrize(
    ("bought", "months", "expires"),
    [
        ("2026-11-23", 12, "2027-11-23"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_a_unit_expires_so_many_calendar_months_later(
    bought: str, months: int, expires: str
) -> None:
    found = rules.expiry_of(dt.date.fromisoformat(bought), months)
    assert found == dt.date.fromisoformat(expires)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2060, 1, 1)), st.integers(1, 36))
def test_an_expiry_keeps_its_day_where_the_month_has_it(day: dt.date, months: int) -> None:
    found = rules.expiry_of(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found + dt.timedelta(days=1)).day == 1


@pytest.mark.parametrize(("left", "gets"), [(-40, 30), (0, 30), (1, 1), (31, 31)])
def test_a_release_after_the_expiry_gives_thirty_days(left: int, gets: int) -> None:
    expires = TODAY + dt.timedelta(days=left)
    assert rules.expiry_after_release(expires, TODAY) == TODAY + dt.timedelta(days=gets)


@pytest.mark.parametrize(
    ("left", "ends", "gets"), [(-40, 90, 30), (-40, 20, 20), (-40, -40, -40), (0, 0, 0), (5, 9, 5)]
)
def test_no_release_gives_a_limited_unit_more_than_its_own_day(
    left: int, ends: int, gets: int
) -> None:
    found = rules.expiry_after_release(
        TODAY + dt.timedelta(days=left), TODAY, ends_before=TODAY + dt.timedelta(days=ends)
    )
    assert found == TODAY + dt.timedelta(days=gets)


@given(st.lists(st.sampled_from([str(s) for s in PartState]), max_size=4))
def test_a_unit_is_what_its_parts_add_up_to(parts: list[str]) -> None:
    counted = [p for p in parts if p not in {"waived", "released"}]
    state = rules.unit_state_of(parts)
    if counted and set(counted) == {"completed"}:
        assert state == UnitState.COMPLETED
    elif {"started", "completed"} & set(counted):
        assert state == UnitState.STARTED
    else:
        assert state == UnitState.ASSIGNED


def test_a_running_year_is_not_an_opened_part() -> None:
    assert rules.opened([("membership", "started"), ("manual", "assigned")]) is None
    assert rules.opened([("membership", "started"), ("hipaa", "completed")]) == "hipaa"


def refusal(state: str, parts: list[tuple[str, str]], *, days_ago: int | None = 1,
            downloaded: bool = False) -> str:  # fmt: skip
    facts = {
        "state": state,
        "parts": parts,
        "assigned_on": None if days_ago is None else TODAY - dt.timedelta(days=days_ago),
        "certificate_downloaded": downloaded,
        "today": TODAY,
        "release_days": 30,
    }
    try:
        rules.check_can_release(**facts)  # type: ignore[arg-type]
    except CannotRelease as error:
        assert not rules.can_release(**facts)  # type: ignore[arg-type]
        return str(error)
    assert rules.can_release(**facts)  # type: ignore[arg-type]
    return ""


YEAR = [("membership", "started")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", refusal("reserved", [])),
        ("", refusal("assigned", [("exam", "assigned")], days_ago=400, downloaded=True)),
        ("", refusal("started", YEAR, days_ago=30)),
        ("more than 30 days ago", refusal("started", YEAR, days_ago=31)),
        ("more than 30 days ago", refusal("started", YEAR, days_ago=None)),
        ("certificate was downloaded", refusal("started", YEAR, downloaded=True)),
        ("exam was started", refusal("started", [*YEAR, ("exam", "started")])),
        ("MSCAT manual was opened", refusal("started", [*YEAR, ("manual", "completed")])),
        ("used up", refusal("completed", [("membership", "completed")])),
        ("not assigned to anybody", refusal("free", [])),
        ("not assigned to anybody", refusal("expired", [])),
    ],
)
def test_a_release_is_allowed_or_refused_with_its_reason(words: str, said: str) -> None:
    assert words in said
    assert bool(words) == bool(said)
