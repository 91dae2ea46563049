"""Short ways to a practice with people and units, built by the same journeys that users take."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from django.db import connection, transaction
from django.test import Client

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.operations import invitation_token
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.models import Balance, Entry, Unit, UnitPart
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as membership_queries
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Invitation, Practice, RosterLink
from scriptorium.journeys import assign as assigning
from scriptorium.journeys import invite
from scriptorium.journeys.accept_invitation import activate
from scriptorium.journeys.assign import Result
from scriptorium.journeys.undo import UndoLine, undo
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.periods import Anchor
from scriptorium.pages.ledger_report import ledger_report

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
DESK = Actor(ActorKind.STAFF, "0desk0000000", "Robin Ashby", "request-desk")
PASSWORD = "four quiet winter lanterns"

_numbers = itertools.count(1)


def days(number: int) -> dt.date:
    """Return the day that lies so many days after the tests' today."""
    return TODAY + dt.timedelta(days=number)


#: When the units of the tests expire, unless a test says otherwise.
NEXT_YEAR = days(300)


def noon(day: dt.date) -> dt.datetime:
    """Return 17:00 UTC of a day: 9 in the morning where the body lives."""
    return dt.datetime.combine(day, dt.time(17), dt.UTC)


def later(**parts: float) -> dt.datetime:
    """Return the moment that lies so long after the tests' now."""
    return NOW + dt.timedelta(**parts)


def person(name: str = "Ada Park", email: str = "", *, password: str | None = None) -> Person:
    """Make somebody with a login."""
    first, _, last = name.partition(" ")
    email = email or f"{first}.{last}.{next(_numbers)}@people.example".lower().replace(" ", "")
    with transaction.atomic():
        made = accounts.create_person(first_name=first, last_name=last, email=email, now=NOW)
        accounts.give_login(person=made, password=password, now=NOW)
    return made


def actor_of(someone: Person, kind: ActorKind = ActorKind.PERSON) -> Actor:
    """Return a person as the actor of events."""
    return Actor(kind, someone.reference, someone.name, "request-test")


def browser(someone: Person) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    assert someone.user is not None
    client.force_login(someone.user)
    return client


