"""The board as outside scripts read it (CONTRACT, the board, machine-readable)."""

from __future__ import annotations

import re

import pytest

from tests.support.builders import days
from tests.support.markup import elements

PARTS = ["membership", "manual", "hipaa", "mscat", "specialty", "ce", "certificate"]
KINDS = ["renewal", "package", "membership", "manual", "hipaa", "mscat", "specialty", "ce"]


def _rows(response):
    return {
        row["data-person"]: row for row in elements(response, "data-mode") if "data-person" in row
    }


def test_each_person_is_one_row_with_mode_renewal_and_date(place, ask) -> None:
    rows = _rows(ask("assignments/"))
    assert len(rows) == 10
    for link, renewal, renews_in in (
        (place.overdue, "overdue", -3),
        (place.lapsed, "lapsed", -41),
        (place.due, "due", 12),
        (place.ok, "ok", 200),
    ):
        row = rows[link.reference]
        assert row["data-renewal"] == renewal
        assert row["data-mode"] == "M"
        assert row["data-renews-on"] == days(renews_in).isoformat()
    for link in (place.invited, place.mel):
        row = rows[link.reference]
        assert (row["data-renewal"], row["data-mode"], row["data-renews-on"]) == ("none", "N", "")


def test_seven_parts_in_their_order_each_with_words(place, ask) -> None:
    parts = elements(ask("assignments/"), "data-part")
    assert [part["data-part"] for part in parts] == PARTS * 10
    states = {"none", "assigned", "started", "passed", "failed", "expired", "waived"}
    assert {part["data-state"] for part in parts} <= states


def test_row_50_every_state_on_the_board_is_also_words(place, ask) -> None:
    text = ask("assignments/").content.decode()
    for words in ("Overdue by 3 days", "Lapsed", "Due in 12 days", "manual renewal"):
        assert words in text
    marks = re.findall(r'<svg class="part-mark"[^>]*role="img".*?</svg>', text, re.DOTALL)
    assert len(marks) == 70
    assert all(re.search(r"aria-label=|<title[^>]*>\w[^<]+</title>", mark) for mark in marks), (
        marks[0]
    )


def test_eight_tiles_tell_free_reserved_and_in_use(place, ask) -> None:
    tiles = elements(ask("assignments/"), "data-free")
    assert [tile["data-kind"] for tile in tiles] == KINDS
    for tile in tiles:
        numbers = place.clinic.numbers(tile["data-kind"])
        found = (tile["data-free"], tile["data-reserved"], tile["data-in-use"])
        assert tuple(map(int, found)) == numbers


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "now"}, {"overdue", "lapsed"}),
        ({"state": "due"}, {"due"}),
        ({"state": "ok"}, {"ok"}),
        ({"state": "invited"}, {"invited"}),
        ({"q": "ada"}, {"overdue"}),
        ({"q": "nobody-of-that-name"}, set()),
        ({"state": "nonsense", "role": "nonsense", "sort": "nonsense", "q": "sasha"}, {"ok"}),
    ],
)
def test_filters_choose_people(place, ask, query, names) -> None:
    rows = _rows(ask("assignments/", **query))
    assert set(rows) == {getattr(place, name).reference for name in names}


@pytest.mark.parametrize(("role", "who"), [("deputy", "Drew"), ("auditor", "Avery")])
def test_the_role_filter(place, ask, role, who) -> None:
    response = ask("assignments/", role=role)
    assert len(_rows(response)) == 1
    assert who in response.content.decode()


def test_sorting_by_name_and_a_page_beyond_the_end(place, ask) -> None:
    names = list(_rows(ask("assignments/", sort="name", page="99")))
    assert names != list(_rows(ask("assignments/")))
    assert len(names) == 10


def test_the_list_alone_is_answered_to_htmx(place) -> None:
    response = place.client().get(
        place.base + "assignments/",
        headers={"HX-Request": "true", "HX-Target": "people"},
    )
    assert len(_rows(response)) == 10
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize("who", ["avery", "pine"])
def test_readers_see_everything_and_change_nothing(place, ask, send, who) -> None:
    response = ask("assignments/", who=who)
    assert len(_rows(response)) == 10
    assert all("disabled" in button for button in elements(response, "data-assign"))
    assert "administrators can change things" in response.content.decode()
    for path in ("assignments/assign/", "assignments/undo/", "people/"):
        assert send(path, place.form(place.overdue, confirm="1"), who=who).status_code == 403
    assert place.clinic.free("renewal") == 2


def test_the_role_is_named_with_its_article(ask) -> None:
    assert "You are an auditor here" in ask("assignments/", who="avery").content.decode()
    assert "You are a physician here" in ask("assignments/", who="pine").content.decode()


def test_a_member_without_a_role_is_told_who_may(ask) -> None:
    response = ask("assignments/", who="mel")
    assert response.status_code == 403
    assert "You are a member here" in response.content.decode()


def test_what_was_typed_is_kept_and_nobody_is_added(place, ask, send) -> None:
    typed = {"first_name": "Wanda", "last_name": "", "email": "no address"}
    response = send("people/", typed)
    assert response.status_code == 422
    fields = {field["name"]: field for field in elements(response, "value") if "name" in field}
    assert fields["first_name"]["value"] == "Wanda"
    assert fields["email"]["value"] == "no address"
    assert len(_rows(ask("assignments/"))) == 10


def test_adding_a_person_invites_and_adding_twice_is_refused(place, ask, send) -> None:
    typed = {"first_name": "Wanda", "last_name": "Quill", "email": "Wanda@New.example"}
    assert send("people/", typed).status_code == 302
    assert len(_rows(ask("assignments/"))) == 11
    assert send("people/", typed).status_code == 422
    assert send("people/", typed | {"email": "x@y.example", "kind": "package"}).status_code == 409
    assert len(_rows(ask("assignments/"))) == 11
