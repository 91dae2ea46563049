"""Reading XML from strangers: no DTD, no entity, nothing fetched, and not too much of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from scriptorium.integrations.qti.packed import PackageError

#: Deeper, or of more elements, is no item and no manifest.
DEEPEST, MOST_ELEMENTS = 40, 60_000


#: After these a reader sees a new line.
_BLOCKS = {"p", "div", "br", "qti-prompt", "qti-simple-choice", "qti-rubric-block"}


class _TooMuch(Exception):
    pass


class _Limited(TreeBuilder):
    """Builds a tree as long as it is of a sensible size."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        """Open an element.

        Raises:
            _TooMuch: the tree is too deep or too large.
        """
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise _TooMuch
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """Close an element."""
        self.depth -= 1
        return super().end(tag)


def parse(*, content: bytes, name: str) -> Element:
    """Return the root of an XML file.

    Arguments:
        name: the file's name, for the sentence of a refusal.

    Raises:
        PackageError: it is no XML, has a document type or entities, or is too deep or too large.
    """
    parser = DefusedXMLParser(
        target=_Limited(), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise PackageError(
            [f"{name} declares a document type or entities, which no item needs. Remove them."]
        ) from error
    except _TooMuch as error:
        raise PackageError([f"{name} has too many elements, or nests them too deeply."]) from error
    except (ParseError, LookupError, ValueError) as error:
        raise PackageError([f"{name} is not well-formed XML: {error}."]) from error
    return root


def words(element: Element | None, *, without: Collection[str] = ()) -> str:
    """Return an element's text as one line: line breaks of the file are no part of it.

    Arguments:
        without: tags whose content is left out.
    """
    if element is None:
        return ""
    text = "".join(_pieces(element, without)).replace("\t", " ")
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def _pieces(element: Element, without: Collection[str]) -> Iterator[str]:
    # As deep as a tree may be, which is not deep.
    yield element.text or ""
    for child in element:
        if child.tag not in without:
            yield from _pieces(child, without)
        if child.tag.rpartition("}")[2] in _BLOCKS:
            yield "\n"
        yield child.tail or ""
