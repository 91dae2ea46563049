"""The demonstration is the same for the same date, and CONTRACT's numbers hold on that date."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from scriptorium.domains.accounts.models import AccommodationGrant, Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Affidavit, Certificate, HourEntry
from scriptorium.domains.credentials.queries import quarters_since
from scriptorium.domains.ledger.models import Action, Unit
from scriptorium.domains.ledger.queries import live_parts, stock_of
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import HandOver, Invitation, Practice, RosterLink
from scriptorium.domains.support.models import Case
from scriptorium.domains.training.models import Completion
from scriptorium.domains.training.queries import progress_of
from scriptorium.kernel.payer import Payer
from scriptorium.pages.board import state_of_row
from tests.support.builders import problems

pytestmark = pytest.mark.django_db
DAY, LEAP_DAY = dt.date(2026, 11, 23), dt.date(2028, 2, 29)


def fingerprint() -> str:
    """Return a hash over references, certificate numbers, content hashes and the audit trail."""
    rows: list[object] = []
    for model in (Person, Practice, RosterLink, Unit, Action, Invitation, HandOver):
        rows += sorted(model.objects.values_list("reference", flat=True))
    rows += sorted(Certificate.objects.values_list("number", "content_sha256"))
    for written in (HourEntry, Case, AccommodationGrant):
        rows += sorted(written.objects.values_list("reference", flat=True))
    rows += sorted(Affidavit.objects.values_list("reference", "log_sha256", "statement_sha256"))
    rows += sorted(Completion.objects.values_list("reference", "content_sha256", "correct"))
    events = AuditEvent.objects.order_by("pk").values_list("at", "key", "subject", "practice")
    rows += [(at.isoformat(), *rest) for at, *rest in events]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def build(day: dt.date, *options: str) -> None:
    call_command("demo", f"--on={day}", *options, stdout=io.StringIO())


def states(practice: Practice, day: dt.date) -> Counter[str]:
    """Return how many people are in each membership state."""
    links = roster.live_links(practice=practice.pk)
    return Counter(state_of_row(link, day).value for link in links)


def free(practice: Practice) -> dict[str, int]:
    """Return the free units of a practice, none left out."""
    return {kind: s.free for kind, s in stock_of(payer=Payer(practice=practice.pk)).items()}


def contract_holds(day: dt.date) -> None:
    """See that everything holds that CONTRACT says of the demo's two practices."""
    riverside = Practice.objects.get(name="Riverside Dermatology")
    lakeside = Practice.objects.get(name="Lakeside Health")
    assert (riverside.counter.people, lakeside.counter.people) == (24, 1000)
    found = states(riverside, day)
    assert (found["overdue"], found["lapsed"], found["due"]) == (2, 1, 5)
    assert set(found) == {
        "never", "pending", "active", "due", "overdue", "lapsed", "ended",
    }  # fmt: skip
    counts = roster.counts(practice=riverside.pk, today=day, due_days=30)
    assert (counts.now, counts.due) == (3, 5)
    red = roster.in_state(roster.live_links(practice=riverside.pk), "now", day, 30)
    assert {link.mode for link in red} == {"M"}
    modes = set(roster.live_links(practice=riverside.pk).values_list("mode", flat=True))
    assert modes == {"N", "M", "A"}
    assert free(riverside) == {
        "renewal": 5, "package": 3, "membership": 0, "manual": 2, "hipaa": 2, "mscat": 1,
        "specialty": 0, "ce": 9,
    }  # fmt: skip
    assert free(lakeside) == dict.fromkeys(free(riverside), 0) | {"renewal": 400, "ce": 12}
    assert (riverside.primary.email, lakeside.primary.email) == (
        "dana@riverside.example", "omar@lakeside.example",
    )  # fmt: skip
    assert RosterLink.objects.filter(practice=riverside, ended_at__isnull=False).count() == 5
    assert HandOver.objects.filter(practice=riverside, accepted_at__isnull=False).count() == 1
    oldest = Certificate.objects.order_by("starts_on")[0].starts_on
    assert oldest <= day - dt.timedelta(days=2 * 365)
    study_fits_the_units()
    the_pathway_is_shown(riverside)
    assert problems(day) == ()


def the_pathway_is_shown(riverside: Practice) -> None:
    """See the apprentice with 180 hours, hours that wait, an accommodation and an appeal."""
    casey = Person.objects.get(email="casey@riverside.example")
    assert quarters_since(person=casey.pk, since=dt.date(2000, 1, 1)) == 180 * 4
    waiting = Affidavit.objects.get(closed_at__isnull=True)
    assert waiting.practice == riverside
    assert waiting.person != casey
    assert AccommodationGrant.objects.count() == Case.objects.count() == 1


def study_fits_the_units() -> None:
    """See that what people read and completed agrees with their units."""
    people = dict(Person.objects.values_list("email", "pk"))
    parts = live_parts(people=people.values())
    completed = set(Completion.objects.values_list("person_id", flat=True))
    for person, own in parts.items():
        states = {part.kind: part.state for part in own if part.kind in {"manual", "hipaa"}}
        progress = progress_of(person=person) if states else {}
        for code, state in states.items():
            assert (code in progress) == (state in {"started", "completed"})
            finished = code in progress and progress[code].study.finished_at is not None
            assert finished == (state == "completed")
        assert (person in completed) == (states.get("hipaa") == "completed")
    assert progress_of(person=people["mel@riverside.example"]) == {}
    for name in ("casey", "sasha"):
        assert people[f"{name}@riverside.example"] in completed


def test_the_same_date_gives_the_same_rows_and_contracts_numbers_hold() -> None:
    build(DAY)
    contract_holds(DAY)
    first = fingerprint()
    with pytest.raises(CommandError, match="--reset empties it first"):
        build(DAY)
    build(DAY, "--reset")
    assert fingerprint() == first


@pytest.mark.slow
def test_contracts_numbers_hold_on_a_leap_day_too() -> None:
    build(LEAP_DAY)
    contract_holds(LEAP_DAY)


@pytest.mark.postgres
def test_both_databases_get_the_same_rows(tmp_path: Path) -> None:
    build(DAY)
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from tests.commands.test_demo import DAY, build, fingerprint\n"
        "build(DAY); print(fingerprint())"
    )
    environment = os.environ | {
        "SCRIPTORIUM_DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3",
        "DJANGO_SETTINGS_MODULE": "scriptorium.project.settings",
    }
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split()[-1] == fingerprint()


@pytest.mark.parametrize("command", [("demo",), ("flush", "--noinput")])
def test_a_site_that_is_no_demo_is_never_filled_or_emptied(
    command: tuple[str, ...],
) -> None:
    refusal = r"SCRIPTORIUM_DEMO=1|demo and test databases only"
    with override_settings(DEMO=False, TESTING=False), pytest.raises(CommandError, match=refusal):
        call_command(*command)
