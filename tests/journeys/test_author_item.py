"""An item from its draft into use: versions, second persons, enemies, retirement."""

from __future__ import annotations

import pytest

from scriptorium.domains.audit import queries as trail
from scriptorium.domains.exams.enums import ItemState, VersionState
from scriptorium.domains.exams.models import Form, FormItem, Item, ItemVersion
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.rules.authoring import state_of
from scriptorium.journeys import author_item as journey
from scriptorium.journeys.author_item import BadlyWritten, CannotAuthor
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support import items as build
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
ADA = Actor(ActorKind.STAFF, "0author00000", "Ada Author", "r1")
RAE = Actor(ActorKind.STAFF, "0reader00000", "Rae Reader", "r2")


def _text(stem: str = build.STEMS[0], right: str = "History", **changes):
    said = {
        "code": "note-001", "stem": stem, "right": right,
        "wrong": ["Plan", "Assessment", "Review of systems"], "rationale": "What the patient says.",
        "source": "Textbook of notes, chapter 4", "url": "", "vignette": False,
    }  # fmt: skip
    return journey.choice_text(**(said | changes))


def _draft(*, ai: bool = False, **changes) -> Item:
    build.exam()
    return journey.draft(
        actor=ADA, code="note-001", bank="core", topic="note", text=_text(**changes),
        ai_assisted=ai, now=NOW,
    )  # fmt: skip


def _fresh(item: Item) -> Item:
    found = read.item_by_code(code=item.code)
    assert found is not None
    return found


def test_a_draft_goes_into_use_by_a_second_person() -> None:
    item = _draft()
    assert _fresh(item).state == ItemState.DRAFT
    journey.submit(actor=ADA, item=item, now=NOW)
    assert _fresh(item).state == ItemState.REVIEW
    journey.review(actor=RAE, item=item, number=1, approved=True, note="", now=NOW)
    item = _fresh(item)
    assert item.state == ItemState.LIVE
    assert item.live_version is not None
    assert item.live_version.stem == build.STEMS[0]
    said = [line.words for line in trail.newest()]
    assert said[0] == "Version 1 of the item note-001 was approved and is in use"
    assert not any(build.STEMS[0] in line for line in said)


def test_the_author_cannot_review_their_own_version() -> None:
    item = _draft()
    journey.submit(actor=ADA, item=item, now=NOW)
    with pytest.raises(CannotAuthor, match="a second person reviews it"):
        journey.review(actor=ADA, item=item, number=1, approved=True, note="", now=NOW)
    assert _fresh(item).state == ItemState.REVIEW


def test_row_53_an_ai_assisted_item_goes_live_by_a_named_human_alone() -> None:
    item = _draft(ai=True)
    journey.submit(actor=ADA, item=item, now=NOW)
    for nobody in (Actor.system("reviewer"), Actor(ActorKind.STAFF, "0x", " ", "r3")):
        with pytest.raises(CannotAuthor, match="a human reviewer puts it into use, by name"):
            journey.review(actor=nobody, item=item, number=1, approved=True, note="", now=NOW)
        assert _fresh(item).live_version is None
    journey.review(actor=RAE, item=item, number=1, approved=True, note="", now=NOW)
    (version,) = read.versions_of(item=item.pk)
    assert version.ai_assisted
    assert [review.reviewer_name for review in version.reviews.all()] == ["Rae Reader"]


def test_row_17_a_new_version_of_an_item_in_use_leaves_forms_as_they_are() -> None:
    exam = build.exam()
    item = build.item("note-001", _text(), author=ADA.reference)
    form = build.form(exam, [item])
    before = (form.content_sha256, list(FormItem.objects.filter(form=form).values_list()))
    old = item.live_version
    journey.revise(actor=ADA, item=item, text=_text(build.STEMS[1]), ai_assisted=False, now=NOW)
    assert _fresh(item).live_version == old
    journey.submit(actor=ADA, item=item, now=NOW)
    assert _fresh(item).state == ItemState.LIVE
    journey.review(actor=RAE, item=item, number=2, approved=True, note="", now=NOW)
    assert build.in_use(_fresh(item)).number == 2
    now_ = Form.objects.get(pk=form.pk)
    assert (now_.content_sha256, list(FormItem.objects.filter(form=form).values_list())) == before
    assert FormItem.objects.get(form=form).version.stem == build.STEMS[0]
    with pytest.raises(TypeError):
        ItemVersion.objects.filter(pk=build.in_use(item).pk).update(stem="Edited")


