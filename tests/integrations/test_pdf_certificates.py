"""What a certificate PDF holds, read back from its bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import threading
from typing import Any

import pikepdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Name, Object, Page, Pdf, parse_content_stream

from scriptorium.integrations.pdf.documents import (
    CertificateDocument,
    CertificateError,
    CertificateRenderer,
    Paper,
)
from scriptorium.integrations.pdf.qr import QUIET_MODULES, qr_matrix
from scriptorium.integrations.pdf.typst_renderer import TypstRenderer

ADDRESS = "https://scriptorium.example/verify/SC-2026-004217/"
WORDING = "Issued by a private body. This is not a licence and is not endorsed by CMS or HHS."
SASHA = CertificateDocument(
    number="SC-2026-004217",
    title="Annual compliance certificate",
    person_name="Sasha Berg",
    body_name="American Board of Scribes",
    starts_on=dt.date(2026, 1, 1),
    ends_before=dt.date(2027, 1, 1),
    issued_on=dt.date(2026, 1, 4),
    wording=WORDING,
    verification_address=ADDRESS,
    content_sha256="3fa4b1c0" * 8,
    credential="Certified Medical Scribe Specialist, Dermatology",
    statement="has met the yearly requirements of the scheme.",
    practice_name="Riverside Dermatology",
    physicians=("Helen Pine, MD", "Ravi Shah, DO"),
)
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7H1z"/></svg>'
RENDERER: CertificateRenderer = TypstRenderer(system_fonts=False)


def rendered(**changes: object) -> Pdf:
    document = dataclasses.replace(SASHA, **changes)  # type: ignore[arg-type]
    return Pdf.open(io.BytesIO(RENDERER.render(documents=[document])))


def instructions_of(page: Page) -> list[tuple[str, list[Any]]]:
    """Return a page's drawing instructions, each as its operator and its operands."""
    return [(str(step.operator), list(step.operands)) for step in parse_content_stream(page)]


