"""The way to certification as one ordered checklist with one next step (S29).

Each step says how it stands, how long it takes, by when, and who can unblock it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.catalog.queries import QUARTERS, pathways, programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import Level
from scriptorium.domains.credentials.models import Credential
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import ExamVersion
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartOutcome, PartState
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import MembershipState
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.domains.training import queries as texts
from scriptorium.domains.training.enums import HIPAA, MANUAL, OPENED_BY
from scriptorium.domains.training.queries import Progress
from scriptorium.domains.training.rules import unread
from scriptorium.kernel.clock import day_of
from scriptorium.kernel.payer import Payer
from scriptorium.pages.study import base_of, duration, nouns_of

ASK = "/contact/?topic=more&kind="
NO_DATE = "No deadline"
_LIVE = (PartState.ASSIGNED, PartState.STARTED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the checklist.

    Arguments:
        key: membership, manual, hipaa, exam, credential or hours.
        state: done, now (the one next step), next (can be done too), blocked.
        status: how it stands; takes: how long it takes; by: until when; who: can unblock it.
        url, label: where it is done, or "" where nothing can be done here.
    """

    key: str
    words: str
    state: str
    status: str
    takes: str = ""
    by: str = ""
    who: str = ""
    url: str = ""
    label: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known besides the status, each with its name."""
        rows = [("Takes", self.takes), ("When", self.by), ("Who", self.who)]
        return [(name, value) for name, value in rows if value]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the checklist is made of, read once for a person."""

    person: Person
    membership: Membership | None
    parts: Sequence[ledger.UnitPart]
    held: Sequence[Credential]
    links: Sequence[RosterLink]
    today: dt.date

    @property
    def helper(self) -> str:
        """Who can assign what is missing, in words."""
        live = [link for link in self.links if link.ended_at is None]
        if not live:
            return "We can: write to us"
        practice = live[0].practice
        if practice.primary_id == self.person.pk:
            return f"You can, as administrator of {practice.name}"
        return f"The administrator of {practice.name}"

    @property
    def is_member(self) -> bool:
        """Whether there is anything to show: a membership, a part or a credential."""
        return bool(self.membership or self.parts or self.held)

    def of_kind(self, kind: str) -> list[ledger.UnitPart]:
        """Return the person's parts of a kind."""
        return [part for part in self.parts if part.kind == kind]


def standing_of(*, person: Person, membership: Membership | None, today: dt.date) -> Standing:
    """Return what the checklist is made of."""
    return Standing(
        person=person,
        membership=membership,
        parts=ledger.live_parts(people=[person.pk]).get(person.pk, []),
        held=credentials.held_by(people=[person.pk]).get(person.pk, []),
        links=practices.links_of_person(person=person.pk),
        today=today,
    )


def way_of(standing: Standing) -> list[Step]:
    """Return the checklist; the first step that the person can take is the one to do now."""
    if not standing.is_member:
        return []
    versions = {version.exam: version for version in exams.newest_exams()}
    sat = list(_exams(standing, versions))
    # With a credential in hand another exam is a further one, and the hours come before it.
    further = [step for step in sat if standing.held and step.state != "done"]
    steps = [
        _membership(standing),
        *_texts(standing, versions),
        *(step for step in sat if step not in further),
        _credential(standing),
        _hours(standing),
        *further,
    ]
    found = []
    taken = False
    for step in steps:
        now = step.state == "next" and not taken
        taken = taken or now
        found.append(replace(step, state="now") if now else step)
    return found


def _membership(standing: Standing) -> Step:
    membership, name = standing.membership, "Membership"
    if membership is None:
        return Step(
            "membership", name, "blocked", "None yet", by="Before the credential counts",
            who=standing.helper, url=f"{ASK}membership", label="Write to us",
        )  # fmt: skip
    state = year_rules.state_on(
        year_rules.dates_of(membership), standing.today, year_rules.windows()
    )
    said = year_rules.state_words(state, membership.renews_on, standing.today)
    if state == MembershipState.ACTIVE:
        return Step("membership", name, "done", said, by=f"Renews on {words(membership.renews_on)}",
                    url="/member/membership/", label="See your membership")  # fmt: skip
    own = Payer.of(membership) == Payer(person=standing.person.pk)
    deadline = {
        MembershipState.DUE: f"Renew by {words(membership.renews_on)}",
        MembershipState.OVERDUE: f"Lapses on {words(membership.lapses_on)}",
    }
    return Step(
        "membership", name, "next", said, by=deadline.get(state, ""),
        who="We can: write to us" if own else standing.helper,
        url=f"{ASK}renewal" if own else "", label="Write to us" if own else "",
    )  # fmt: skip


def _texts(standing: Standing, versions: dict[str, ExamVersion]) -> Iterator[Step]:
    outlines = texts.outlines(codes=OPENED_BY)
    progress = texts.progress_of(person=standing.person.pk)
    names = {MANUAL: "Read the MSCAT manual", HIPAA: "HIPAA for Scribes: lessons and assessment"}
    for code, kind in OPENED_BY.items():
        parts = standing.of_kind(kind)
        if not parts and standing.held:
            continue
        if not parts:
            yield Step(code, names[code], "blocked", "Not assigned to you", by=NO_DATE,
                       who=standing.helper, url=base_of(code), label="See what it is")  # fmt: skip
            continue
        live = any(part.state in _LIVE for part in parts)
        done = not live and any(part.state == PartState.COMPLETED for part in parts)
        own = progress.get(code)
        if own and own.study.finished_at and live:
            own = None
        if done:
            yield _read(code, names[code], own)
        else:
            exam = next((v for v in versions.values() if v.course == code), None)
            step = _reading(code, names[code], own, outlines.get(code, []), exam)
            if any(part.outcome == PartOutcome.FAILED for part in parts):
                said = "Assessment not passed yet; your exams say from when you can take it again"
                step = replace(step, status=said, url="/member/exams/", label="Your exams")
            yield step


