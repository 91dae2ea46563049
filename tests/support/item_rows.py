"""One of every object of the item bank and of statistics, for the access matrix."""

from __future__ import annotations

from decimal import Decimal

from scriptorium.domains.exams.queries import newest_exam
from scriptorium.journeys import rescore, set_standard
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support import items as build
from tests.support.builders import NOW, TODAY

SOMEBODY = Actor(ActorKind.STAFF, "0somebody000", "Sam Somebody", "request-items")
PANEL = [("Ann", "Scribe"), ("Ben", "Physician"), ("Cam", "Manager")]
SHEET = "item,Ann,Ben,Cam\nnote-801,80,80,80\nnote-802,80,70,90"


def items_of_the_matrix() -> dict[str, str]:
    """Return what the addresses of the bank are filled with; the exam "general" exists."""
    exam = newest_exam(exam="general")
    assert exam is not None
    live = [build.item(f"note-80{n}", build.text(key=1)) for n in (1, 2)]
    draft = build.item(
        "note-803", build.text("May a draft of a note be shown to relatives?"), live=False
    )
    form = build.form(exam, live, number=9, approved=False)
    build.sittings(form, [["B", "C"]])
    correction = rescore.propose(
        actor=SOMEBODY, item=live[1], number=1, key=2, accept=(), rationale="C", reason="Two",
        now=NOW,
    )  # fmt: skip
    study = set_standard.open_study(
        actor=SOMEBODY, form=form, title="Panel", procedure="By call", panel=PANEL, now=NOW
    )
    closed = set_standard.open_study(
        actor=SOMEBODY, form=form, title="Closed", procedure="By call", panel=PANEL, now=NOW
    )
    for _ in range(2):
        set_standard.keep_round(actor=SOMEBODY, study=closed, sheet=SHEET.encode(), now=NOW)
    cut = set_standard.propose_cut(
        actor=SOMEBODY, study=closed, lowered_by_sems=Decimal(0), sem=None, reason="",
        effective_on=TODAY, now=NOW,
    )  # fmt: skip
    found = {"exam": "general", "office-statistics-item code": live[0].code}
    for page in ("", "-preview", "-write", "-submit", "-review", "-retire", "-enemy"):
        found[f"office-item{page} code"] = draft.code
    found["office-item-correct code"] = live[0].code
    found["office-item-pilot code"] = live[0].code
    for page in ("", "-items", "-approve", "-retire", "-csv", "-pdf"):
        found[f"office-form{page} ref"] = form.reference
    for page in ("", "-sheet", "-csv", "-round", "-propose"):
        found[f"office-study{page} ref"] = study.reference
    return found | {
        "office-study-new ref": form.reference,
        "office-correction ref": correction.reference,
        "office-cut-adopt ref": cut.reference,
    }
