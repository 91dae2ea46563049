"""Unknown variables fail in our templates and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Engine, Origin, Template

from tests.support.templates import PACKAGE, Missing, UnknownVariable

OURS = str(PACKAGE / "web" / "shared" / "templates" / "page.html")
THEIRS = str(Path("somewhere") / "library" / "page.html")


def _rendered(source: str, place: str) -> str:
    engine = Engine(string_if_invalid=Missing("%s"))
    return Template(source, Origin(place), engine=engine).render(Context({"known": {"a": 1}}))


@pytest.mark.parametrize("source", ["{{ unknown }}", "{{ known.b }}", "{{ unknown|upper }}"])
def test_an_unknown_variable_of_ours_fails(source: str) -> None:
    with pytest.raises(UnknownVariable, match="is not known in"):
        _rendered(source, OURS)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ known.a }}", "1"),
        ("{{ unknown|default:'none' }}", "none"),
        ("{{ unknown|default:known.a }}", "1"),
        ("{% if unknown %}x{% endif %}", ""),
        ("{% for one in unknown %}x{% endfor %}", ""),
    ],
)
def test_an_expected_gap_reads_as_in_production(source: str, words: str) -> None:
    assert _rendered(source, OURS) == words


def test_templates_of_libraries_are_left_alone() -> None:
    assert _rendered("a{{ unknown }}b", THEIRS) == "ab"
