"""Who gets what at which address: the cast, the addresses, and the table of what is right."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import NameRequest, Person, User
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.exams.models import Sitting
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.support import operations as support
from scriptorium.journeys import certificate_files, import_roster, profile, sit_exam
from tests.support import texts
from tests.support.apprentices import objects_of_the_matrix
from tests.support.builders import NOW, PASSWORD, TODAY, Clinic, actor_of, person
from tests.support.credentials import credentials_of_the_matrix
from tests.support.exam_browser import browsers_of_the_matrix
from tests.support.exam_room import add_exam
from tests.support.finance_rows import finance_of_the_matrix
from tests.support.item_rows import items_of_the_matrix
from tests.support.payments import money_of_the_matrix
from tests.support.renewal_rows import renewals_of_the_matrix
from tests.support.returned_mail import mail_of_the_matrix
from tests.support.shared_rows import undone_afterwards

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "web" / "access.toml"
PAGE = ROOT / "docs" / "access-matrix.md"

PRACTICE_CAST = ("dana", "drew", "dr.pine", "avery", "mel")
OTHERS = ("omar", "solo")
STAFF = tuple(StaffRole.values)
EVERYBODY = ("stranger", *PRACTICE_CAST, *OTHERS, *STAFF)
METHODS = ("GET", "POST")
WORDS = {
    "dana": "primary administrator of the practice",
    "drew": "deputy",
    "dr.pine": "physician",
    "avery": "auditor of the practice",
    "mel": "member of the practice",
    "omar": "primary administrator of another practice",
    "solo": "a member without a practice",
}


def addresses() -> dict[str, str]:
    """Return key → route of every address; a name that is used twice adds its route."""
    found: dict[str, str] = {}
    for route, name in _walk(get_resolver().url_patterns, ""):
        found[name if name not in found else f"{name} {route}"] = route
    return found


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, str(pattern.name)


def table() -> dict[str, dict[str, dict[str, str]]]:
    """Return address → method → person → outcome, as the readable table has it."""
    full: dict[str, dict[str, dict[str, str]]] = {}
    for address, methods in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        full[address] = {method: _spread(rule) for method, rule in methods.items()}
    return full


def _spread(rule: dict[str, Any]) -> dict[str, str]:
    """Return the outcome of each person; "staff" and "else" stand for those not named."""
    found = {}
    for names, outcome in rule.items():
        for name in names.split():
            found[name] = str(outcome)
    for name in EVERYBODY:
        if name not in found:
            found[name] = found["staff"] if name in STAFF and "staff" in found else found["else"]
    return {name: found[name] for name in EVERYBODY}


class Cast:
    """A small Riverside with one of every object, and a login for everybody of the matrix."""

    def __init__(self) -> None:
        clinic = self.clinic = Clinic()
        other = self.lakeside = Clinic("Lakeside Health", "Omar Haddad")
        self.people: dict[str, Person] = {"dana": clinic.dana, "omar": other.dana}
        for name, role in (("drew", "deputy"), ("dr.pine", "physician"), ("avery", "auditor")):
            self.people[name] = self._join(name, role)
        self.people["mel"] = self._join("mel", "")
        self.people["solo"] = person("Solveig Aune")
        for role in STAFF:
            self.people[role] = self._staff(role)
        for someone in self.people.values():
            assert someone.user is not None
            someone.user.set_password(PASSWORD)
            someone.user.save()
        self.values = self._objects()
        #: Where an empty form would not tell who may.
        self.forms: dict[str, dict[str, str]] = {
            "hand-over": {"to": self.mel.reference},
            "role-change": {"person": self.mel.reference, "role": "auditor", "give": "1"},
            "ask-print": {"year": str(self.year)},
        }

    def _join(self, name: str, role: str) -> Person:
        someone = person(f"{name.title()} Cast")
        link = self.clinic.join(someone, role=role)
        if name == "mel":
            self.mel = link
        return someone

    def _staff(self, role: str) -> Person:
        someone = person(f"{role.title()} Office")
        accounts.grant_staff_role(person=someone, role=role, by="tests", now=NOW)
        assert someone.user is not None
        # The second factor that staff need outside a demonstration.
        TOTP.activate(someone.user, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
        RecoveryCodes.activate(someone.user)
        return someone

    def _objects(self) -> dict[str, str]:
        clinic, mel = self.clinic, self.people["mel"]
        clinic.give(self.mel, "membership")
        self._read(mel)
        certificate = Certificate.objects.get(person_id=mel.pk)
        invited = clinic.add("Rosa Lima")
        found = import_roster.check_list(
            actor=clinic.actor, practice=clinic.practice, filename="", content=b"",
            pasted="Ilse Moor, ilse.moor@new.example", kind="", now=NOW, max_bytes=100_000,
        )  # fmt: skip
        sitting = self._sitting(mel)
        self.year = certificate.starts_on.year
        wish = certificate_files.ask_for_print(
            actor=clinic.actor, practice=clinic.practice, year=self.year, now=NOW
        )
        certificate_files.run_print(wish=wish, now=NOW)
        profile.ask_certificate_name(
            actor=actor_of(mel), person=mel, wanted="Mel A. Cast", reason="", now=NOW
        )
        message = support.receive(
            topic="question", name="Mel", email=mel.email, text="Hello", practice="", person="",
            page="/", now=NOW,
        )  # fmt: skip
        values = {
            "ref": clinic.practice.reference,
            "reference": sitting.reference,
            "sitting-item number": "1",
            "save-answer number": "1",
            "person": self.mel.reference,
            "number": certificate.number,
            "wish": wish.reference,
            "roster_import": found.reference,
            "token": clinic.token(invited),
            "office-person ref": mel.reference,
            "office-bring-forward ref": mel.reference,
            "office-move-lapse ref": mel.reference,
            "office-name-decide ref": NameRequest.objects.get(person=mel).reference,
            "office-message-answer ref": message.reference,
            "profile-email-confirm token": "unknown",
            "help-article slug": "board",
            "manual-chapter slug": "role",
            "manual-read slug": "role",
            "manual-place slug": "role",
            "code": "hipaa",
            "lesson slug": "what",
            "lesson-read slug": "what",
            "lesson-place slug": "what",
            "verify-number number": certificate.number,
            "key": str(OutboxMail.objects.order_by("-pk")[0].pk),
            "pk": "1",
        }
        values |= objects_of_the_matrix(
            clinic, self.mel, self.people["solo"], self.people["decisions"]
        )
        values |= browsers_of_the_matrix(mel) | mail_of_the_matrix(clinic)
        values |= renewals_of_the_matrix(clinic, self.people["solo"])
        values |= money_of_the_matrix(clinic)
        values |= finance_of_the_matrix(self.lakeside)
        return values | credentials_of_the_matrix(mel) | items_of_the_matrix()

    def _read(self, mel: Person) -> None:
        """Let mel read a chapter of the manual and a lesson."""
        texts.load()
        self.clinic.give(self.mel, "manual")
        self.clinic.give(self.mel, "hipaa")
        texts.read(mel, "manual", "role")
        texts.read(mel, "hipaa", "what")

    def _sitting(self, mel: Person) -> Sitting:
        """Let mel sit an exam in a browser that is none of the matrix's."""
        add_exam("general")
        self.clinic.give(self.mel, "mscat")
        return sit_exam.start(
            actor=actor_of(mel), person=mel, exam="general", affidavit_name=mel.name,
            affidavit_email=mel.email, holder="elsewhere", now=NOW, today=TODAY,
        )  # fmt: skip

    def path(self, name: str, route: str) -> str:
        """Return a real address for a route."""
        if "(?P" in route:
            return (
                "/"
                + {
                    "account_confirm_email": "account/confirm-email/MQ:unknown:unknown/",
                    "account_reset_password_from_key": "account/password/reset/key/1-unknown/",
                }[name]
            )

        def fill(match: re.Match[str]) -> str:
            return self.values.get(f"{name} {match[1]}") or self.values[match[1]]

        return "/" + re.sub(r"<\w+:(\w+)>", fill, route)

    def client(self, who: str) -> Client:
        """Return a browser at which somebody is signed in."""
        client = Client()
        if who != "stranger":
            user = User.objects.get(pk=self.people[who].user_id)
            client.force_login(user)
        return client


