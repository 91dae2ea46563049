"""References, payers and actors."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from types import SimpleNamespace

import pytest

from scriptorium.kernel import references
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.payer import Payer


def test_a_reference_is_twelve_characters_that_nobody_confuses() -> None:
    for _ in range(200):
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{12}", references.new_reference())


def test_a_reference_tells_nothing_about_its_neighbour() -> None:
    assert len({references.new_reference() for _ in range(1000)}) == 1000


def test_a_reference_may_be_longer() -> None:
    assert len(references.new_reference(20)) == 20


def test_the_demo_repeats_its_references_and_nothing_else_does() -> None:
    with references.seeded("demo"):
        first = [references.new_reference() for _ in range(3)]
    with references.seeded("demo"):
        assert [references.new_reference() for _ in range(3)] == first
        with references.seeded("other"):
            assert references.new_reference() != first[0]
    assert references.new_reference() not in first


def test_a_failing_demo_leaves_references_unguessable() -> None:
    with pytest.raises(RuntimeError), references.seeded("demo"):
        raise RuntimeError
    assert references._seeded is None


def test_a_payer_is_a_practice_or_a_person_never_both_or_neither() -> None:
    for practice, person in ((None, None), (1, 2)):
        with pytest.raises(ValueError, match="exactly one"):
            Payer(practice=practice, person=person)


def test_a_payer_names_two_columns_and_is_read_back_from_them() -> None:
    for payer in (Payer(practice=3), Payer(person=4)):
        assert Payer.of(SimpleNamespace(**payer.columns)) == payer


def test_the_system_acts_under_the_name_of_its_job() -> None:
    actor = Actor.system("nightly", "request-9")
    assert (actor.kind, actor.reference, actor.request_id) == (
        ActorKind.SYSTEM, "nightly", "request-9",
    )  # fmt: skip
    with pytest.raises(FrozenInstanceError):
        actor.name = "somebody else"  # type: ignore[misc]
