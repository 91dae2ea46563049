"""A stencil prints exactly what its partial prints."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from scriptorium.web.practice.board import ROWS, TILES
from scriptorium.web.shared.stencil import Stencil

MARKS, CIRCLE = mark_safe("<svg></svg>"), mark_safe("<i>A</i>")


@dataclass
class Person:
    reference: str = "abc123abc123"
    mode: str = "A"
    renewal: str = "due"
    renews_iso: str = "2026-12-01"
    name: str = "Ada <b>& Sons</b> “Park”"
    marks: SafeString = MARKS
    tone: str = "soon"
    renewal_words: str = "Due in 7 days"
    renews_words: str = "1 Dec 2026"
    mode_circle: SafeString = CIRCLE
    url: str = '/practice/x/people/"y"/'
    email: str = "ada'park@example.org"
    note: str = "invited"


@dataclass
class Tile:
    kind: str = "specialty"
    title: str = "Specialty"
    free: int = 1234
    reserved: int = 2
    in_use: int = 10_000
    next_event: str = "2 expire on 1 Mar 2027"
    assign_disabled_reason: str = ""
    get_more_url: str = "/contact/?topic=more&kind=specialty"
    choices: tuple[tuple[str, str], ...] = (("oncology", "Oncology"),)


def _plain(stencil: Stencil, thing: object, **context: str) -> str:
    return render_to_string(stencil.template, {stencil.name: thing, **context})


@pytest.mark.parametrize("empty", ["", *(field.name for field in fields(Person))])
def test_a_row_reads_the_same_cut_or_rendered_whatever_is_empty(empty: str) -> None:
    person = Person(**({empty: ""} if empty else {}))
    assert ROWS.fill([person]) == _plain(ROWS, person)


@pytest.mark.parametrize(
    "tile",
    [
        Tile(),
        Tile(free=0, assign_disabled_reason="None free"),
        Tile(kind="ce", reserved=0, next_event=""),
        Tile(kind="manual", choices=(), in_use=0),
    ],
)
@pytest.mark.parametrize("locked_by", ["", "manage-reason"])
def test_a_tile_reads_the_same_cut_or_rendered(tile: Tile, locked_by: str) -> None:
    cut = TILES.fill([tile], form="assign-form", locked_by=locked_by)
    assert cut == _plain(TILES, tile, form="assign-form", locked_by=locked_by)


def test_what_a_person_typed_is_escaped() -> None:
    html = ROWS.fill([Person(name="<script>alert(1)</script>", note="<i>")])
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<i>A</i>" in html


def test_things_stand_one_after_the_other() -> None:
    html = ROWS.fill([Person(name="One"), Person(name="Two", note="")])
    assert html == _plain(ROWS, Person(name="One")) + _plain(ROWS, Person(name="Two", note=""))
