"""A candidate with a unit, an exam of a few items, and short ways through the exam room."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import transaction
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams.models import ExamVersion, Sitting
from scriptorium.domains.exams.operations.forms import approve_form, make_parallel_forms
from scriptorium.kernel import clock
from tests.support import items
from tests.support.builders import NOW, Clinic, browser

JSON = {"accept": "application/json"}


def add_exam(code: str, *, places: int = 4, **changes: Any) -> ExamVersion:
    """Add an exam with its bank and four approved forms."""
    for _ in range(places * 3):
        items.item()
    version = items.exam(code, count=places, **changes)
    with transaction.atomic():
        for form in make_parallel_forms(exam_version=version, seed=code, by="0maker", now=NOW):
            approve_form(form=form, by="0second", now=NOW)
    return version


class Candidate:
    """Somebody of the practice with an MSCAT unit, and four parallel forms to sit."""

    def __init__(self, *, kind: str = "mscat", places: int = 4, **exam: Any) -> None:
        self.clinic = Clinic()
        self.link = self.clinic.join("Mel Archer")
        self.clinic.stock(kind)
        self.clinic.assign([self.link], kind)
        person = self.link.person
        assert person is not None
        self.person: Person = person
        self.exam = add_exam("general", places=places, **exam)
        self.client = browser(self.person)

    def start(self, *, exam: str = "general", client: Client | None = None, **fields: str) -> Any:
        """Sign and begin."""
        data = {
            "exam": exam,
            "affidavit_name": self.person.name,
            "affidavit_email": self.person.email,
        } | fields
        return (client or self.client).post("/member/exams/start/", data)

    def sit(self, **fields: str) -> Sitting:
        """Begin and return the sitting."""
        response = self.start(**fields)
        assert response.status_code == 302, response.content.decode()[:3000]
        return Sitting.objects.filter(person=self.person).latest("id")

    def base(self, sitting: Sitting) -> str:
        """Return where a sitting lives."""
        return f"/member/exams/{sitting.reference}/"

    def put(
        self, sitting: Sitting, number: int | None, body: Any, client: Client | None = None
    ) -> Any:
        """Save one answer, or a journal where no number is given."""
        path = f"{self.base(sitting)}answers/" + (f"{number}/" if number else "")
        return (client or self.client).put(path, json.dumps(body), content_type="application/json")

    def answer_all(self, sitting: Sitting, *, right: int, first: int = 1) -> None:
        """Answer every place, so many of them right."""
        places = sitting.form.items.order_by("position").select_related("version")
        for place in places:
            key = place.version.key
            assert key is not None
            letter = "ABCD"[key if place.position <= right else (key + 1) % 4]
            response = self.put(sitting, place.position, {"choice": letter, "seq": first})
            assert response.status_code == 200, response.content

    def finish(self, sitting: Sitting, **how: Any) -> Any:
        """End the sitting."""
        return self.client.post(f"{self.base(sitting)}finish/", **how)


class Time:
    """A clock that tests move; pages read it."""

    def __init__(self, monkeypatch: Any) -> None:
        self.now = NOW
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def move(self, **parts: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**parts)

    def at(self, moment: dt.datetime) -> None:
        """Set the clock."""
        self.now = moment
