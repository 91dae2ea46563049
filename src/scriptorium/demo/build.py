"""Makes the demonstration data by the same journeys that people use.

The same date gives the same rows, references and content hashes on both databases: every
reference comes from a seeded generator and every time is counted from the date.
"""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.db import transaction

from scriptorium.demo import cast
from scriptorium.demo.cast import Member
from scriptorium.demo.conduct import build_conduct
from scriptorium.demo.crowd import build_lakeside
from scriptorium.demo.money import build_money
from scriptorium.demo.past import DESK, PracticeBuilder, first_day, make_login, noon
from scriptorium.demo.pathway import build_pathways
from scriptorium.demo.programme import build_programme
from scriptorium.demo.sittings import complete_exams, sit_without_passing
from scriptorium.demo.study import build_studies
from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.credentials.enums import Level
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.rules import expiry_of
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships.enums import Channel
from scriptorium.domains.memberships.rules import plan_new, windows
from scriptorium.domains.notifications.models import MailState, OutboxMail
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys import change_mode, hand_over, invite, roster_change
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.references import seeded


def build(*, day: dt.date) -> None:
    """Fill an empty database with the demonstration.

    Arguments:
        day: the demo's date, on which CONTRACT's numbers hold.
    """
    with seeded(f"scriptorium-demo-{day.isoformat()}"):
        password = make_password(cast.PASSWORD)
        _staff(day, password)
        build_programme(day=day)
        _riverside(day, password)
        build_lakeside(day=day, password=password)
        _solo(day, password)
        build_conduct(day=day)
        with transaction.atomic():
            record(
                actor=Actor.system("demo"),
                happening=Happening("demo.created", "installation", "demo"),
                now=noon(day),
            )
            # Mail of the demo's past left long ago; today's stays to be sent and read.
            OutboxMail.objects.filter(queued_at__lt=clock.start_of(day)).update(
                state=MailState.SENT, sent_at=noon(day - dt.timedelta(days=1))
            )


@transaction.atomic
def _staff(day: dt.date, password: str) -> None:
    start = noon(day - dt.timedelta(days=1200))
    for role, first, last in cast.STAFF:
        person = make_login(
            first=first, last=last, email=f"{role}@body.example", password=password, now=start
        )
        accounts.grant_staff_role(person=person, role=role, by="demo", now=start)
    secure = make_login(
        first="Jo", last="Locke", email="secure@body.example", password=password, now=start
    )
    accounts.grant_staff_role(person=secure, role="desk", by="demo", now=start)
    assert secure.user is not None
    TOTP.activate(secure.user, cast.TOTP_SECRET)


def _riverside(day: dt.date, password: str) -> None:
    opened = day - dt.timedelta(days=1150)
    now = noon(opened, 15)
    logins = {
        m.email: make_login(
            first=m.first_name, last=m.last_name, email=m.email, password=password, now=now,
            background=m.background,
        )
        for m in (*cast.RIVERSIDE, *cast.LEAVERS)
    }  # fmt: skip
    former, dana = logins["morgan.hale@riverside.example"], logins["dana@riverside.example"]
    with transaction.atomic():
        practice = _open_riverside(former, now)
        links = practices.add_links(
            practice=practice.pk,
            people=[
                practices.NewLink(m.first_name, m.last_name, m.email, "", m.background,
                                  logins[m.email].pk)
                for m in (*cast.RIVERSIDE, *cast.LEAVERS)
            ],
            today=opened,
        )  # fmt: skip
    by_email = {link.email: link for link in links}
    _roles(practice, by_email, now)
    _hand_over_to_dana(practice, by_email, former, dana, day)
    practice = roster.by_reference(reference=practice.reference) or practice
    builder = PracticeBuilder(practice, day, Actor(ActorKind.PERSON, dana.reference, dana.name))
    for member in (*cast.RIVERSIDE, *cast.LEAVERS):
        _credential(logins[member.email], member, day)
        builder.plan(by_email[member.email], member)
    builder.run()
    build_studies(
        day=day, practice=practice, links=by_email, people=logins,
        members=(*cast.RIVERSIDE, *cast.LEAVERS),
    )  # fmt: skip
    complete_exams(
        day=day, practice=practice, links=by_email, people=logins,
        members=(*cast.RIVERSIDE, *cast.LEAVERS),
    )  # fmt: skip
    sit_without_passing(day=day, people=logins)
    _modes(practice, by_email, day)
    _leave(practice, by_email, day, builder.actor)
    for kind, count in cast.RIVERSIDE_FREE.items():
        builder.grant(day - dt.timedelta(days=35), kind, count, "Order of last month")
    _invite(builder)
    build_pathways(day=day, practice=practice, links=by_email, people=logins)
    build_money(practice=practice, day=day)
    run_night(today=day, now=noon(day, 9))


