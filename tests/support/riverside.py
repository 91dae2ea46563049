"""A small Riverside: somebody of each role and of each state."""

from __future__ import annotations

from typing import Any

from django.test import Client

from scriptorium.domains.accounts.models import Person
from tests.support.builders import Clinic, person


class Place:
    """Riverside with its roles, its people, and short addresses."""

    def __init__(self) -> None:
        self.clinic = clinic = Clinic()
        self.people: dict[str, Person] = {"dana": clinic.dana}
        for name, role in (("drew", "deputy"), ("pine", "physician"), ("avery", "auditor")):
            self.people[name] = person(f"{name.title()} Role")
            clinic.join(self.people[name], role=role)
        self.people["mel"] = person("Mel Archer")
        self.mel = clinic.join(self.people["mel"])
        self.overdue = clinic.member("Ada Park", renews_in=-3)
        self.lapsed = clinic.member("Ben Ito", renews_in=-41)
        self.due = clinic.member("Elena Voss", renews_in=12)
        self.ok = clinic.member("Sasha Berg", renews_in=200)
        self.invited = clinic.add("Rosa Lima")
        clinic.stock("renewal", 2)
        clinic.stock("specialty", 1)
        self.base = f"/practice/{clinic.practice.reference}/"

    def client(self, who: str = "dana") -> Client:
        """Return a browser in which somebody is signed in."""
        client = Client()
        user = self.people[who].user
        assert user is not None
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def form(self, *links: Any, kind: str = "renewal", **more: str) -> dict[str, Any]:
        """Return what the board's form sends."""
        people = [link.reference for link in links]
        return {"kind": kind, "people": people, "idempotency_key": "key-1", **more}
