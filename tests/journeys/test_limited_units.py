"""Memberships that end by a day wherever they are handed out, taken back, or leave the stock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.models import Unit, UnitPart
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.practices.models import ImportRow, RosterLink
from scriptorium.journeys import assign as assigning
from scriptorium.journeys import import_roster, invite, proposing
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.tonight import foresee
from scriptorium.kernel.payer import Payer
from scriptorium.pages.ledger_report import ledger_report
from tests.journeys.test_reinstating import by_practice, ended, pay
from tests.journeys.test_renewing import DAY, members, nights
from tests.support.builders import TODAY, Clinic, days, events, grant, noon, problems
from tests.support.money import Till

pytestmark = pytest.mark.django_db

#: A shared renewal day.
SHARED = days(158)
LAST = "29 Apr 2027"


def previewed(clinic: Clinic, links: Sequence[RosterLink], *, on: dt.date = TODAY) -> list[str]:
    found = assigning.preview(
        practice=clinic.practice, links=links, kind="membership", choice="", today=on
    )
    return [line.reason or line.detail for line in found.lines]


def result(clinic: Clinic, links: Sequence[RosterLink], *, on: dt.date = TODAY) -> list[str]:
    return [line.reason for line in clinic.assign(links, "membership", on=on).lines]


# Several in one assignment --------------------------------------------------------------------


def test_limited_and_whole_years_go_out_in_the_order_of_their_expiry(clinic: Clinic) -> None:
    member = clinic.member("Mel Archer", renews_in=200)
    clinic.stock("membership", 1, expires=days(100))
    clinic.stock("membership", 1, expires=days(300))
    clinic.stock("membership", 2, ends_before=days(158))
    clinic.stock("membership", 1, ends_before=days(90))
    links = [*clinic.people(4), member]
    said = previewed(clinic, links[::-1])
    assert said == [
        "Already a member until 10 Jun 2027; assign a renewal instead",
        "Paid 23 Nov 2026 to 20 Feb 2027",
        "Paid 23 Nov 2026 to 22 Nov 2027",
        "Paid 23 Nov 2026 to 29 Apr 2027",
        "Paid 23 Nov 2026 to 29 Apr 2027",
    ]
    assert result(clinic, links[::-1]) == said
    found = [clinic.membership(link).renews_on for link in links]
    assert found == [days(90), days(365), days(158), days(158), days(200)]


def test_a_limit_of_more_than_a_year_gives_no_more_than_a_year(clinic: Clinic) -> None:
    clinic.stock("membership", expires=days(500), ends_before=days(500))
    link = clinic.join("Noor Haddad")
    assert result(clinic, [link]) == ["Paid 23 Nov 2026 to 22 Nov 2027"]


def test_the_preview_counts_the_limited_ones_apart(clinic: Clinic) -> None:
    clinic.stock("membership", 2)
    clinic.stock("membership", 3, ends_before=SHARED)
    found = assigning.preview(
        practice=clinic.practice, links=clinic.people(1), kind="membership", choice="", today=TODAY
    )
    assert (found.free, found.limited) == (5, ((SHARED, 3),))


def test_other_kinds_ask_nothing_about_limits(clinic: Clinic) -> None:
    clinic.stock("manual", 1)
    (link,) = clinic.people(1)
    with CaptureQueriesContext(connection) as queries:
        assigning.preview(
            practice=clinic.practice, links=[link], kind="manual", choice="", today=TODAY
        )
    assert not any('"ledger_unit"."ends_before"' in query["sql"] for query in queries)


def test_a_unit_whose_day_has_come_is_refused_with_a_sentence(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=TODAY)
    reason = (
        "The membership that is next in line ended on 22 Nov 2026; it leaves your stock tonight,"
        " so try again tomorrow"
    )
    links = [clinic.join("Noor Haddad"), clinic.add("Rosa Lima")]
    assert previewed(clinic, links) == [reason] * 2
    assert result(clinic, links) == [reason] * 2
    assert clinic.numbers("membership") == (1, 0, 0)


def test_a_unit_taken_in_between_leaves_nothing_half_done(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.stock("membership", 1, ends_before=SHARED)
    clinic.stock("membership", 1)
    links = clinic.people(1)
    honest = assigning.plan_assignment

    def planned_before(**arguments: object) -> object:
        plan = honest(**arguments)
        # Another process takes the limited one between the plan and the units.
        plan.eligible[0].ends_before = None
        return plan

    monkeypatch.setattr(assigning, "plan_assignment", planned_before)
    with pytest.raises(assigning.Collision, match="Nothing was assigned"):
        clinic.assign(links, "membership")
    assert clinic.numbers("membership") == (2, 0, 0)
    assert clinic.terms(links[0]) == []
    assert not UnitPart.objects.exists()


# Invitations ----------------------------------------------------------------------------------


def test_an_invited_person_gets_the_units_day_when_she_accepts_later(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.add(kind="membership")
    clinic.accept(link, on=days(9))
    (term,) = clinic.terms(link)
    assert (term.starts_on, term.ends_before) == (days(9), SHARED)
    assert clinic.membership(link).anchor_day == 30
    clinic.checked_on = days(9)


def test_the_preview_says_to_whom_a_limited_unit_is_reserved(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.add()
    said = ["Starts when the invitation is accepted, paid to 29 Apr 2027"]
    assert previewed(clinic, [link]) == said
    assert result(clinic, [link]) == said
    clinic.accept(link, on=days(2))
    assert clinic.membership(link).renews_on == SHARED
    clinic.checked_on = days(2)


def test_who_accepts_when_the_day_has_come_gets_no_membership(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(5))
    link = clinic.add(kind="membership")
    clinic.accept(link, on=days(5))
    assert clinic.terms(link) == []
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on) == ("free", days(5))
    assert unit.entries.latest("pk").reason == "The day it ends by came before this"
    clinic.checked_on = days(5)


def test_nobody_is_invited_with_a_unit_whose_day_has_come(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=TODAY)
    with pytest.raises(invite.NotEnoughUnits):
        clinic.add(kind="membership")
    assert clinic.practice.links.count() == 1
    payer = clinic.payer
    assert stock.free_to_reserve(payer=payer, kind="membership", today=TODAY) == 0
    assert stock.free_to_reserve(payer=payer, kind="membership", today=days(-1)) == 1
    assert stock.free_to_reserve(payer=payer, kind="renewal", today=TODAY) == 0


# Taken back, expired --------------------------------------------------------------------------


def test_an_undone_assignment_leaves_the_unit_as_limited_as_before(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=SHARED)
    link = clinic.join("Noor Haddad")
    clinic.undo(clinic.assign([link], "membership"))
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on, unit.ends_before) == ("free", SHARED, SHARED)
    assert clinic.terms(link) == []
    again = clinic.join("Mel Archer")
    assert result(clinic, [again]) == ["Paid 23 Nov 2026 to 29 Apr 2027"]


def test_a_release_never_gives_a_limited_unit_more_days(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(10), expires=days(4))
    link = clinic.add(kind="membership", on=days(3))
    run_night(today=days(18), now=noon(days(18)))
    unit.refresh_from_db()
    assert clinic.invitation(link).closed_at is not None
    # The invitation ran out a day later than the unit's own day: there is nothing left of it.
    assert (unit.state, unit.expires_on) in {("free", days(10)), ("expired", days(10))}
    run_night(today=days(19), now=noon(days(19)))
    unit.refresh_from_db()
    assert events(unit)[-2:] == ["released", "expired"]
    assert unit.entries.latest("pk").reason == "The day it ends by came"
    clinic.checked_on = days(19)


def test_a_release_after_expiry_gives_days_up_to_the_units_own_day(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(20), expires=days(2))
    link = clinic.join("Noor Haddad")
    done = clinic.assign([link], "membership", on=days(2))
    clinic.undo(done, today=days(2))
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on) == ("free", days(20))


# Whoever was promised a whole year ------------------------------------------------------------


def test_a_whole_year_is_not_paid_for_by_a_limited_unit(clinic: Clinic) -> None:
    clinic.stock("membership", 2, ends_before=SHARED)
    payer = clinic.payer
    assert stock.whole_free_of(payer=payer, kind="membership") == 0
    link = clinic.join("Noor Haddad")

    def carry_out() -> None:
        with transaction.atomic():
            assigning.carry_out(
                clinic.actor, clinic.practice, [link.pk], "membership", "", "whole", noon(TODAY),
                TODAY, whole=True,
            )  # fmt: skip

    with pytest.raises(assigning.NotEnoughUnits, match="1 membership needed, none free"):
        carry_out()
    clinic.stock("membership", 1)
    assert stock.whole_free_of(payer=payer, kind="membership") == 1
    carry_out()
    assert clinic.membership(link).renews_on == days(365)
    assert clinic.numbers("membership") == (2, 0, 1)


def test_new_people_of_a_renewal_get_whole_years_and_the_dry_run_says_so(clinic: Clinic) -> None:
    members(clinic, 1)
    clinic.stock("membership", 1, expires=days(400), ends_before=days(400))
    newcomer = clinic.join("Noor Haddad")
    nights(-45, -30, -14)
    proposing.add(
        actor=clinic.actor, proposal=Proposal.objects.get(), links=[newcomer], now=noon(TODAY)
    )
    nights(-3)
    assert foresee(today=DAY, now=noon(DAY)).renewals.to_pay == 2
    nights(0)
    lines = [(line.kind, line.quantity) for line in Order.objects.get().lines.order_by("position")]
    assert lines == [("renewal", 1), ("membership", 1)]
    invoice = Invoice.objects.get()
    Till(clinic).pay(invoice.total_minor, invoices=[invoice])
    (term,) = clinic.terms(newcomer)
    assert (term.ends_before - term.starts_on).days in {365, 366}
    assert stock.limits_in_order(payer=clinic.payer, kind="membership", count=9) == [days(400)]
    clinic.checked_on = DAY


def test_a_reinstatement_is_a_whole_year(clinic: Clinic) -> None:
    link = ended(clinic)
    clinic.stock("membership", 1, ends_before=SHARED)
    pay(by_practice(clinic, link))
    assert clinic.membership(link).renews_on == days(365)
    assert stock.limits_in_order(payer=clinic.payer, kind="membership", count=9) == [SHARED]


# Imported -------------------------------------------------------------------------------------


def test_a_list_reserves_limited_units_and_none_whose_day_has_come(clinic: Clinic) -> None:
    clinic.stock("membership", 2, ends_before=SHARED)
    imported(clinic, "Noor Haddad", "Rosa Lima")
    rosa = clinic.practice.links.get(first_name="Rosa")
    clinic.accept(rosa, on=days(2))
    assert clinic.membership(rosa).renews_on == SHARED
    clinic.checked_on = days(2)


def test_a_list_adds_people_without_a_unit_whose_day_has_come(clinic: Clinic) -> None:
    clinic.stock("membership", 1, ends_before=TODAY)
    imported(clinic, "Noor Haddad")
    assert clinic.numbers("membership") == (1, 0, 0)
    row = ImportRow.objects.get()
    assert (row.state, row.reason) == ("done", "Added without a unit: none was left")


def imported(clinic: Clinic, *names: str) -> None:
    """Import a pasted list, with a membership for each."""
    lines = [f"{name},{name.split()[0].lower()}@new.example" for name in names]
    found = import_roster.check_list(
        actor=clinic.actor, practice=clinic.practice, filename="", content=b"", kind="membership",
        pasted="\n".join(["Name,E-mail", *lines]), now=noon(TODAY), max_bytes=10_000,
    )  # fmt: skip
    import_roster.confirm(found=found, now=noon(TODAY))
    found.refresh_from_db()
    while import_roster.run_chunk(found=found, now=noon(TODAY), today=TODAY):
        pass


# The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["renewal", "package", "manual"])
def test_the_database_limits_memberships_alone(clinic: Clinic, kind: str) -> None:
    with pytest.raises(IntegrityError):
        clinic.stock(kind, ends_before=SHARED)


def test_the_database_limits_no_unit_of_a_person(clinic: Clinic) -> None:
    with pytest.raises(IntegrityError):
        grant(Payer(person=clinic.dana.pk), "membership", ends_before=SHARED)


def test_the_database_lets_no_limited_unit_outlive_its_day(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.update(expires_on=SHARED + dt.timedelta(days=1))


def test_verify_ledger_finds_a_year_that_goes_on_after_its_units_day(db: None) -> None:
    clinic = Clinic()
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.join("Noor Haddad")
    clinic.assign([link], "membership")
    assert problems() == ()
    UnitPart.objects.update(term_ends_before=SHARED + dt.timedelta(days=1))
    assert ledger_report(today=TODAY).checks["limits"] == 1
