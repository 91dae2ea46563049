"""A practice finds no trace of an accommodation, wherever it looks (28 CFR 36.309; row 12)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from scriptorium.domains.accounts.queries import accommodation_of
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys import accommodations, cases
from scriptorium.journeys.appealable import appealable
from tests.support.access import Cast, addresses
from tests.support.apprentices import staff_actor
from tests.support.builders import NOW, TODAY, actor_of, days
from tests.support.shared_rows import undone_afterwards

WORDS, ANSWER = "Zebrafish dyscalculia", "As the quagga committee had it"
#: Nothing that a practice reads may hold one of these. The last is the granted last day.
TRACES = ("ccommodation", "zebrafish", "dyscalculia", "quagga", "275 %", "77 min", "17 Apr 2027")
#: What differs from one answer to the next without meaning anything.
_CHANGING = re.compile(rb'(csrfmiddlewaretoken"|idempotency_key") value="[^"]*"')
READERS = ("dana", "drew", "dr.pine", "avery")


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with undone_afterwards():
        yield Cast()


def seen_by_the_practice(cast: Cast) -> dict[str, bytes]:
    """Return everything that anybody at the practice can read, by reader and address."""
    found = {}
    for name, route in addresses().items():
        if not route.startswith(("practice/", "physician/")):
            continue
        path = cast.path(name, route)
        for who in READERS:
            response = cast.client(who).get(path)
            if response.status_code == 200:
                found[f"{who} {path}"] = _plain(response)
    return found


def _plain(response: Any) -> bytes:
    content = (
        b"".join(response.streaming_content) if response.streaming else bytes(response.content)
    )
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = [name for name in book.namelist() if not name.startswith("docProps/")]
            return b"".join(book.read(name) for name in names)
    return _CHANGING.sub(b"", content)


def _ask_grant_and_appeal(cast: Cast) -> None:
    mel, judge = cast.people["mel"], cast.people["decisions"]
    for kind in ("time", "format"):
        accommodations.ask(actor=actor_of(mel), person=mel, kind=kind, words=WORDS, now=NOW)
        request = mel.accommodation_requests.latest("pk")
        act: dict[str, Any] = {
            "actor": staff_actor(judge), "decider": judge.pk, "request": request,
            "answer": ANSWER, "now": NOW,
        }  # fmt: skip
        if kind == "time":
            terms = accommodations.Terms(275, 77, days(145))
            accommodations.grant(**act, terms=terms, today=TODAY)
        else:
            accommodations.refuse(**act)
    refused = next(
        one for one in appealable(person=mel, now=NOW, today=TODAY) if one.kind == "accommodation"
    )
    cases.open_appeal(
        actor=actor_of(mel), person=mel, about=refused, words=WORDS, now=NOW, today=TODAY
    )


def test_row_12_no_page_export_or_log_of_the_practice_changes_when_somebody_gets_one(
    cast: Cast,
) -> None:
    mel = cast.people["mel"]
    team = {cast.people[who].email for who in READERS}
    before, events = seen_by_the_practice(cast), AuditEvent.objects.count()
    mails = OutboxMail.objects.filter(to_address__in=team).count()
    _ask_grant_and_appeal(cast)
    assert accommodation_of(person=mel.pk, on=TODAY).percent == 275
    after = seen_by_the_practice(cast)
    assert len(after) > 60
    assert {path.rpartition("/")[2] for path in after} >= {"roster.csv", "roster.xlsx", "file.pdf"}
    assert [path for path in after if before.get(path) != after[path]] == []
    assert before.keys() == after.keys()
    new = AuditEvent.objects.order_by("pk")[events:]
    assert len(new) == 5
    assert {event.practice for event in new} == {""}
    assert OutboxMail.objects.filter(to_address__in=team).count() == mails


def test_row_12_no_word_of_it_stands_anywhere_that_a_practice_reads(cast: Cast) -> None:
    _ask_grant_and_appeal(cast)
    for path, content in seen_by_the_practice(cast).items():
        text = content.decode(errors="replace")
        if not text.startswith("%PDF"):
            assert [trace for trace in TRACES if trace in text] == [], path


def test_row_12_nobody_at_the_practice_reaches_a_page_about_it(cast: Cast) -> None:
    _ask_grant_and_appeal(cast)
    for name, route in addresses().items():
        if "accommodation" not in name:
            continue
        for who in READERS:
            response = cast.client(who).get(cast.path(name, route))
            if response.status_code == 200:
                assert "Zebrafish" not in response.text
            else:
                assert response.status_code in {404, 405}
