"""Each change writes its event, and each event reads as a sentence (DOMAIN §11)."""

from __future__ import annotations

import pytest

from scriptorium.domains.audit import queries
from scriptorium.domains.audit.enums import SENTENCES
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.audit.operations import Happening, UnknownAuditKey, record
from scriptorium.kernel.actor import Actor
from tests.support.builders import DESK, NOW

pytestmark = pytest.mark.django_db


def test_a_key_without_a_sentence_cannot_be_recorded() -> None:
    with pytest.raises(UnknownAuditKey, match=r"Give 'unit\.stolen' a sentence"):
        record(actor=DESK, happening=Happening("unit.stolen", "unit", "x"), now=NOW)
    assert not AuditEvent.objects.exists()


def test_an_event_names_actor_subject_request_and_whom_it_was_done_for() -> None:
    happening = Happening("roster.joined", "link", "abc", "riverside", {"name": "Ada Park"})
    record(actor=DESK, happening=happening, now=NOW, on_behalf_of="dana")
    event = AuditEvent.objects.get()
    assert (event.actor_kind, event.actor_name, event.on_behalf_of, event.request_id) == (
        "staff", "Robin Ashby", "dana", "request-desk",
    )  # fmt: skip


def test_the_log_reads_newest_first_and_page_by_page() -> None:
    for name in ("Ada", "Ben", "Cy"):
        happening = Happening("roster.joined", "link", name, "riverside", {"name": name})
        record(actor=Actor.system("test"), happening=happening, now=NOW)
    lines = queries.of_practice(practice="riverside", limit=2)
    assert [line.words for line in lines] == ["Cy joined the practice", "Ben joined the practice"]
    older = queries.of_practice(practice="riverside", before=lines[-1].key_number)
    assert [line.words for line in older] == ["Ada joined the practice"]
    assert queries.of_practice(practice="lakeside") == []
    (own,) = queries.of_subject(kind="link", reference="Ben", practice="riverside")
    assert own.who == "Scriptorium"
    assert len(queries.newest(limit=2)) == 2


def test_a_missing_value_never_breaks_the_log() -> None:
    assert queries.sentence("roster.joined", {}) == "? joined the practice"
    assert queries.sentence("old.key", {}) == "old.key"


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_can_be_filled(key: str) -> None:
    assert "{" not in queries.sentence(key, {})
