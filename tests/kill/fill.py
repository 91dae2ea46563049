"""Fills a fresh database for the kill tests: ``python -m tests.kill.fill``; prints what to use."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys

import django

PEOPLE = 400
UNITS = 200


def main() -> None:
    """Make a practice whose people can all be renewed, with units for half of them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from scriptorium.kernel import clock
    from tests.support.builders import PASSWORD, Clinic, person

    today = clock.today()
    clinic = Clinic()
    drew = person("Drew Castellano", password=PASSWORD)
    clinic.join(drew, role="deputy")
    people = clinic.people(PEOPLE)
    start = today - dt.timedelta(days=350)
    later = today + dt.timedelta(days=300)
    clinic.stock("membership", PEOPLE, on=start, expires=later)
    clinic.assign(people, "membership", on=start)
    clinic.stock("renewal", UNITS, on=start, expires=later)
    json.dump(
        {
            "login": drew.email,
            "password": PASSWORD,
            "practice": clinic.practice.reference,
            "people": [link.reference for link in people],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
