"""Fills tables inside the database: a million memberships with what is due of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

#: Keys of the crowd begin here; people, memberships and roster links of one person share a key.
BASE = 100_000_000
_AT = dt.datetime(2026, 11, 1, 17, tzinfo=dt.UTC)


def copies(template: Any, numbers: tuple[int, int], **columns: str) -> None:
    """Insert copies of a saved row.

    Arguments:
        numbers: the first number and the one after the last; ``i`` in the expressions.
        columns: column → SQL expression; every other column is the template's.
    """
    from django.db import connection  # noqa: PLC0415 (needs Django)

    first, after = numbers
    if after <= first:
        return
    names, values, given = [], [], []
    for field in template._meta.concrete_fields:
        if field.primary_key and field.column not in columns:
            continue
        names.append(connection.ops.quote_name(field.column))
        if field.column in columns:
            values.append(columns[field.column])
        else:
            values.append("%s")
            given.append(field.get_db_prep_save(getattr(template, field.attname), connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {template._meta.db_table} ({', '.join(names)})"
            " WITH RECURSIVE n(i) AS (SELECT CAST(%s AS bigint) UNION ALL"
            f" SELECT i + 1 FROM n WHERE i < %s) SELECT {', '.join(values)} FROM n",
            [first, after - 1, *given],
        )


class Crowd:
    """People who pay for themselves, and people of practices.

    Arguments:
        today: the day of the night that will be measured.
        together: so many people of a practice renew on one day.
        automatic: memberships renew automatically.
    """

    def __init__(self, today: dt.date, *, together: int = 3, automatic: bool = False) -> None:
        from django.db import transaction  # noqa: PLC0415 (needs Django)

        from scriptorium.domains.accounts.models import Person  # noqa: PLC0415
        from scriptorium.domains.practices import operations as practices  # noqa: PLC0415

        self.today = today
        self.together = together
        self.people = 0
        self.practices = 0
        self.someone = Person.objects.create(
            first_name="Crowd", last_name="Member", certificate_name="Crowd Member",
            email="crowd@bench.example", created_at=_AT,
        )  # fmt: skip
        with transaction.atomic():
            self.practice = practices.create_practice(
                name="Crowd Practice", primary=self.someone.pk, now=_AT
            )
        # Beyond every key that is given out, also where an earlier crowd moved the counters.
        self.base = (max(self.someone.pk, self.practice.pk) // BASE + 1) * BASE
        self.consent = self._consent() if automatic else None

    def _consent(self) -> Any:
        from scriptorium.domains.memberships.models import Consent  # noqa: PLC0415 (needs Django)

        return Consent.objects.create(
            person=self.someone, payer_person=self.someone, text_version="1",
            text_sha256="0" * 64, channel="web", given_by="bench", at=_AT,
        )  # fmt: skip

    def add(
        self, count: int, renews_on: dt.date, *, told: int | None = None, own: int | None = None
    ) -> None:
        """Add people who renew on a day.

        Arguments:
            told: the newest rung that their payers were told; None opens no proposal.
            own: how many pay for themselves; half of them without it.
        """
        first = self.people
        self.people += count
        half = first + (count // 2 if own is None else own)
        after = first + count
        fresh = -(-(after - half) // self.together)
        place = f"{self.base + self.practices} + (i - {half}) / {self.together}"
        self._practices(fresh)
        copies(
            self.someone, (first, after), id=f"{self.base} + i", reference="'c' || CAST(i AS text)",
            email="'crowd.' || CAST(i AS text) || '@bench.example'", user_id="NULL",
        )  # fmt: skip
        for part, practice, person in (
            ((first, half), "CAST(NULL AS bigint)", f"{self.base} + i"),
            ((half, after), place, "CAST(NULL AS bigint)"),
        ):
            self._memberships(part, renews_on, practice, person)
        self._links((half, after), renews_on, place)
        if told is not None:
            self._proposals((first, half, after), renews_on, told)

    def _practices(self, count: int) -> None:
        from scriptorium.domains.practices.models import PracticeCounter  # noqa: PLC0415

        part = (self.practices, self.practices + count)
        copies(
            self.practice, part, id=f"{self.base} + i", reference="'p' || CAST(i AS text)",
            billing_email="'bills.' || CAST(i AS text) || '@bench.example'",
        )  # fmt: skip
        counter = PracticeCounter.objects.get(practice=self.practice)
        copies(counter, part, practice_id=f"{self.base} + i", id=f"{self.base} + i")
        self.practices += count

    def _memberships(
        self, part: tuple[int, int], renews_on: dt.date, practice: str, person: str
    ) -> None:
        from scriptorium.domains.memberships.models import Membership  # noqa: PLC0415

        year = dt.timedelta(days=365)
        template = Membership(
            person=self.someone, payer_person=self.someone, anchor_month=renews_on.month,
            anchor_day=min(renews_on.day, 28), renews_on=renews_on,
            latest_starts_on=renews_on - year, lapses_on=renews_on + dt.timedelta(days=30),
            consent=self.consent, mode="A" if self.consent else "M",
        )  # fmt: skip
        copies(
            template, part, id=f"{self.base} + i", person_id=f"{self.base} + i",
            reference="'m' || CAST(i AS text)", payer_practice_id=practice,
            payer_person_id=person,
        )  # fmt: skip

    def _links(self, part: tuple[int, int], renews_on: dt.date, practice: str) -> None:
        from scriptorium.domains.practices.models import RosterLink  # noqa: PLC0415

        template = RosterLink(
            practice=self.practice, first_name="Crowd", last_name="Member",
            starts_on=self.today - dt.timedelta(days=800), sort_name="member crowd",
            search_text="crowd member", renews_on=renews_on, board_order=renews_on,
            lapses_on=renews_on + dt.timedelta(days=30),
            ends_on=renews_on + dt.timedelta(days=90), mode="A" if self.consent else "M",
        )  # fmt: skip
        copies(
            template, part, id=f"{self.base} + i", reference="'l' || CAST(i AS text)",
            practice_id=practice, person_id=f"{self.base} + i",
            email="'crowd.' || CAST(i AS text) || '@bench.example'",
        )  # fmt: skip

    def _proposals(self, bounds: tuple[int, int, int], renews_on: dt.date, told: int) -> None:
        from scriptorium.domains.memberships.models import Proposal, ProposalLine  # noqa: PLC0415

        first, half, after = bounds
        past = renews_on < self.today
        template = Proposal(
            payer_person=self.someone, renews_on=renews_on, opened_at=_AT, told=told,
            noticed_on=renews_on - dt.timedelta(days=45), charged_on=renews_on if past else None,
        )  # fmt: skip
        line = ProposalLine(person=self.someone)
        # A person's own proposal has the person's key, a practice's the key of its first person.
        size = self.together
        leader = f"{self.base} + {half} + ((i - {half}) / {size}) * {size}"
        groups = -(-(after - half) // size)
        copies(
            template, (first, half), id=f"{self.base} + i", reference="'o' || CAST(i AS text)",
            payer_person_id=f"{self.base} + i",
        )  # fmt: skip
        copies(
            template, (0, groups), id=f"{self.base + half} + i * {size}",
            reference=f"'o' || CAST({half} + i * {size} AS text)",
            payer_practice_id=f"{self.base + self.practices - groups} + i",
            payer_person_id="CAST(NULL AS bigint)",
        )  # fmt: skip
        copies(line, (first, half), proposal_id=f"{self.base} + i", person_id=f"{self.base} + i")
        copies(line, (half, after), proposal_id=leader, person_id=f"{self.base} + i")
