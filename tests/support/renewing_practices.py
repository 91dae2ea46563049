"""Adds practices that renew to a served demonstration: ``… renewing_practices DAY``.

One pays by a card that works, the other by one that fails when it is charged by itself.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from scriptorium.integrations.payments import TestCard
    from tests.support.builders import Clinic

HILLSIDE, HANA = "Hillside Family Practice", "hana@hillside.example"
CREEKSIDE, CORA = "Creekside Urgent Care", "cora@creekside.example"
IVO = "ivo@creekside.example"
#: Twelve renew on the day; three are on the roster without a membership.
RENEWING = [
    "Abel Ames", "Bea Brook", "Cyrus Cole", "Dina Dorn", "Emil Eder", "Flora Finn", "Gus Grant",
    "Hedda Hall", "Ilan Ivers", "June Jarvis", "Kai Kern", "Lotte Lind",
]  # fmt: skip
NEW = ["Xenia Young", "Yann York", "Zara Zeller"]


def main() -> None:
    """Make both practices, and print what the walk needs to know of them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.db import transaction

    from scriptorium.integrations.payments import TestCard
    from tests.support.builders import person
    from tests.support.credentials import award

    day = dt.date.fromisoformat(sys.argv[1])
    with transaction.atomic():
        hillside = _practice(HILLSIDE, "Hana Reed", HANA, TestCard.SUCCESS)
    for name in RENEWING:
        _member(hillside, name, day)
    for name in NEW:
        hillside.join(person(name))
    with transaction.atomic():
        creekside = _practice(CREEKSIDE, "Cora Blake", CORA, TestCard.EXPIRES)
    _member(creekside, "Ivo Brand", day, email=IVO)
    ivo = creekside.practice.links.get(email=IVO).person
    assert ivo is not None
    credential = award(ivo, since=day - dt.timedelta(days=300))
    print(
        json.dumps(
            {
                "hillside": f"/practice/{hillside.practice.reference}/",
                "creekside": f"/practice/{creekside.practice.reference}/",
                "credential": credential.number,
            }
        )
    )


def _practice(name: str, admin: str, email: str, card: TestCard) -> Clinic:
    """Make a practice whose renewals a saved card pays by itself."""
    from scriptorium.domains.orders.operations import remember_method, set_auto_pay
    from scriptorium.journeys import services
    from tests.support.builders import NOW, Clinic

    clinic = Clinic(name, admin, email=email)
    _let_sign_in(clinic.dana.user)
    provider = services.sandbox()
    assert provider is not None
    saved = provider.save_method(owner=clinic.practice.reference, card=card)
    remember_method(
        payer=clinic.payer, provider=provider.name, customer=saved.customer, method=saved.method,
        label=saved.label, by=clinic.dana.reference, now=NOW,
    )  # fmt: skip
    set_auto_pay(practice=clinic.practice.pk, on=True, by=clinic.dana.reference, now=NOW)
    return clinic


def _member(clinic: Clinic, name: str, day: dt.date, *, email: str = "") -> None:
    """Put somebody on the roster whose membership renews by itself on the day."""
    from scriptorium.journeys import change_mode
    from tests.support.builders import NOW, TODAY, person

    someone = person(name, email)
    link = clinic.join(someone)
    if email:
        _let_sign_in(someone.user)
    clinic.stock("membership")
    clinic.assign([link], "membership", on=day.replace(year=day.year - 1))
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=clinic.link(link), mode="A",
        address=None, channel="phone", now=NOW, today=TODAY,
    )  # fmt: skip


def _let_sign_in(user: object) -> None:
    """Give a login the password of all the demonstration's logins."""
    from scriptorium.domains.accounts.models import User
    from tests.support.browser import PASSWORD

    assert isinstance(user, User)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])


if __name__ == "__main__":
    main()
