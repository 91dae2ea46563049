"""Short ways to items, exams, forms and sittings, for tests of the bank and the statistics."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Sequence
from typing import Any

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams.enums import FinishReason, ItemState
from scriptorium.domains.exams.models import (
    Answer,
    ExamVersion,
    Form,
    FormItem,
    Item,
    ItemReview,
    ItemVersion,
    ScoreRun,
    Sitting,
)
from scriptorium.domains.exams.operations.load import ItemText
from scriptorium.domains.exams.rules import scoring
from tests.support.builders import NOW

PROVISIONAL = {"method": "provisional", "reason": "No study yet."}
# Far from the codes that tests name themselves.
_numbers = itertools.count(10_001)

#: Stems that are not alike, so that the writing rules have nothing against them.
STEMS = (
    "A patient reports chest tightness after climbing stairs. Which heading holds this complaint?",
    "Who decides that an order leaves the pended queue and goes to the laboratory?",
    "The visit summary names a swollen joint. Which word part means joint?",
    "During rounds a colleague asks for your password. What do you answer?",
    "An allergy to penicillin was found last spring. Where does the scribe look for it?",
    "The clinic keeps paper schedules at the desk. What must happen before they are thrown away?",
)


def text(stem: str = STEMS[0], *, key: int = 1, accept: Sequence[str] = ()) -> ItemText:
    """Return what an item says: four options, or accepted spellings."""
    return ItemText(
        stem=stem,
        options=() if accept else ("History", "Review of systems", "Plan", "Assessment"),
        key=None if accept else key,
        accept=tuple(accept),
        rationale="The heading holds what the patient says.",
        source="Textbook of notes, chapter 4",
        url="",
        vignette=False,
    )


def version_of(
    item: Item, said: ItemText, *, number: int = 1, author: str = "0author00000", ai: bool = False
) -> ItemVersion:
    """Insert a version of an item."""
    return ItemVersion.objects.create(
        item=item,
        number=number,
        stem=said.stem,
        options=list(said.options),
        key=said.key,
        accept=list(said.accept),
        rationale=said.rationale,
        source=said.source,
        url=said.url,
        vignette=said.vignette,
        ai_assisted=ai,
        content_sha256=said.sha256,
        author=author,
        author_name="Ada Author",
        made_at=NOW,
    )


def item(
    code: str = "",
    said: ItemText | None = None,
    *,
    bank: str = "core",
    topic: str = "note",
    live: bool = True,
    **more: Any,
) -> Item:
    """Insert an item with one version; a live one was read by a second person."""
    number = next(_numbers)
    made = Item.objects.create(
        code=code or f"{topic}-{number:03}",
        bank=bank,
        topic=topic,
        state=ItemState.DRAFT,
        added_at=NOW,
    )
    version = version_of(made, said or text(STEMS[number % len(STEMS)], key=number % 4), **more)
    if live:
        ItemReview.objects.create(
            version=version, approved=True, reviewer="0reader00000", reviewer_name="Rae Reader",
            at=NOW,
        )  # fmt: skip
        made.live_version, made.state = version, ItemState.LIVE
        made.save()
    return made


def in_use(of: Item) -> ItemVersion:
    """Return the version of an item that is in use."""
    assert of.live_version is not None
    return of.live_version


def exam(code: str = "general", *, number: int = 1, count: int = 4, **changes: Any) -> ExamVersion:
    """Insert a version of an exam with one topic; ``rules`` changes some of its rules."""
    rules = {
        "fixed_forms": 4, "forms_per_item": 2, "grace_seconds": 5, "most_credit_seconds": 600,
        "least_figures": 100, "cut": PROVISIONAL,
        "affidavit": {"version": "a1", "text": "I."}, "agreement": {"version": "b1", "text": "We."},
    } | changes.pop("rules", {})  # fmt: skip
    blueprint = [{"bank": "core", "topic": "note", "name": "The note", "count": count}]
    values = {
        "title": "MSCAT General", "course": "", "minutes": 100, "pass_percent": 80,
        "delivery": "fixed", "retake_hours": 720, "sittings_per_unit": 2, "blueprint": blueprint,
        "scheme_version": "2026.1", "content_sha256": "0" * 64, "loaded_at": NOW,
    } | changes  # fmt: skip
    return ExamVersion.objects.create(exam=code, number=number, rules=rules, **values)


def form(
    of: ExamVersion,
    items: Sequence[Item],
    *,
    number: int | None = 1,
    approved: bool = True,
    unscored: int = 0,
) -> Form:
    """Insert a form of items in use; the last ``unscored`` ones do not count."""
    made = Form.objects.create(
        exam_version=of,
        number=number,
        seed=f"seed-{next(_numbers)}",
        content_sha256=hashlib.sha256(",".join(i.code for i in items).encode()).hexdigest(),
        made_at=NOW,
        made_by="0maker000000",
        approved_at=NOW if approved and number else None,
        approved_by="0second00000" if approved and number else None,
    )
    FormItem.objects.bulk_create(
        FormItem(
            form=made,
            position=position,
            version_id=one.live_version_id,
            topic=f"{one.bank}/{one.topic}",
            scored=position <= len(items) - unscored,
        )
        for position, one in enumerate(items, start=1)
    )
    return made


def people(count: int) -> list[Person]:
    """Insert people without a login."""
    start = next(_numbers)
    return Person.objects.bulk_create(
        Person(
            first_name="Person", last_name=f"{start}-{number}", certificate_name="Person",
            email=f"person.{start}.{number}@exams.example", created_at=NOW,
        )
        for number in range(count)
    )  # fmt: skip


def sittings(
    of: Form, answers: Sequence[Sequence[str]], *, by: Sequence[Person] = ()
) -> list[Sitting]:
    """Insert finished sittings: a letter, a typed word or "" for each place, scored by the keys."""
    places = of.items.order_by("position").select_related("version")
    keyed = [
        scoring.Keyed(p.position, p.topic, p.scored, p.version.key, tuple(p.version.accept))
        for p in places
    ]
    who = by or people(len(answers))
    version = of.exam_version
    scores = []
    for given in answers:
        pairs = {n: _pair(one) for n, one in enumerate(given, start=1) if one}
        scores.append(scoring.score(form=keyed, answers=pairs, percent=version.pass_percent))
    made = Sitting.objects.bulk_create(
        Sitting(
            person=person, exam=version.exam, form=of, unit_reference=f"unit{next(_numbers)}",
            number_on_unit=1, affidavit_name="Person", affidavit_email=person.email,
            affidavit_version="a1", agreement_version="b1", started_at=NOW, limit_seconds=6000,
            deadline_at=NOW + dt.timedelta(hours=2), holder="0" * 64, finished_at=NOW,
            finish_reason=FinishReason.CANDIDATE, passed=score.passed,
        )
        for person, score in zip(who, scores, strict=True)
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(sitting=one, position=position, seq=1, choice=pair[0], text=pair[1], saved_at=NOW)
        for one, given in zip(made, answers, strict=True)
        for position, letter in enumerate(given, start=1)
        if (pair := _pair(letter)) != ("", "")
    )
    ScoreRun.objects.bulk_create(
        ScoreRun(
            sitting=one, number=1, correct=score.correct, scored=score.scored, passed=score.passed,
            topics=[
                {"topic": t.topic, "name": t.topic, "correct": t.correct, "scored": t.scored}
                for t in score.topics
            ],
            key_sha256=scoring.key_sha256(keyed), reason="Finished", made_by="system", at=NOW,
        )
        for one, score in zip(made, scores, strict=True)
    )  # fmt: skip
    return made


def _pair(given: str) -> tuple[str, str]:
    """Return an answer as choice and text."""
    return (given, "") if given in {"A", "B", "C", "D"} else ("", given)