def _open_riverside(primary: Person, now: dt.datetime) -> Practice:
    practice = practices.create_practice(
        name="Riverside Dermatology",
        primary=primary.pk,
        now=now,
        details={
            "street": "480 Riverside Way",
            "city": "Fairmont",
            "region": "CA",
            "postal_code": "90001",
            "country": "United States",
            "phone": "+1 555 0100 480",
            "billing_email": "billing@riverside.example",
        },
    )
    record(
        actor=DESK,
        happening=Happening("practice.created", "practice", practice.reference,
                            practice.reference, {"name": practice.name}),
        now=now,
    )  # fmt: skip
    return practice


def _roles(practice: Practice, links: dict[str, RosterLink], now: dt.datetime) -> None:
    with transaction.atomic():
        for member in cast.RIVERSIDE:
            if member.role:
                practices.give_role(
                    link=links[member.email], role=member.role, by=DESK.reference, now=now
                )
    for scribe in ("casey", "sasha", "ada.park", "ines.marek", "farah.haddad"):
        roster_change.supervise(
            actor=DESK,
            practice=practice,
            physician=links["dr.pine@riverside.example"],
            scribe=links[f"{scribe}@riverside.example"],
            starts_on=now.date(),
            now=now,
        )


def _hand_over_to_dana(
    practice: Practice, links: dict[str, RosterLink], former: Person, dana: Person, day: dt.date
) -> None:
    asked, accepted = day - dt.timedelta(days=430), day - dt.timedelta(days=429)
    proposal = hand_over.propose(
        actor=Actor(ActorKind.PERSON, former.reference, former.name),
        practice=practice,
        to=roster.link_by_reference(
            practice=practice.pk, reference=links["dana@riverside.example"].reference
        ) or links["dana@riverside.example"],
        stays_deputy=False,
        now=noon(asked),
    )  # fmt: skip
    hand_over.accept(
        actor=Actor(ActorKind.PERSON, dana.reference, dana.name),
        proposal=proposal,
        person=dana.pk,
        now=noon(accepted),
    )


def _credential(person: Person, member: Member, day: dt.date) -> None:
    if not member.level:
        return
    since = day - dt.timedelta(days=1140)
    bring_credential_forward(
        actor=Actor(ActorKind.STAFF, "demo-decisions", "Emery Galvin"),
        person=person,
        specialty=member.specialty,
        level=Level(member.level),
        since=since,
        reason="Earned before this system; paper record checked",
        now=noon(since),
    )


def _modes(practice: Practice, links: dict[str, RosterLink], day: dt.date) -> None:
    for member in cast.RIVERSIDE:
        if member.mode == "A" and member.renews_in is not None:
            start = first_day(day + dt.timedelta(days=member.renews_in), 1)
            change_mode.change_mode(
                actor=DESK,
                practice=practice,
                link=links[member.email],
                mode="A",
                address=None,
                channel=Channel.PHONE,
                now=noon(start, 18),
                today=day,
            )


def _leave(practice: Practice, links: dict[str, RosterLink], day: dt.date, actor: Actor) -> None:
    for number, member in reversed(list(enumerate(cast.LEAVERS))):
        last = day - dt.timedelta(days=25 + 70 * number)
        roster_change.end_link(
            actor=actor,
            practice=practice,
            link=links[member.email],
            reason=("left", "moved", "role", "left", "moved")[number],
            note="",
            last_day=last,
            take_back=False,
            now=noon(last, 20),
            today=last,
        )


def _invite(builder: PracticeBuilder) -> None:
    for first, last, email, days_ago, kind in cast.INVITED:
        when = builder.day - dt.timedelta(days=days_ago)
        if kind:
            builder.grant(when, kind, 1, "Order before this system")
        invite.add_person(
            actor=builder.actor,
            practice=builder.practice,
            newcomer=invite.Newcomer(first, last, email),
            kind=kind,
            now=noon(when),
            today=when,
        )


@transaction.atomic
def _solo(day: dt.date, password: str) -> None:
    start = day - dt.timedelta(days=200)
    person = make_login(
        first="Solveig", last="Aune", email="solo@example.org", password=password, now=noon(start)
    )
    EmailAddress.objects.create(user=person.user, email="solveig@home.example", verified=True)
    payer = Payer(person=person.pk)
    ledger.grant_units(
        actor=DESK,
        payer=payer,
        kind="membership",
        count=1,
        source="demo",
        reason="Bought for herself",
        expires_on=expiry_of(start, 12),
        now=noon(start),
    )
    plan = plan_new(None, start, windows())
    part = ledger.PartGrant(
        PartKind.MEMBERSHIP, "", PartState.ASSIGNED, plan.period.starts_on, plan.period.ends_before
    )
    unit = ledger.hand_out(
        actor=DESK,
        payer=payer,
        kind="membership",
        choice="",
        holdings=[ledger.Holding(None, person.pk, [part])],
        action=None,
        now=noon(start),
    )[0]
    memberships.add_years(
        grants=[memberships.YearGrant(person.pk, plan, unit.pk)],
        memberships={},
        payer=payer,
        now=noon(start),
    )
    ledger.move_parts(
        actor=DESK, parts=list(unit.parts.all()), to=PartState.STARTED, now=noon(start)
    )