def outcome(client: Client, method: str, path: str, data: dict[str, str] | None = None) -> str:
    """Ask once, take back what it wrote, and return the answer in one word or number."""
    kept = copy.deepcopy(client.cookies)
    with undone_afterwards():
        response = client.post(path, data or {}) if method == "POST" else client.get(path)
    client.cookies = kept
    where = response.headers.get("Location", "")
    if response.status_code == 302:
        if where.startswith(("/sign-in/", "/account/login/")):
            return "sign in"
        if "reauthenticate" in where:
            return "confirm"
        return "302"
    return str(response.status_code)


def page() -> str:
    """Return the access matrix as the page of the documentation."""
    lines = [
        "# Who gets what at which address",
        "",
        "Written by `tests/support/access.py` from `tests/web/access.toml`, against which a test",
        "checks every address, method and role. An empty form is posted; 422 therefore means",
        "“allowed, but the form was empty”, 302 is a redirect after a visit or a change, “sign in”",
        "and “confirm” lead to the page where a person signs in or confirms who they are.",
        "",
        *(f"- **{name}**: {words}" for name, words in WORDS.items()),
        "- **staff**: the eleven roles of staff, named where they differ",
        "",
        "| address | method | who gets what |",
        "|---|---|---|",
    ]
    routes = addresses()
    for address, methods in table().items():
        for method, people in methods.items():
            route = "/" + routes.get(address, "?").replace("|", "\\|")
            lines.append(f"| `{route}` | {method} | {_grouped(people)} |")
    return "\n".join(lines) + "\n"


def _grouped(people: dict[str, str]) -> str:
    by_outcome: dict[str, list[str]] = {}
    for name, what in people.items():
        by_outcome.setdefault(what, []).append(name)
    parts = []
    for what, names in by_outcome.items():
        words = names
        if len(names) == len(EVERYBODY):
            words = ["everybody"]
        elif set(names) >= set(STAFF):
            words = [*(name for name in names if name not in STAFF), "staff"]
        parts.append(f"{', '.join(words)}: **{what}**")
    return "; ".join(parts)
