"""The package: one unit that opens four parts (DOMAIN §2)."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.ledger.models import Unit, UnitPart
from scriptorium.journeys import assign as assigning
from tests.support.builders import (
    TODAY,
    Clinic,
    choose_exam,
    days,
    open_part,
    why_skipped,
)


def test_a_package_is_one_unit_that_opens_four_parts(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    assert clinic.parts(ada) == {
        "membership": "started", "manual": "assigned", "hipaa": "assigned", "exam": "assigned",
    }  # fmt: skip
    assert clinic.unit(ada).state == "started"
    assert Unit.objects.count() == 1


def test_a_package_extends_a_running_membership_from_its_old_end(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=200)
    clinic.give(ada, "package")
    assert clinic.terms(ada)[1].starts_on == days(200)
    assert clinic.unit(ada).state == "assigned"


def test_a_package_waives_what_its_person_has_and_says_so_before(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual")
    clinic.give(ada, "hipaa")
    shown = assigning.preview(
        practice=clinic.practice, links=[ada], kind="package", choice="", today=TODAY
    )
    waived = ("MSCAT manual: has one open already", "HIPAA for Scribes: has one open already")
    assert shown.lines[0].waived == waived
    result = clinic.give(ada, "package")
    assert result.lines[0].reason == "; ".join(waived)
    assert clinic.parts(ada) == {
        "membership": "started", "manual": "waived", "hipaa": "waived", "exam": "assigned",
    }  # fmt: skip


def test_a_package_waives_the_year_once_one_lies_ahead(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    clinic.give(ada, "renewal")
    clinic.give(ada, "package")
    assert clinic.parts(ada)["membership"] == "waived"
    assert len(clinic.terms(ada)) == 2


def test_a_package_waives_the_year_of_an_ended_membership(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-120)
    clinic.give(ada, "package")
    assert clinic.parts(ada)["membership"] == "waived"


def test_a_second_package_waits_until_the_first_ones_exam_is_chosen(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    assert (
        why_skipped(clinic, ada, "package") == "Already has a package whose exam is not chosen yet"
    )
    choose_exam(ada)
    assert clinic.assign([ada], "package").assigned == 1
    assert clinic.parts(ada) == {
        "membership": "assigned", "manual": "waived", "hipaa": "waived", "exam": "assigned",
    }  # fmt: skip


def test_regression_a_person_in_two_packages_gets_one_membership_unit_a_cycle(
    clinic: Clinic,
) -> None:
    ada = clinic.join("Ada Park")
    for choice in ("general", "oncology", "dermatology"):
        clinic.give(ada, "package")
        choose_exam(ada, choice)
    starts = [term.starts_on for term in clinic.terms(ada)]
    # The first pays for this cycle, the second for the next; the third one's year is waived.
    assert starts == [TODAY, dt.date(2027, 11, 23)]
    assert clinic.parts(ada)["membership"] == "waived"
    paying = UnitPart.objects.filter(link=ada, kind="membership").exclude(state="waived")
    assert (
        list(paying.order_by("term_starts_on").values_list("term_starts_on", flat=True)) == starts
    )


def test_a_package_is_completed_when_every_part_is_completed_or_waived(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual")
    clinic.give(ada, "package")
    package = clinic.unit(ada)
    for kind in ("hipaa", "exam"):
        for state in ("started", "completed"):
            open_part(ada, kind, state)
    package.refresh_from_db()
    assert package.state == "started"
    open_part(ada, "membership", "completed")
    package.refresh_from_db()
    assert package.state == "completed"
    assert clinic.numbers("package") == (0, 0, 0)
