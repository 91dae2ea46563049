"""Uploaded bytes are what they are, whatever their name says."""

from __future__ import annotations

import pytest

from scriptorium.integrations.storage.content import WrongContent, check_pdf, check_picture
from tests.support.pictures import jpeg, pdf, png, png_that_claims


@pytest.mark.parametrize("content", [png(3000, 1), jpeg(1, 3000)], ids=["png", "jpeg"])
def test_a_picture_of_the_largest_size_is_taken(content: bytes) -> None:
    check_picture(content, most_pixels=3000)


@pytest.mark.parametrize("content", [png(13, 5), jpeg(5, 13)], ids=["png", "jpeg"])
def test_a_larger_picture_is_refused_with_its_size(content: bytes) -> None:
    with pytest.raises(WrongContent, match=r"13.* pixels. Choose one of at most 12"):
        check_picture(content, most_pixels=12)


@pytest.mark.parametrize(
    "content",
    [png()[:20], png_that_claims(0, 4), jpeg()[:3], jpeg()[:30], b"\xff\xd8\xff\xe0\xff"],
    ids=["short png", "empty png", "short jpeg", "jpeg without a frame", "cut jpeg"],
)
def test_a_broken_picture_is_refused(content: bytes) -> None:
    with pytest.raises(WrongContent, match="picture is broken"):
        check_picture(content, most_pixels=3000)


@pytest.mark.parametrize("content", [b"GIF89a", b"<svg/>", b"", pdf()])
def test_another_kind_of_file_is_refused(content: bytes) -> None:
    with pytest.raises(WrongContent, match="no PNG and no JPEG"):
        check_picture(content, most_pixels=3000)


def test_a_pdf_is_opened_before_it_is_taken() -> None:
    check_pdf(pdf())
    for content, words in (
        (b"%PDF-1.7 and nothing else", "broken"),
        (png(), "no PDF"),
        (pdf(password="meadow"), "has a password"),
    ):
        with pytest.raises(WrongContent, match=words):
            check_pdf(content)
