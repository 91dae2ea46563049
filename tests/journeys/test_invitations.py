"""Invitations: one use, fourteen days, three reminders, and a unit that waits."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.accounts.models import Person, User
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger.models import Unit
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.practices.models import Invitation, PracticeCounter
from scriptorium.journeys import invite
from scriptorium.journeys.accept_invitation import (
    InvitationClosed,
    WeakPassword,
    WrongPerson,
    activate,
    find,
    join,
)
from scriptorium.journeys.assign import NotEnoughUnits
from scriptorium.journeys.nightly import remind_invited, run_night
from tests.support.builders import (
    NOW,
    PASSWORD,
    TODAY,
    Clinic,
    days,
    events,
    later,
    noon,
    person,
)


def reminders() -> list[str]:
    """Return the reminder days that were queued."""
    keys = OutboxMail.objects.filter(template="invitation_reminder").order_by("pk")
    return [mail.dedupe_key.rsplit(":", 1)[1] for mail in keys]


# Adding -----------------------------------------------------------------------------------------


def test_somebody_added_is_invited_by_mail_and_has_no_account_yet(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima", email="Rosa@new.example")
    assert (link.email, link.person) == ("rosa@new.example", None)
    (mail,) = OutboxMail.objects.all()
    assert (mail.template, mail.to_address) == ("invitation", "rosa@new.example")
    assert clinic.token(link) in mail.data["link"]
    assert not Person.objects.filter(email="rosa@new.example").exists()


def test_the_database_keeps_the_hash_of_the_link_and_never_the_link(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    kept = Invitation.objects.get().token_hash
    assert kept != clinic.token(link)
    assert len(kept) == 64


def test_an_address_on_the_roster_is_refused_whatever_its_case(clinic: Clinic) -> None:
    clinic.add("Rosa Lima", email="rosa@new.example")
    with pytest.raises(invite.AlreadyOnRoster, match="on the roster of Riverside"):
        clinic.add("Rosa Lima", email="ROSA@new.example")


def test_the_same_form_sent_at_the_same_moment_adds_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one looked before the first one committed."""
    clinic.add("Rosa Lima", email="rosa@new.example")
    monkeypatch.setattr("scriptorium.journeys.invite.roster.links_by_email", lambda **_: {})
    with pytest.raises(invite.AlreadyOnRoster):
        clinic.add("Rosa Lima", email="rosa@new.example")
    assert PracticeCounter.objects.get(practice=clinic.practice).people == 2


def test_without_a_free_unit_nobody_is_added(clinic: Clinic) -> None:
    with pytest.raises(NotEnoughUnits):
        clinic.add("Rosa Lima", kind="package")
    assert not Invitation.objects.exists()
    assert PracticeCounter.objects.get(practice=clinic.practice).people == 1


# Accepting --------------------------------------------------------------------------------------


def test_accepting_makes_the_account_and_uses_the_reserved_unit(clinic: Clinic) -> None:
    clinic.stock("package")
    link = clinic.add("Rosa Lima", kind="package", on=days(-5))
    assert clinic.parts(link)["membership"] == "reserved"
    rosa = clinic.accept(link)
    assert rosa.user is not None
    assert rosa.user.check_password(PASSWORD)
    assert clinic.link(link).person == rosa
    # The year starts at acceptance (DOMAIN §2).
    assert clinic.terms(link)[0].starts_on == TODAY
    assert clinic.parts(link)["membership"] == "started"
    assert events(clinic.unit(link)) == ["purchased", "reserved", "assigned", "started"]
    assert clinic.numbers("package") == (0, 0, 1)
    assert Certificate.objects.get().practice == clinic.practice
    assert PracticeCounter.objects.get(practice=clinic.practice).invited == 0
    assert AuditEvent.objects.filter(key="roster.joined").count() == 1


