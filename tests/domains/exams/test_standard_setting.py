"""Cut scores: the figures of a panel, and what may be adopted and published (STANDARDS row 19)."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from scriptorium.domains.exams.models import CutScore, ExamVersion
from scriptorium.domains.exams.operations import forms, studies
from scriptorium.domains.exams.operations.forms import CannotApprove
from scriptorium.domains.exams.queries import studies as read
from scriptorium.domains.exams.rules import standard_setting as rules
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard, round_figures
from scriptorium.journeys import set_standard as journey
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support import items as build
from tests.support.builders import NOW, TODAY

ADA = Actor(ActorKind.STAFF, "0author00000", "Ada Author", "r1")
RAE = Actor(ActorKind.STAFF, "0reader00000", "Rae Reader", "r2")
PANEL = [("Ann", "Scribe, 9 years"), ("Ben", "Physician"), ("Cam", "Practice manager")]
# Shrout and Fleiss (1979), table 2: four raters, six targets; ICC(2,k) is published as .62.
SHROUT = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def test_row_19_the_agreement_is_the_published_one() -> None:
    found = rules.agreement(SHROUT)
    assert found is not None
    assert round(found, 2) == 0.62
    # The same from sums of squares, in fractions.
    rows, columns = 6, 4
    grand = Fraction(sum(map(sum, SHROUT)), rows * columns)
    between = columns * sum((Fraction(sum(r), columns) - grand) ** 2 for r in SHROUT)
    judges = rows * sum((Fraction(sum(c), rows) - grand) ** 2 for c in zip(*SHROUT, strict=True))
    whole = sum((v - grand) ** 2 for r in SHROUT for v in r)
    left = whole - between - judges
    msr, msc, mse = between / 5, judges / 3, left / 15
    assert found == pytest.approx(float((msr - mse) / (msr + (msc - mse) / rows)), abs=1e-9)


def test_row_19_the_cut_its_standard_error_and_its_interval() -> None:
    ratings = {"Ann": [80, 70, 60, 90], "Ben": [70, 60, 50, 80], "Cam": [90, 80, 70, 95]}
    found = round_figures(number=2, ratings=ratings)
    cuts = [3.0, 2.6, 3.35]
    assert [judge.points for judge in found.judges] == cuts
    assert found.cut == pytest.approx(statistics.fmean(cuts), abs=1e-9)
    assert found.percent == pytest.approx(statistics.fmean(cuts) * 25, abs=1e-9)
    error = statistics.stdev(cuts) / math.sqrt(3)
    assert found.standard_error == pytest.approx(error, abs=1e-9)
    # t with two degrees of freedom.
    assert (found.low, found.high) == pytest.approx(
        (found.cut - 4.3027 * error, found.cut + 4.3027 * error)
    )


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.706), (9, 2.262), (40, 2.0211), (120, 1.9799)])
def test_students_t_is_right_in_and_beyond_the_table(degrees: int, t: float) -> None:
    assert rules.student(degrees=degrees) == pytest.approx(t, abs=5e-4)


def test_ratings_that_do_not_differ_have_no_agreement() -> None:
    assert rules.agreement([[80, 80], [80, 80]]) is None
    assert rules.agreement([[80], [70]]) is None
    same = round_figures(number=1, ratings={"Ann": [80, 80], "Ben": [80, 80]})
    assert (same.standard_error, same.agreement) == (0, None)


@pytest.mark.parametrize(
    "ratings", [{"Ann": [80]}, {"Ann": [80], "Ben": [70, 60]}, {"A": [], "B": []}]
)
def test_a_round_that_is_not_complete_has_no_figures(ratings) -> None:
    with pytest.raises(CannotSetStandard, match="at least two judges"):
        round_figures(number=1, ratings=ratings)


def test_the_board_lowers_by_standard_errors_of_measurement_and_rounds_up() -> None:
    asked = {"cut": Decimal("73.2500"), "items": 100}
    zero, sem = Decimal(0), Decimal("2.5")
    assert rules.adopted_percent(**asked, lowered_by_sems=zero, sem=None) == 74
    assert rules.adopted_percent(**asked, lowered_by_sems=Decimal(1), sem=sem) == 71
    for wrong, said in (
        ({"lowered_by_sems": Decimal(4), "sem": sem}, "0 to 3"),
        ({"lowered_by_sems": Decimal(1), "sem": None}, "standard error of measurement"),
        ({"lowered_by_sems": Decimal(3), "sem": Decimal(30)}, "let everybody pass"),
    ):
        with pytest.raises(CannotSetStandard, match=said):
            rules.adopted_percent(**asked, **wrong)


# With rows ------------------------------------------------------------------------------------


def _exam(**rules_: object) -> ExamVersion:
    return build.exam(count=3, rules=rules_)


def _study(exam: ExamVersion):
    items = [build.item(f"note-00{n}", build.text(build.STEMS[n])) for n in range(1, 4)]
    form = build.form(exam, items, approved=False)
    return form, journey.open_study(
        actor=ADA, form=form, title="First", procedure="By call", panel=PANEL, now=NOW
    )


def _sheet(*percents: tuple[int, int, int]) -> bytes:
    lines = ["item,Ann,Ben,Cam"]
    lines += [f"note-00{n},{a},{b},{c}%" for n, (a, b, c) in enumerate(percents, start=1)]
    return "\r\n".join(lines).encode("utf-8-sig")


ROUND = _sheet((80, 70, 90), (75, 65, 85), (70, 60, 80))


def _keep(study, sheet: bytes = ROUND) -> int:
    return journey.keep_round(actor=ADA, study=study, sheet=sheet, now=NOW)


def _propose(study, **changes) -> CutScore:
    asked = {"lowered_by_sems": Decimal(0), "sem": None, "reason": "", "effective_on": TODAY}
    return journey.propose_cut(actor=ADA, study=study, now=NOW, **(asked | changes))


@pytest.mark.django_db
def test_row_19_a_certification_form_without_a_cut_score_is_not_published() -> None:
    exam = _exam(cut={})
    form, study = _study(exam)
    with pytest.raises(CannotApprove, match="has no cut score"):
        forms.approve_form(form=form, by=RAE.reference, now=NOW)
    _keep(study)
    _keep(study)
    cut = _propose(study)
    assert cut.percent == 75
    with pytest.raises(CannotApprove, match="has no cut score"):
        forms.approve_form(form=form, by=RAE.reference, now=NOW)
    journey.adopt_cut(actor=RAE, cut=cut, now=NOW)
    with pytest.raises(CannotApprove, match="passes at 80 %, but the adopted cut is 75 %"):
        forms.approve_form(form=form, by=RAE.reference, now=NOW)
    form.refresh_from_db()
    assert form.approved_at is None


@pytest.mark.django_db
def test_row_19_an_adopted_cut_or_a_provisional_record_lets_a_form_go_out() -> None:
    exam = _exam(cut={})
    form, study = _study(exam)
    high = _sheet((85, 80, 75), (80, 80, 80), (80, 80, 80))
    _keep(study, high)
    _keep(study, high)
    cut = _propose(study, effective_on=TODAY + dt.timedelta(days=1))
    journey.adopt_cut(actor=RAE, cut=cut, now=NOW)
    with pytest.raises(CannotApprove, match="has no cut score"):
        forms.approve_form(form=form, by=RAE.reference, now=NOW)
    forms.approve_form(form=form, by=RAE.reference, now=NOW + dt.timedelta(days=1))
    other = build.form(exam, [build.item("note-900")], number=2, approved=False)
    with pytest.raises(CannotApprove):
        forms.approve_form(form=other, by=RAE.reference, now=NOW)
    journey.declare_provisional(actor=RAE, exam_version=exam, reason="No study yet", now=NOW)
    forms.approve_form(form=other, by=RAE.reference, now=NOW)


@pytest.mark.django_db
def test_row_19_the_programme_may_record_a_provisional_mark_and_a_course_needs_none() -> None:
    for exam in (build.exam(), build.exam("hipaa", course="hipaa", rules={"cut": {}})):
        form = build.form(exam, [build.item()], approved=False)
        forms.approve_form(form=form, by=RAE.reference, now=NOW)
    bare = build.exam("derm", rules={"cut": {"method": "provisional", "reason": ""}})
    form = build.form(bare, [build.item()], approved=False)
    with pytest.raises(CannotApprove):
        forms.approve_form(form=form, by=RAE.reference, now=NOW)


@pytest.mark.django_db
def test_nobody_adopts_their_own_cut_and_none_twice() -> None:
    _, study = _study(_exam())
    _keep(study)
    _keep(study)
    cut = _propose(study)
    with pytest.raises(CannotSetStandard, match="Somebody else than the proposer"):
        journey.adopt_cut(actor=ADA, cut=cut, now=NOW)
    journey.adopt_cut(actor=RAE, cut=cut, now=NOW)
    with pytest.raises(CannotSetStandard, match="adopted already"):
        journey.adopt_cut(actor=RAE, cut=cut, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        CutScore.objects.filter(pk=cut.pk).update(percent=60)


@pytest.mark.django_db
def test_a_cut_needs_two_rounds_and_a_lowered_one_its_reason() -> None:
    _, study = _study(_exam())
    _keep(study)
    with pytest.raises(CannotSetStandard, match="2 complete rounds"):
        _propose(study)
    assert _keep(study, _sheet((70, 70, 70), (71, 70, 69), (70, 72, 68))) == 2
    lowered = {"lowered_by_sems": Decimal(1), "sem": Decimal("0.15")}
    with pytest.raises(CannotSetStandard, match="needs a written reason"):
        _propose(study, **lowered)
    cut = _propose(study, **lowered, reason="A shortage of scribes")
    assert (cut.percent, cut.rounds, cut.judges, cut.items) == (65, 2, 3, 3)
    assert cut.raw == Decimal("2.1000")
    study.refresh_from_db()
    with pytest.raises(CannotSetStandard, match="is closed"):
        _keep(study)


@pytest.mark.django_db
def test_a_provisional_record_needs_a_reason() -> None:
    with pytest.raises(CannotSetStandard, match="Say why"):
        journey.declare_provisional(actor=RAE, exam_version=_exam(), reason=" ", now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sheet", "sentence"),
    [
        (b"\xff\xfe\x00", "cannot be read"),
        (b"", "needs a line of judges"),
        (b"item,Ann,Ben,Cam\nnote-001,1,2", "has not a cell for each judge"),
        (b"item,Ann,Ben,Cam\nnote-001,1,2,3\nnote-001,1,2,3", "repeats"),
        (b"item,Ann,Ben,Cam\nnote-001,1,2,much", "Cam needs a whole percentage"),
        (b"item,Ann,Ben\nnote-001,1,2\nnote-002,1,2\nnote-003,1,2", "Missing judge: Cam"),
        (b"item,Ann,Ben,Cam\nnote-001,1,2,3\nnote-002,1,2,3", "Missing item for Ann: note-003"),
        (b"item,Ann,Ben,Cam,Dan\nnote-001,1,2,3,4", "Unknown judge: Dan"),
        (ROUND + b"\r\nnote-009,1,2,3", "Unknown item for Ann: note-009"),
        (ROUND.replace(b"80,70", b"180,70"), "not between 0 and 100"),
        (b"x" * 1_000_002, "larger than any panel"),
    ],
)
def test_a_sheet_that_is_not_a_round_is_refused_with_its_place(sheet: bytes, sentence: str) -> None:
    _, study = _study(_exam())
    with pytest.raises(CannotSetStandard, match=sentence):
        _keep(study, sheet)
    assert read.ratings_of(study=study.pk) == {}


@pytest.mark.django_db
def test_a_sheet_with_semicolons_is_read_and_the_empty_one_names_all() -> None:
    _, study = _study(_exam())
    empty = journey.rating_sheet(study=study).decode("utf-8-sig").splitlines()
    assert empty[0] == "item,Ann,Ben,Cam"
    assert [line.split(",")[0] for line in empty[1:]] == ["note-001", "note-002", "note-003"]
    assert _keep(study, ROUND.replace(b",", b";")) == 1


@pytest.mark.django_db
def test_the_report_of_a_study_holds_every_rating_and_its_figures() -> None:
    _, study = _study(_exam())
    _keep(study)
    report = journey.study_csv(study=study).decode("utf-8-sig")
    assert "1,note-001,80,70,90" in report
    for figure in (
        '"cut of the panel, points",2.25',
        "standard error",
        '"95 % interval, from"',
        "ICC(2,k)",
    ):
        assert figure in report


@pytest.mark.django_db
def test_a_panel_is_large_enough_and_names_everybody_once() -> None:
    exam = _exam()
    form = build.form(exam, [build.item()], approved=False)
    single = build.form(exam, [build.item()], number=None)
    for of, panel, said in (
        (form, PANEL[:2], "at least 3 judges"),
        (form, [*PANEL, ("ann", "Again")], "the same name"),
        (single, PANEL, "a parallel form"),
    ):
        with pytest.raises(CannotSetStandard, match=said):
            studies.open_study(actor=ADA, form=of, title="x", procedure="x", panel=panel, now=NOW)