def letters_of(font: Object) -> dict[int, str]:
    """Read a font's ToUnicode table: glyph number to the letters it stands for."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            letters[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return letters


def text_of(pdf: Pdf, page: int = 0) -> str:
    """Return a page's text in reading order, the way a reader's copy would."""
    fonts = {key: letters_of(font) for key, font in pdf.pages[page].Resources.Font.items()}
    letters: dict[int, str] = {}
    words: list[str] = []
    for operator, operands in instructions_of(pdf.pages[page]):
        if operator == "Tf":
            letters = fonts[str(operands[0])]
        elif operator in {"TJ", "Tj"}:
            for piece in operands[0] if operator == "TJ" else operands:
                if isinstance(piece, pikepdf.String):
                    raw = bytes(piece)
                    glyphs = (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
                    words += [letters.get(glyph, "") for glyph in glyphs]
        elif operator == "ET":
            words.append("\n")
    return "".join(words)


def flat_text_of(pdf: Pdf, page: int = 0) -> str:
    return re.sub(r"\s+", " ", text_of(pdf, page))


def elements_of(pdf: Pdf) -> list[Object]:
    """Return every element of the structure tree, in reading order."""
    found: list[Object] = []

    def walk(element: Object) -> None:
        found.append(element)
        for kid in element.get(Name.K, pikepdf.Array()).as_list():
            if isinstance(kid, pikepdf.Dictionary) and Name.S in kid:
                walk(kid)

    for top in pdf.Root.StructTreeRoot.K.as_list():
        walk(top)
    return found


def test_the_same_certificate_renders_to_the_same_bytes() -> None:
    first = RENDERER.render(documents=[SASHA])
    RENDERER.render(documents=[dataclasses.replace(SASHA, person_name="Someone Else")])
    assert RENDERER.render(documents=[SASHA]) == first
    assert TypstRenderer(system_fonts=True).render(documents=[SASHA]) == first


def test_the_date_of_the_file_is_the_day_of_issue() -> None:
    assert str(rendered().docinfo.CreationDate).startswith("D:20260104")


def test_title_language_and_tags_are_set() -> None:
    pdf = rendered()
    assert str(pdf.Root.Lang) == "en"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    title = "Annual compliance certificate SC-2026-004217, Sasha Berg"
    assert str(pdf.docinfo.Title) == title
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == title


def test_it_declares_pdf_a_2a_and_pdf_ua_1() -> None:
    with rendered().open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"


def test_a_screen_reader_hears_headings_and_what_each_picture_is() -> None:
    pdf = rendered()
    elements = elements_of(pdf)
    kinds = [str(element.S) for element in elements]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 1
    pictures = [str(element.Alt) for element in elements if Name.Figure == element.S]
    assert pictures == ["Logo of American Board of Scribes", f"QR code that opens {ADDRESS}"]


def test_every_fact_is_printed() -> None:
    text = flat_text_of(rendered())
    for words in (
        "AMERICAN BOARD OF SCRIBES",
        "Annual compliance certificate",
        "Sasha Berg",
        "Certified Medical Scribe Specialist, Dermatology",
        "has met the yearly requirements of the scheme.",
        "Riverside Dermatology",
        "Helen Pine, MD",
        "Ravi Shah, DO",
        "1 Jan 2026 – 31 Dec 2026",
        "4 Jan 2026",
        "SC-2026-004217",
        ADDRESS,
        "3fa4 b1c0 3fa4 b1c0 …",
    ):
        assert words in text


def test_the_line_that_nobody_in_government_endorses_it_is_printed() -> None:
    assert WORDING in flat_text_of(rendered())


def test_absent_facts_leave_no_label_behind() -> None:
    text = flat_text_of(rendered(credential="", statement="", practice_name="", physicians=()))
    assert "PRACTICE" not in text
    assert "PHYSICIAN" not in text
    assert "Awarded to" in text


def test_a_certificate_of_one_day_prints_that_day() -> None:
    text = flat_text_of(rendered(ends_before=None))
    assert "DATE 1 Jan 2026" in text
    assert "PERIOD" not in text


def test_one_physician_is_named_in_the_singular() -> None:
    assert "SUPERVISING PHYSICIAN Helen" in flat_text_of(rendered(physicians=("Helen Pine, MD",)))


def test_a_long_list_of_physicians_ends_in_how_many_more_there_are() -> None:
    names = tuple(f"Dr. Number {number}" for number in range(1, 10))
    text = flat_text_of(rendered(physicians=names))
    assert "Dr. Number 3 and 6 more" in text
    assert "Dr. Number 4" not in text


def test_four_physicians_are_all_named() -> None:
    names = tuple(f"Dr. Number {number}" for number in range(1, 5))
    assert dataclasses.replace(SASHA, physicians=names).physician_lines == names


@pytest.mark.parametrize(
    "name",
    [
        "#set text(fill: red)",
        "$x^2$ and $",
        "C:\\new \\u{41} \\",
        "*bold* _slanted_ `code`",
        "\"double\" 'single' -- --- ... ~",
        "<script>alert(1)</script>",
        "@reference <label> // note /* note */",
        "= Heading",
        "{{ job }} {% now %} ${HOME} %s",
    ],
)
def test_a_hostile_name_appears_literally(name: str) -> None:
    pdf = rendered(person_name=name)
    assert name in flat_text_of(pdf)
    assert str(pdf.docinfo.Title).endswith(name)


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize(
    "name",
    [
        "Wilhelmina-Konstantyna Przybyszewska-Łukasiewiczówna de la Peña y Núñez Đặng-Thị",
        "W" * 44,
        "x" * 300,
        "Ada " * 80,
    ],
)
def test_a_very_long_name_stays_on_the_one_page(name: str, paper: Paper) -> None:
    pdf = rendered(person_name=name, practice_name=name, credential=name, paper=paper)
    assert len(pdf.pages) == 1
    shown = text_of(pdf).replace("\n", "").replace("\u200b", "").replace(" ", "")
    assert name.replace(" ", "") in shown


@pytest.mark.parametrize(("paper", "size"), [(Paper.US_LETTER, (792, 612)), (Paper.A4, (842, 595))])
def test_the_sheet_lies_on_its_side(paper: Paper, size: tuple[int, int]) -> None:
    pdf = rendered(paper=paper)
    box = pdf.pages[0].mediabox
    assert (round(float(box[2])), round(float(box[3]))) == size


@pytest.mark.parametrize(
    "name", ["山田太郎", "محمد نور", "Ada 🦉 Park", "\ue000 private", "\uffff"]
)
def test_a_script_that_no_font_has_never_stops_a_certificate(name: str) -> None:
    pdf = rendered(person_name=f"Ada {name}")
    assert "SC-2026-004217" in text_of(pdf)
    assert bool(pdf.Root.MarkInfo.Marked)


def test_after_such_a_name_the_next_certificate_is_an_archive_file_again() -> None:
    rendered(person_name="山田太郎")
    with rendered().open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"


@settings(max_examples=40, deadline=None)
@given(name=st.text(min_size=1, max_size=60).filter(lambda text: text.strip() != ""))
def test_no_name_at_all_stops_a_certificate(name: str) -> None:
    assert len(rendered(person_name=name).pages) == 1


@pytest.mark.parametrize(
    "address", [ADDRESS, "https://body.example/v/1/", f"{ADDRESS}?on=2026-02-28"]
)
def test_the_qr_code_drawn_is_the_one_segno_makes(address: str) -> None:
    code = segno.make_qr(address, error="m", boost_error=False)
    expected = {
        (x, y) for y, row in enumerate(code.matrix) for x, module in enumerate(row) if module
    }
    pdf = rendered(verification_address=address)
    drawn: set[tuple[int, int]] = set()
    corner = (0, 0)
    inside = False
    for operator, operands in instructions_of(pdf.pages[0]):
        if operator == "BDC":
            inside = "QR code" in str(dict(operands[1]).get("/Alt", ""))
        elif inside and operator == "m":
            corner = (int(operands[0]), int(operands[1]))
        elif inside and operator == "l" and int(operands[1]) == corner[1] + 1:
            # The far corner of a run of modules, one module high.
            drawn |= {(x, corner[1]) for x in range(corner[0], int(operands[0]))}
    assert {(x - QUIET_MODULES, y - QUIET_MODULES) for x, y in drawn} == expected


def test_the_matrix_has_a_row_for_each_of_segnos() -> None:
    matrix = qr_matrix(address=ADDRESS)
    assert [[int(module) for module in row] for row in matrix] == [
        list(row) for row in segno.make_qr(ADDRESS, error="m", boost_error=False).matrix
    ]


def test_the_address_is_a_link() -> None:
    pdf = rendered()
    links = [str(note.A.URI) for note in pdf.pages[0].Annots.as_list()]
    assert links == [ADDRESS]


def test_the_bodys_own_logo_replaces_the_default_mark() -> None:
    assert RENDERER.render(documents=[dataclasses.replace(SASHA, logo_svg=SQUARE)]) != (
        RENDERER.render(documents=[SASHA])
    )


@pytest.mark.parametrize("logo", ["not a picture", "<svg", "<html></html>"])
def test_a_logo_that_is_no_svg_is_refused_in_plain_words(logo: str) -> None:
    with pytest.raises(CertificateError, match=r"logo is not an SVG picture.*Upload another"):
        rendered(logo_svg=logo)


def test_many_certificates_make_one_file_with_a_page_and_a_bookmark_each() -> None:
    people = [
        dataclasses.replace(
            SASHA,
            person_name=f"Person {number}",
            number=f"SC-{number}",
            paper=Paper.A4 if number % 2 else Paper.US_LETTER,
            logo_svg=SQUARE if number % 2 else "",
        )
        for number in range(5)
    ]
    pdf = Pdf.open(io.BytesIO(RENDERER.render(documents=people)))
    assert [f"Person {n}" in text_of(pdf, n) for n in range(5)] == [True] * 5
    assert len(pdf.pages) == 5
    with pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [f"Person {n}" for n in range(5)]
    assert str(pdf.docinfo.Title) == "5 certificates, American Board of Scribes"


def test_after_a_large_batch_single_certificates_are_still_the_same() -> None:
    before = RENDERER.render(documents=[SASHA])
    RENDERER.render(documents=[dataclasses.replace(SASHA, number=str(n)) for n in range(60)])
    assert RENDERER.render(documents=[SASHA]) == before


def test_nothing_to_print_is_refused() -> None:
    with pytest.raises(CertificateError, match="no certificate to print"):
        RENDERER.render(documents=[])


def test_threads_that_render_at_once_each_get_their_own_certificate() -> None:
    found: dict[int, str] = {}

    def one(number: int) -> None:
        found[number] = text_of(rendered(person_name=f"Person {number}"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"Person {number}" in found[number] for number in range(8))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("person_name", "  ", "needs its person name"),
        ("wording", "", "needs its wording"),
        ("ends_before", dt.date(2026, 1, 1), "must end after it starts"),
        ("content_sha256", "3FA4", "64 lower-case"),
        ("verification_address", "javascript:alert(1)", "absolute web address"),
    ],
)
def test_a_document_that_cannot_be_true_is_refused(
    field: str, value: object, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        dataclasses.replace(SASHA, **{field: value})  # type: ignore[arg-type]
