"""Runs several nights in one process: ``python -m tests.support.nights DAY …``."""

from __future__ import annotations

import datetime as dt
import os
import sys

import django


def main() -> None:
    """Run ``scriptorium nightly --on DAY`` for each day, the clock moved there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from scriptorium.kernel import clock

    clock.bind(shift=dt.timedelta(0), zone=settings.BODY_TIME_ZONE)
    today = clock.today()
    for day in map(dt.date.fromisoformat, sys.argv[1:]):
        clock.bind(shift=day - today, zone=settings.BODY_TIME_ZONE)
        call_command("nightly", "--on", day.isoformat())


if __name__ == "__main__":
    main()