def _read(code: str, name: str, progress: Progress | None) -> Step:
    at = progress.study.finished_at if progress else None
    said = f"Completed on {words(day_of(at))}" if at else "Completed"
    return Step(code, name, "done", said, url=base_of(code), label="Open it again")


def _reading(
    code: str,
    name: str,
    progress: Progress | None,
    outline: Sequence[tuple[str, str, int]],
    exam: ExamVersion | None,
) -> Step:
    """Return the step of a text that is open: how far, and how long the rest takes."""
    readings = progress.readings if progress else {}
    left = set(unread(outline=[(slug, sha) for slug, sha, _ in outline], readings=readings))
    minutes = sum(m for slug, _, m in outline if slug in left)
    many = nouns_of(code)[1]
    if progress is not None and progress.study.all_read_at is not None and exam is not None:
        return Step(
            code, name, "next", f"All {many} read; the assessment is open",
            takes=duration(exam.minutes), by=NO_DATE, who="You",
            url=f"/member/exams/?exam={exam.exam}", label="Take the assessment",
        )  # fmt: skip
    said = "Assigned to you, not opened yet"
    if progress is not None:
        said = f"{len(outline) - len(left)} of {len(outline)} {many} read"
    takes = f"About {duration(minutes)}" if minutes else ""
    if exam is not None and takes:
        takes += f", and {duration(exam.minutes)} for the assessment"
    return Step(
        code, name, "next", said, takes=takes, by=NO_DATE, who="You",
        url=base_of(code), label="Go on reading" if progress else "Start reading",
    )  # fmt: skip


def _exams(standing: Standing, versions: dict[str, ExamVersion]) -> Iterator[Step]:
    """Yield a step for each exam that the person has, or one for the exam that is missing."""
    parts = [p for p in standing.of_kind(PartKind.EXAM) if p.state != PartState.WAIVED]
    minutes = max((v.minutes for v in versions.values() if not v.course), default=0)
    takes = duration(minutes)
    for part in parts:
        name = f"Sit the exam: {programme().exam_name(part.choice)}"
        passed = part.outcome == PartOutcome.PASSED
        if passed or (part.state == PartState.COMPLETED and part.outcome != PartOutcome.FAILED):
            yield Step("exam", name, "done", "Passed", url="/member/exams/", label="Your exams")
        elif part.state == PartState.COMPLETED:
            yield Step("exam", name, "blocked", "Not passed; the sittings of this unit are used",
                       takes, NO_DATE, standing.helper, "/member/exams/", "Your exams")  # fmt: skip
        else:
            said = "Assigned to you, not started"
            if part.outcome == PartOutcome.FAILED:
                said = "Not passed yet; your exams say from when you can sit it again"
            elif part.state == PartState.STARTED:
                said = "Started"
            elif not part.choice:
                said = "You choose general or a specialty at the start"
            yield Step("exam", name, "next", said, takes, NO_DATE,
                       "You", "/member/exams/", "Your exams")  # fmt: skip
    if not parts and not standing.held:
        yield Step("exam", "Sit the exam: MSCAT", "blocked", "Not assigned to you", takes,
                   NO_DATE, standing.helper)  # fmt: skip


def _credential(standing: Standing) -> Step:
    if not standing.held:
        name = f"Credential: {Level.CMSA.label} ({Level.CMSA})"
        passed = any(p.outcome == PartOutcome.PASSED for p in standing.of_kind(PartKind.EXAM))
        said = "The exam is passed; the decision follows" if passed else "Follows the passed exam"
        return Step("credential", name, "blocked", said, by=NO_DATE,
                    who="Decided by rule as soon as the exam is passed")  # fmt: skip
    best = max(standing.held, key=lambda c: (c.level == Level.CMSS, -c.pk))
    name = f"Credential: {Level(best.level).label} ({best.level})"
    since = f"Since {words(best.level_since)}"
    return Step("credential", name, "done", since, url="/member/credentials/",
                label="Your credentials")  # fmt: skip


def _hours(standing: Standing) -> Step:
    way = pathways().of_background(standing.person.background)
    name = f"{way.hours} hours to {Level.CMSS.label} ({Level.CMSS})"
    if any(credential.level == Level.CMSS for credential in standing.held):
        return Step("hours", name, "done", "Reached")
    who = "A physician or administrator of your practice attests them"
    apprentice = next((c for c in standing.held if c.level == Level.CMSA), None)
    if apprentice is None:
        return Step("hours", name, "blocked", "Opens with the credential", by=NO_DATE, who=who)
    if apprentice.pk in credentials.waiting_affidavits(credentials=[apprentice.pk]):
        return Step("hours", name, "blocked", "Sent for attestation", by=NO_DATE, who=who,
                    url="/member/hours/", label="Your hours")  # fmt: skip
    done = credentials.quarters_since(person=standing.person.pk, since=apprentice.level_since)
    left = max(0, way.hours * QUARTERS - done)
    return Step(
        "hours", name, "next", f"{hours_words(done)} of {way.hours} hours logged",
        takes=f"{hours_words(left)} hours of work" if left else "5 min to send them",
        by=NO_DATE, who=who, url="/member/hours/", label="Log hours" if left else "Send them",
    )  # fmt: skip
