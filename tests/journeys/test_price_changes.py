"""Another price list is told to whom it concerns, in time and once (DOMAIN §4; STANDARDS §7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import change_mode, own_membership, price_changes
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of, buy_renewal, days, noon
from tests.support.price_lists import another_list

pytestmark = pytest.mark.django_db

NIGHT = Actor.system("nightly")


def automatic(clinic: Clinic, name: str, *, renews_in: int = 60) -> RosterLink:
    link = clinic.member(name, renews_in=renews_in)
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=link, mode="A", address="192.0.2.7",
        channel="web", now=NOW, today=TODAY,
    )  # fmt: skip
    return link


def tell(day: int) -> int:
    """Run the step until it finds nothing more; return how many payers were told."""
    total = 0
    while told := price_changes.tell_of_prices(NIGHT, days(day), noon(days(day))):
        total += told
    return total


def mails() -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(template="price_change").order_by("id"))


def test_thirty_days_before_and_no_day_earlier_the_payer_reads_both_prices(
    settings: Any, tmp_path: Path
) -> None:
    clinic = Clinic()
    automatic(clinic, "Ada Park")
    automatic(clinic, "Ben Ito", renews_in=70)
    another_list(settings, tmp_path, starts=days(40))

    assert tell(9) == 0
    assert tell(10) == 1

    [mail] = mails()
    assert (mail.data["old_price"], mail.data["new_price"]) == ("$89.00", "$95.00")
    assert (mail.data["people"], mail.data["first_on"]) == (2, "22 Jan 2027")
    assert mail.data["change_until"] == "21 Jan 2027"


def test_it_is_told_once_however_often_the_night_runs(settings: Any, tmp_path: Path) -> None:
    automatic(Clinic(), "Ada Park")
    another_list(settings, tmp_path, starts=days(40))
    assert [tell(day) for day in (10, 10, 11, 39)] == [1, 0, 0, 0]


def test_an_outage_of_days_tells_late_but_never_after_the_list_is_in_force(
    settings: Any, tmp_path: Path
) -> None:
    automatic(Clinic(), "Ada Park")
    another_list(settings, tmp_path, starts=days(40))
    assert tell(40) == 0
    assert tell(37) == 1


def test_who_renews_by_hand_cancelled_or_renews_before_is_not_told(
    settings: Any, tmp_path: Path
) -> None:
    clinic = Clinic()
    clinic.member("Manual Member", renews_in=60)
    automatic(clinic, "Early Bird", renews_in=20)
    another_list(settings, tmp_path, starts=days(40))
    assert tell(10) == 0


def test_somebody_who_pays_for_herself_is_told_too(settings: Any, tmp_path: Path) -> None:
    clinic = Clinic()
    link = clinic.member("Sola Aune", renews_in=-310)
    buy_renewal(link, on=days(-311))
    assert link.person is not None
    own_membership.set_mode(
        actor=actor_of(link.person), person=link.person, mode="A", address=None, now=NOW,
        today=TODAY,
    )  # fmt: skip
    another_list(settings, tmp_path, starts=days(40))

    assert tell(10) == 1

    [mail] = mails()
    assert mail.to_address == link.person.email
    assert mail.data["own"] is True


def test_portions_tell_everybody_exactly_once(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_changes, "CHUNK", 2)
    for number in range(5):
        automatic(Clinic(name=f"Practice {number}"), "Ada Park")
    another_list(settings, tmp_path, starts=days(40))
    assert tell(10) == 5
    assert len({mail.to_address for mail in mails()}) == 5


def test_a_list_that_leaves_renewals_alone_is_nobody_s_business(
    settings: Any, tmp_path: Path
) -> None:
    automatic(Clinic(), "Ada Park")
    another_list(settings, tmp_path, starts=days(40), renewal="89.00")
    assert tell(10) == 0
