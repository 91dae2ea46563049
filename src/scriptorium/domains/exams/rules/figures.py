"""The statistics of one exam, put together from its sittings (DOMAIN §5, item statistics).

Reliability and its kin belong to a fixed form; what an item does is told over all forms. Below the
programme's least number of people nothing is computed: a figure from few would mislead.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from scriptorium.domains.exams.models import ExamVersion, Form, ItemVersion
from scriptorium.domains.exams.queries import corrections
from scriptorium.domains.exams.queries import statistics as read
from scriptorium.domains.exams.rules.responses import Places, Responses, Shown, gather
from scriptorium.domains.exams.rules.scoring import spelled
from scriptorium.domains.exams.rules.statistics import (
    FormFigures,
    ItemFigures,
    cut_points,
    form_figures,
    item_figures,
    tables,
)

#: Changes with what the figures hold, so that old ones are not read by new code.
_SHAPE = 1


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of an exam; ``figures`` is None where too few people had it.

    A ``pilot`` item does not count; its figures stand apart from those of the same text scored.
    """

    version: int
    code: str
    number: int
    topic: str
    pilot: bool
    people: int
    figures: ItemFigures | None


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form of an exam that somebody sat.

    Arguments:
        number: of a parallel form; None where all forms of single sittings stand together.
        figures: None where too few people sat it, or the form is no fixed one.
        scores: score → how many had it.
        percent: share of the points that passes.
    """

    reference: str
    exam_version: int
    number: int | None
    people: int
    passed: int
    items: int
    percent: int
    scores: Mapping[int, int]
    figures: FormFigures | None
    content_sha256: str = ""


@dataclass(frozen=True, slots=True)
class TopicLine:
    """How many people reached the pass mark in one topic."""

    topic: str
    name: str
    people: int
    reached: int


@dataclass(frozen=True, slots=True)
class ExamFigures:
    """Everything that statistics say of one exam; ``least`` is what each figure needs."""

    exam: str
    title: str
    least: int
    sittings: int
    passed: int
    people: int
    forms: tuple[FormLine, ...] = ()
    items: tuple[ItemLine, ...] = ()
    topics: tuple[TopicLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Map:
    """Where things stand in the arrays: form → row, and the places' items and topics."""

    places: Places
    rows: dict[int, int]
    topics: NDArray[np.int64]
    topic_names: list[str]
    items: list[tuple[ItemVersion, str, bool]]


def kept_figures(*, exam_version: ExamVersion) -> ExamFigures:
    """Return the statistics of an exam, computed once for each state of its scorings.

    They hold letters of keys and no text; they are kept on the server for a day.
    """
    rules = exam_version.pk, exam_version.rules["least_figures"]
    key = (
        f"exam-figures:{_SHAPE}:{exam_version.exam}:{rules}:{read.state_of(exam=exam_version.exam)}"
    )
    name = hashlib.sha256(key.encode()).hexdigest()
    found = cache.get(name)
    if not isinstance(found, ExamFigures):
        found = exam_figures(exam_version=exam_version)
        cache.set(name, found, timeout=24 * 60 * 60)
    return found


def exam_figures(*, exam_version: ExamVersion) -> ExamFigures:
    """Return the statistics of an exam over all its versions and forms.

    Arguments:
        exam_version: the newest; its rules say how many people a figure needs.
    """
    exam, least = exam_version.exam, int(exam_version.rules["least_figures"])
    finished = read.finished(exam=exam)
    passed = sum(good for *_, good in finished)
    people = len({person for _, _, person, _ in finished})
    head = (exam, exam_version.title, least, len(finished), passed, people)
    if not finished:
        return ExamFigures(*head)
    forms = read.forms_taken(exam=exam)
    where = _map(exam, forms)
    responses = gather(
        places=where.places,
        sittings={sitting: where.rows[form] for sitting, form, _, _ in finished},
        answers=read.saved_answers(exam=exam),
    )
    good = np.array([good for *_, good in finished], np.bool_)
    return ExamFigures(
        *head,
        forms=tuple(_forms(forms, where, responses, good, least)),
        items=tuple(_items(where, responses, least)),
        topics=tuple(_topics(forms, exam_version, where, responses)),
    )


