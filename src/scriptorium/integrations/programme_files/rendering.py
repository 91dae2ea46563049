"""Markdown as safe HTML, cut into sections that each have an address of their own.

It happens once, when a text is loaded; readers get what was stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_TAGS = {
    "p", "h3", "h4", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "a", "blockquote", "br",
    "hr", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"},
    "h3": {"id"},
    "h4": {"id"},
    "ol": {"start"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "table": {"class"},
    "th": {"class", "scope"},
    "td": {"class"},
}
#: Anchors that the page around the text uses itself.
_TAKEN = {"main", "announcer", "start", "contents", "sources", "read", "search"}


@dataclass(frozen=True, slots=True)
class Section:
    """A text from one heading of the second level to the next.

    Arguments:
        anchor: its address within the page; "start" for what stands before the first heading.
        title: the heading, or "".
        html: safe HTML without the heading itself.
        plain: the words alone, for the search.
    """

    anchor: str
    title: str
    html: str
    plain: str


def sections_of(text: str) -> tuple[Section, ...]:
    """Return a Markdown text as its sections, in order; an empty beginning is left out."""
    used = set(_TAKEN)
    tables = 0
    found = []
    for heading, tokens in _cut(_markdown.parse(text)):
        if not heading and not tokens:
            continue
        anchor = _free(heading, used) if heading else "start"
        tables = _prepare(tokens, used, tables, heading)
        html = _markdown.renderer.render(tokens, _markdown.options, {})
        found.append(Section(anchor, heading, _clean(html), _plain(tokens)))
    return tuple(found)


def misplaced(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, sentence) of each thing that a text of ours may not hold."""
    for token in _markdown.parse(text):
        line = token.map[0] + 1 if token.map else 1
        if token.type == "heading_open" and token.tag == "h1":
            yield line, "The title stands in the head of the file; begin headings with ##."
        if token.type == "heading_open" and token.tag in {"h5", "h6"}:
            yield line, "Headings go down to #### and no further."
        kinds = {child.type for child in token.children or ()}
        if "image" in kinds:
            yield line, "Pictures cannot be part of a text; describe what it shows."
        if any(_bad_link(child) for child in token.children or ()):
            yield line, "A link leads to https://, to a page of this site or to a section here."


def _bad_link(token: Token) -> bool:
    if token.type != "link_open":
        return False
    return not str(token.attrGet("href")).startswith(("https://", "mailto:", "/", "#"))


def _cut(tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Yield (heading, tokens) of each section; "" stands before the first heading."""
    heading, held = "", list[Token]()
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "heading_open" and token.tag == "h2":
            yield heading, held
            heading, held = _words(tokens[position + 1]), []
            position += 3
            continue
        held.append(token)
        position += 1
    yield heading, held


def _prepare(tokens: Sequence[Token], used: set[str], tables: int, heading: str) -> int:
    """Give headings their anchors and tables a frame that scrolls; returns the tables so far."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            token.attrSet("id", _free(_words(following), used))
        elif token.type == "table_open":
            tables += 1
            token.attrSet("class", "table")
            token.meta["name"] = f"Table {tables}: {heading}" if heading else f"Table {tables}"
        elif token.type in {"th_open", "td_open"}:
            if "right" in str(token.attrs.pop("style", "")):
                token.attrSet("class", "numeric")
            if token.type == "th_open":
                token.attrSet("scope", "col")
    return tables


def _free(words: str, used: set[str]) -> str:
    """Return an anchor made of a heading that nothing on the page has yet, and take it."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
    anchor, number = base, 1
    while anchor in used:
        number += 1
        anchor = f"{base}-{number}"
    used.add(anchor)
    return anchor


def _words(inline: Token) -> str:
    """Return the words of a line without its markup."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
    ).strip()


def _plain(tokens: Sequence[Token]) -> str:
    lines = [_words(token) for token in tokens if token.type == "inline"]
    lines += [token.content.strip() for token in tokens if token.type in {"fence", "code_block"}]
    return "\n".join(line for line in lines if line)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _table_open(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    name = str(tokens[index].meta["name"]).replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<div class="table-frame" role="region" tabindex="0" aria-label="{name}">'
        '<table class="table">\n'
    )


def _table_close(
    _renderer: object, _tokens: object, _index: int, _options: object, _env: object
) -> str:
    return "</table></div>\n"


_markdown.add_render_rule("table_open", _table_open)
_markdown.add_render_rule("table_close", _table_close)
