"""Taking single units back, and what the rules keep (DOMAIN §2, Release)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.credentials.models import Certificate, CertificateVoid
from scriptorium.journeys import certificate_files
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.roster_change import CannotChange, release_unit
from tests.support.builders import NOW, TODAY, Clinic, choose_exam, days, events, noon, open_part


def release(clinic: Clinic, link: object, *, on: dt.date = TODAY, reason: str = "") -> None:
    """Take the newest unit of somebody back."""
    found = clinic.link(link)  # type: ignore[arg-type]
    release_unit(
        actor=clinic.actor, practice=clinic.practice, link=found,
        reference=clinic.unit(found).reference, reason=reason, now=noon(on), today=on,
    )  # fmt: skip


def test_a_reserved_unit_comes_back(clinic: Clinic) -> None:
    bare = clinic.add("Rosa Lima")
    clinic.give(bare, "package")
    release(clinic, bare)
    assert clinic.numbers("package") == (1, 0, 0)


def test_an_assigned_unit_that_nobody_opened_comes_back_whenever(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual", on=days(-300))
    release(clinic, ada, reason="Not needed")
    assert clinic.numbers("manual") == (1, 0, 0)


def test_a_started_year_comes_back_on_the_thirtieth_day_and_not_later(clinic: Clinic) -> None:
    ada, ben = clinic.join("Ada Park"), clinic.join("Ben Ito")
    clinic.give(ada, "membership", on=days(-31))
    with pytest.raises(CannotChange, match=r"assigned more than 30 days ago\."):
        release(clinic, ada)
    clinic.give(ben, "membership", on=days(-30))
    release(clinic, ben)
    assert clinic.terms(ben) == []
    assert CertificateVoid.objects.count() == 1
    assert events(clinic.stock("membership")[0]) == ["purchased"]


def test_thirty_days_are_counted_in_the_bodys_days(clinic: Clinic) -> None:
    """Eight in the evening of a day in Los Angeles is the next day in UTC."""
    ada = clinic.join("Ada Park")
    clinic.stock("membership", on=days(-40))
    day = days(-31)
    evening = dt.datetime.combine(days(-30), dt.time(4), dt.UTC)
    clinic.assign([ada], "membership", on=day, now=evening)
    with pytest.raises(CannotChange, match="more than 30 days ago"):
        release(clinic, ada)


def test_a_downloaded_certificate_keeps_a_started_year(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "membership")
    certificate_files.log_download(certificate=Certificate.objects.get(), by="dana", now=NOW)
    with pytest.raises(CannotChange, match="certificate was downloaded"):
        release(clinic, ada)


def test_a_downloaded_certificate_does_not_keep_a_year_that_has_not_begun(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    clinic.give(ada, "renewal")
    newest = Certificate.objects.order_by("-pk")[0]
    certificate_files.log_download(certificate=newest, by="dana", now=NOW)
    release(clinic, ada)
    assert clinic.membership(ada).renews_on == days(20)


@pytest.mark.parametrize(
    ("kind", "part", "words"),
    [
        ("mscat", "exam", "The exam was started; it never comes back"),
        ("package", "exam", "The exam was started; it never comes back"),
        ("package", "manual", "The MSCAT manual was opened already"),
        ("hipaa", "hipaa", "The HIPAA for Scribes was opened already"),
    ],
)
def test_what_was_opened_never_comes_back(clinic: Clinic, kind: str, part: str, words: str) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, kind)
    open_part(ada, part)
    with pytest.raises(CannotChange, match=words):
        release(clinic, ada)


def test_a_completed_unit_never_comes_back(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "membership", on=days(-400))
    run_night(today=TODAY, now=NOW)
    with pytest.raises(CannotChange, match="a completed unit never comes back"):
        release(clinic, ada)


def test_a_year_on_which_a_later_one_builds_stays(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    first = clinic.unit(ada)
    choose_exam(ada)
    clinic.give(ada, "package")
    with pytest.raises(CannotChange, match="A later membership year builds on this one"):
        release_unit(
            actor=clinic.actor, practice=clinic.practice, link=clinic.link(ada),
            reference=first.reference, reason="", now=NOW, today=TODAY,
        )  # fmt: skip
    assert clinic.numbers("package") == (0, 0, 2)


def test_a_release_past_the_expiry_gives_thirty_days(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("manual", on=days(-400), expires=days(-35))
    clinic.assign([ada], "manual", on=days(-300))
    unit = clinic.unit(ada)
    release(clinic, ada)
    unit.refresh_from_db()
    assert unit.expires_on == days(30)


def test_another_practices_unit_cannot_be_taken_back(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    ada = clinic.join("Ada Park")
    assert ada.person is not None
    there = other.join(ada.person)
    other.give(there, "manual")
    for link in (ada, there):
        with pytest.raises(CannotChange, match="no such unit here"):
            release_unit(
                actor=clinic.actor, practice=clinic.practice, link=link,
                reference=other.unit(there).reference, reason="", now=NOW, today=TODAY,
            )  # fmt: skip
    assert other.numbers("manual") == (0, 0, 1)
