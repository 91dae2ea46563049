"""Fills a fresh database with renewals that are due: ``python -m tests.kill.fill_night``."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys

import django

PRACTICES, PEOPLE = 8, 12


def main() -> None:
    """Make practices that pay by card, by invoice and from their units, told in time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import transaction

    from scriptorium.domains.memberships.models import Membership, Proposal
    from scriptorium.domains.orders.operations import remember_method, set_auto_pay
    from scriptorium.integrations.payments import TestCard
    from scriptorium.journeys import change_mode, services
    from scriptorium.journeys.nightly import run_night
    from tests.support.builders import NOW, TODAY, Clinic, days, noon

    day = days(60)
    provider = services.sandbox()
    assert provider is not None
    for number in range(PRACTICES):
        clinic = Clinic(f"Practice {number}", f"Dana Whitlock{number}")
        links = [clinic.member(f"Person {number:02}{n:02}", renews_in=60) for n in range(PEOPLE)]
        for link in links[: PEOPLE - 2]:
            change_mode.change_mode(
                actor=clinic.actor, practice=clinic.practice, link=link, mode="A",
                address=None, channel="phone", now=NOW, today=TODAY,
            )  # fmt: skip
        if number % 2:
            clinic.stock("renewal", 4)
        if number % 4 != 3:
            card = TestCard.EXPIRES if number == 4 else TestCard.SUCCESS
            saved = provider.save_method(owner=clinic.practice.reference, card=card)
            with transaction.atomic():
                remember_method(
                    payer=clinic.payer, provider=provider.name, customer=saved.customer,
                    method=saved.method, label=saved.label, by="test", now=NOW,
                )  # fmt: skip
                set_auto_pay(practice=clinic.practice.pk, on=True, by="test", now=NOW)
    for rung in (45, 30, 14, 3):
        before = day - dt.timedelta(days=rung)
        run_night(today=before, now=noon(before))
    assert Proposal.objects.count() == PRACTICES
    assert Membership.objects.filter(renews_on=day).count() == PRACTICES * PEOPLE
    json.dump({"day": day.isoformat()}, sys.stdout)


if __name__ == "__main__":
    main()