def test_what_is_sent_back_needs_a_note_and_another_version() -> None:
    item = _draft()
    journey.submit(actor=ADA, item=item, now=NOW)
    with pytest.raises(CannotAuthor, match="Say what the author should change"):
        journey.review(actor=RAE, item=item, number=1, approved=False, note=" ", now=NOW)
    journey.review(actor=RAE, item=item, number=1, approved=False, note="Two keys", now=NOW)
    assert _fresh(item).state == ItemState.DRAFT
    assert state_of(read.versions_of(item=item.pk)[0]) == VersionState.RETURNED
    for act in (
        lambda: journey.submit(actor=ADA, item=item, now=NOW),
        lambda: journey.review(actor=RAE, item=item, number=1, approved=True, note="", now=NOW),
    ):
        with pytest.raises(CannotAuthor):
            act()
    journey.revise(actor=ADA, item=item, text=_text(build.STEMS[2]), ai_assisted=False, now=NOW)
    journey.submit(actor=ADA, item=item, now=NOW)
    assert [state_of(v) for v in read.versions_of(item=item.pk)] == ["waiting", "returned"]


def test_only_the_newest_version_is_handed_in_and_reviewed() -> None:
    item = _draft()
    journey.submit(actor=ADA, item=item, now=NOW)
    journey.revise(actor=ADA, item=item, text=_text(build.STEMS[2]), ai_assisted=False, now=NOW)
    with pytest.raises(CannotAuthor, match="does not wait"):
        journey.review(actor=RAE, item=item, number=1, approved=True, note="", now=NOW)
    with pytest.raises(CannotAuthor, match="no such version"):
        journey.review(actor=RAE, item=item, number=9, approved=True, note="", now=NOW)


def test_a_version_without_a_change_is_none() -> None:
    item = _draft()
    with pytest.raises(CannotAuthor, match="Nothing was changed"):
        journey.revise(actor=ADA, item=item, text=_text(), ai_assisted=False, now=NOW)


def test_flaws_of_writing_are_refused_with_every_sentence() -> None:
    build.item("note-900", _text(build.STEMS[3]))
    with pytest.raises(BadlyWritten) as refused:
        _draft(
            stem=build.STEMS[3].replace("rounds", "round"), right="All of the above",
            wrong=["Plan", "plan.", "Assessment"],
        )  # fmt: skip
    said = str(refused.value)
    assert "such as “all of the above”" in said
    assert "Two options say the same." in said
    assert "like that of note-900" in said
    assert not Item.objects.filter(code="note-001").exists()


def test_an_imported_text_is_judged_when_it_is_handed_in() -> None:
    item = build.item("note-001", _text(right="All of these"), live=False)
    with pytest.raises(BadlyWritten):
        journey.submit(actor=ADA, item=item, now=NOW)
    bare = build.item("note-002", _text(build.STEMS[4], rationale=""), live=False)
    with pytest.raises(CannotAuthor, match="with a rationale and a source"):
        journey.submit(actor=ADA, item=bare, now=NOW)


def test_codes_go_on_from_the_highest_and_belong_to_topics_that_exams_ask_for() -> None:
    build.exam()
    assert read.next_code(bank="core", topic="note") == "note-001"
    build.item("note-009")
    build.item("note-104")
    assert read.next_code(bank="core", topic="note") == "note-105"
    assert read.next_code(bank="hipaa", topic="phi") == "hipaa-phi-001"
    for code, topic in (("note-105", "stars"), ("Note 105", "note")):
        with pytest.raises(CannotAuthor):
            journey.draft(
                actor=ADA, code=code, bank="core", topic=topic, text=_text(), ai_assisted=False,
                now=NOW,
            )  # fmt: skip
    with pytest.raises(CannotAuthor, match="took the code note-104"):
        journey.draft(
            actor=ADA, code="note-104", bank="core", topic="note", text=_text(build.STEMS[1]),
            ai_assisted=False, now=NOW,
        )  # fmt: skip


def test_typed_answers_keep_each_spelling_once() -> None:
    text = journey.typed_text(
        accept=["sciatica ", "", " sciatica"], stem="Type\nit.", rationale="a", source="b", url="",
        vignette=False,
    )  # fmt: skip
    assert (text.accept, text.key, text.options, text.stem) == (("sciatica",), None, (), "Type it.")


