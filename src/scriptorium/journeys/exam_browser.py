"""Whether a request comes from the browser in which its exam is sat (STANDARDS §3.5, row 25).

Asked at the start, with each item and with each save, and only of exams that have an allowed
configuration. Without a sign there is a refusal; staff may let one sitting of one person through.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import BrowserKey, BrowserWaiver, ExamVersion, Sitting
from scriptorium.domains.exams.operations import browsers as writing
from scriptorium.domains.exams.queries import browsers as read
from scriptorium.domains.exams.rules import browsers as rules
from scriptorium.domains.exams.rules.browsers import Claim, NotThisBrowser
from scriptorium.kernel.actor import Actor, ActorKind

__all__ = ["Claim", "NotThisBrowser", "check_sitting", "check_start", "note_shown", "use_waiver"]

#: The pages of a sitting whose script may show the browser, after the sitting's own address.
_PAGES = re.compile(r"(?:items/[1-9][0-9]{0,2}/|review/)?")


def check_start(
    *, person: Person, version: ExamVersion, claim: Claim | None, now: dt.datetime
) -> BrowserWaiver | None:
    """Let a person begin an exam, or say in which browser it is begun.

    Arguments:
        version: as ``newest_exam`` read it.

    Returns:
        The waiver that the sitting uses up, where that is why it may begin.

    Raises:
        NotThisBrowser: neither the browser nor a waiver.
    """
    if not exams.needs_browser(version):
        return None
    keys = exams.allowed_browsers(exam=version.exam)
    if not keys or _shown(claim, keys) is not None:
        return None
    waiver = read.browser_waiver_for(person=person.pk, exam=version.exam, sitting="", now=now)
    if waiver is None:
        raise _refused(version.title, keys, claim)
    return waiver


def check_sitting(*, sitting: Sitting, claim: Claim | None, now: dt.datetime) -> None:
    """Let a sitting go on, or say in which browser it goes on.

    What the browser sent with this request decides; a browser that sends nothing is known by what
    its page showed before. An open waiver is used up for the sitting.

    Arguments:
        sitting: as a query read it with ``browser_needed``; this session holds it.

    Raises:
        NotThisBrowser: neither the browser nor a waiver.
    """
    if not exams.needs_browser(sitting):
        return
    found = read.browsers_of_sitting(sitting=sitting.pk, exam=sitting.exam, holder=sitting.holder)
    keys = [key for key, _ in found]
    if claim is not None and claim.hash:
        known = _shown(claim, keys) is not None
    else:
        known = any(shown for _, shown in found)
    # The last one may have been retired at this moment.
    if not keys or known or _waived(sitting, now):
        return
    raise _refused(sitting.form.exam_version.title, keys, claim)


def _shown(claim: Claim | None, keys: list[BrowserKey]) -> BrowserKey | None:
    if claim is None or not claim.hash:
        return None
    shown = (key for key in keys if rules.shows(claim=claim, config_key=key.config_key))
    return next(shown, None)


def _refused(title: str, keys: list[BrowserKey], claim: Claim | None) -> NotThisBrowser:
    claimed = claim is not None and bool(claim.hash)
    return NotThisBrowser(rules.refusal(title=title, keys=keys, claimed=claimed))


def _waived(sitting: Sitting, now: dt.datetime) -> bool:
    """Return whether a waiver lets this sitting go on, using one up the first time."""
    waiver = read.browser_waiver_for(
        person=sitting.person_id, exam=sitting.exam, sitting=sitting.reference, now=now
    )
    if waiver is None:
        return False
    if waiver.used_for == sitting.reference:
        return True
    person = waiver.person
    actor = Actor(ActorKind.PERSON, person.reference, person.name)
    with transaction.atomic():
        use_waiver(actor=actor, waiver=waiver, sitting=sitting, now=now)
    return True


def use_waiver(
    *, actor: Actor, waiver: BrowserWaiver | None, sitting: Sitting, now: dt.datetime
) -> None:
    """Use a waiver up for a sitting, if there is one; inside the caller's transaction, logged.

    Raises:
        NotThisBrowser: it was used or taken back at this moment.
    """
    if waiver is None:
        return
    if not writing.use_browser_waiver(waiver=waiver, sitting=sitting.reference, now=now):
        raise NotThisBrowser("Your leave to sit in any browser was used or taken back. Try again.")
    _record("browser.waiver_used", actor, sitting, {"reason": waiver.reason}, now)


@transaction.atomic(durable=True)
def note_shown(
    *, actor: Actor, sitting: Sitting, base: str, claim: Claim, now: dt.datetime
) -> None:
    """Remember that a page of a sitting showed its browser; browsers without headers need it.

    Arguments:
        sitting: this session holds it.
        base: the absolute address of the sitting, as the site's own settings make it.
        claim: the page that the script ran on, and what the browser gave it.

    Raises:
        NotThisBrowser: the page is none of this sitting's, or its browser is not allowed.
    """
    keys = exams.allowed_browsers(exam=sitting.exam)
    inside = claim.url.startswith(base) and _PAGES.fullmatch(claim.url[len(base) :])
    key = _shown(claim, keys) if inside else None
    if key is not None:
        if writing.keep_proof(sitting=sitting, key=key, page=claim.url, now=now):
            _record("browser.shown", actor, sitting, {"name": key.name}, now)
    elif keys:
        raise _refused(sitting.form.exam_version.title, keys, claim)


def _record(
    key: str, actor: Actor, sitting: Sitting, data: dict[str, str], now: dt.datetime
) -> None:
    data = {"exam": sitting.form.exam_version.title} | data
    happening = Happening(key, "sitting", sitting.reference, "", data)
    record(actor=actor, happening=happening, now=now)
