"""Short ways to people on the way from apprentice to specialist."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import pathways, text_sha256
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.domains.practices.queries import Standing
from scriptorium.journeys import (
    accommodations,
    cases,
    log_hours,
    promote,
    send_hours,
    waivers,
)
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.remind_of_hours import remind_employers
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support.builders import DESK, NOW, TODAY, Clinic, actor_of, days, noon, person

#: Long enough before the tests' today to log a year of hours.
SINCE = days(-400)


def apprentice(
    someone: Person, *, since: dt.date = SINCE, specialty: str = "general", level: str = "CMSA"
) -> Credential:
    """Give somebody a credential at the apprentice level."""
    bring_credential_forward(
        actor=DESK, person=someone, specialty=specialty, level=level, since=since,
        reason="Register", now=noon(since),
    )  # fmt: skip
    return Credential.objects.get(person=someone, specialty=specialty)


def scribe(clinic: Clinic, name: str = "Casey Moreno", *, background: str = "") -> RosterLink:
    """Put a paid apprentice on the roster of a practice."""
    link = clinic.member(name)
    assert link.person is not None
    if background:
        Person.objects.filter(pk=link.person.pk).update(background=background)
    apprentice(link.person)
    return clinic.link(link)


def of(link: RosterLink) -> Person:
    """Return the person of a roster link, read anew."""
    assert link.person_id is not None
    return Person.objects.get(pk=link.person_id)


def log(
    link: RosterLink, hours: float, *, on: dt.date = TODAY, practice: Practice | None = None
) -> HourEntry:
    """Log hours of one day, at the practice of the link unless another is named."""
    someone = of(link)
    return log_hours.log_hours(
        actor=actor_of(someone),
        person=someone,
        day=log_hours.Day(practice or link.practice, "", on, int(hours * 4), ""),
        now=noon(max(on, SINCE)),
        today=TODAY,
    )


def log_much(link: RosterLink, hours: int) -> None:
    """Log eight hours a day until today until there are so many."""
    day = TODAY
    while hours > 0:
        log(link, min(hours, 8), on=day)
        hours -= 8
        day -= dt.timedelta(days=1)


def credential_of(link: RosterLink) -> Credential:
    """Return somebody's general credential as it is now."""
    return Credential.objects.get(person_id=link.person_id, specialty="general")


def send(
    link: RosterLink,
    *,
    to: Practice | None,
    way: str = "experience",
    evidence: str = "",
    name: str = "",
    statement: str = "",
    now: dt.datetime = NOW,
) -> Affidavit:
    """Attest the hours of somebody and send them, as the page does."""
    someone = of(link)
    credential = credential_of(link)
    pathway = pathways().by_code(way)
    assert pathway is not None
    shown = statement or send_hours.statement_for(person=someone, credential=credential)
    return send_hours.send_affidavit(
        actor=actor_of(someone),
        person=someone,
        credential=credential,
        pathway=pathway,
        practice=to,
        evidence=evidence,
        signature=send_hours.Signature(
            name or someone.certificate_name, text_sha256(shown), "192.0.2.7"
        ),
        now=now,
    )


def sent(clinic: Clinic, name: str = "Casey Moreno", *, hours: int = 200) -> Affidavit:
    """Return an affidavit that waits at a practice, with two people there who can answer."""
    link = scribe(clinic, name)
    log_much(link, hours)
    return send(link, to=clinic.practice)


def staff(name: str, *roles: str) -> Person:
    """Make somebody of the body's staff."""
    someone = person(name)
    with transaction.atomic():
        for role in roles:
            accounts.grant_staff_role(person=someone, role=role, by="tests", now=NOW)
    return someone


def staff_actor(someone: Person) -> Actor:
    """Return staff as the actor of events."""
    return actor_of(someone, ActorKind.STAFF)


