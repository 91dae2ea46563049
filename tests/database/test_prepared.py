"""A prepared query answers as its query set does, and refuses what it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from scriptorium.database.prepared import Prepared, padded
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.memberships.models import Term
from scriptorium.domains.practices.models import RosterLink
from tests.support.builders import TODAY, Clinic, days, person, sqlite

pytestmark = pytest.mark.django_db


def named(last: str, key: int) -> QuerySet[Person]:
    return Person.objects.filter(last_name=last, pk__lt=key).annotate(login=F("user__email"))


def test_a_row_of_a_model_is_what_the_query_set_gives_with_its_annotations() -> None:
    ada = person("Ada Park")
    prepared = Prepared(named, ("One", 70_001), ("Other", 70_002))
    found = prepared.first("Park", ada.pk + 1)
    assert found == ada
    assert found.login == ada.email  # type: ignore[union-attr]
    assert (found.created_at, found.hidden) == (ada.created_at, ada.hidden)  # type: ignore[union-attr]
    assert not found.get_deferred_fields()  # type: ignore[union-attr]
    assert prepared.first("Park", ada.pk) is None
    assert prepared.first("Lima", ada.pk + 1) is None


def test_values_come_converted_and_in_their_order() -> None:
    ada = person("Ada Park")
    prepared = Prepared(
        lambda last: Person.objects.filter(last_name=last).values_list(
            "created_at", "pk", "hidden"
        ),
        ("One",),
        ("Other",),
    )
    assert prepared.first("Park") == (ada.created_at, ada.pk, False)


def test_every_row_comes_where_many_are_wanted() -> None:
    people = [person("Ada Park"), person("Bo Park")]
    prepared = Prepared(
        lambda last: Person.objects.filter(last_name=last).order_by("pk"),
        ("One",),
        ("Other",),
        many=True,
    )
    assert prepared.all("Park") == people


def test_rows_of_other_models_come_along_where_the_query_set_says_so() -> None:
    clinic = Clinic()
    link, invited = clinic.join("Ada Park"), clinic.add("Bo Lima")
    prepared = Prepared(
        lambda key: RosterLink.objects.filter(pk=key).select_related("practice__primary", "person"),
        (70_001,),
        (70_002,),
    )
    found, empty = prepared.first(link.pk), prepared.first(invited.pk)
    assert found is not None
    assert empty is not None
    with CaptureQueriesContext(connection) as captured:
        assert found.person == link.person
        assert found.practice.primary == clinic.dana
        assert empty.person is None
    assert len(captured) == 0


def test_days_are_arguments_like_others() -> None:
    clinic = Clinic()
    clinic.give(clinic.join("Ada Park"), "membership")
    prepared = Prepared(
        lambda first: Term.objects.filter(starts_on__gte=first).values_list("starts_on"),
        (days(-70_001),),
        (days(-70_002),),
    )
    assert prepared.first(TODAY) == (TODAY,)
    assert prepared.first(days(1)) is None


def test_keys_are_padded_to_a_window_and_no_further() -> None:
    assert padded([4, 7], 4) == [4, 7, 7, 7]
    assert padded([], 2) == [0, 0]
    with pytest.raises(ValueError, match="3 keys do not fit into 2 places"):
        padded([1, 2, 3], 2)


def test_it_asks_once_each_time() -> None:
    prepared = Prepared(named, ("One", 70_001), ("Other", 70_002))
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            prepared.first("Park", 5)
        assert len(captured) == 1


def test_a_number_that_no_column_holds_finds_nothing() -> None:
    assert Prepared(named, ("One", 70_001), ("Other", 70_002)).first("Park", 10**30) is None


@pytest.mark.parametrize(
    "build",
    [
        lambda last: (
            Person.objects.filter(last_name=last) if last == "One" else Person.objects.all()
        ),
        lambda _: Person.objects.all(),
    ],
    ids=["the argument changes the SQL", "the argument is nowhere"],
)
def test_what_cannot_be_prepared_is_refused(build: Callable[..., Any]) -> None:
    with pytest.raises(ImproperlyConfigured):
        Prepared(build, ("One",), ("Other",)).first("Park")


@pytest.mark.skipif(sqlite(), reason="SQLite locks the whole database, with no word in the query.")
@pytest.mark.django_db(transaction=True)
def test_a_query_that_locks_wants_a_transaction() -> None:
    link = Clinic().join("Ada Park")
    prepared = Prepared(
        lambda key: RosterLink.objects.filter(pk=key).select_for_update(of=("self",)),
        (70_001,),
        (70_002,),
    )
    with transaction.atomic():
        assert prepared.first(link.pk) == link
    with pytest.raises(transaction.TransactionManagementError):
        prepared.first(link.pk)
