"""Logging hours, attesting them, and sending them on when nobody answers (DOMAIN §6)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.catalog.queries import text_sha256
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import Affidavit, HourEntry
from scriptorium.domains.memberships import queries as membership_queries
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.domains.practices import operations as practices
from scriptorium.journeys import log_hours, nightly, roster_change, send_hours
from scriptorium.journeys.remind_of_hours import remind_employers
from scriptorium.journeys.send_hours import (
    AffidavitClosed,
    CannotMove,
    CannotSend,
    WrongName,
)
from tests.support.apprentices import (
    SINCE,
    apprentice,
    credential_of,
    log,
    log_much,
    of,
    scribe,
    send,
    sent,
)
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days, noon, person


def total(someone: Person) -> int:
    return kept.quarters_since(person=someone.pk, since=SINCE)


def correct(entry: HourEntry, day: log_hours.Day | None) -> None:
    who = Person.objects.get(pk=entry.person_id)
    log_hours.correct_hours(
        actor=actor_of(who), person=who, entry=entry, day=day, now=NOW, today=TODAY
    )


def test_logged_hours_are_summed_and_their_event_names_no_practice(clinic: Clinic) -> None:
    link = scribe(clinic)
    log(link, 3.25)
    log(link, 4.5, on=days(-1))
    assert total(of(link)) == 31
    event = AuditEvent.objects.filter(key="hours.logged")[0]
    assert (event.practice, event.data["hours"]) == ("", "3.25")


def test_a_correction_is_a_further_row_that_counts_instead(clinic: Clinic) -> None:
    link = scribe(clinic)
    entry = log(link, 8)
    correct(entry, log_hours.Day(clinic.practice, "", days(-3), 10, "typo"))
    assert total(of(link)) == 10
    assert HourEntry.objects.count() == 2
    with pytest.raises(log_hours.CannotLog, match="corrected already"):
        correct(entry, None)
    (corrected,) = kept.entries_of(person=of(link).pk)
    correct(corrected, None)
    assert total(of(link)) == 0
    assert HourEntry.objects.count() == 3


def test_a_day_holds_sixteen_hours_also_after_a_correction(clinic: Clinic) -> None:
    link = scribe(clinic)
    entry = log(link, 8)
    log(link, 8)
    with pytest.raises(log_hours.CannotLog, match="16 are logged already"):
        log(link, 0.25)
    with pytest.raises(log_hours.CannotLog, match="8 are logged already"):
        correct(entry, log_hours.Day(clinic.practice, "", TODAY, 33, ""))
    correct(entry, log_hours.Day(clinic.practice, "", TODAY, 32, ""))


def test_hours_are_logged_at_practices_one_worked_for(clinic: Clinic) -> None:
    link = scribe(clinic)
    other = Clinic("Lakeside Health", "Omar Haddad")
    with pytest.raises(log_hours.CannotLog, match="never on the roster"):
        log(link, 8, practice=other.practice)
    who = of(link)
    day = log_hours.Day(None, "County Hospital", TODAY, 8, "")
    log_hours.log_hours(actor=actor_of(who), person=who, day=day, now=NOW, today=TODAY)
    assert HourEntry.objects.get().employer == "County Hospital"


def test_hours_before_the_level_of_a_credential_do_not_count_for_it(clinic: Clinic) -> None:
    link = scribe(clinic)
    log(link, 8, on=days(-20))
    later = apprentice(of(link), since=days(-10), specialty="oncology")
    log(link, 4)
    assert kept.quarters_since(person=of(link).pk, since=later.level_since) == 16
    assert total(of(link)) == 48


def test_signing_freezes_the_log_and_tells_the_approvers_but_never_the_person(
    clinic: Clinic,
) -> None:
    clinic.join("Rowan Pine", role="physician")
    clinic.join("Avery Lund", role="auditor")
    link = scribe(clinic)
    log_much(link, 200)
    affidavit = send(link, to=clinic.practice)
    assert (affidavit.quarters, affidavit.needed_quarters) == (800, 800)
    assert affidavit.statement_sha256 == text_sha256(affidavit.statement)
    assert len(affidavit.log) == 25
    assert affidavit.address == "192.0.2.7"
    to = OutboxMail.objects.filter(template="hours_to_approve")
    assert sorted(to.values_list("to_name", flat=True)) == ["Dana Whitlock", "Rowan Pine"]
    assert "Casey Moreno asks you to approve 200 hours" in render(mail=to[0]).subject
    assert f"/hours/{affidavit.reference}/" in render(mail=to[0]).text
    (entry,) = kept.entries_of(person=of(link).pk).filter(worked_on=TODAY)
    correct(entry, None)
    affidavit.refresh_from_db()
    assert affidavit.log[-1]["quarters"] == 32


def test_the_signature_must_be_the_persons_own_name(clinic: Clinic) -> None:
    link = scribe(clinic)
    log_much(link, 200)
    with pytest.raises(WrongName, match="Casey Moreno"):
        send(link, to=clinic.practice, name="Dana Whitlock")
    send(link, to=clinic.practice, name="  casey   MORENO ")


def test_nobody_signs_a_text_that_changed_since_it_was_shown(clinic: Clinic) -> None:
    link = scribe(clinic)
    log_much(link, 200)
    shown = send_hours.statement_for(person=of(link), credential=credential_of(link))
    log(link, 1)
    with pytest.raises(CannotSend, match="changed since you read it"):
        send(link, to=clinic.practice, statement=shown)


def test_row_06_199_hours_are_not_enough(clinic: Clinic) -> None:
    link = scribe(clinic)
    log_much(link, 199)
    with pytest.raises(CannotSend, match="1 of 200 hours are missing"):
        send(link, to=clinic.practice)


def test_a_nurse_follows_the_fifty_hour_path(clinic: Clinic) -> None:
    link = scribe(clinic, background="rn")
    log_much(link, 50)
    with pytest.raises(CannotSend, match="licence number"):
        send(link, to=clinic.practice, way="licensed")
    affidavit = send(link, to=clinic.practice, way="licensed", evidence="CA 12345")
    assert (affidavit.pathway, affidavit.needed_quarters) == ("licensed", 200)


def test_somebody_with_an_employer_cannot_pass_the_employer_by(clinic: Clinic) -> None:
    link = scribe(clinic)
    log_much(link, 200)
    with pytest.raises(CannotSend, match="Choose the employer"):
        send(link, to=None)
    other = Clinic("Lakeside Health", "Omar Haddad")
    with pytest.raises(CannotSend, match="Nobody at this practice"):
        send(link, to=other.practice)


def test_the_only_administrator_sends_the_hours_to_staff(clinic: Clinic) -> None:
    link = clinic.dana_link
    apprentice(clinic.dana)
    log_much(link, 200)
    assert send_hours.employers_of(person=clinic.dana.pk) == []
    assert send(link, to=None).practice is None
    assert not OutboxMail.objects.filter(template="hours_to_approve").exists()


def test_a_waiting_affidavit_can_be_taken_back_once(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    with pytest.raises(CannotSend, match="waiting already"):
        send(clinic.link(_link(affidavit)), to=clinic.practice)
    who = affidavit.person
    send_hours.withdraw_affidavit(actor=actor_of(who), person=who, affidavit=affidavit, now=NOW)
    affidavit.refresh_from_db()
    assert affidavit.outcome == "withdrawn"
    with pytest.raises(AffidavitClosed, match="withdrawn"):
        send_hours.withdraw_affidavit(actor=actor_of(who), person=who, affidavit=affidavit, now=NOW)
    send(_link(affidavit), to=clinic.practice)


def _link(affidavit: Affidavit):
    return affidavit.person.links.get(practice_id=affidavit.practice_id)


def _join(clinic: Clinic, someone: Person) -> None:
    """Put a member of another practice on the roster, with the dates that they bring."""
    clinic.join(someone)
    held = membership_queries.of_people(people=[someone.pk]).values()
    with transaction.atomic():
        practices.refresh_rows(facts=year_rules.row_facts(held), today=TODAY)


def move(affidavit: Affidavit, to: Clinic | None, *, on: dt.date) -> Affidavit:
    who = affidavit.person
    return send_hours.move_affidavit(
        actor=actor_of(who), person=who, affidavit=affidavit,
        practice=to.practice if to else None, now=noon(on), today=on,
    )  # fmt: skip


def test_after_thirty_days_it_goes_to_another_practice_with_the_same_signature(
    clinic: Clinic,
) -> None:
    affidavit = sent(clinic)
    other = Clinic("Lakeside Health", "Omar Haddad")
    _join(other, affidavit.person)
    with pytest.raises(CannotMove, match="23 Dec 2026"):
        move(affidavit, other, on=days(29))
    with pytest.raises(CannotMove, match="another practice"):
        move(affidavit, clinic, on=days(30))
    moved = move(affidavit, other, on=days(30))
    affidavit.refresh_from_db()
    assert affidavit.outcome == "moved"
    assert moved.moved_from == affidavit
    assert (moved.signed_at, moved.log_sha256) == (affidavit.signed_at, affidavit.log_sha256)
    assert moved.practice == other.practice
    mail = OutboxMail.objects.filter(template="hours_to_approve").latest("pk")
    assert mail.to_name == "Omar Haddad"
    with pytest.raises(AffidavitClosed):
        move(affidavit, None, on=days(31))


def test_or_to_the_bodys_staff_and_at_once_when_the_person_left(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=_link(affidavit), reason="left",
        note="", last_day=TODAY, take_back=False, now=NOW, today=TODAY,
    )  # fmt: skip
    moved = move(affidavit, None, on=TODAY)
    assert moved.practice is None
    with pytest.raises(CannotMove, match="nobody after them"):
        move(moved, None, on=days(90))


def reminders(day: dt.date) -> int:
    return remind_employers(today=day, now=noon(day))


def test_the_employer_is_reminded_on_days_7_14_and_21_and_the_person_told_on_day_30(
    clinic: Clinic,
) -> None:
    clinic.join("Rowan Pine", role="physician")
    sent(clinic)
    assert [reminders(days(n)) for n in (0, 6, 7, 8, 14, 21, 29)] == [0, 0, 2, 0, 2, 2, 0]
    assert [reminders(days(n)) for n in (30, 31)] == [1, 0]
    mails = OutboxMail.objects.filter(template__startswith="hours_").order_by("pk")
    assert mails.filter(template="hours_reminder").count() == 6
    last = render(mail=mails.latest("pk"))
    assert "Riverside Dermatology has not answered" in last.subject
    assert "30 days ago" in last.text
    assert "7 days ago" in render(mail=mails.filter(template="hours_reminder")[0]).text


def test_after_an_outage_only_the_newest_reminder_is_sent(clinic: Clinic) -> None:
    sent(clinic)
    assert reminders(days(22)) == 1
    assert reminders(days(22)) == 0


def test_an_answered_affidavit_reminds_nobody(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    who = affidavit.person
    send_hours.withdraw_affidavit(actor=actor_of(who), person=who, affidavit=affidavit, now=NOW)
    assert reminders(days(7)) == 0


def test_the_night_reminds(clinic: Clinic) -> None:
    sent(clinic)
    clinic.checked_on = days(7)
    counts = nightly.run_night(today=days(7), now=noon(days(7)))
    assert counts["reminders of hours queued"] == 1


def test_somebody_who_is_no_apprentice_cannot_log(clinic: Clinic) -> None:
    who = person("Mel Archer")
    link = clinic.join(who)
    with pytest.raises(log_hours.CannotLog, match="apprentice level"):
        log(link, 1)
