"""A person's own credentials: standing, dates, decisions, and what shows them to the world."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.enums import DecisionState, Standing
from scriptorium.domains.credentials.models import Badge, Certificate, Credential, Decision
from scriptorium.domains.credentials.rules import Status, status_on
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel.clock import day_of
from scriptorium.pages.verification import level_words, specialty_words, status_words

LINKEDIN = "https://www.linkedin.com/profile/add"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision as the person reads it; the reason stays in the record.

    Arguments:
        appeal: words on appealing it, "" when it cannot be.
        may_appeal: whether the window is still open.
    """

    what: str
    decided: str
    effective: str
    notice: str
    appeal: str
    may_appeal: bool


@dataclass(frozen=True, slots=True)
class OwnCredential:
    """One credential with all that belongs to it.

    Arguments:
        standing: the public status in words; ``meaning`` says what to do about it.
        certificate_url, badge_url: files, "" when there is none to give.
        linkedin_url: adds it to a profile, "" while it is not in good standing.
    """

    number: str
    title: str
    specialty: str
    standing: str
    tone: str
    meaning: str
    dates: list[tuple[str, str]]
    address: str
    page_url: str
    qr_url: str
    certificate_url: str
    badge_url: str
    linkedin_url: str
    decisions: list[DecisionLine]


@dataclass(frozen=True, slots=True)
class OwnCredentials:
    """Everything on the credentials page."""

    credentials: list[OwnCredential]
    listed: bool
    hidden: bool


def own_credentials(*, person: Person, today: dt.date) -> OwnCredentials:
    """Return a person's credentials, oldest first."""
    rows = list(kept.credentials_of(person=person.pk))
    facts = {f.number: f for f in kept.facts_of(kept.credentials_of(person=person.pk))}
    decisions = kept.decisions_of(credentials=[c.pk for c in rows])
    badges = kept.newest_badges(credentials=[c.pk for c in rows])
    certificates = kept.certificates_of_credentials(credentials=[c.pk for c in rows])
    grace = programme().numbers.grace_days
    return OwnCredentials(
        credentials=[
            _own(
                credential,
                status_on(facts[credential.number], today, grace_days=grace),
                decisions[credential.pk],
                badges.get(credential.pk),
                certificates.get(credential.pk),
                today,
            )
            for credential in rows
        ],
        listed=person.listed,
        hidden=person.hidden,
    )


def _own(
    credential: Credential,
    status: Status,
    decisions: list[Decision],
    badge: Badge | None,
    certificate: Certificate | None,
    today: dt.date,
) -> OwnCredential:
    number, good = credential.number, status.in_order
    tone, meaning = _meaning(status)
    address = f"{settings.BASE_URL}/verify/{number}/"
    return OwnCredential(
        number=number,
        title=level_words(status.level or credential.level),
        specialty=specialty_words(credential.specialty),
        standing=status_words(status),
        tone=tone,
        meaning=meaning,
        dates=_dates(status, decisions),
        address=address,
        page_url=f"/verify/{number}/",
        qr_url=f"/verify/{number}/qr.svg",
        certificate_url=f"/member/certificates/{certificate.number}.pdf" if certificate else "",
        badge_url=f"/verify/{number}/badge.png" if good and badge else "",
        linkedin_url=_linkedin(credential, status, address) if good else "",
        decisions=[_line(decision, today) for decision in decisions],
    )


def _meaning(status: Status) -> tuple[str, str]:
    """Return the tone, and what the standing means for the person."""
    if status.state == DecisionState.SUSPENDED:
        return "now", "You may not use the credential while it is suspended."
    if status.upkeep is None:
        return "now", "You may not use the credential any more."
    if status.upkeep.standing == Standing.ACTIVE:
        return "good", ""
    if status.upkeep.standing == Standing.GRACE:
        return "soon", "Your membership must be renewed within the grace period."
    return "now", "Without a paid membership the credential is not in good standing."


def _dates(status: Status, decisions: list[Decision]) -> list[tuple[str, str]]:
    first = min((d.effective_on for d in decisions), default=None)
    found = [("Awarded", first), ("At this level since", status.level_since)]
    found.append(("Valid through", status.valid_through))
    return [(name, words(day)) for name, day in found if day is not None]


def _line(decision: Decision, today: dt.date) -> DecisionLine:
    until = decision.appeal_until
    open_now = until is not None and today <= until
    said = ""
    if until is not None:
        said = f"Can be appealed until {words(until)}" if open_now else ""
    return DecisionLine(
        what=f"{decision.get_kind_display()}, {decision.level}",
        decided=words(day_of(decision.at)),
        effective=words(decision.effective_on),
        notice=decision.notice,
        appeal=said,
        may_appeal=open_now,
    )


def _linkedin(credential: Credential, status: Status, address: str) -> str:
    """Return the link to LinkedIn's own form, filled (STANDARDS §4.2); no script of theirs."""
    since, until = status.level_since, status.valid_through
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": f"{level_words(status.level)}, {specialty_words(credential.specialty)}",
        "organizationName": settings.BODY_NAME,
        "issueYear": str(since.year) if since else "",
        "issueMonth": str(since.month) if since else "",
        "expirationYear": str(until.year) if until else "",
        "expirationMonth": str(until.month) if until else "",
        "certUrl": address,
        "certId": credential.number,
    }
    return f"{LINKEDIN}?{urlencode({name: text for name, text in fields.items() if text})}"
