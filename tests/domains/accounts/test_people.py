"""One identity for life: profile, addresses, the name on certificates (issue 2, point 8)."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import EmailChange, NameRequest, Person, StaffMember
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys import profile
from scriptorium.journeys.profile import CannotChangeEmail
from tests.support.builders import DESK, NOW, actor_of, later, person

pytestmark = pytest.mark.django_db


def ask(someone: Person, new_email: str) -> str:
    """Ask for another address and return the secret that was mailed to it, or ""."""
    profile.ask_email_change(actor=actor_of(someone), person=someone, new_email=new_email, now=NOW)
    mail = OutboxMail.objects.filter(template="email_change", to_address=new_email).last()
    return mail.data["link"].split("/")[-2] if mail else ""


def test_a_new_address_counts_once_its_owner_confirms_it() -> None:
    ada = person("Ada Park", "ada@old.example")
    token = ask(ada, "ada@new.example")
    warned = OutboxMail.objects.get(template="email_changed")
    assert (warned.to_address, warned.data["new_email"]) == ("ada@old.example", "ada@new.example")
    ada.refresh_from_db()
    assert ada.email == "ada@old.example"
    profile.confirm_email_change(person=ada, token=token, now=NOW)
    ada = Person.objects.get(pk=ada.pk)
    assert ada.user is not None
    assert ada.email == ada.user.email == "ada@new.example"
    assert EmailAddress.objects.get(user=ada.user, primary=True).email == "ada@new.example"
    with pytest.raises(CannotChangeEmail):
        profile.confirm_email_change(person=ada, token=token, now=NOW)


def test_an_address_of_somebody_else_is_answered_alike_and_nothing_is_sent_to_it() -> None:
    ada = person("Ada Park", "ada@old.example")
    person("Ben Ito", "ben@old.example")
    assert ask(ada, "ben@old.example") == ""
    assert not EmailChange.objects.exists()
    assert OutboxMail.objects.get().template == "email_changed"


def test_a_wish_is_good_for_two_days_and_for_its_person_alone() -> None:
    ada, ben = person("Ada Park"), person("Ben Ito")
    token = ask(ada, "ada@new.example")
    for who, now in ((ben, NOW), (ada, later(days=2)), (ada, later(days=3))):
        with pytest.raises(CannotChangeEmail, match="This link is over"):
            profile.confirm_email_change(person=who, token=token, now=now)


def test_a_newer_wish_replaces_the_older_one() -> None:
    ada = person("Ada Park")
    older = ask(ada, "one@new.example")
    newer = ask(ada, "two@new.example")
    with pytest.raises(CannotChangeEmail):
        profile.confirm_email_change(person=ada, token=older, now=NOW)
    profile.confirm_email_change(person=ada, token=newer, now=NOW)


def test_an_address_that_was_taken_meanwhile_is_refused() -> None:
    ada = person("Ada Park")
    token = ask(ada, "shared@new.example")
    person("Ben Ito", "shared@new.example")
    with pytest.raises(CannotChangeEmail):
        profile.confirm_email_change(person=ada, token=token, now=NOW)


def test_the_profile_changes_and_the_changed_fields_are_recorded() -> None:
    ada = person("Ada Park")
    values = {"phone": "+1 555 0100 111", "city": "Fairmont", "email": "x@y.example"}
    change = {"actor": actor_of(ada), "person": ada, "values": values, "now": NOW}
    assert profile.change_profile(**change) == ["phone", "city"]  # type: ignore[arg-type]
    assert profile.change_profile(**change) == []  # type: ignore[arg-type]
    assert AuditEvent.objects.get().data == {"fields": "phone, city"}


@pytest.mark.parametrize("approved", [True, False])
def test_staff_decide_about_another_name_on_certificates(approved: bool) -> None:
    ada = person("Ada Park")
    for wanted in ("A. Park", "Adelaide Park"):
        profile.ask_certificate_name(
            actor=actor_of(ada), person=ada, wanted=wanted, reason="Married", now=NOW
        )
    (wish,) = people.open_name_requests()
    assert wish.wanted == "Adelaide Park"
    found = people.open_name_request(reference=wish.reference)
    assert found is not None
    profile.decide_certificate_name(actor=DESK, request=found, approved=approved, now=NOW)
    ada.refresh_from_db()
    assert ada.certificate_name == ("Adelaide Park" if approved else "Ada Park")
    assert people.open_name_requests() == []
    assert people.open_name_request(reference=wish.reference) is None
    last = people.name_request_of(person=ada.pk)
    assert last is not None
    assert last.approved is approved
    with pytest.raises(IntegrityError), transaction.atomic():
        NameRequest.objects.update(decided_by="")


def test_one_identity_for_an_address_whatever_its_case() -> None:
    person("Ada Park", "ada@home.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(
            first_name="A", last_name="P", email="ADA@home.example", created_at=NOW
        )


def test_people_are_found_by_any_confirmed_address() -> None:
    ada = person("Ada Park", "ada@home.example")
    EmailAddress.objects.create(user=ada.user, email="ada@work.example", verified=True)
    EmailAddress.objects.create(user=ada.user, email="typo@work.example", verified=False)
    wanted = ["ADA@home.example", "ada@work.example", "typo@work.example", "no@one.example"]
    assert people.by_email(emails=wanted) == {"ada@home.example": ada, "ada@work.example": ada}


def test_people_are_searched_by_every_word_and_read_by_reference() -> None:
    ada, _ = person("Ada Park"), person("Ada Lind")
    assert people.search(text="ada park") == [ada]
    assert people.by_reference(reference=ada.reference) == ada
    assert people.by_reference(reference="nobody") is None
    assert ada.user is not None
    assert people.person_of_user(user=ada.user.pk) == ada
    assert people.certificate_names(people=[ada.pk]) == {ada.pk: "Ada Park"}


def test_a_staff_role_is_held_once_and_ends_with_a_name() -> None:
    robin = person("Robin Ashby")
    accounts.grant_staff_role(person=robin, role="desk", by="setup", now=NOW)
    assert people.staff_roles(person=robin.pk) == {"desk"}
    with pytest.raises(IntegrityError), transaction.atomic():
        accounts.grant_staff_role(person=robin, role="desk", by="setup", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffMember.objects.update(ended_at=NOW)
    StaffMember.objects.update(ended_at=NOW + dt.timedelta(days=1), ended_by="setup")
    assert people.staff_roles(person=robin.pk) == frozenset()


def test_a_message_from_the_contact_page_is_kept_and_recorded() -> None:
    profile.send_message(
        actor=DESK, topic="more", name="Dana", email="dana@home.example", text="5 renewals",
        practice="", person="", page="/store/", now=NOW,
    )  # fmt: skip
    assert AuditEvent.objects.get(key="support.message_received").data == {"topic": "more"}
