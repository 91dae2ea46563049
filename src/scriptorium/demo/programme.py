"""The programme of the demonstration, from its files; a second person approves its forms."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from scriptorium.demo.past import noon
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams.operations.forms import approve_form
from scriptorium.domains.exams.queries import forms_to_approve
from scriptorium.journeys.load_programme import load_programme
from scriptorium.kernel.actor import Actor

#: Before the first member of the demonstration studies anything.
DAYS_AGO = 1190


def build_programme(*, day: dt.date) -> None:
    """Load items, exams, forms and texts, and approve the parallel forms."""
    loaded = noon(day - dt.timedelta(days=DAYS_AGO))
    load_programme(actor=Actor.system("programme"), folder=settings.PROGRAMME_DIR, now=loaded)
    approver = Person.objects.get(email="approver@body.example")
    with transaction.atomic():
        for form in forms_to_approve():
            approve_form(form=form, by=approver.reference, now=loaded + dt.timedelta(days=1))
