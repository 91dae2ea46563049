"""Reading in which browsers exams are sat."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q

from scriptorium.domains.exams.models import (
    BrowserKey,
    BrowserProof,
    BrowserWaiver,
    ExamVersion,
    Sitting,
)


def browser_is_needed() -> Exists:
    """Return the column ``browser_needed`` for a query of rows with an ``exam``.

    It is read along with the row, so an exam that is sat in any browser costs no statement more.
    """
    return Exists(BrowserKey.objects.filter(exam=OuterRef("exam"), retired_at__isnull=True))


def needs_browser(row: ExamVersion | Sitting) -> bool:
    """Return whether an exam is sat in Safe Exam Browser only, as a query read it along."""
    return bool(row.browser_needed)  # type: ignore[union-attr]


def allowed_browsers(*, exam: str) -> list[BrowserKey]:
    """Return the configurations in which an exam is sat now; none where any browser will do."""
    return list(BrowserKey.objects.filter(exam=exam, retired_at__isnull=True).order_by("id"))


def browsers_of_sitting(*, sitting: int, exam: str, holder: str) -> list[tuple[BrowserKey, bool]]:
    """Return each allowed configuration, and whether this session's pages showed it before."""
    proofs = BrowserProof.objects.filter(key=OuterRef("pk"), sitting_id=sitting, holder=holder)
    rows = BrowserKey.objects.filter(exam=exam, retired_at__isnull=True).order_by("id")
    found = rows.annotate(shown=Exists(proofs))
    return [(key, key.shown) for key in found]


def browser_waiver_for(
    *, person: int, exam: str, sitting: str, now: dt.datetime
) -> BrowserWaiver | None:
    """Return the waiver that a sitting used, or else an open one that it may use.

    Arguments:
        sitting: the sitting's reference, "" before there is one.
    """
    wanted = Q(
        person_id=person,
        exam=exam,
        used_at__isnull=True,
        closed_at__isnull=True,
        ends_before__gt=now,
    )
    if sitting:
        wanted |= Q(used_for=sitting)
    rows = list(BrowserWaiver.objects.filter(wanted).select_related("person"))
    return min(rows, key=lambda waiver: waiver.used_at is None, default=None)


def browser_key_by_reference(*, reference: str) -> BrowserKey | None:
    """Return a configuration, or None."""
    return BrowserKey.objects.filter(reference=reference).first()


def browser_keys(*, limit: int = 200) -> list[BrowserKey]:
    """Return configurations, the newest first."""
    return list(BrowserKey.objects.order_by("-id")[:limit])


def browser_waiver_by_reference(*, reference: str) -> BrowserWaiver | None:
    """Return a waiver with its person, or None."""
    return BrowserWaiver.objects.filter(reference=reference).select_related("person").first()


def browser_waivers(*, limit: int = 100) -> list[BrowserWaiver]:
    """Return the newest waivers with their people."""
    return list(BrowserWaiver.objects.select_related("person").order_by("-id")[:limit])


def running_sittings() -> dict[str, int]:
    """Return exam → how many people are in it now."""
    rows = Sitting.objects.filter(finished_at__isnull=True).values_list("exam")
    return dict(rows.annotate(count=Count("id")).order_by())
