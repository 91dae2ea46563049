"""Taking a programme's folder into the database, whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.exams.operations import forms as form_writing
from scriptorium.domains.exams.operations import load
from scriptorium.domains.exams.queries import newest_exams
from scriptorium.domains.exams.rules import writing
from scriptorium.integrations.programme_files.exams import WrittenExam, WrittenScheme, read_scheme
from scriptorium.integrations.programme_files.items import WrittenItem, read_items
from scriptorium.integrations.programme_files.pathways import check_pathways
from scriptorium.integrations.programme_files.problems import Problem, ProgrammeInvalid
from scriptorium.journeys.load_texts import check_texts, load_texts
from scriptorium.kernel.actor import Actor

__all__ = ["Loaded", "ProgrammeInvalid", "check_programme", "load_programme"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load changed; all zero when everything was there already."""

    items: int
    exams: int
    forms: int
    texts: int
    scheme: str


@dataclass(frozen=True, slots=True)
class _Written:
    items: list[WrittenItem]
    scheme: WrittenScheme


def check_programme(*, folder: Path) -> dict[str, int]:
    """Read a programme and return how much there is, without writing anything.

    Raises:
        ProgrammeInvalid: names every problem with its file and line.
    """
    found = _read(folder)
    problems = _badly_written(found.items)
    texts = check_texts(folder=folder, problems=problems)
    if problems:
        raise ProgrammeInvalid(problems)
    return {"items": len(found.items), "exams": len(found.scheme.exams)} | texts


def _read(folder: Path) -> _Written:
    problems: list[Problem] = []
    if not folder.is_dir():
        raise ProgrammeInvalid([Problem(str(folder), 0, "There is no such folder.")])
    items = read_items(folder, problems)
    scheme = read_scheme(
        folder, specialties=programme().specialties, items=items, problems=problems
    )
    check_pathways(
        folder,
        backgrounds=programme().backgrounds,
        staff_roles=StaffRole.values,
        problems=problems,
    )
    if problems or scheme is None:
        raise ProgrammeInvalid(problems)
    return _Written(items, scheme)


def _badly_written(items: list[WrittenItem]) -> list[Problem]:
    """Return what the writing rules find, at the line of each item."""
    places = {item.code: item for item in items}
    found = [
        Problem(item.path, item.line, f"{item.code}: {flaw}.")
        for item in items
        for flaw in writing.flaws(item)
    ]
    files: dict[str, list[WrittenItem]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    for path, own in files.items():
        if len(own) < writing.FEW:
            continue
        found += [
            Problem(path, 0, f"Choosing by {way} is right in {share:.0%} of the items.")
            for way, share in writing.guessed(own).items()
            if share > writing.MOST_GUESSED
        ]
    for one, other, share in writing.alike(items):
        item = places[other]
        found.append(
            Problem(item.path, item.line, f"{other} and {one} have stems {share:.0%} alike.")
        )
    return found


@transaction.atomic(durable=True)
def load_programme(*, actor: Actor, folder: Path, now: dt.datetime) -> Loaded:
    """Load a programme: new items, new versions of changed ones, exams, and their parallel forms.

    Nothing that is in use is edited: what was sat stays under its version (STANDARDS row 5, 17).

    Raises:
        ProgrammeInvalid: names every problem; nothing was changed.
        CannotAssemble: the bank cannot fill the parallel forms; nothing was changed.
    """
    written = _read(folder)
    bank = written.scheme.bank
    items = load.load_items(
        items=[_new_item(item) for item in written.items],
        author=bank["author"],
        reviewer=bank["reviewer"],
        sample=bank["sample"],
        now=now,
    )
    versions = load.load_exams(
        exams=[_new_exam(exam, written.scheme) for exam in written.scheme.exams],
        scheme_version=written.scheme.version,
        now=now,
    )
    forms = 0
    for version in newest_exams():
        if version.delivery == "fixed" and not version.forms.exists():
            made = form_writing.make_parallel_forms(
                exam_version=version,
                seed=f"{version.exam}:{version.number}",
                by=actor.reference,
                now=now,
            )
            forms += len(made)
    texts = load_texts(actor=actor, folder=folder, now=now)
    loaded = Loaded(items, len(versions), forms, texts, written.scheme.version)
    if items or versions or forms:
        record(
            actor=actor,
            happening=Happening(
                "programme.loaded",
                "programme",
                written.scheme.version,
                "",
                {"items": items, "exams": len(versions), "forms": forms},
            ),
            now=now,
        )
    return loaded


def _new_item(item: WrittenItem) -> load.NewItem:
    options: tuple[str, ...] = ()
    key = None
    if not item.accept:
        options, key = writing.placed(code=item.code, right=item.right, wrong=item.wrong)
    text = load.ItemText(
        stem=item.stem,
        options=options,
        key=key,
        accept=item.accept,
        rationale=item.why,
        source=item.source,
        url=item.url,
        vignette=item.vignette,
    )
    return load.NewItem(item.code, item.bank, item.topic, text, item.enemies)


def _new_exam(exam: WrittenExam, scheme: WrittenScheme) -> load.NewExam:
    kept = ("cut", "affidavit", "agreement")
    return load.NewExam(
        exam=exam.code,
        title=exam.title,
        course=exam.course,
        minutes=exam.minutes,
        pass_percent=exam.pass_percent,
        delivery=exam.delivery,
        retake_hours=exam.retake_hours,
        sittings_per_unit=exam.sittings_per_unit,
        blueprint=[
            {"bank": bank, "topic": topic, "name": scheme.topics[topic], "count": count}
            for bank, topic, count in exam.blueprint
        ],
        rules=dict(scheme.rules) | {name: scheme.raw[name] for name in kept},
    )