def objects_of_the_matrix(
    clinic: Clinic, mel: RosterLink, solo: Person, judge: Person
) -> dict[str, str]:
    """Make one of each object of this slice; return how the access matrix fills its addresses.

    mel has hours that wait at the practice, solo some that wait for staff; mel also has a grant, a
    request, a case and a waiver.
    """
    who = of(mel)
    apprentice(who)
    log_much(mel, 200)
    affidavit = send(mel, to=clinic.practice)
    by_staff = _without_employer(solo)
    act: dict[str, Any] = {"actor": actor_of(who), "person": who, "now": NOW}
    accommodations.ask(**act, kind="time", words="More time")
    granted = accommodations.grant(
        actor=staff_actor(judge), decider=judge.pk, request=who.accommodation_requests.get(),
        terms=accommodations.Terms(150, 0, days(90)), answer="", now=NOW, today=TODAY,
    )  # fmt: skip
    accommodations.ask(**act, kind="breaks", words="Breaks")
    case = cases.open_complaint(**act, words="Nobody answered", today=TODAY)
    waiver = waivers.grant(
        actor=staff_actor(judge), granter=judge.pk, person=who, exam="general", reason="Power cut",
        now=NOW, today=TODAY,
    )  # fmt: skip
    request = who.accommodation_requests.latest("pk").reference
    return {
        "affidavit": affidavit.reference,
        "office-affidavit affidavit": by_staff.reference,
        "office-affidavit-answer affidavit": by_staff.reference,
        "hours-correct reference": HourEntry.objects.filter(person=who)[0].reference,
        "hours-attest number": affidavit.credential.number,
        "hours-withdraw reference": affidavit.reference,
        "hours-move reference": affidavit.reference,
        "accommodation-withdraw reference": request,
        "office-accommodation-answer reference": request,
        "office-accommodation-end reference": granted.reference,
        "case-withdraw reference": case.reference,
        "office-case reference": case.reference,
        "office-case-acknowledge reference": case.reference,
        "office-case-assign reference": case.reference,
        "office-case-decide reference": case.reference,
        "office-waiver-close reference": waiver.reference,
    }


def _without_employer(solo: Person) -> Affidavit:
    """Let somebody without a practice attest hours, which go to staff."""
    credential = apprentice(solo)
    for number in range(25):
        log_hours.log_hours(
            actor=actor_of(solo),
            person=solo,
            day=log_hours.Day(None, "County Hospital", days(-number), 32, ""),
            now=NOW,
            today=TODAY,
        )
    shown = send_hours.statement_for(person=solo, credential=credential)
    return send_hours.send_affidavit(
        actor=actor_of(solo),
        person=solo,
        credential=credential,
        pathway=pathways().ways[-1],
        practice=None,
        evidence="",
        signature=send_hours.Signature(solo.certificate_name, text_sha256(shown), None),
        now=NOW,
    )


def every_mail_of_the_pathway(clinic: Clinic) -> None:
    """Let every journey between apprentice and specialist that writes mail happen once."""
    boss: dict[str, Any] = {
        "actor": clinic.actor, "judge": clinic.dana, "standing": Standing(primary=True),
        "staff_roles": (), "now": NOW, "today": TODAY,
    }  # fmt: skip
    first = sent(clinic, "Uma Sato")
    for day in (days(7), days(30)):
        remind_employers(today=day, now=noon(day))
    promote.approve(**boss, affidavit=first)
    promote.reject(**boss, affidavit=sent(clinic, "Dev Patel"), note="Those days were shadowing")
    judge, decider = staff("Emery Galvin", "decisions"), staff("Marlow Ingram", "director")
    who = first.person
    act: dict[str, Any] = {"actor": actor_of(who), "person": who, "now": NOW}
    accommodations.ask(**act, kind="time", words="More time")
    accommodations.refuse(
        actor=staff_actor(judge), decider=judge.pk, answer="No", now=NOW,
        request=who.accommodation_requests.get(),
    )  # fmt: skip
    case = cases.open_complaint(**act, words="Nobody answered", today=TODAY)
    cases.acknowledge(actor=staff_actor(judge), case=case, note="", now=NOW)
    case.refresh_from_db()
    cases.assign(actor=staff_actor(judge), case=case, decider=decider, now=NOW)
    case.refresh_from_db()
    cases.decide(
        actor=staff_actor(decider), decider=decider, case=case, outcome="upheld", letter="Sorry.",
        now=NOW,
    )  # fmt: skip
