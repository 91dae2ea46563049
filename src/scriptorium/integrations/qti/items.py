"""One item as a QTI 3.0 file, written and read: a choice of four, or a typed answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scriptorium.integrations.qti import names
from scriptorium.integrations.qti.packed import PackageError, PackedItem
from scriptorium.integrations.qti.xml import parse, words

#: What a prompt may hold; anything else would be lost, so its item is refused.
_PLAIN = {"p", "div", "span", "em", "strong", "b", "i", "br", "sub", "sup", "code", "q", "abbr"}
#: Signs that no XML file may hold, however they came into a text.
_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_CHOICE, _ENTRY = "qti-choice-interaction", "qti-text-entry-interaction"


def _tag(name: str) -> str:
    return f"{{{names.ITEM}}}{name}"


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


# Writing --------------------------------------------------------------------------------------


def write_item(*, item: PackedItem) -> bytes:
    """Return an item as the bytes of its file; the same item gives the same bytes."""
    root = Element(
        "qti-assessment-item",
        {
            # Written out, so that no other system has to understand prefixes.
            "xmlns": names.ITEM,
            "identifier": item.code,
            "title": item.code,
            "adaptive": "false",
            "time-dependent": "false",
            "xml:lang": "en",
        },
    )
    _declare_response(root, item)
    score = SubElement(
        root,
        "qti-outcome-declaration",
        {"identifier": "SCORE", "cardinality": "single", "base-type": "float"},
    )
    _value(SubElement(score, "qti-default-value"), "0")
    body = SubElement(root, "qti-item-body")
    if item.accept:
        SubElement(body, "p").text = item.stem
        entry = SubElement(SubElement(body, "p"), _ENTRY)
        entry.set("response-identifier", names.RESPONSE)
    else:
        _write_choice(body, item)
    _write_rubric(body, item)
    template = names.MAP_RESPONSE if item.accept else names.MATCH_CORRECT
    SubElement(root, "qti-response-processing", {"template": template})
    # Only between elements: texts stay as they are.
    indent(root)
    return _ILLEGAL.sub(b"", tostring(root, encoding="utf-8", xml_declaration=True))


def _value(parent: Element, text: str) -> None:
    SubElement(parent, "qti-value").text = text


def _declare_response(root: Element, item: PackedItem) -> None:
    declared = SubElement(
        root,
        "qti-response-declaration",
        {
            "identifier": names.RESPONSE,
            "cardinality": "single",
            "base-type": "string" if item.accept else "identifier",
        },
    )
    correct = SubElement(declared, "qti-correct-response")
    if not item.accept:
        _value(correct, names.LETTERS[item.key or 0])
        return
    _value(correct, item.accept[0])
    mapping = SubElement(declared, "qti-mapping", {"default-value": "0"})
    for spelling in item.accept:
        SubElement(
            mapping,
            "qti-map-entry",
            {"map-key": spelling, "mapped-value": "1", "case-sensitive": "false"},
        )


def _write_choice(body: Element, item: PackedItem) -> None:
    choice = SubElement(
        body,
        _CHOICE,
        {"response-identifier": names.RESPONSE, "shuffle": "false", "max-choices": "1"},
    )
    SubElement(choice, "qti-prompt").text = item.stem
    for letter, text in zip(names.LETTERS, item.options, strict=True):
        SubElement(choice, "qti-simple-choice", {"identifier": letter}).text = text


def _write_rubric(body: Element, item: PackedItem) -> None:
    """Write what authors read and candidates never see."""
    parts = (("rationale", item.rationale), ("source", item.source), ("url", item.url))
    if not any(text for _, text in parts):
        return
    block = SubElement(body, "qti-rubric-block", {"use": "scoring", "view": "author scorer"})
    content = SubElement(block, "qti-content-body")
    for name, text in parts:
        if text:
            SubElement(content, "p", {"class": name}).text = text


# Reading --------------------------------------------------------------------------------------


def read_item(*, content: bytes, name: str) -> PackedItem:
    """Return the item of a file, without what its manifest adds.

    Arguments:
        name: the file's name, for the sentences of a refusal.

    Raises:
        PackageError: the file is no item of QTI 3.0, or of a kind that the bank cannot hold.
    """
    root = parse(content=content, name=name)
    if root.tag != _tag("qti-assessment-item"):
        old = "imsqti_v2" in root.tag or "imsqti_v1" in root.tag
        what = "an item of QTI 2 or older; convert it to 3.0" if old else "no item of QTI 3.0"
        raise PackageError([f"{name} is {what}."])
    code = root.get("identifier", "").strip()
    body = root.find(_tag("qti-item-body"))
    if not code or body is None:
        raise PackageError([f"{name} has no identifier or no body."])
    problems = list(_strange(body, name))
    if problems:
        raise PackageError(problems)
    choices, entries = list(body.iter(_tag(_CHOICE))), list(body.iter(_tag(_ENTRY)))
    if len(choices) + len(entries) != 1:
        raise PackageError([f"{name} needs exactly one choice or one text entry."])
    declared = _declaration(root, choices[0] if choices else entries[0], name)
    rubric = {
        part.get("class", ""): words(part)
        for block in body.iter(_tag("qti-rubric-block"))
        for part in block.iter(_tag("p"))
    }
    stem, options, key, accept = (
        _read_choice(body, choices[0], declared, name)
        if choices
        else _read_entry(body, declared, name)
    )
    return PackedItem(
        code=code,
        stem=stem,
        options=options,
        key=key,
        accept=accept,
        rationale=rubric.get("rationale", ""),
        source=rubric.get("source", ""),
        url=rubric.get("url", ""),
    )


def _strange(body: Element, name: str) -> Iterator[str]:
    known = {_CHOICE, _ENTRY, "qti-prompt", "qti-simple-choice", "qti-item-body"}
    rubric = {id(part) for block in body.iter(_tag("qti-rubric-block")) for part in block.iter()}
    found = {
        _local(part)
        for part in body.iter()
        if id(part) not in rubric and _local(part) not in known | _PLAIN
    }
    for tag in sorted(found):
        yield f"{name} holds <{tag}>, which this bank cannot keep. Write the item as plain text."


def _declaration(root: Element, interaction: Element, name: str) -> Element:
    wanted = interaction.get("response-identifier")
    for declared in root.findall(_tag("qti-response-declaration")):
        if declared.get("identifier") == wanted and declared.get("cardinality") == "single":
            return declared
    raise PackageError([f"{name} declares no single response for its question."])


def _stem(body: Element) -> str:
    """Return what a candidate reads before the options; rubrics are not for candidates."""
    hidden = {_tag("qti-simple-choice"), _tag("qti-rubric-block")}
    return words(body, without=hidden)


def _read_choice(
    body: Element, choice: Element, declared: Element, name: str
) -> tuple[str, tuple[str, ...], int, tuple[str, ...]]:
    found = choice.findall(_tag("qti-simple-choice"))
    letters = [option.get("identifier", "") for option in found]
    right = [words(value) for value in declared.iterfind(f"{_tag('qti-correct-response')}/*")]
    problems = []
    if len(found) != len(names.LETTERS) or len(set(letters)) != len(found):
        problems.append(f"{name} has {len(found)} options; items of this bank have four.")
    if len(right) != 1 or right[0] not in letters:
        problems.append(f"{name} does not name one of its options as the right one.")
    stem = _stem(body)
    if not stem or not all(words(option) for option in found):
        problems.append(f"{name} has a question or an option without a text.")
    if problems:
        raise PackageError(problems)
    return stem, tuple(words(option) for option in found), letters.index(right[0]), ()


def _read_entry(
    body: Element, declared: Element, name: str
) -> tuple[str, tuple[str, ...], None, tuple[str, ...]]:
    spellings = [words(value) for value in declared.iterfind(f"{_tag('qti-correct-response')}/*")]
    spellings += [
        entry.get("map-key", "").strip()
        for entry in declared.iterfind(f"{_tag('qti-mapping')}/{_tag('qti-map-entry')}")
        if _worth(entry) > 0
    ]
    accept = tuple(dict.fromkeys(text for text in spellings if text))
    stem = _stem(body)
    if not stem or not accept:
        raise PackageError([f"{name} has no question, or no spelling that counts as right."])
    return stem, (), None, accept


def _worth(entry: Element) -> float:
    try:
        return float(entry.get("mapped-value", "0"))
    except ValueError:
        return 0.0