def _map(exam: str, forms: list[Form]) -> _Map:
    """Read where each item stands; versions whose key was corrected count with the right one."""
    rows = {form.pk: row for row, form in enumerate(forms)}
    steps = corrections.corrected()
    read_places = [
        (rows[form], position - 1, steps.get(version, version), topic, scored)
        for form, position, version, topic, scored in read.places_taken(exam=exam)
    ]
    versions = read.versions_by_key(versions={place[2] for place in read_places})
    standing = sorted(
        {(version, topic, counts) for _, _, version, topic, counts in read_places},
        key=lambda one: (versions[one[0]].item.code, versions[one[0]].number, not one[2]),
    )
    column_of = {one: column for column, one in enumerate(standing)}
    topic_of = {topic: n for n, topic in enumerate(dict.fromkeys(one[1] for one in standing))}
    longest = 1 + max(position for _, position, *_ in read_places)
    columns = np.full((len(forms), longest), -1, np.int64)
    scored = np.zeros(columns.shape, np.bool_)
    topics = np.full(columns.shape, -1, np.int64)
    for row, position, version, topic, counts in read_places:
        columns[row, position] = column_of[version, topic, counts]
        scored[row, position] = counts
        topics[row, position] = topic_of[topic]
    items = [(versions[version], topic, counts) for version, topic, counts in standing]
    shown = [Shown(v.pk, v.key, frozenset(spelled(word) for word in v.accept)) for v, _, _ in items]
    return _Map(Places(shown, columns, scored), rows, topics, list(topic_of), items)


def _items(where: _Map, responses: Responses, least: int) -> list[ItemLine]:
    places = where.places
    counts = tables(
        codes=responses.codes,
        totals=responses.totals,
        columns=places.columns[responses.forms],
        size=len(places.items),
    )
    figures = item_figures(
        counts=counts,
        keys=[item.key for item in places.items],
        scored=[scored for _, _, scored in where.items],
    )
    return [
        ItemLine(
            version=version.pk,
            code=version.item.code,
            number=version.number,
            topic=topic,
            pilot=not scored,
            people=found.people,
            figures=found if found.people >= least else None,
        )
        for (version, topic, scored), found in zip(where.items, figures, strict=True)
    ]


def _forms(
    forms: list[Form],
    where: _Map,
    responses: Responses,
    good: NDArray[np.bool_],
    least: int,
) -> list[FormLine]:
    """Return a line for each parallel form, and one for all forms of single sittings together."""
    found = []
    single: dict[int, list[int]] = {}
    for form in forms:
        if form.number is None:
            single.setdefault(form.exam_version_id, []).append(where.rows[form.pk])
            continue
        own = responses.forms == where.rows[form.pk]
        found.append(_form_line(form, own, where, responses, good, least))
    firsts = {form.exam_version_id: form for form in forms if form.number is None}
    for version, rows in single.items():
        own = np.isin(responses.forms, rows)
        found.append(_form_line(firsts[version], own, where, responses, good, least))
    return found


def _form_line(
    form: Form,
    own: NDArray[np.bool_],
    where: _Map,
    responses: Responses,
    good: NDArray[np.bool_],
    least: int,
) -> FormLine:
    fixed = form.number is not None
    scored = where.places.scored[where.rows[form.pk]]
    people, passed = int(own.sum()), int(good[own].sum())
    percent = form.exam_version.pass_percent
    figures = None
    if fixed and people >= least:
        figures = form_figures(
            right=responses.right[own][:, scored],
            cut=cut_points(percent=percent, items=int(scored.sum())),
            passed=passed,
        )
    return FormLine(
        reference=form.reference if fixed else "",
        exam_version=form.exam_version.number,
        number=form.number,
        people=people,
        passed=passed,
        items=int(scored.sum()),
        percent=percent,
        scores=dict(sorted(Counter(responses.totals[own].tolist()).items())),
        figures=figures,
        content_sha256=form.content_sha256 if fixed else "",
    )


def _topics(
    forms: list[Form], exam_version: ExamVersion, where: _Map, responses: Responses
) -> list[TopicLine]:
    names = {f"{row['bank']}/{row['topic']}": row["name"] for row in exam_version.blueprint}
    percents = np.array([form.exam_version.pass_percent for form in forms])[responses.forms]
    found = []
    for number, topic in enumerate(where.topic_names):
        counting = ((where.topics == number) & where.places.scored)[responses.forms]
        most = counting.sum(axis=1)
        reached = (responses.right & counting).sum(axis=1) * 100 >= percents * most
        found.append(
            TopicLine(
                topic, names.get(topic, topic), int((most > 0).sum()), int(reached[most > 0].sum())
            )
        )
    return sorted(
        found, key=lambda line: list(names).index(line.topic) if line.topic in names else 99
    )
