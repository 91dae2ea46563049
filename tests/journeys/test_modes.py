"""Manual and automatic renewal with consent, and a lapse day moved by staff (DOMAIN §3)."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, transaction

from scriptorium.domains.memberships.enums import Channel
from scriptorium.domains.memberships.models import Consent, Membership
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import change_mode
from scriptorium.journeys.change_mode import CannotChangeMode
from tests.support.builders import NOW, TODAY, Clinic, buy_renewal, days


def choose(clinic: Clinic, link: RosterLink, mode: str) -> None:
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=link, mode=mode, address="192.0.2.7",
        channel=Channel.WEB, now=NOW, today=TODAY,
    )  # fmt: skip


def move(clinic: Clinic, link: RosterLink, day: int) -> None:
    change_mode.move_lapse(
        actor=clinic.actor, practice=clinic.practice, link=link, lapses_on=days(day), now=NOW,
        today=TODAY,
    )  # fmt: skip


def test_automatic_renewal_records_the_consent_to_the_exact_text(clinic: Clinic) -> None:
    ada = clinic.member()
    choose(clinic, ada, "A")
    consent = Consent.objects.get()
    assert consent.text_sha256 == hashlib.sha256(change_mode.CONSENT_TEXT.encode()).hexdigest()
    assert (consent.text_version, consent.channel, consent.at, consent.given_by) == (
        change_mode.CONSENT_VERSION, "web", NOW, clinic.actor.reference,
    )  # fmt: skip
    assert clinic.membership(ada).consent == consent
    assert clinic.link(ada).mode == "A"


def test_back_to_manual_needs_no_consent_and_keeps_the_old_one(clinic: Clinic) -> None:
    ada = clinic.member()
    choose(clinic, ada, "A")
    choose(clinic, ada, "M")
    assert clinic.membership(ada).consent is None
    assert clinic.link(ada).mode == "M"
    assert Consent.objects.count() == 1


def test_the_database_refuses_automatic_without_consent(clinic: Clinic) -> None:
    ada = clinic.member()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(person=ada.person).update(mode="A")


def test_mode_needs_a_membership_of_somebody_who_accepted(clinic: Clinic) -> None:
    with pytest.raises(CannotChangeMode, match="not accepted the invitation yet"):
        choose(clinic, clinic.add("Rosa Lima"), "A")
    with pytest.raises(CannotChangeMode, match="has no membership"):
        choose(clinic, clinic.join("Ada Park"), "A")
    assert not Consent.objects.exists()


def test_only_the_current_payer_chooses_the_mode(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    other = Clinic("Lakeside Health", "Omar Haddad")
    assert ada.person is not None
    there = other.join(ada.person)
    with pytest.raises(CannotChangeMode, match="Another payer pays for this membership"):
        choose(other, there, "A")
    buy_renewal(ada)
    with pytest.raises(CannotChangeMode, match="Another payer"):
        choose(clinic, clinic.link(ada), "A")


def test_a_renewal_by_the_same_payer_keeps_the_mode(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    choose(clinic, ada, "A")
    clinic.give(ada, "renewal")
    assert clinic.membership(ada).mode == clinic.link(ada).mode == "A"


def test_each_payer_keeps_the_mode_it_chose_while_another_one_pays(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    choose(clinic, ada, "A")
    buy_renewal(ada)
    assert clinic.membership(ada).mode == "M"
    on = clinic.membership(ada).latest_starts_on
    clinic.give(clinic.link(ada), "renewal", on=on.replace(year=on.year + 1, month=on.month - 1))
    assert clinic.membership(ada).mode == "A"


def test_regression_a_moved_lapse_day_does_not_leak_into_the_next_cycle(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-20)
    move(clinic, ada, 60)
    assert clinic.link(ada).lapses_on == days(60)
    clinic.give(ada, "renewal")
    membership = clinic.membership(ada)
    assert (membership.lapses_on - membership.renews_on).days == 30


def test_a_moved_lapse_day_keeps_a_member_in_grace_beyond_the_ninetieth_day(
    clinic: Clinic,
) -> None:
    ada = clinic.member(renews_in=-100)
    move(clinic, ada, 10)
    assert clinic.give(ada, "renewal").assigned == 1
    assert clinic.terms(ada)[-1].starts_on == days(-100)


def test_grace_cannot_end_before_the_renewal_date(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    with pytest.raises(CannotChangeMode, match="cannot end before the renewal date"):
        move(clinic, ada, 19)
    with pytest.raises(CannotChangeMode, match="has no membership"):
        move(clinic, clinic.dana_link, 19)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.update(lapses_on=days(19))
