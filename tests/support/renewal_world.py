"""Two practices and a person who pays for herself, on the way to their renewals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import transaction

from scriptorium.domains.memberships.rules import row_facts
from scriptorium.domains.orders.operations import remember_method, set_auto_pay
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.integrations.payments import Sandbox, TestCard
from scriptorium.journeys import change_mode, own_membership, services
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.payer import Payer
from tests.support.builders import (
    NOW,
    TODAY,
    Clinic,
    actor_of,
    buy_renewal,
    days,
    noon,
)
from tests.support.money import Till

#: The day on which most of them renew; the world begins a day before the first notice.
DAY = days(60)
BEGINS = DAY - dt.timedelta(days=46)


class RenewalWorld:
    """Everybody, made once; what happens to them is taken back after each example."""

    def __init__(self, settings: Any, folder: Path) -> None:
        self._settings, self._folder, self._files = settings, folder, 0
        self.clinic = Clinic()
        self.till = Till(self.clinic)
        self.lakeside = Clinic("Lakeside Health", "Omar Reyes")
        #: Two automatic, two manual people of the day, and one of each two weeks later.
        self.people = [
            self._member("Ada Park", 60, automatic=True),
            self._member("Ben Ito", 60, automatic=True),
            self._member("Carmen Ruiz", 60, automatic=False),
            self._member("Dev Patel", 60, automatic=False),
            self._member("Elena Voss", 75, automatic=True),
            self._member("Farah Haddad", 75, automatic=False),
        ]
        self.newcomers = [self.clinic.join("Nora Quist"), self.clinic.join("Nils Lund")]
        self.sola = self._who_pays_for_herself()
        assert self.sola.person is not None
        self.solo = self.sola.person
        #: On both rosters, so that either practice may pay.
        self.shared = [self._also_at_lakeside(link) for link in (*self.people[::2], self.sola)]
        self.payers = (self.clinic.payer, Payer(person=self.solo.pk))
        self.fresh_provider()

    def _member(self, name: str, renews_in: int, *, automatic: bool) -> RosterLink:
        link = self.clinic.member(name, renews_in=renews_in)
        if automatic:
            change_mode.change_mode(
                actor=self.clinic.actor, practice=self.clinic.practice, link=link, mode="A",
                address=None, channel="web", now=NOW, today=TODAY,
            )  # fmt: skip
        return self.clinic.link(link)

    def _who_pays_for_herself(self) -> RosterLink:
        before = DAY.replace(year=DAY.year - 1)
        link = self.clinic.member("Sola Aune", renews_in=(before - TODAY).days)
        buy_renewal(link, on=before - dt.timedelta(days=5))
        assert link.person is not None
        own_membership.set_mode(
            actor=actor_of(link.person), person=link.person, mode="A", address=None, now=NOW,
            today=TODAY,
        )  # fmt: skip
        return self.clinic.link(link)

    def _also_at_lakeside(self, link: RosterLink) -> RosterLink:
        assert link.person is not None
        shared = self.lakeside.join(link.person)
        # As accepting the invitation does for somebody who is a member already.
        facts = row_facts([self.clinic.membership(link)])
        practices.refresh_rows(facts=facts, today=TODAY)
        return shared

    def fresh_provider(self) -> Sandbox:
        """Let the sandbox forget everything: a file of its own for each example."""
        self._files += 1
        self._settings.PAYMENTS_URL = "sandbox://"
        self._settings.PAYMENTS_DIR = self._folder / str(self._files)
        provider = services.sandbox()
        assert provider is not None
        return provider

    def save_card(self, who: int, card: TestCard) -> None:
        """Keep a card for the practice (0) or for the person (1)."""
        provider = services.sandbox()
        assert provider is not None
        payer = self.payers[who]
        saved = provider.save_method(owner=str(payer), card=card)
        with transaction.atomic():
            remember_method(
                payer=payer, provider=provider.name, customer=saved.customer,
                method=saved.method, label=saved.label, by="test", now=NOW,
            )  # fmt: skip

    def auto_pay(self, on: bool) -> None:
        """Let the practice's card be charged by itself, or no longer."""
        set_auto_pay(practice=self.clinic.practice.pk, on=on, by="test", now=NOW)

    def night(self, day: dt.date) -> None:
        """Run the night of a day."""
        run_night(today=day, now=noon(day))