class Clinic:
    """A practice with its primary administrator, and short ways to fill it."""

    def __init__(
        self,
        name: str = "Riverside Dermatology",
        admin: str = "Dana Whitlock",
        *,
        email: str = "",
    ) -> None:
        self.dana = person(admin, email)
        self.actor = actor_of(self.dana)
        with transaction.atomic():
            self.practice: Practice = practices.create_practice(
                name=name, primary=self.dana.pk, now=NOW
            )
        self.dana_link = self.join(self.dana)
        self.payer = Payer(practice=self.practice.pk)
        #: The day on which the ledger must be clean at the end; a night of another day moves it.
        self.checked_on = TODAY

    def join(self, someone: Person | str, *, role: str = "") -> RosterLink:
        """Put somebody with a login on the roster."""
        who = person(someone) if isinstance(someone, str) else someone
        new = practices.NewLink(who.first_name, who.last_name, who.email, person=who.pk)
        with transaction.atomic():
            link = practices.add_links(practice=self.practice.pk, people=[new], today=TODAY)[0]
            if role:
                practices.give_role(link=link, role=role, by=self.dana.reference, now=NOW)
        return self.link(link)

    def people(self, count: int) -> list[RosterLink]:
        """Put several people with a login on the roster."""
        return [self.join(f"Person {number:03}") for number in range(count)]

    def member(self, name: str = "Ada Park", *, renews_in: int = 200, years: int = 1) -> RosterLink:
        """Put somebody on the roster whose membership renews in so many days."""
        link = self.join(name)
        end = days(renews_in)
        start = Anchor.of(end).in_year(end.year - years)
        self.stock("membership")
        self.assign([link], "membership", on=start)
        for year in range(1, years):
            turn = Anchor.of(end).in_year(start.year + year)
            self.stock("renewal")
            self.assign([link], "renewal", on=turn - dt.timedelta(days=5))
        return self.link(link)

    def add(
        self, name: str = "Rosa Lima", *, kind: str = "", on: dt.date = TODAY, email: str = ""
    ) -> RosterLink:
        """Invite somebody who is new here."""
        first, _, last = name.partition(" ")
        email = email or f"{first}.{last}.{next(_numbers)}@new.example".lower()
        return invite.add_person(
            actor=self.actor,
            practice=self.practice,
            newcomer=invite.Newcomer(first, last, email),
            kind=kind,
            now=noon(on),
            today=on,
        )

    def token(self, link: RosterLink) -> str:
        """Return the secret of the invitation that is open for somebody."""
        return invitation_token(roster.open_invitations(links=[link.pk])[link.pk].reference)

    def invitation_is_open(self, link: RosterLink) -> bool:
        """Return whether somebody can still accept."""
        return bool(roster.open_invitations(links=[link.pk]))

    def accept(self, link: RosterLink, *, on: dt.date = TODAY) -> Person:
        """Accept the open invitation as somebody without an account does."""
        return activate(token=self.token(link), password=PASSWORD, now=noon(on), today=on)

    def stock(
        self,
        kind: str,
        count: int = 1,
        *,
        on: dt.date = TODAY,
        expires: dt.date = NEXT_YEAR,
        ends_before: dt.date | None = None,
    ) -> list[Unit]:
        """Put free units into the ledger; ``ends_before`` limits memberships."""
        return grant(self.payer, kind, count, on=on, expires=expires, ends_before=ends_before)

    def assign(
        self,
        links: Sequence[RosterLink],
        kind: str,
        *,
        choice: str = "",
        on: dt.date = TODAY,
        now: dt.datetime | None = None,
        key: str = "",
        actor: Actor | None = None,
    ) -> Result:
        """Assign as the administrator does."""
        return assigning.assign(
            actor=actor or self.actor,
            practice=self.practice,
            links=[link.pk for link in links],
            kind=kind,
            choice=choice,
            idempotency_key=key or f"key-{next(_numbers)}",
            now=now or noon(on),
            today=on,
        )

    def give(self, link: RosterLink, kind: str, *, choice: str = "", on: dt.date = TODAY) -> Result:
        """Buy one unit and assign it."""
        self.stock(kind, on=on, expires=on + dt.timedelta(days=300))
        return self.assign([link], kind, choice=choice, on=on)

    def undo(
        self,
        result: Result,
        *,
        now: dt.datetime | None = None,
        actor: Actor | None = None,
        today: dt.date = TODAY,
    ) -> list[UndoLine]:
        """Undo as the administrator does, a minute later."""
        return undo(
            actor=actor or self.actor,
            practice=self.practice.pk,
            reference=result.action,
            now=now or result.at + dt.timedelta(minutes=1),
            today=today,
        )

    def link(self, link: RosterLink) -> RosterLink:
        """Read a link anew, as a page does."""
        found = roster.link_by_reference(practice=self.practice.pk, reference=link.reference)
        assert found is not None
        return found

    def membership(self, link: RosterLink) -> Membership:
        """Return the membership of somebody on the roster."""
        return Membership.objects.get(person__links=link)

    def terms(self, link: RosterLink) -> list[Term]:
        """Return the live years of somebody on the roster, oldest first."""
        return list(
            Term.objects.filter(person__links=link, voided_at__isnull=True).order_by("starts_on")
        )

    def unit(self, link: RosterLink) -> Unit:
        """Return the newest unit that is held through a link."""
        return Unit.objects.filter(link=link).order_by("assigned_at", "pk").reverse()[0]

    def parts(self, link: RosterLink) -> dict[str, str]:
        """Return kind → state of the parts of the newest unit of a link."""
        return dict(UnitPart.objects.filter(unit=self.unit(link)).values_list("kind", "state"))

    def numbers(self, kind: str) -> tuple[int, int, int]:
        """Return free, reserved and in use."""
        balance = Balance.objects.filter(kind=kind, **self.payer.columns).first()
        return (balance.free, balance.reserved, balance.in_use) if balance else (0, 0, 0)

    def free(self, kind: str) -> int:
        """Return how many units are free."""
        return stock.free_of(payer=self.payer, kind=kind)

    def invitation(self, link: RosterLink) -> Invitation:
        """Return somebody's newest invitation."""
        return Invitation.objects.filter(link=link).order_by("-pk")[0]


