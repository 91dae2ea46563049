"""Fills a fresh database with renewals that are due: ``python -m tests.kill.fill_night PEOPLE``."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from scriptorium.domains.memberships.models import Membership
    from scriptorium.domains.practices.models import RosterLink
    from tests.support.builders import Clinic

#: People of one practice; the last two of them renew by hand.
PEOPLE = 12


def main() -> None:
    """Make practices that pay by card, by invoice and from their units, told in time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from scriptorium.domains.memberships.models import Membership, Proposal
    from scriptorium.journeys.nightly import run_night
    from tests.support.builders import days, noon

    day = days(60)
    practices = round(int(sys.argv[1]) / PEOPLE)
    for number in range(practices):
        _practice(number, day)
    for rung in (45, 30, 14, 3):
        before = day - dt.timedelta(days=rung)
        run_night(today=before, now=noon(before))
    assert Proposal.objects.count() == practices
    assert Membership.objects.filter(renews_on=day).count() == practices * PEOPLE
    json.dump({"day": day.isoformat()}, sys.stdout)


def _practice(number: int, day: dt.date) -> None:
    """Make one practice; which way it pays follows from its number."""
    from django.db import transaction

    from scriptorium.domains.memberships.models import Membership
    from scriptorium.domains.orders.operations import remember_method, set_auto_pay
    from scriptorium.integrations.payments import TestCard
    from scriptorium.journeys import services
    from tests.support.builders import NOW, Clinic

    provider = services.sandbox()
    assert provider is not None
    clinic = Clinic(f"Practice {number}", f"Dana Whitlock{number}")
    links = _members(clinic, number, day)
    automatic = [link.person_id for link in links[: PEOPLE - 2]]
    _let_renew(clinic, list(Membership.objects.filter(person_id__in=automatic)))
    if number % 2:
        clinic.stock("renewal", 4)
    if number % 4 != 3:
        card = TestCard.EXPIRES if number % 8 == 4 else TestCard.SUCCESS
        saved = provider.save_method(owner=clinic.practice.reference, card=card)
        with transaction.atomic():
            remember_method(
                payer=clinic.payer, provider=provider.name, customer=saved.customer,
                method=saved.method, label=saved.label, by="test", now=NOW,
            )  # fmt: skip
            set_auto_pay(practice=clinic.practice.pk, on=True, by="test", now=NOW)


def _members(clinic: Clinic, number: int, day: dt.date) -> list[RosterLink]:
    """Put a practice's people on its roster, all at once, and assign their year."""
    from scriptorium.domains.accounts.models import Person
    from scriptorium.domains.practices import operations as practices
    from tests.support.builders import NOW, TODAY

    people = Person.objects.bulk_create(
        [
            Person(
                first_name="Person", last_name=f"{number:04}{n:02}",
                certificate_name=f"Person {number:04}{n:02}",
                email=f"person.{number:04}{n:02}@people.example", created_at=NOW,
            )
            for n in range(PEOPLE)
        ]
    )  # fmt: skip
    links = practices.add_links(
        practice=clinic.practice.pk,
        today=TODAY,
        people=[practices.NewLink(p.first_name, p.last_name, p.email, person=p.pk) for p in people],
    )
    clinic.stock("membership", PEOPLE)
    clinic.assign(links, "membership", on=day.replace(year=day.year - 1))
    return links


def _let_renew(clinic: Clinic, memberships: list[Membership]) -> None:
    """Let memberships renew by themselves, each with its consent."""
    from django.db import transaction

    from scriptorium.domains.memberships.enums import Mode
    from scriptorium.domains.memberships.models import Consent, Membership, PayerMode
    from scriptorium.domains.memberships.rules import row_facts
    from scriptorium.domains.practices import operations as practices
    from tests.support.builders import NOW, TODAY

    consents = Consent.objects.bulk_create(
        [
            Consent(
                person_id=one.person_id, payer_practice=clinic.practice, text_version="test",
                text_sha256="0" * 64, channel="phone", given_by="test", at=NOW,
            )
            for one in memberships
        ]
    )  # fmt: skip
    for one, consent in zip(memberships, consents, strict=True):
        one.mode, one.consent = Mode.AUTOMATIC, consent
    Membership.objects.bulk_update(memberships, ["mode", "consent"])
    PayerMode.objects.bulk_create(
        [
            PayerMode(
                membership=one, payer_practice=clinic.practice, mode=one.mode, consent=one.consent
            )
            for one in memberships
        ]
    )
    with transaction.atomic():
        practices.refresh_rows(facts=row_facts(memberships), today=TODAY)


if __name__ == "__main__":
    main()
