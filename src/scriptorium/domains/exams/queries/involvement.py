"""Who wrote and approved what somebody was examined on, and what can be appealed."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.exams.models import Form, FormItem, Sitting

WROTE = "wrote items of an exam that the person sat"
APPROVED = "put together or approved a form that the person sat"


def involved_in_sittings(*, person: int) -> dict[str, str]:
    """Return reference → why, of everybody who made what a person was examined on."""
    forms = Sitting.objects.filter(person_id=person).values("form_id")
    found: dict[str, str] = {}
    for made_by, approved_by in Form.objects.filter(pk__in=forms).values_list(
        "made_by", "approved_by"
    ):
        found |= {who: APPROVED for who in (made_by, approved_by) if who}
    authors = FormItem.objects.filter(form_id__in=forms).values_list("version__author", flat=True)
    return found | dict.fromkeys(authors.distinct(), WROTE)


def failed_sittings(*, person: int, since: dt.datetime) -> list[Sitting]:
    """Return a person's sittings that ended after a moment and were not passed, newest first."""
    return list(
        Sitting.objects.filter(person_id=person, passed=False, finished_at__gte=since)
        .select_related("form__exam_version")
        .order_by("-finished_at", "-id")
    )
