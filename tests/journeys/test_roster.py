"""The end of a link, roles, supervision and details of a roster (issue 2, points 4 and 8)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import (
    LinkRole,
    Practice,
    PracticeCounter,
    RosterLink,
    Supervision,
)
from scriptorium.journeys import invite, roster_change
from scriptorium.journeys import open_practice as opening
from scriptorium.journeys.accept_invitation import InvitationClosed, activate, find
from scriptorium.journeys.roster_change import CannotChange
from tests.support.builders import NOW, PASSWORD, TODAY, Clinic, choose_exam, days


def end(
    clinic: Clinic, link: RosterLink, *, take_back: bool = False, last: dt.date = TODAY
) -> None:
    """End a link as the record's form does."""
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=link, reason="left", note="Moved away",
        last_day=last, take_back=take_back, now=NOW, today=TODAY,
    )  # fmt: skip


def counted(clinic: Clinic) -> tuple[int, int]:
    """Return the counter row: people and invited."""
    counter = PracticeCounter.objects.get(practice=clinic.practice)
    return counter.people, counter.invited


# The end of a link ----------------------------------------------------------------------------


def test_ending_a_link_deletes_nothing_and_keeps_the_evidence(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=100)
    dates = clinic.membership(ada).renews_on
    end(clinic, ada, last=days(-2))
    left = clinic.link(ada)
    assert (left.ended_by, left.end_reason, left.end_note) == (
        clinic.actor.reference, "left", "Moved away",
    )  # fmt: skip
    assert left.ends_before == max(days(-1), left.starts_on + dt.timedelta(days=1))
    assert clinic.membership(ada).renews_on == dates
    assert len(clinic.terms(ada)) == Certificate.objects.count() == 1
    assert clinic.numbers("membership") == (0, 0, 1)
    assert OutboxMail.objects.filter(template="link_ended").count() == 1
    assert counted(clinic) == (1, 0)


def test_the_primary_administrators_link_cannot_end(clinic: Clinic) -> None:
    with pytest.raises(CannotChange, match="Hand the practice over first"):
        end(clinic, clinic.dana_link)


