"""What is written once stays as it was written, in Python and in the database itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import (
    DatabaseError,
    IntegrityError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)

from scriptorium.database import triggers
from scriptorium.database.bulk import update_rows
from scriptorium.database.models import GuardWindow
from scriptorium.database.records import AppendOnly, FrozenExcept, RecordIsFinal
from scriptorium.domains.accounts.models import SignInRecord
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger.models import Entry, Unit
from scriptorium.domains.memberships.models import Term
from tests.support.builders import NOW, TODAY, Clinic, days

pytestmark = pytest.mark.django_db

REFUSED = (IntegrityError, OperationalError, InternalError, DatabaseError)
APPEND_ONLY = sorted(
    (m for m in apps.get_models() if issubclass(m, AppendOnly)), key=lambda m: m._meta.label
)


def sql(statement: str, *values: Any) -> None:
    """Write past every rule of Python."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def term() -> Term:
    """Return a paid year with its certificate, entries and events."""
    clinic = Clinic()
    clinic.give(clinic.join("Ada Park"), "membership")
    SignInRecord.objects.create(at=NOW, login="ada@people.example", succeeded=True)
    return Term.objects.get()


@pytest.mark.parametrize("model", [Entry, AuditEvent, Certificate, SignInRecord])
def test_a_final_row_is_neither_changed_nor_deleted_in_python(
    term: Term, model: type[AppendOnly]
) -> None:
    row = model.objects.all()[0]
    attempts = (
        row.save,
        row.delete,
        lambda: model.objects.all().update(pk=1),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_update([row], ["pk"]),
    )
    for attempt in attempts:
        with pytest.raises(RecordIsFinal, match=f"{model.__name__} rows are never"):
            attempt()


@pytest.mark.parametrize("model", [Entry, AuditEvent, Certificate, SignInRecord])
def test_a_final_row_is_neither_changed_nor_deleted_by_sql(
    term: Term, model: type[AppendOnly]
) -> None:
    table, before = model._meta.db_table, model.objects.count()
    with pytest.raises(REFUSED, match="never changed"):
        sql(f"UPDATE {table} SET id = id + 1000")
    with pytest.raises(REFUSED, match="never deleted"):
        sql(f"DELETE FROM {table}")
    assert model.objects.count() == before


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m._meta.label)
def test_every_append_only_table_has_both_guards(model: type[AppendOnly]) -> None:
    table = model._meta.db_table
    assert {f"guard_{table}_update", f"guard_{table}_delete"} <= triggers.installed()


def test_a_term_is_voided_once_and_nothing_else_of_it_changes(term: Term) -> None:
    with pytest.raises(REFUSED, match="may be set, once"):
        sql("UPDATE memberships_term SET ends_before = %s", days(700))
    term.voided_at, term.voided_by, term.void_reason = NOW, "dana", "Undone"
    term.save(update_fields=["voided_at", "voided_by", "void_reason"])
    for statement in (
        "UPDATE memberships_term SET void_reason = 'Another'",
        "UPDATE memberships_term SET voided_at = NULL, voided_by = NULL",
    ):
        with pytest.raises(REFUSED, match="may be set, once"):
            sql(statement)
    # Writing the same values again is no change.
    sql("UPDATE memberships_term SET void_reason = 'Undone'")


def test_a_term_is_never_deleted(term: Term) -> None:
    with pytest.raises(RecordIsFinal):
        term.delete()
    Certificate.objects.all()
    with pytest.raises(REFUSED, match="never deleted"):
        sql("DELETE FROM memberships_term")


def another(term: Term, starts_on: dt.date, ends_before: dt.date) -> Term:
    """Insert a second year of the same person."""
    with transaction.atomic():
        return Term.objects.create(
            person_id=term.person_id, starts_on=starts_on, ends_before=ends_before,
            payer_practice_id=term.payer_practice_id, created_at=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(("start", "end"), [(0, 365), (-364, 1), (364, 729), (10, 20), (-10, 800)])
def test_two_live_terms_of_a_person_never_share_a_day(term: Term, start: int, end: int) -> None:
    with pytest.raises(REFUSED, match="memberships_term_no_overlap"):
        another(term, days(start), days(end))


@pytest.mark.parametrize(("start", "end"), [(365, 730), (-365, 0)])
def test_terms_that_touch_do_not_overlap(term: Term, start: int, end: int) -> None:
    assert another(term, days(start), days(end)).pk


def test_a_voided_term_is_no_hindrance(term: Term) -> None:
    sql("UPDATE memberships_term SET voided_at = %s, voided_by = 'dana'", NOW)
    assert another(term, TODAY, days(365)).pk


def test_another_persons_year_may_be_the_same(term: Term) -> None:
    clinic = Clinic("Lakeside Health", "Omar Haddad")
    assert clinic.give(clinic.join("Ben Ito"), "membership").assigned == 1


# The guard window -------------------------------------------------------------------------------


def test_a_guard_window_lets_retention_delete_inside_its_transaction(term: Term) -> None:
    with transaction.atomic(), triggers.guard_window(reason="retention", now=NOW):
        sql("DELETE FROM accounts_signinrecord")
    assert not GuardWindow.objects.exists()
    assert not SignInRecord.objects.exists()
    with pytest.raises(REFUSED, match="never deleted"):
        sql("DELETE FROM audit_auditevent")


def test_a_guard_window_closes_also_when_the_work_fails(term: Term) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
        triggers.guard_window(reason="retention", now=NOW),
    ):
        raise ZeroDivisionError
    assert not GuardWindow.objects.exists()


def test_a_refusal_inside_a_guard_window_is_the_error_that_is_seen(term: Term) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        triggers.guard_window(reason="retention", now=NOW),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE memberships_term SET ends_before = starts_on")
    assert not GuardWindow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_guard_window_opens_inside_a_transaction_only() -> None:
    with (
        pytest.raises(RuntimeError, match="inside a transaction only"),
        triggers.guard_window(reason="retention", now=NOW),
    ):
        pass


# The tools --------------------------------------------------------------------------------------


def test_installing_twice_is_harmless_and_removing_leaves_none() -> None:
    triggers.install()
    wanted = triggers.installed()
    assert wanted == {trigger.name for trigger in triggers.declared()}
    triggers.remove()
    assert triggers.installed() == set()
    triggers.install()
    assert triggers.installed() == wanted


def test_a_model_that_may_be_written_once_says_which_columns() -> None:
    frozen = [m for m in apps.get_models() if issubclass(m, FrozenExcept)]
    assert Term in frozen
    assert all(model.writable_once for model in frozen)


def test_many_rows_get_different_values_in_one_statement(
    term: Term, django_assert_num_queries
) -> None:
    clinic = Clinic("Lakeside Health", "Omar Haddad")
    units = clinic.stock("manual", 3)
    for number, unit in enumerate(units):
        unit.expires_on, unit.choice = days(number), f"choice-{number}"
    with django_assert_num_queries(1):
        update_rows(Unit, units, ("expires_on", "choice"))
    with django_assert_num_queries(0):
        update_rows(Unit, [], ("choice",))
    found = Unit.objects.filter(kind="manual").order_by("pk")
    assert [(u.expires_on, u.choice) for u in found] == [(days(n), f"choice-{n}") for n in range(3)]
