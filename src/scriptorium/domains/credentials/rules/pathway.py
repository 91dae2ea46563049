"""When hours count, when they can be attested, and who may decide (DOMAIN §6; STANDARDS row 6)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from scriptorium.domains.catalog.queries import QUARTERS, Pathway, pathways
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.queries import Standing


class CannotLog(Exception):
    """An entry cannot be kept; the text says what to change."""


class CannotSend(Exception):
    """Hours cannot be attested now; the text says what is missing."""


class CannotMove(Exception):
    """An affidavit cannot go elsewhere now; the text says from when."""


class MayNotJudge(Exception):
    """This person may not decide about these hours; the text says who may."""


class AffidavitClosed(Exception):
    """The affidavit was decided, withdrawn or moved already."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is, in quarters of an hour."""

    done: int
    needed: int

    @property
    def missing(self) -> int:
        """What is still to log; 0 when it is enough."""
        return max(0, self.needed - self.done)

    @property
    def enough(self) -> bool:
        """Whether the hours can be attested."""
        return self.missing == 0


def hours_words(quarters: int) -> str:
    """Return quarters of an hour as hours: "180", "12.5", "0.25"."""
    whole, rest = divmod(quarters, QUARTERS)
    return f"{whole}{('', '.25', '.5', '.75')[rest]}"


def log_sha256(log: Sequence[dict[str, Any]]) -> str:
    """Return the SHA-256 of a frozen log as canonical JSON."""
    text = json.dumps(log, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_log(entries: Sequence[HourEntry]) -> list[dict[str, Any]]:
    """Return entries as they are signed: plain values that no later correction touches."""
    return [
        {
            "reference": entry.reference,
            "worked_on": entry.worked_on.isoformat(),
            "employer": entry.practice.name if entry.practice else entry.employer,
            "quarters": entry.quarters,
            "note": entry.note,
        }
        for entry in entries
    ]


def check_can_log(
    *,
    held: Sequence[Credential],
    worked_on: dt.date,
    quarters: int,
    on_that_day: int,
    today: dt.date,
) -> None:
    """Refuse hours that cannot count.

    Arguments:
        held: the person's credentials at the apprentice level.
        on_that_day: quarters that count already on the same day.

    Raises:
        CannotLog: no apprentice level, a day before it or to come, or more than a day holds.
    """
    if not held:
        raise CannotLog("Hours are logged by people who hold the apprentice level.")
    if worked_on > today:
        raise CannotLog("Choose today or an earlier day.")
    since = min(credential.level_since for credential in held)
    if worked_on < since:
        raise CannotLog(f"Hours count from {since:%-d %b %Y} on, the day of your apprentice level.")
    if quarters < 1:
        raise CannotLog("Give at least a quarter of an hour.")
    most = pathways().longest_day_quarters
    if on_that_day + quarters > most:
        already = f" {hours_words(on_that_day)} are logged already." if on_that_day else ""
        raise CannotLog(f"A day holds at most {hours_words(most)} hours.{already}")


def can_log(*, held: Sequence[Credential]) -> bool:
    """Return whether somebody may log hours at all."""
    return bool(held)


def check_can_send(
    *, progress: Progress, pathway: Pathway, background: str, evidence: str, waiting: bool
) -> None:
    """Refuse an affidavit over too few hours or without the evidence that its pathway needs.

    Raises:
        CannotSend: says what is missing.
    """
    if waiting:
        raise CannotSend("An affidavit of yours is waiting already. Withdraw it to send another.")
    if not pathway.is_for(background):
        raise CannotSend(f"“{pathway.name}” needs another professional background.")
    if not progress.enough:
        raise CannotSend(
            f"{hours_words(progress.missing)} of {hours_words(progress.needed)} hours are missing."
        )
    if pathway.evidence and not evidence:
        raise CannotSend(f"Give the evidence: {pathway.evidence[0].lower()}{pathway.evidence[1:]}.")


def can_send(*, progress: Progress, waiting: bool) -> bool:
    """Return whether the hours are enough and nothing waits."""
    return progress.enough and not waiting


def open_from(sent_on: dt.date) -> dt.date:
    """Return the day from which an unanswered affidavit can go elsewhere."""
    return sent_on + dt.timedelta(days=pathways().move_after_days)


def check_can_move(
    *, affidavit: Affidavit, sent_on: dt.date, employed_there: bool, today: dt.date
) -> None:
    """Refuse to move an affidavit before its employer had the time to answer.

    Arguments:
        employed_there: the person is on the employer's roster still.

    Raises:
        AffidavitClosed: there is nothing to move any more.
        CannotMove: it is with the body's staff, or the employer's days are not over.
    """
    check_waits(affidavit)
    if affidavit.practice_id is None:
        raise CannotMove("The body’s staff decide this one; there is nobody after them.")
    opens = open_from(sent_on)
    if employed_there and today < opens:
        raise CannotMove(f"Your employer has until {opens:%-d %b %Y} to answer.")


def can_move(
    *, affidavit: Affidavit, sent_on: dt.date, employed_there: bool, today: dt.date
) -> bool:
    """Return whether ``check_can_move`` would pass."""
    try:
        check_can_move(
            affidavit=affidavit, sent_on=sent_on, employed_there=employed_there, today=today
        )
    except (AffidavitClosed, CannotMove):
        return False
    return True


def check_waits(affidavit: Affidavit) -> None:
    """Refuse what is closed.

    Raises:
        AffidavitClosed: says how it ended.
    """
    if not affidavit.waiting:
        how = affidavit.get_outcome_display() or ""
        raise AffidavitClosed(f"These hours are not waiting any more: {how.lower()}.")


def check_can_judge(
    *,
    affidavit: Affidavit,
    judge: int,
    standing: Standing | None = None,
    staff_roles: Collection[str] = (),
) -> None:
    """Refuse a decision by somebody who may not make it; nobody decides about themselves.

    Arguments:
        judge: key of the deciding person.
        standing: their place at the affidavit's employer.
        staff_roles: what they are for the body.

    Raises:
        AffidavitClosed: somebody was faster.
        MayNotJudge: says who may.
    """
    check_waits(affidavit)
    if affidavit.person_id == judge:
        raise MayNotJudge("Nobody decides about their own hours. Somebody else has to.")
    way = pathways().by_code(affidavit.pathway)
    approvers = way.approvers if way else ("administrator", "physician")
    if affidavit.practice_id is None:
        role = way.staff if way else "decisions"
        if role not in staff_roles:
            raise MayNotJudge(f"Staff with the role {role} decide hours without an employer.")
    elif standing is None or not _approves(standing, approvers):
        raise MayNotJudge("Administrators and physicians of the employer decide about hours.")


def can_judge(
    *,
    affidavit: Affidavit,
    judge: int,
    standing: Standing | None = None,
    staff_roles: Collection[str] = (),
) -> bool:
    """Return whether ``check_can_judge`` would pass."""
    try:
        check_can_judge(
            affidavit=affidavit, judge=judge, standing=standing, staff_roles=staff_roles
        )
    except (AffidavitClosed, MayNotJudge):
        return False
    return True


def _approves(standing: Standing, approvers: Collection[str]) -> bool:
    return ("administrator" in approvers and standing.manages) or (
        "physician" in approvers and PracticeRole.PHYSICIAN in standing.roles
    )
