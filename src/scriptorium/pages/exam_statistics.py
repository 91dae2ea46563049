"""The statistics of exams as pages show them: lines, charts, and words where data is too little."""

from __future__ import annotations

from dataclasses import dataclass

from scriptorium.domains.exams.queries import newest_exam, newest_exams
from scriptorium.domains.exams.queries import statistics as read
from scriptorium.domains.exams.rules.figures import (
    ExamFigures,
    FormLine,
    ItemLine,
    TopicLine,
    kept_figures,
)
from scriptorium.domains.exams.rules.statistics import cut_points
from scriptorium.pages.charts import (
    Bin,
    Chart,
    bins,
    item_chart,
    option_chart,
    score_chart,
    share_chart,
)

#: Fewer people than this have no pass rate: a share of few points at somebody (UX, charts).
FEWEST_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class RateLine:
    """One exam or topic with its pass rate; ``share`` is None below the fewest people."""

    name: str
    url: str
    people: int
    sittings: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Every exam with its pass rate."""

    lines: tuple[RateLine, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class FormView:
    """One form with its figures, the table of its scores, and their picture."""

    line: FormLine
    title: str
    cut: int
    pass_rate: float | None
    short: str
    bins: tuple[Bin, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class ExamStatistics:
    """Everything on the page of one exam's statistics.

    Arguments:
        short: how many items have too few people for figures.
    """

    figures: ExamFigures
    forms: tuple[FormView, ...]
    topics: tuple[RateLine, ...]
    topic_chart: Chart | None
    items: tuple[ItemLine, ...]
    item_chart: Chart | None
    short: int


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One item within one exam."""

    exam: str
    title: str
    least: int
    line: ItemLine
    chart: Chart | None


def overview() -> Overview:
    """Return the pass rate of each exam that was sat."""
    taken = read.taken()
    lines = []
    for version in newest_exams():
        own = taken.get(version.exam)
        people, sittings = (own.people, own.sittings) if own else (0, 0)
        share = own.passed / own.sittings if own and people >= FEWEST_PEOPLE else None
        url = f"/office/statistics/{version.exam}/"
        lines.append(RateLine(version.title, url, people, sittings, share))
    return Overview(tuple(lines), _rates("exams", "Pass rate by exam", lines))


def _rates(name: str, title: str, lines: list[RateLine]) -> Chart | None:
    shares = [(line.name, line.share) for line in lines if line.share is not None]
    if not shares:
        return None
    hidden = len(lines) - len(shares)
    about = f"{len(shares)} lines; {hidden} are left out, with fewer than {FEWEST_PEOPLE} people."
    return share_chart(name=name, title=title, about=about, shares=shares)


def exam_statistics(*, exam: str) -> ExamStatistics | None:
    """Return the statistics of an exam, or None where there is no such exam."""
    version = newest_exam(exam=exam)
    if version is None:
        return None
    figures = kept_figures(exam_version=version)
    topics = [_topic(line) for line in figures.topics]
    shown = [
        (item.code, item.figures.difficulty, item.figures.discrimination, bool(item.figures.flags))
        for item in figures.items
        if item.figures is not None and item.figures.discrimination is not None
    ]
    return ExamStatistics(
        figures=figures,
        forms=tuple(_form(line, figures.least) for line in figures.forms),
        topics=tuple(topics),
        topic_chart=_rates("topics", "People at or above the pass mark, by topic", topics),
        items=figures.items,
        item_chart=item_chart(
            name="items", title="Items by difficulty and discrimination", items=shown
        )
        if shown
        else None,
        short=sum(item.figures is None for item in figures.items),
    )


def _topic(line: TopicLine) -> RateLine:
    share = line.reached / line.people if line.people >= FEWEST_PEOPLE else None
    return RateLine(line.name, "", line.people, line.people, share)


def _form(line: FormLine, least: int) -> FormView:
    cut = cut_points(percent=line.percent, items=line.items)
    title = f"Form {line.number}" if line.number else "Forms of single sittings"
    if line.figures is None:
        short = f"insufficient data: {line.people} of {least} people"
        if line.number is None:
            short = "reliability is told for parallel forms only"
    else:
        short = ""
    enough = line.people >= FEWEST_PEOPLE
    name = f"form-{line.exam_version}-{line.number or 0}"
    return FormView(
        line=line,
        title=f"{title}, version {line.exam_version}",
        cut=cut,
        pass_rate=line.passed / line.people if enough else None,
        short=short,
        bins=tuple(bins(scores=line.scores, cut=cut)) if enough else (),
        chart=score_chart(
            name=name, title=f"Scores of {title[0].lower()}{title[1:]}", scores=line.scores, cut=cut
        )
        if enough
        else None,
    )


def item_statistics(*, exam: str, code: str) -> ItemStatistics | None:
    """Return the newest version of an item within an exam, or None where it was never sat."""
    version = newest_exam(exam=exam)
    if version is None:
        return None
    figures = kept_figures(exam_version=version)
    lines = [line for line in figures.items if line.code == code and not line.pilot]
    lines = lines or [line for line in figures.items if line.code == code]
    if not lines:
        return None
    line = max(lines, key=lambda one: one.number)
    chart = None
    if line.figures is not None and line.figures.options:
        chart = option_chart(
            name="options",
            title=f"Who chose what: {code}",
            options=[(o.letter, o.key, o.fifths) for o in line.figures.options],
        )
    return ItemStatistics(exam, version.title, figures.least, line, chart)
