"""Staff say in which browser an exam is sat, and let one sitting go on in any (STANDARDS §3.5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import BrowserKey, BrowserWaiver, ExamVersion
from scriptorium.domains.exams.operations import browsers as writing
from scriptorium.domains.exams.rules.browsers import BadKey, config_key
from scriptorium.integrations.seb.settings_file import SettingsError, read_settings
from scriptorium.kernel.actor import Actor

__all__ = [
    "BadKey",
    "CannotRequire",
    "Configuration",
    "SettingsError",
    "allow",
    "grant_waiver",
    "read_file",
    "retire",
    "take_back",
]


class CannotRequire(Exception):
    """It is not possible, or not for this person; the text says why."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration as staff give it.

    Arguments:
        config_key: as it was typed or read from a file.
        name: what candidates read.
        address: where candidates get it, "" where they ask us.
        origin: the file, or that the key was pasted.
    """

    config_key: str
    name: str
    address: str
    origin: str = "pasted"


def read_file(*, filename: str, content: bytes, max_bytes: int) -> tuple[str, str]:
    """Return the Config Key of a .seb file, and where it is from in a few words.

    Raises:
        SettingsError: the file is refused; says what to do.
    """
    found = read_settings(content, max_bytes=max_bytes)
    return found.config_key, f"{filename[:80]} ({found.saved_by or 'unknown version'})"


def _exam(exam: str) -> ExamVersion:
    version = exams.newest_exam(exam=exam)
    if version is None:
        raise CannotRequire("There is no such exam.")
    return version


@transaction.atomic(durable=True)
def allow(*, actor: Actor, exam: str, configuration: Configuration, now: dt.datetime) -> BrowserKey:
    """Let an exam be sat with a configuration; from now on it is sat with none but allowed ones.

    It counts at once, also for sittings that are under way.

    Raises:
        BadKey: what was typed is no Config Key.
        CannotRequire: there is no such exam, or it has this configuration already.
    """
    version = _exam(exam)
    try:
        with transaction.atomic():
            key = writing.allow_browser(
                actor=actor,
                exam=exam,
                config_key=config_key(configuration.config_key),
                name=configuration.name,
                address=configuration.address,
                origin=configuration.origin,
                now=now,
            )
    except IntegrityError as error:
        raise CannotRequire(f"{version.title} has this configuration already.") from error
    _record("browser.allowed", actor, version, {"name": key.name, "key": key.config_key[:8]}, now)
    return key


@transaction.atomic(durable=True)
def retire(*, actor: Actor, key: BrowserKey, now: dt.datetime) -> bool:
    """Let a configuration count no more, at once; returns False when it did not count already."""
    if not writing.retire_browser(actor=actor, key=key, now=now):
        return False
    _record("browser.retired", actor, _exam(key.exam), {"name": key.name}, now)
    return True


@transaction.atomic(durable=True)
def grant_waiver(
    *,
    actor: Actor,
    granter: int,
    person: Person,
    exam: str,
    reason: str,
    now: dt.datetime,
) -> BrowserWaiver:
    """Let one sitting of a person go on in any browser; it ends unused after the programme's days.

    Arguments:
        granter: key of the member of staff; nobody waives a rule for themselves.

    Raises:
        CannotRequire: no such exam, or the granter's own.
    """
    version = _exam(exam)
    if person.pk == granter:
        raise CannotRequire("Nobody waives a rule for themselves. Ask somebody else.")
    waiver = writing.grant_browser_waiver(
        actor=actor,
        person=person.pk,
        exam=exam,
        reason=reason,
        ends_before=now + dt.timedelta(days=fairness().waiver_valid_days),
        now=now,
    )
    _of_person("browser.waived", actor, person, version, {"reason": reason}, now)
    return waiver


@transaction.atomic(durable=True)
def take_back(*, actor: Actor, waiver: BrowserWaiver, now: dt.datetime) -> bool:
    """Close an unused waiver; returns False when it was used or closed already."""
    if not writing.close_browser_waiver(actor=actor, waiver=waiver, now=now):
        return False
    _of_person("browser.waiver_closed", actor, waiver.person, _exam(waiver.exam), {}, now)
    return True


def _of_person(
    key: str,
    actor: Actor,
    person: Person,
    version: ExamVersion,
    data: dict[str, str],
    now: dt.datetime,
) -> None:
    happening = Happening(key, "person", person.reference, "", {"exam": version.title} | data)
    record(actor=actor, happening=happening, now=now)


def _record(
    key: str, actor: Actor, version: ExamVersion, data: dict[str, str], now: dt.datetime
) -> None:
    happening = Happening(key, "exam", version.exam, "", {"exam": version.title} | data)
    record(actor=actor, happening=happening, now=now)
