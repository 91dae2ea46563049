"""One sitting that goes on outside Safe Exam Browser, since staff said so (row 25)."""

from __future__ import annotations

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.exams.models import BrowserWaiver
from scriptorium.journeys import require_browser
from tests.support.builders import NOW
from tests.support.exam_browser import AUTHOR, Room, allow, waive
from tests.support.exam_room import add_exam

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def test_row_25_a_waiver_lets_one_sitting_through_and_no_second(room: Room) -> None:
    allow()
    waiver = waive(room.mel.person)
    sitting = room.mel.sit()
    waiver.refresh_from_db()
    assert (waiver.used_for, waiver.used_at) == (sitting.reference, NOW)
    used = AuditEvent.objects.get(key="browser.waiver_used")
    assert (used.subject, used.data["reason"]) == (sitting.reference, "No computer of her own")
    assert room.get(sitting, "items/1/").status_code == 200
    assert room.put(sitting, {}).status_code == 200
    room.mel.answer_all(sitting, right=0, first=2)
    room.mel.finish(sitting)
    again = waive(room.mel.person, "dermatology" if add_exam("dermatology") else "")
    assert again.used_at is None
    assert BrowserWaiver.objects.filter(used_at__isnull=False).count() == 1


def test_row_25_a_waiver_helps_in_the_middle_of_a_sitting_and_only_of_that_exam(
    room: Room,
) -> None:
    allow()
    sitting = room.sit()
    add_exam("dermatology")
    waive(room.mel.person, "dermatology")
    assert room.put(sitting, {}).status_code == 403
    waiver = waive(room.mel.person)
    assert room.put(sitting, {}).status_code == 200
    waiver.refresh_from_db()
    assert waiver.used_for == sitting.reference
    assert room.get(sitting, "items/1/").status_code == 200
    assert AuditEvent.objects.filter(key="browser.waiver_used").count() == 1
    assert not require_browser.take_back(actor=AUTHOR, waiver=waiver, now=NOW)


def test_a_waiver_that_was_taken_back_or_ended_helps_nobody(room: Room) -> None:
    allow()
    require_browser.take_back(actor=AUTHOR, waiver=waive(room.mel.person), now=NOW)
    assert room.mel.start().status_code == 403
    require_browser.grant_waiver(
        actor=AUTHOR, granter=0, person=room.mel.person, exam="general", reason="Late",
        now=NOW.replace(year=NOW.year - 1),
    )  # fmt: skip
    assert room.mel.start().status_code == 403


def test_nobody_waives_for_themselves(room: Room) -> None:
    with pytest.raises(require_browser.CannotRequire, match="Nobody waives a rule for themselves"):
        require_browser.grant_waiver(
            actor=AUTHOR,
            granter=room.mel.person.pk,
            person=room.mel.person,
            exam="general",
            reason="Me",
            now=NOW,
        )