def test_a_link_ends_once_also_when_the_button_is_pressed_twice(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    same = clinic.link(ada)
    end(clinic, ada)
    with pytest.raises(CannotChange, match="Ada Park left already"):
        end(clinic, same)
    assert counted(clinic) == (1, 0)


def test_ending_with_take_back_returns_what_the_rules_allow(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "membership", on=days(-100))
    clinic.give(ada, "manual")
    end(clinic, ada, take_back=True)
    assert clinic.numbers("manual") == (1, 0, 0)
    assert clinic.numbers("membership") == (0, 0, 1)


def test_ending_with_take_back_takes_the_newest_year_first(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-5)
    clinic.give(ada, "renewal", on=days(-2))
    clinic.give(ada, "package")
    end(clinic, ada, take_back=True)
    assert clinic.numbers("renewal") == (1, 0, 0)
    assert clinic.numbers("package") == (1, 0, 0)
    assert clinic.membership(ada).renews_on == days(-5)


def test_ending_with_take_back_keeps_a_year_on_which_another_payer_built(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    ada = clinic.join("Ada Park")
    clinic.give(ada, "membership")
    assert ada.person is not None
    there = other.join(ada.person)
    other.give(there, "package")
    end(clinic, ada, take_back=True)
    assert clinic.numbers("membership") == (0, 0, 1)
    assert other.numbers("package") == (0, 0, 1)
    assert clinic.link(ada).ended_at is not None


def test_ending_the_link_of_somebody_invited_returns_the_unit_and_closes_the_invitation(
    clinic: Clinic,
) -> None:
    clinic.stock("package")
    bare = clinic.add("Rosa Lima", kind="package")
    token = clinic.token(bare)
    assert counted(clinic) == (2, 1)
    end(clinic, bare)
    assert clinic.numbers("package") == (1, 0, 0)
    assert counted(clinic) == (1, 0)
    with pytest.raises(InvitationClosed):
        find(token=token, now=NOW)


def test_somebody_who_left_can_be_added_again(clinic: Clinic) -> None:
    bare = clinic.add("Rosa Lima", email="rosa@new.example")
    end(clinic, bare)
    again = clinic.add("Rosa Lima", email="rosa@new.example")
    assert again.pk != bare.pk


def test_what_ended_is_not_changed_any_more(clinic: Clinic) -> None:
    ada, bare = clinic.join("Ada Park", role="physician"), clinic.add("Rosa Lima")
    end(clinic, ada)
    end(clinic, bare)
    assert not LinkRole.objects.filter(ended_at__isnull=True).exists()
    with pytest.raises(CannotChange, match="left"):
        roster_change.change_role(
            actor=clinic.actor, practice=clinic.practice, link=clinic.link(ada), role="deputy",
            give=True, now=NOW,
        )  # fmt: skip
    with pytest.raises(invite.AlreadyOnRoster, match="left"):
        invite.invite_again(
            actor=clinic.actor, practice=clinic.practice, link=clinic.link(bare), now=NOW
        )
    with pytest.raises(CannotChange, match="left"):
        roster_change.supervise(
            actor=clinic.actor, practice=clinic.practice, physician=clinic.link(ada),
            scribe=clinic.dana_link, starts_on=TODAY, now=NOW,
        )  # fmt: skip


# Roles ------------------------------------------------------------------------------------------


def role(clinic: Clinic, link: RosterLink, name: str, *, give: bool = True) -> None:
    roster_change.change_role(
        actor=clinic.actor, practice=clinic.practice, link=link, role=name, give=give, now=NOW
    )


def test_a_role_counts_from_the_next_click_and_ends_with_the_next(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano")
    assert drew.person_id is not None

    def manages() -> bool:
        return roster.standing_of(practice=clinic.practice, person=drew.person_id or 0).manages

    role(clinic, drew, "deputy")
    assert manages()
    role(clinic, drew, "deputy")
    assert LinkRole.objects.filter(link=drew).count() == 1
    role(clinic, drew, "deputy", give=False)
    assert not manages()
    # Ending what is not held changes nothing and is not recorded.
    role(clinic, drew, "deputy", give=False)
    assert AuditEvent.objects.filter(key="roster.role_ended").count() == 1


def test_an_unknown_role_and_a_role_before_acceptance_are_refused(clinic: Clinic) -> None:
    with pytest.raises(CannotChange, match="Choose a role"):
        role(clinic, clinic.dana_link, "king")
    with pytest.raises(CannotChange, match="not accepted the invitation yet"):
        role(clinic, clinic.add("Rosa Lima"), "deputy")


# Supervision ------------------------------------------------------------------------------------


def supervise(clinic: Clinic, physician: RosterLink, scribe: RosterLink) -> Supervision:
    return roster_change.supervise(
        actor=clinic.actor, practice=clinic.practice, physician=physician, scribe=scribe,
        starts_on=TODAY, now=NOW,
    )  # fmt: skip


def test_the_supervising_physician_is_printed_on_the_certificate(clinic: Clinic) -> None:
    pine, ada = clinic.join("Rowan Pine", role="physician"), clinic.join("Ada Park")
    first = supervise(clinic, pine, ada)
    assert supervise(clinic, pine, ada) == first
    clinic.give(ada, "membership")
    assert Certificate.objects.get().content["physicians"] == ["Rowan Pine"]


def test_an_ended_supervision_is_not_printed(clinic: Clinic) -> None:
    pine, ada = clinic.join("Rowan Pine"), clinic.join("Ada Park")
    roster_change.end_supervision(
        actor=clinic.actor, practice=clinic.practice, supervision=supervise(clinic, pine, ada),
        ends_before=TODAY, now=NOW,
    )  # fmt: skip
    clinic.give(ada, "membership", on=days(1))
    assert Certificate.objects.get().content["physicians"] == []


def test_supervision_needs_two_different_people_who_accepted(clinic: Clinic) -> None:
    pine = clinic.join("Rowan Pine")
    with pytest.raises(CannotChange, match="Nobody supervises themselves"):
        supervise(clinic, pine, pine)
    with pytest.raises(CannotChange, match="must have accepted"):
        supervise(clinic, pine, clinic.add("Rosa Lima"))


# Details ----------------------------------------------------------------------------------------


def details(clinic: Clinic, link: RosterLink, **values: str) -> None:
    roster_change.change_details(
        actor=clinic.actor, practice=clinic.practice, link=link, values=values, now=NOW
    )


def test_regression_an_email_changed_before_activation_keeps_the_unit(clinic: Clinic) -> None:
    clinic.stock("package")
    bare = clinic.add("Rosa Lima", kind="package", email="rsoa@new.example")
    details(clinic, bare, email="Rosa@new.example")
    assert clinic.numbers("package") == (0, 1, 0)
    rosa = clinic.accept(bare)
    assert rosa.email == "rosa@new.example"
    assert clinic.numbers("package") == (0, 0, 1)
    assert clinic.terms(bare)[0].starts_on == TODAY


def test_after_a_changed_address_the_link_in_the_old_mailbox_is_worth_nothing(
    clinic: Clinic,
) -> None:
    bare = clinic.add("Rosa Lima", email="somebody.else@new.example")
    old = clinic.token(bare)
    details(clinic, bare, email="rosa@new.example")
    with pytest.raises(InvitationClosed):
        find(token=old, now=NOW)
    mail = OutboxMail.objects.filter(template="invitation").order_by("-pk")[0]
    assert mail.to_address == "rosa@new.example"
    assert find(token=clinic.token(bare), now=NOW).email == "rosa@new.example"


def test_an_accepted_address_belongs_to_its_person(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    with pytest.raises(CannotChange, match="owns this address"):
        details(clinic, ada, email="other@new.example")
    details(clinic, ada, first_name="Adah", phone="+1 555 0100 111")
    changed = clinic.link(ada)
    assert (changed.name, changed.phone) == ("Adah Park", "+1 555 0100 111")
    assert changed.sort_name == "park adah"


def test_an_address_that_is_here_already_is_refused(clinic: Clinic) -> None:
    clinic.add("Theo Dunn", email="theo@new.example")
    bare = clinic.add("Rosa Lima")
    with pytest.raises(CannotChange, match=r"theo@new\.example is on the roster already"):
        details(clinic, bare, email="THEO@new.example")


def test_unchanged_details_are_no_event(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    details(clinic, ada, first_name="Ada")
    assert not AuditEvent.objects.filter(key="roster.person_changed").exists()


def test_practice_settings_are_changed_and_the_changed_fields_recorded(clinic: Clinic) -> None:
    values = {"name": clinic.practice.name, "phone": "+1 555 0100 222", "primary": "nobody"}
    change = {"actor": clinic.actor, "practice": clinic.practice, "values": values, "now": NOW}
    assert roster_change.change_settings(**change) == ["phone"]  # type: ignore[arg-type]
    assert roster_change.change_settings(**change) == []  # type: ignore[arg-type]
    assert AuditEvent.objects.filter(key="practice.settings_changed").count() == 1


def test_a_package_chosen_twice_comes_back_newest_first(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    choose_exam(ada)
    clinic.give(ada, "package")
    end(clinic, ada, take_back=True)
    assert clinic.numbers("package") == (2, 0, 0)
    assert clinic.terms(ada) == []


# A practice begins ------------------------------------------------------------------------------


def open_practice(clinic: Clinic, email: str) -> Practice:
    return opening.open_practice(
        actor=clinic.actor, name="Hillside Clinic", first_name="Ida", last_name="Brook",
        email=email, now=NOW, today=TODAY,
    )  # fmt: skip


def test_a_new_practice_has_its_administrator_from_the_first_moment(clinic: Clinic) -> None:
    hillside = open_practice(clinic, "Ida@new.example")
    assert hillside.primary.email == "ida@new.example"
    assert hillside.primary.user is None
    (link,) = roster.live_links(practice=hillside.pk)
    ida = activate(token=clinic.token(link), password=PASSWORD, now=NOW, today=TODAY)
    assert ida == hillside.primary
    assert roster.standing_of(practice=hillside, person=ida.pk).primary


def test_somebody_known_is_asked_to_run_the_new_practice_with_the_own_account(
    clinic: Clinic,
) -> None:
    hillside = open_practice(clinic, clinic.dana.email)
    assert hillside.primary == clinic.dana
    assert OutboxMail.objects.get(to_address=clinic.dana.email).template == "join"
