"""Renewals by month: years that were renewed, and memberships that come up."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count
from django.db.models.functions import TruncMonth

from scriptorium.domains.memberships.models import Membership, Term


def renewals_coming(*, since: dt.date, before: dt.date) -> dict[tuple[dt.date, str], int]:
    """Return (first day of month, mode) → how many memberships renew in ``[since, before)``."""
    rows = Membership.objects.filter(
        renews_on__gte=since, renews_on__lt=before, cancelled_on__isnull=True
    )
    found = rows.annotate(month=TruncMonth("renews_on")).values_list("month", "mode")
    return {(month, mode): count for month, mode, count in found.annotate(n=Count("pk")).order_by()}


def renewals_made(*, since: dt.date, before: dt.date) -> dict[dt.date, int]:
    """Return first day of month → how many later years began in ``[since, before)``.

    A person's first year is no renewal; a year that was voided did not happen.
    """
    rows = Term.objects.filter(
        starts_on__gte=since, starts_on__lt=before, voided_at__isnull=True,
        unit__kind="renewal",
    )  # fmt: skip
    found = rows.annotate(month=TruncMonth("starts_on")).values_list("month")
    return dict(found.annotate(n=Count("pk")).order_by())