def grant(
    payer: Payer,
    kind: str,
    count: int = 1,
    *,
    on: dt.date = TODAY,
    expires: dt.date = NEXT_YEAR,
    ends_before: dt.date | None = None,
) -> list[Unit]:
    """Put free units of any payer into the ledger."""
    with transaction.atomic():
        return ledger.grant_units(
            actor=DESK,
            payer=payer,
            kind=kind,
            count=count,
            source="grant",
            reason="For a test",
            expires_on=expires,
            now=noon(on),
            ends_before=ends_before,
        )


def buy_renewal(link: RosterLink, *, on: dt.date = TODAY) -> None:
    """Let somebody renew with a unit of their own, as buying for oneself will."""
    assert link.person_id is not None
    payer, actor = Payer(person=link.person_id), actor_of(link.person or Person())
    grant(payer, "renewal", on=on)
    with transaction.atomic():
        held = membership_queries.of_people(people=[link.person_id], lock=True)
        plan = year_rules.plan_renewal(
            year_rules.dates_of(held[link.person_id]), on, year_rules.windows()
        )
        part = ledger.PartGrant(
            "membership", "", PartState.ASSIGNED, plan.period.starts_on, plan.period.ends_before
        )
        (unit,) = ledger.hand_out(
            actor=actor,
            payer=payer,
            kind="renewal",
            choice="",
            holdings=[ledger.Holding(None, link.person_id, [part])],
            action=None,
            now=noon(on),
        )
        memberships.add_years(
            grants=[memberships.YearGrant(link.person_id, plan, unit.pk)],
            memberships=held,
            payer=payer,
            now=noon(on),
        )
        practices.refresh_rows(facts=year_rules.row_facts(held.values()), today=on)


def open_part(link: RosterLink, kind: str, to: str = "started") -> None:
    """Open a part of what somebody holds, as reading a manual or starting an exam will."""
    parts = UnitPart.objects.filter(link=link, kind=kind, state__in=["assigned", "started"])
    with transaction.atomic():
        ledger.move_parts(actor=DESK, parts=parts, to=PartState(to), now=NOW)


def why_skipped(clinic: Clinic, link: RosterLink, kind: str, choice: str = "") -> str:
    """Return why a person is skipped, and see that skipping used nothing."""
    free = clinic.free(kind)
    clinic.stock(kind)
    (line,) = clinic.assign([link], kind, choice=choice).lines
    assert (line.outcome, clinic.free(kind)) == ("skipped", free + 1)
    return line.reason


def choose_exam(link: RosterLink, choice: str = "general") -> None:
    """Choose the exam of a package, as the start of the sitting will."""
    UnitPart.objects.filter(link=link, kind="exam", choice="").update(choice=choice)


def events(unit: Unit) -> list[str]:
    """Return what happened to a unit, oldest first."""
    return list(Entry.objects.filter(unit=unit).order_by("pk").values_list("event", flat=True))


def problems(today: dt.date = TODAY) -> tuple[str, ...]:
    """Return what ``verify-ledger`` finds."""
    return ledger_report(today=today).problems


def sqlite() -> bool:
    """Return whether the tests run on SQLite."""
    return connection.vendor == "sqlite"