def test_enemies_are_kept_apart_in_both_directions_and_may_meet_again() -> None:
    one, other = build.item("note-001"), build.item("note-002")
    journey.keep_apart(actor=ADA, one=other, other=one, now=NOW)
    assert read.enemies_of_item(item=one.pk) == ["note-002"]
    assert read.enemies_of_item(item=other.pk) == ["note-001"]
    with pytest.raises(CannotAuthor, match="already"):
        journey.keep_apart(actor=ADA, one=one, other=other, now=NOW)
    with pytest.raises(CannotAuthor, match="from itself"):
        journey.keep_apart(actor=ADA, one=one, other=one, now=NOW)
    journey.let_meet(actor=ADA, one=one, other=other, now=NOW)
    with pytest.raises(CannotAuthor, match="may stand beside"):
        journey.let_meet(actor=ADA, one=one, other=other, now=NOW)


def test_a_retired_item_leaves_new_forms_and_comes_back_by_a_review() -> None:
    item = build.item("note-001", _text(), author=ADA.reference)
    with pytest.raises(CannotAuthor, match="Say why"):
        journey.retire(actor=RAE, item=item, reason="", now=NOW)
    journey.retire(actor=RAE, item=item, reason="The rule changed", now=NOW)
    assert _fresh(item).state == ItemState.RETIRED
    with pytest.raises(CannotAuthor, match="in use"):
        journey.retire(actor=RAE, item=item, reason="Again", now=NOW)
    journey.revise(actor=ADA, item=item, text=_text(build.STEMS[5]), ai_assisted=False, now=NOW)
    journey.submit(actor=ADA, item=item, now=NOW)
    journey.review(actor=RAE, item=item, number=2, approved=False, note="No", now=NOW)
    assert _fresh(item).state == ItemState.RETIRED
    journey.revise(actor=ADA, item=item, text=_text(build.STEMS[4]), ai_assisted=False, now=NOW)
    journey.submit(actor=ADA, item=item, now=NOW)
    journey.review(actor=RAE, item=item, number=3, approved=True, note="", now=NOW)
    assert _fresh(item).state == ItemState.LIVE


def test_row_24_a_list_reads_no_text_from_the_database(
    django_assert_num_queries,
) -> None:
    build.item("note-001")
    build.item("note-002", live=False)
    with django_assert_num_queries(1) as asked:
        rows = read.rows_of(read.find_items(bank="core", code="note"))
    assert [(row.code, row.state, row.live, row.waiting) for row in rows] == [
        ("note-001", "live", 1, False),
        ("note-002", "draft", None, False),
    ]
    sql = asked.captured_queries[0]["sql"]
    for column in ("stem", "options", '"key"', "accept", "rationale"):
        assert column not in sql


def test_lists_are_narrowed_by_state_topic_and_code() -> None:
    item = _draft()
    build.item("risk-001", build.text(build.STEMS[3]), topic="risk")
    journey.submit(actor=ADA, item=item, now=NOW)

    def codes(**by: str) -> list[str]:
        return [row.code for row in read.rows_of(read.find_items(**by))]

    assert codes() == ["note-001", "risk-001"]
    assert codes(state="review") == ["note-001"]
    assert codes(state="live") == ["risk-001"]
    assert codes(topic="risk", bank="core") == ["risk-001"]
    assert codes(code="RISK") == ["risk-001"]
    assert read.waiting_for_review() == 1
    assert read.banks() == {"core": ["note", "risk"]}


def test_use_is_counted_by_exam() -> None:
    exam = build.exam()
    items = [build.item("note-001"), build.item("note-002")]
    first = build.form(exam, items, number=1)
    build.form(exam, items[:1], number=2)
    build.form(exam, items, number=None)
    build.sittings(first, [["A", "B"], ["", ""]])
    (use,) = read.uses_of_item(item=items[0].pk)
    assert (use.exam, use.fixed, use.assembled, use.sittings) == ("general", 2, 1, 2)
    forms = [f.pk for f in Form.objects.filter(number__isnull=False)]
    overlap = read.overlap_of(forms=forms)
    assert (overlap.shared, overlap.most) == ({(forms[0], forms[1]): 1}, 2)


def test_being_shown_a_text_is_written_down() -> None:
    item = build.item("note-001")
    journey.look_at(actor=RAE, item=item, version=1, now=NOW)
    journey.look_at_form(actor=RAE, form=build.form(build.exam(), [item], number=3), now=NOW)
    assert [line.words for line in trail.newest(limit=2)] == [
        "The items of form 3 of MSCAT General were read",
        "Version 1 of the item note-001 was read",
    ]