def test_a_link_works_once(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    token = clinic.token(link)
    clinic.accept(link)
    for use in (
        lambda: find(token=token, now=NOW),
        lambda: activate(token=token, password=PASSWORD, now=NOW, today=TODAY),
    ):
        with pytest.raises(InvitationClosed, match="used already or is over"):
            use()
    assert User.objects.count() == 2


def test_a_link_is_good_for_fourteen_days_to_the_moment(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    token, end = clinic.token(link), NOW + dt.timedelta(days=14)
    assert find(token=token, now=end - dt.timedelta(seconds=1)).name == "Rosa Lima"
    with pytest.raises(InvitationClosed):
        find(token=token, now=end)


def test_an_invented_link_is_refused_with_the_same_words(clinic: Clinic) -> None:
    with pytest.raises(InvitationClosed, match="used already or is over"):
        find(token="0" * 64, now=NOW)


def test_a_weak_password_is_refused_and_the_link_stays_good(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    with pytest.raises(WeakPassword):
        activate(token=clinic.token(link), password="password1234", now=NOW, today=TODAY)
    assert not User.objects.filter(email=link.email).exists()
    assert clinic.accept(link).name == "Rosa Lima"


def test_sending_again_makes_the_older_link_worthless(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    old = clinic.token(link)
    invite.invite_again(actor=clinic.actor, practice=clinic.practice, link=link, now=NOW)
    with pytest.raises(InvitationClosed):
        find(token=old, now=NOW)
    assert find(token=clinic.token(link), now=NOW).practice == clinic.practice.name
    assert OutboxMail.objects.filter(template="invitation").count() == 2


def test_somebody_who_accepted_is_not_invited_again(clinic: Clinic) -> None:
    with pytest.raises(invite.AlreadyOnRoster, match="accepted the invitation already"):
        invite.invite_again(
            actor=clinic.actor, practice=clinic.practice, link=clinic.dana_link, now=NOW
        )


# Somebody who has an account already ------------------------------------------------------------


def test_an_existing_person_is_asked_and_nothing_is_theirs_before_they_accept(
    clinic: Clinic,
) -> None:
    ada = person("Ada Park", "ada@home.example")
    clinic.stock("membership")
    link = clinic.add("Ada Park", email="ada@home.example", kind="membership")
    assert link.person is None
    assert OutboxMail.objects.get().template == "join"
    assert clinic.numbers("membership") == (0, 1, 0)
    assert find(token=clinic.token(link), now=NOW).joins
    join(token=clinic.token(link), person=ada, now=NOW, today=TODAY)
    assert clinic.link(link).person == ada
    assert clinic.numbers("membership") == (0, 0, 1)


def test_only_the_invited_person_can_join(clinic: Clinic) -> None:
    person("Ada Park", "ada@home.example")
    link = clinic.add("Ada Park", email="ada@home.example")
    with pytest.raises(WrongPerson, match="another e-mail address"):
        join(token=clinic.token(link), person=person("Eve Nix"), now=NOW, today=TODAY)
    assert clinic.link(link).person is None


def test_a_link_is_no_way_around_signing_in(clinic: Clinic) -> None:
    """Two practices invited the same newcomer; the second link makes no second password."""
    other = Clinic("Lakeside Health", "Omar Haddad")
    here = clinic.add("Rosa Lima", email="rosa@new.example")
    there = other.add("Rosa Lima", email="rosa@new.example")
    rosa = clinic.accept(here)
    with pytest.raises(InvitationClosed, match="have an account already"):
        other.accept(there)
    join(token=other.token(there), person=rosa, now=NOW, today=TODAY)
    assert other.link(there).person == rosa


def test_somebody_on_the_roster_under_another_address_joins_once(clinic: Clinic) -> None:
    from allauth.account.models import EmailAddress

    ada = clinic.join("Ada Park")
    assert ada.person is not None
    EmailAddress.objects.create(user=ada.person.user, email="ada@home.example", verified=True)
    twice = clinic.add("Ada Park", email="ada@home.example")
    with pytest.raises(InvitationClosed, match="on the roster of Riverside Dermatology already"):
        join(token=clinic.token(twice), person=ada.person, now=NOW, today=TODAY)


def test_a_reserved_unit_that_its_person_cannot_use_comes_back(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    ada = other.member("Ada Park", renews_in=100)
    assert ada.person is not None
    clinic.stock("membership")
    clinic.stock("manual")
    link = clinic.add("Ada Park", email=ada.person.email, kind="membership")
    clinic.assign([link], "manual")
    join(token=clinic.token(link), person=ada.person, now=NOW, today=TODAY)
    assert clinic.numbers("membership") == (1, 0, 0)
    assert clinic.numbers("manual") == (0, 0, 1)
    assert len(clinic.terms(link)) == 1
    # The practice now sees the dates that the person brought.
    assert clinic.link(link).renews_on == days(100)


def test_a_package_accepted_by_a_member_extends_the_year_that_runs(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    ada = other.member("Ada Park", renews_in=100)
    assert ada.person is not None
    clinic.stock("package")
    link = clinic.add("Ada Park", email=ada.person.email, kind="package")
    join(token=clinic.token(link), person=ada.person, now=NOW, today=TODAY)
    assert [term.starts_on for term in clinic.terms(link)][1] == days(100)
    assert other.link(ada).renews_on == clinic.link(link).renews_on
    assert clinic.membership(link).payer_practice == clinic.practice


# Reminders and expiry ---------------------------------------------------------------------------


def test_reminders_go_on_days_three_seven_and_twelve_exactly_once(clinic: Clinic) -> None:
    clinic.add("Rosa Lima")
    for day in range(14):
        for hour in (0, 5):
            remind_invited(now=later(days=day, hours=hour))
    assert reminders() == ["3", "7", "12"]


def test_after_an_outage_the_newest_reminder_goes_and_no_stale_one(clinic: Clinic) -> None:
    clinic.add("Rosa Lima")
    assert remind_invited(now=later(days=9)) == 1
    remind_invited(now=later(days=9, hours=3))
    assert reminders() == ["7"]
    remind_invited(now=later(days=13, hours=23))
    assert reminders() == ["7", "12"]


def test_a_reminder_carries_a_link_that_works_and_the_days_left(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima")
    remind_invited(now=later(days=7))
    mail = OutboxMail.objects.get(template="invitation_reminder")
    assert mail.data["days_left"] == 7
    assert find(token=mail.data["link"].split("/")[2], now=later(days=7)).invitation.link == link


def test_nobody_is_reminded_after_accepting_or_after_the_end(clinic: Clinic) -> None:
    clinic.accept(clinic.add("Rosa Lima"))
    clinic.add("Theo Dunn")
    assert remind_invited(now=later(days=14)) == 0
    assert reminders() == []


def test_an_expired_invitation_returns_its_unit_and_tells_the_practice(clinic: Clinic) -> None:
    clinic.stock("package")
    link = clinic.add("Rosa Lima", kind="package")
    run_night(today=days(14), now=later(days=13, hours=23))
    assert clinic.numbers("package") == (0, 1, 0)
    for _ in range(2):
        run_night(today=days(14), now=later(days=14))
    assert clinic.numbers("package") == (1, 0, 0)
    assert Invitation.objects.get().closed_because == "expired"
    mail = OutboxMail.objects.get(template="invitation_expired")
    assert mail.to_address == clinic.dana.email
    assert clinic.link(link).ended_at is None
    assert Unit.objects.get().link is None


def test_after_the_expiry_a_new_invitation_can_be_sent_and_accepted(clinic: Clinic) -> None:
    link = clinic.add("Rosa Lima", on=days(-20))
    run_night(today=TODAY, now=NOW)
    invite.invite_again(actor=clinic.actor, practice=clinic.practice, link=link, now=NOW)
    clinic.give(clinic.link(link), "manual")
    clinic.accept(link)
    assert clinic.numbers("manual") == (0, 0, 1)


def test_a_second_administrator_of_the_same_moment_reads_that_it_was_used(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both opened the link before one of them accepted."""
    from scriptorium.journeys import accept_invitation

    ada = person("Ada Park", "ada@home.example")
    link = clinic.add("Ada Park", email="ada@home.example")
    found = find(token=clinic.token(link), now=NOW)
    join(token=clinic.token(link), person=ada, now=NOW, today=TODAY)
    monkeypatch.setattr(accept_invitation, "find", lambda **_: found)
    with pytest.raises(InvitationClosed, match="used a moment ago"):
        join(token="", person=ada, now=NOW, today=TODAY)


def test_the_words_of_the_invitation_are_those_of_its_day(clinic: Clinic) -> None:
    from scriptorium.domains.practices.rules import days_left

    end = noon(days(14))
    assert days_left(end, NOW) == 14
    assert days_left(end, noon(days(13))) == 1
    assert days_left(end, noon(days(15))) == 0
