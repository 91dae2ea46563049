"""Reading XML from strangers: no DTD, no entity, nothing fetched, and not too much of it."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from scriptorium.integrations.qti.packed import PackageError

#: Deeper, or of more elements, is no item and no manifest.
DEEPEST, MOST_ELEMENTS = 40, 60_000


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


def words(element: Element | None) -> str:
    """Return an element's text as one line: line breaks of the file are no part of it."""
    if element is None:
        return ""
    lines = "".join(element.itertext()).replace("\t", " ").splitlines()
    return " ".join(line.strip() for line in lines if line.strip()).strip()
