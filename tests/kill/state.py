"""Prints who was renewed and how many units are free: ``python -m tests.kill.state``."""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    """Read the database as it is after a kill."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.db.models import Count, Q

    from scriptorium.domains.credentials.models import Certificate
    from scriptorium.domains.ledger.models import Balance
    from scriptorium.domains.practices.models import RosterLink

    years = Count("person__terms", filter=Q(person__terms__voided_at__isnull=True))
    rows = RosterLink.objects.annotate(years=years)
    json.dump(
        {
            "years": dict(rows.values_list("reference", "years")),
            "certificates": Certificate.objects.count(),
            "free": Balance.objects.get(kind="renewal").free,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
