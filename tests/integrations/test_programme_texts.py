"""The manual and the courses as files: read whole, with each mistake at its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from scriptorium.integrations.programme_files.problems import Problem
from scriptorium.integrations.programme_files.rendering import sections_of
from scriptorium.integrations.programme_files.texts import read_texts
from tests.support.texts import CHAPTERS, HEAD, write_texts


def _problems(folder: Path) -> list[str]:
    found: list[Problem] = []
    read_texts(folder, found)
    return [str(problem) for problem in sorted(found)]


def test_the_shipped_manual_and_course_are_without_a_problem() -> None:
    problems: list[Problem] = []
    texts = read_texts(settings.PROGRAMME_DIR, problems)
    assert problems == []
    assert len(texts.manual) >= 12
    assert len(texts.courses["hipaa"]) == 8
    for text in (*texts.manual, *texts.courses["hipaa"]):
        assert text.sources
        assert [s.anchor for s in text.sections] == list(dict.fromkeys(
            s.anchor for s in text.sections
        ))  # fmt: skip
        assert all(section.plain for section in text.sections), text.path


def test_chapters_and_lessons_come_in_order_with_everything_that_was_written(
    tmp_path: Path,
) -> None:
    problems: list[Problem] = []
    texts = read_texts(write_texts(tmp_path), problems)
    assert problems == []
    assert [(t.position, t.slug) for t in texts.manual] == [
        (1, "role"), (2, "privacy"), (3, "orders"),
    ]  # fmt: skip
    assert [t.slug for t in texts.courses["hipaa"]] == ["what", "phi"]
    privacy = texts.manual[1]
    assert (privacy.title, privacy.minutes, privacy.path) == (
        "Privacy", 20, "manual/02-privacy.md",
    )  # fmt: skip
    assert (privacy.sources[0].text, privacy.sources[0].as_of.year) == ("45 CFR 164.502", 2026)
    assert [(s.anchor, s.title) for s in privacy.sections] == [
        ("start", ""), ("minimum-necessary", "Minimum necessary"),
    ]  # fmt: skip
    assert "Share the minimum necessary" in privacy.sections[1].plain


def test_a_programme_without_texts_is_empty_and_no_mistake(tmp_path: Path) -> None:
    problems: list[Problem] = []
    texts = read_texts(tmp_path, problems)
    assert (texts.manual, texts.courses, problems) == ((), {}, [])


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("minutes = 10", 'minutes = "ten"', 3, "whole number from 1 to 240"),
        ("minutes = 10", "minutes = 0", 3, "whole number from 1 to 240"),
        ("minutes = 10", "minutes = 10\nauthor = 'x'", 4, "a key that nobody reads"),
        ('title = "The role"', "", 1, "“title” is needed"),
        ("as_of = 2026-11-24", 'as_of = "today"', 5, "Source 1 needs as_of"),
        ("https://www", "http://www", 5, "does not begin with https://"),
        ('text = "45 CFR 164.502"', 'text = " "', 5, "Source 1 needs a text"),
        ("sources = [", "sources = ['a book',", 5, "Source 1 must be a table"),
        ("sources = [", "sources = 5 #", 5, "“sources” is needed"),
        ("summary =", "summary", 4, "cannot be read"),
        ("## Signatures", "# Signatures", 12, "begin headings with ##"),
        ("## Signatures", "##### Signatures", 12, "no further"),
        ("*signed*", "![seal](seal.png)", 14, "Pictures cannot be part"),
        ("*signed*", "[signed](http://x.example)", 14, "A link leads to https://"),
        ("+++\ntitle", "---\ntitle", 1, "between two lines of +++"),
    ],
)
def test_each_mistake_is_named_with_its_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    path = write_texts(tmp_path) / "manual" / "01-role.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (said,) = _problems(tmp_path)
    assert said.startswith(f"manual/01-role.md:{line}: "), said
    assert words in said


def test_names_and_numbers_of_files_are_checked(tmp_path: Path) -> None:
    folder = write_texts(tmp_path) / "manual"
    (folder / "02-privacy.md").rename(folder / "04-orders.md")
    (folder / "Notes.md").write_text("x", encoding="utf-8")
    said = _problems(tmp_path)
    assert len(said) == 4
    assert "manual/Notes.md: Its name must be two digits and words" in said[3]
    assert any("its number should be 02" in line.lower() for line in said)
    assert any("has the same name after the number" in line for line in said)


def test_a_file_that_is_no_text_and_a_text_without_words_are_mistakes(tmp_path: Path) -> None:
    folder = write_texts(tmp_path) / "manual"
    (folder / "01-role.md").write_bytes(b"\xff\xfe")
    (folder / "02-privacy.md").write_text(HEAD.format(title="Empty", minutes=5), encoding="utf-8")
    said = _problems(tmp_path)
    assert said[0] == "manual/01-role.md: The file is not UTF-8 text. Save it as UTF-8."
    assert "The text itself is missing" in said[1]


def test_every_heading_has_an_address_of_its_own() -> None:
    sections = sections_of(
        "## Same\n\n### Part\n\na\n\n## Same\n\n### Part\n\nb\n\n## Ärzte\n\nc\n"
    )
    assert [s.anchor for s in sections] == ["same", "same-2", "arzte"]
    assert '<h3 id="part">' in sections[0].html
    assert '<h3 id="part-2">' in sections[1].html


def test_an_anchor_never_is_one_that_the_page_uses_itself() -> None:
    assert sections_of("## Main\n\na\n\n## Sources\n\nb\n")[0].anchor == "main-2"


def test_a_table_scrolls_in_a_named_frame_and_holds_no_style() -> None:
    (section,) = sections_of(f"## T\n\n{CHAPTERS[1][2].partition('more.')[2]}")
    assert 'role="region" tabindex="0" aria-label="Table 1: T"' in section.html
    assert '<th scope="col" class="numeric">Days</th>' in section.html.replace(
        '<th class="numeric" scope="col">', '<th scope="col" class="numeric">'
    )
    assert "style" not in section.html
    assert "notice\n60" in section.plain


def test_nothing_dangerous_gets_through() -> None:
    (section,) = sections_of(
        "## T\n\n<script>x()</script> [a](javascript:x) <b onclick='x'>b</b> [b](https://e.example)\n"
    )
    assert "<script" not in section.html
    assert "<b " not in section.html
    assert 'href="javascript' not in section.html
    assert '<a href="https://e.example" rel="noopener noreferrer">b</a>' in section.html
