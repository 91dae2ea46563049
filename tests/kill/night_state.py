"""Prints all that a night of renewals decides: ``python -m tests.kill.night_state DAY``."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections import Counter
from typing import Any

import django


def main() -> None:
    """Read the database without keys, references and times, which differ from run to run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from scriptorium.domains.credentials.models import Certificate
    from scriptorium.domains.ledger.models import Balance
    from scriptorium.domains.memberships.models import Membership, ProposalLine
    from scriptorium.domains.notifications.models import OutboxMail
    from scriptorium.domains.orders.models import Attempt, Invoice, Payment, Posting
    from scriptorium.journeys import services
    from scriptorium.pages.ledger_report import ledger_report

    day = dt.date.fromisoformat(sys.argv[1])
    provider = services.sandbox()
    assert provider is not None
    since = dt.datetime.combine(day, dt.time(), dt.UTC)
    charges = provider.list_payments(
        since=since - dt.timedelta(days=1), until=since + dt.timedelta(days=2)
    )

    def counted(rows: Any) -> list[Any]:
        return sorted([*map(str, key), count] for key, count in Counter(rows).items())

    state = {
        "renews": counted(
            Membership.objects.values_list("person__last_name", "renews_on", "lapses_on")
        ),
        "lines": counted(ProposalLine.objects.values_list("person__last_name", "state")),
        "invoices": counted(
            Invoice.objects.values_list("payer_practice__name", "total_minor", "applied_minor")
        ),
        "payments": counted(Payment.objects.values_list("payer_practice__name", "amount_minor")),
        "attempts": counted(
            Attempt.objects.values_list("order__payer_practice__name", "number", "state")
        ),
        "charged": counted((str(f.amount), f.state) for f in charges),
        "postings": counted(Posting.objects.values_list("reason", "payer_practice__name")),
        "free": counted(Balance.objects.values_list("payer_practice__name", "kind", "free")),
        "certificates": Certificate.objects.count(),
        "mails": counted(OutboxMail.objects.values_list("template", "to_name")),
        "problems": list(ledger_report(today=day).problems),
    }
    json.dump(state, sys.stdout)


if __name__ == "__main__":
    main()
