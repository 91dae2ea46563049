"""One file for the printer from stored PDFs, and the renderer that tests use."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pytest
from pikepdf import Name, Object, Pdf

from scriptorium.integrations.pdf.documents import (
    CertificateDocument,
    CertificateError,
    CertificateRenderer,
)
from scriptorium.integrations.pdf.fake import FakeRenderer
from scriptorium.integrations.pdf.merging import render_merged
from scriptorium.integrations.pdf.typst_renderer import TypstRenderer


def certificate(number: int) -> CertificateDocument:
    return CertificateDocument(
        number=f"SC-{number}",
        title="Membership certificate",
        person_name=f"Person {number}",
        body_name="American Board of Scribes",
        starts_on=dt.date(2026, 1, 1),
        ends_before=dt.date(2027, 1, 1),
        issued_on=dt.date(2026, 1, 4),
        wording="Not endorsed by CMS or HHS.",
        verification_address=f"https://scriptorium.example/verify/SC-{number}/",
        content_sha256=f"{number:064x}",
    )


RENDERER = TypstRenderer(system_fonts=False)
STORED = [RENDERER.render(documents=[certificate(number)]) for number in range(3)]
TWO_PAGES = RENDERER.render(documents=[certificate(3), certificate(4)])


def merged(pdfs: list[bytes]) -> Pdf:
    return Pdf.open(io.BytesIO(render_merged(pdfs=pdfs, title="Riverside, 3 certificates")))


def marked_elements(pdf: Pdf) -> list[tuple[int, str]]:
    """Return (page, heading or kind) of every element, walking the tree like a screen reader."""
    pages: dict[object, int] = {page.objgen: index for index, page in enumerate(pdf.pages)}
    found: list[tuple[int, str]] = []

    def walk(element: Object) -> None:
        if Name.Pg in element:
            found.append((pages[element.Pg.objgen], str(element.S)))
        for kid in element.get(Name.K, pikepdf.Array()).as_list():
            if isinstance(kid, pikepdf.Dictionary) and Name.S in kid:
                walk(kid)

    for top in pdf.Root.StructTreeRoot.K.as_list():
        assert top.P.objgen == pdf.Root.StructTreeRoot.objgen
        walk(top)
    return found


def test_pages_keep_their_order() -> None:
    pdf = merged([*STORED, TWO_PAGES])
    links = [str(page.Annots[0].A.URI) for page in pdf.pages]
    assert links == [f"https://scriptorium.example/verify/SC-{number}/" for number in range(5)]


def test_tags_language_and_title_are_kept() -> None:
    pdf = merged(STORED)
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo.Title) == "Riverside, 3 certificates"
    kinds = marked_elements(pdf)
    assert [page for page, kind in kinds if kind == "/H1"] == [0, 1, 2]
    assert [page for page, _ in kinds] == sorted(page for page, _ in kinds)


def test_every_marked_piece_of_a_page_finds_its_tag() -> None:
    pdf = merged([*STORED, TWO_PAGES])
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums.as_list()
    tags = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    assert list(tags) == sorted(tags)
    assert len(tags) * 2 == len(numbers)
    for page in pdf.pages:
        own = tags[int(page.StructParents)].as_list()
        marks = [
            int(step.operands[1].MCID)
            for step in pikepdf.parse_content_stream(page)
            if str(step.operator) == "BDC" and Name.MCID in step.operands[1]
        ]
        assert marks
        assert all(own[mark].Pg.objgen == page.objgen for mark in marks)
        for note in page.Annots.as_list():
            assert Name.Link == tags[int(note.StructParent)].S


def test_each_source_has_a_bookmark_under_its_own_title() -> None:
    with merged(STORED).open_outline() as outline:
        assert [item.title for item in outline.root] == [
            f"Membership certificate SC-{number}, Person {number}" for number in range(3)
        ]


def test_the_merged_file_claims_no_archive_profile() -> None:
    with merged(STORED).open_metadata() as metadata:
        assert "pdfaid:part" not in metadata
        assert "pdfuaid:part" not in metadata


def test_merging_again_gives_the_same_bytes() -> None:
    assert render_merged(pdfs=STORED) == render_merged(pdfs=iter(STORED))


def test_a_source_without_tags_is_merged_as_it_is() -> None:
    plain = FakeRenderer().render(documents=[certificate(8)])
    assert len(merged([plain, STORED[0], plain]).pages) == 3
    assert Name.StructTreeRoot not in merged([plain]).Root


def test_fields_of_a_signature_do_not_come_along() -> None:
    with Pdf.open(io.BytesIO(STORED[0])) as source:
        field = source.make_indirect(
            pikepdf.Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature", Rect=[0, 0, 0, 0]
            )
        )
        source.pages[0].Annots.append(field)
        source.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        signed = io.BytesIO()
        source.save(signed)
    pdf = merged([signed.getvalue()])
    notes = pdf.pages[0].Annots.as_list()
    assert [note.Subtype for note in notes] == [Name.Link]


def test_bytes_that_are_no_pdf_are_named_by_their_place() -> None:
    with pytest.raises(CertificateError, match="Number 2 of the certificates"):
        render_merged(pdfs=[STORED[0], b"not a pdf"])


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(CertificateError, match="no certificate to print"):
        render_merged(pdfs=[])


def test_the_fake_makes_a_valid_pdf_with_the_number_in_it() -> None:
    fake = FakeRenderer()
    renderer: CertificateRenderer = fake
    documents = [certificate(1), certificate(2)]
    content = renderer.render(documents=documents)
    with Pdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert [b"SC-1" in pdf.pages[0].Contents.read_bytes()] == [True]
        assert [b"SC-2" in pdf.pages[1].Contents.read_bytes()] == [True]
    assert fake.rendered == documents
    assert FakeRenderer().render(documents=documents) == content


def test_the_fake_refuses_an_empty_list_as_the_real_one_does() -> None:
    with pytest.raises(CertificateError, match="no certificate to print"):
        FakeRenderer().render(documents=[])
