"""Assigning on the web: preview, confirm, refusals, undo (CONTRACT)."""

from __future__ import annotations

import pytest

from tests.support.markup import elements


def _action(response) -> str:
    return next(field["value"] for field in elements(response, "name") if field["name"] == "action")


def test_without_confirm_nothing_happens(place, send) -> None:
    response = send("assignments/assign/", place.form(place.overdue, place.mel))
    assert response.status_code == 200
    lines = {
        line["data-person"]: line["data-outcome"] for line in elements(response, "data-outcome")
    }
    assert lines[place.overdue.reference] == "assign"
    assert lines[place.mel.reference] != "assign"
    assert "Nothing has happened yet." in response.content.decode()
    assert place.clinic.free("renewal") == 2


def test_confirmed_each_person_has_a_result_and_a_certificate(place, send, ask) -> None:
    form = place.form(place.overdue, place.mel, confirm="1")
    response = send("assignments/assign/", form)
    assert response.status_code == 200
    lines = {line["data-person"]: line for line in elements(response, "data-result")}
    assert lines[place.overdue.reference]["data-result"] == "assigned"
    assert lines[place.mel.reference]["data-result"] == "skipped"
    assert lines[place.mel.reference]["data-reason"]
    assert place.clinic.free("renewal") == 1

    pdf = place.client().get(lines[place.overdue.reference]["data-certificate"])
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["X-Certificate-Number"] in pdf.request["PATH_INFO"]
    assert pdf.content.startswith(b"%PDF")

    again = send("assignments/assign/", form)
    assert again.status_code == 200
    assert _action(again) == _action(response)
    assert place.clinic.free("renewal") == 1


def test_undo_takes_it_back_and_the_certificate_is_gone(place, send) -> None:
    response = send("assignments/assign/", place.form(place.overdue, confirm="1"))
    line = elements(response, "data-result")[0]
    undone = send("assignments/undo/", {"action": _action(response)})
    assert undone.status_code == 200
    assert [found["data-result"] for found in elements(undone, "data-result")] == ["undone"]
    assert place.clinic.free("renewal") == 2
    gone = place.client().get(line["data-certificate"])
    assert gone.status_code == 410
    assert "voided" in gone.content.decode()
    assert send("assignments/undo/", {"action": _action(response)}).status_code == 409


def test_too_few_units_is_409_and_nobody_gets_one(place, send) -> None:
    form = place.form(place.overdue, place.lapsed, place.due, confirm="1")
    assert send("assignments/assign/", form).status_code == 409
    assert place.clinic.free("renewal") == 2


def test_all_that_match_means_the_filter(place, send) -> None:
    form = place.form(all="1", state="now", confirm="1")
    response = send("assignments/assign/", form)
    found = {line["data-person"] for line in elements(response, "data-result")}
    assert found == {place.overdue.reference, place.lapsed.reference}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "nonsense"},
        {"kind": ""},
        {"people": []},
        {"people": ["zzzzzzzzzzzz"]},
        {"idempotency_key": ""},
        {"kind": "specialty"},
        {"kind": "specialty", "choice": "astrology"},
    ],
)
def test_bad_input_is_422_in_words(place, send, change) -> None:
    response = send("assignments/assign/", place.form(place.overdue, confirm="1") | change)
    assert response.status_code == 422
    assert "Nothing was changed" in response.content.decode()
    assert place.clinic.free("renewal") == 2


@pytest.mark.parametrize("action", ["", "unknown"])
def test_an_unknown_action_cannot_be_undone(send, action) -> None:
    assert send("assignments/undo/", {"action": action}).status_code == 409
