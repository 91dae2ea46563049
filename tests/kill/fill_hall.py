"""Fills a fresh database with an exam hall: ``python -m tests.kill.fill_hall``; prints who sits."""

from __future__ import annotations

import json
import os
import sys

import django

CANDIDATES = 24
PLACES = 12


def main() -> None:
    """Make candidates with a unit each, and parallel forms of a few items."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from scriptorium.kernel import clock
    from tests.support.builders import PASSWORD, Clinic, person
    from tests.support.exam_room import add_exam

    clinic = Clinic()
    people = [person(f"Person {n:03}", password=PASSWORD) for n in range(CANDIDATES)]
    links = [clinic.join(someone) for someone in people]
    clinic.stock("mscat", CANDIDATES, on=clock.today())
    clinic.assign(links, "mscat", on=clock.today())
    add_exam("general", places=PLACES)
    candidates = [{"login": p.email, "name": p.name} for p in people]
    json.dump({"password": PASSWORD, "places": PLACES, "candidates": candidates}, sys.stdout)


if __name__ == "__main__":
    main()
