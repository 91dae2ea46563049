"""An exam that is sat in Safe Exam Browser only, and a candidate who sits in it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams.models import BrowserKey, BrowserWaiver, Sitting
from scriptorium.domains.exams.rules.browsers import HEADER
from scriptorium.journeys import require_browser
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support.builders import NOW
from tests.support.exam_room import Candidate

KEY, OTHER = "4fa9af8e" * 8, "fc6f4ea5" * 8
AUTHOR = Actor(ActorKind.STAFF, "0author00000", "Quinn Everly")


def allow(exam: str = "general", key: str = KEY, address: str = "") -> BrowserKey:
    """Let an exam be sat with a configuration."""
    return require_browser.allow(
        actor=AUTHOR,
        exam=exam,
        configuration=require_browser.Configuration(key, "Windows and macOS, 2026", address),
        now=NOW,
    )


def made(path: str, key: str = KEY, base: str = "") -> str:
    """Return what the browser makes of an address and its configuration."""
    address = f"{base or settings.BASE_URL}{path}"
    return hashlib.sha256((address + key).encode()).hexdigest()


def sent(path: str, key: str = KEY, base: str = "") -> dict[str, str]:
    """Return the header that goes with a request."""
    return {HEADER: made(path, key, base)}


class Room:
    """A candidate in Safe Exam Browser, and what is sent from there."""

    def __init__(self) -> None:
        self.mel = Candidate()
        self.signed = {
            "exam": "general",
            "affidavit_name": self.mel.person.name,
            "affidavit_email": self.mel.person.email,
        }

    def start(self, *, key: str = KEY, **more: Any) -> Any:
        """Sign and begin."""
        path = "/member/exams/start/"
        return self.mel.client.post(path, self.signed | more, headers=sent(path, key))

    def sit(self) -> Sitting:
        """Begin and return the sitting."""
        assert self.start().status_code == 302
        return Sitting.objects.get()

    def path(self, sitting: Sitting, rest: str = "") -> str:
        """Return the address of a page of the sitting."""
        return f"/member/exams/{sitting.reference}/{rest}"

    def get(self, sitting: Sitting, rest: str, **headers: str) -> Any:
        """Ask for a page of the sitting."""
        return self.mel.client.get(self.path(sitting, rest), headers=headers)

    def put(self, sitting: Sitting, headers: dict[str, str], *, seq: int = 1) -> Any:
        """Save the first answer."""
        return self.mel.client.put(
            self.path(sitting, "answers/1/"),
            {"choice": "B", "seq": seq},
            content_type="application/json",
            headers=headers,
        )

    def tell(self, sitting: Sitting, page: str, key: str = KEY, *, base: str = "") -> Any:
        """Send what the script of a page sends."""
        body = {"page": f"{base or settings.BASE_URL}{page}", "hash": made(page, key, base)}
        return self.mel.client.post(
            self.path(sitting, "browser/"), body, content_type="application/json"
        )


def waive(person: Person, exam: str = "general") -> BrowserWaiver:
    """Let one sitting of a person go on in any browser."""
    return require_browser.grant_waiver(
        actor=AUTHOR, granter=0, person=person, exam=exam, reason="No computer of her own", now=NOW
    )


def browsers_of_the_matrix(mel: Person) -> dict[str, str]:
    """Return what the addresses of exam browsers are filled with; the exam "general" exists."""
    return {
        "office-browser-retire ref": allow().reference,
        "office-browser-waiver-close ref": waive(mel).reference,
    }
