"""Item packages: they come back as they went out, and hostile ones are refused (row 26)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptorium.integrations.qti import package as packing
from scriptorium.integrations.qti.items import read_item, write_item
from scriptorium.integrations.qti.package import read_package, write_package
from scriptorium.integrations.qti.packed import PackageError, PackedItem

LIMIT = 10_000_000
CHOICE = PackedItem(
    code="note-001",
    stem="Which heading holds <the> patient's words & story?",
    options=("History", "Plan", "Review of systems", "Assessment"),
    key=0,
    rationale="It holds what the patient says.",
    source="Textbook, chapter 4",
    url="https://example.org/?a=1&b=2",
    bank="core",
    topic="note",
    vignette=True,
    ai_assisted=True,
    enemies=("spelling-001",),
)
TYPED = PackedItem(
    code="spelling-001", stem="Type the word for pain along the sciatic nerve.",
    accept=("sciatica", "ischialgia"), rationale="Sci-", source="Word parts", bank="core",
    topic="spelling",
)  # fmt: skip
_WORDS = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "S", "M"]), min_size=1, max_size=12),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip


def test_row_26_export_and_import_give_identical_items_and_keys() -> None:
    items = [CHOICE, TYPED]
    package = write_package(items=items)
    assert read_package(content=package, max_bytes=LIMIT) == items
    assert write_package(items=reversed(items)) == package


@settings(max_examples=150, deadline=None)
@given(
    stem=_WORDS, options=st.lists(_WORDS, min_size=4, max_size=4), key=st.integers(0, 3), why=_WORDS
)
def test_row_26_any_text_survives(stem: str, options: list[str], key: int, why: str) -> None:
    item = PackedItem("note-002", stem, tuple(options), key, rationale=why, source="S")
    assert read_item(content=write_item(item=item), name="x") == item


@settings(max_examples=100, deadline=None)
@given(stem=_WORDS, accept=st.lists(_WORDS, min_size=1, max_size=4, unique=True))
def test_row_26_any_spelling_survives(stem: str, accept: list[str]) -> None:
    item = PackedItem("spelling-002", stem, accept=tuple(accept))
    assert read_item(content=write_item(item=item), name="x") == item


def test_a_control_character_never_makes_a_file_that_nobody_can_read() -> None:
    item = PackedItem("note-002", "A\x07 bell\ufffe", ("a", "b", "c", "d"), 1)
    assert read_item(content=write_item(item=item), name="x").stem == "A bell"


def test_an_item_of_another_system_is_read() -> None:
    foreign = b"""<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="note-900"
  title="Luggage" adaptive="false" time-dependent="false">
  <qti-response-declaration base-type="identifier" cardinality="single" identifier="R1">
    <qti-correct-response><qti-value>ChoiceC</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-item-body>
    <div><p>A sign stands
      at the gate.</p><p>It is <strong>short</strong>.</p>
    <qti-choice-interaction response-identifier="R1" shuffle="true" max-choices="1">
      <qti-prompt>What does it say?</qti-prompt>
      <qti-simple-choice identifier="ChoiceA">You must stay.</qti-simple-choice>
      <qti-simple-choice identifier="ChoiceB">You may go.</qti-simple-choice>
      <qti-simple-choice identifier="ChoiceC">Wait
        here.</qti-simple-choice>
      <qti-simple-choice identifier="ChoiceD">Turn back.</qti-simple-choice>
    </qti-choice-interaction></div>
  </qti-item-body>
</qti-assessment-item>"""
    item = read_item(content=foreign, name="x")
    assert item.stem == "A sign stands at the gate. It is short. What does it say?"
    assert (item.options[2], item.key) == ("Wait here.", 2)
    assert (item.bank, item.rationale) == ("", "")


# Hostile ones ---------------------------------------------------------------------------------


def _zip(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(info)
            archive.writestr(info, content)
    return out.getvalue()


def _with_item(xml: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_package(items=[CHOICE]))) as archive:
        manifest = archive.read("imsmanifest.xml")
    return _zip({"imsmanifest.xml": manifest, "items/note-001.xml": xml})


def _refusal(content: bytes, max_bytes: int = LIMIT) -> str:
    with pytest.raises(PackageError) as refused:
        read_package(content=content, max_bytes=max_bytes)
    return str(refused.value)


XXE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="a">
<qti-item-body><p>&f;</p></qti-item-body></qti-assessment-item>"""
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]><z>&a9;</z>"  # fmt: skip
OUTSIDE = b'<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><x/>'


@pytest.mark.parametrize("xml", [XXE, LAUGHS, OUTSIDE])
def test_row_26_entities_and_document_types_are_refused(xml: bytes) -> None:
    assert "declares a document type or entities" in _refusal(_with_item(xml))
    manifest = _zip({"imsmanifest.xml": xml})
    assert "declares a document type or entities" in _refusal(manifest)


def test_row_26_xml_without_end_is_refused() -> None:
    assert "nests them too deeply" in _refusal(_with_item(b"<a>" * 60 + b"</a>" * 60))
    with pytest.raises(PackageError, match="too many elements"):
        read_item(content=b"<a>" + b"<b/>" * 62_000 + b"</a>", name="x")
    assert "not well-formed XML" in _refusal(_with_item(b"<a><b></a>"))
    assert "not well-formed XML" in _refusal(_with_item(b'<?xml version="1.0" encoding="no"?><a/>'))


def test_row_26_zip_bombs_are_refused() -> None:
    bomb = _zip({"imsmanifest.xml": b"<a/>", "bomb.bin": b"\0" * 30_000_000})
    assert len(bomb) < 100_000
    assert "would unpack to far more" in _refusal(bomb)
    # A header that lies about the size: what is read is measured too.
    big = _zip({"imsmanifest.xml": b"<a/>", "items/a.xml": b"<a>" + b"\n" * 400_000 + b"</a>"})
    lying = big.replace((400_007).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lying != big
    assert _refusal(lying)


def test_row_26_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    package = write_package(items=[CHOICE, TYPED])
    assert "larger than" in _refusal(package, max_bytes=100)
    monkeypatch.setattr(packing, "MOST_FILES", 2)
    assert "more than 2 files" in _refusal(package)
    monkeypatch.undo()
    monkeypatch.setattr(packing, "LARGEST_IN_ALL", 2_000)
    assert "larger than any item can be" in _refusal(package)


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/evil.xml", "items/../../evil.xml", "C:/evil.xml", "..\\evil.xml"]
)
def test_row_26_paths_out_of_the_package_are_refused(name: str) -> None:
    # ZipFile mends some names while writing; what an attacker sends is not mended.
    plain = "x" * len(name)
    content = _zip({"imsmanifest.xml": b"<a/>", plain: b"<a/>"})
    content = content.replace(plain.encode(), name.encode())
    assert "leads out of the package" in _refusal(content)


def test_row_26_links_and_locked_files_are_refused() -> None:
    def link(info: zipfile.ZipInfo) -> None:
        info.external_attr = 0o120777 << 16

    assert "is a link" in _refusal(_zip({"imsmanifest.xml": b"/etc/passwd"}, link))
    locked = bytearray(_zip({"imsmanifest.xml": b"<a/>"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in _refusal(bytes(locked))
    other = bytearray(_zip({"imsmanifest.xml": b"<a/>"}))
    other[other.index(b"PK\x01\x02") + 10] = 12
    assert "packed in a way that is not read" in _refusal(bytes(other))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_package_is_refused_with_a_sentence() -> None:
    assert "no ZIP archive" in _refusal(b"hello")
    assert "no ZIP archive" in _refusal(write_package(items=[CHOICE])[:-40])
    assert "has no imsmanifest.xml" in _refusal(_zip({"a.xml": b"<a/>"}))
    assert "names no item" in _refusal(_zip({"imsmanifest.xml": b"<a/>"}))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", b"<a/>")
        archive.writestr("a.xml", b"<b/>")
    assert "the same name" in _refusal(out.getvalue())
    with zipfile.ZipFile(io.BytesIO(write_package(items=[CHOICE]))) as archive:
        manifest = archive.read("imsmanifest.xml")
    assert "not in the package" in _refusal(_zip({"imsmanifest.xml": manifest}))
    old = manifest.replace(b"imsqti_item_xmlv3p0", b"imsqti_item_xmlv2p1")
    assert "of QTI 2 or older" in _refusal(_zip({"imsmanifest.xml": old}))


def _changed(old: str, new: str, item: PackedItem = CHOICE) -> str:
    xml = write_item(item=item)
    assert old.encode() in xml
    return _refusal(_with_item(xml.replace(old.encode(), new.encode())))


def test_items_that_the_bank_cannot_hold_are_refused_by_name() -> None:
    fifth = '<qti-simple-choice identifier="E">x</qti-simple-choice></qti-choice-interaction>'
    assert "has 5 options" in _changed("</qti-choice-interaction>", fifth)
    assert "does not name one of its options" in _changed("<qti-value>A<", "<qti-value>X<")
    assert "without a text" in _changed(">Plan<", "><")
    assert "holds <img>" in _changed("<qti-item-body>", '<qti-item-body><img src="a.png"/>')
    assert "exactly one choice" in _changed("qti-choice-interaction", "div")
    assert "declares no single response" in _changed(
        '"single" base-type="id', '"multiple" base-type="id'
    )
    assert "no identifier or no body" in _changed("qti-item-body", "other-body")
    assert "no item of QTI 3.0" in _changed("qti-assessment-item", "assessment")
    assert "QTI 2 or older" in _changed("imsqtiasi_v3p0", "imsqti_v2p1")


def test_a_typed_item_without_a_right_spelling_is_refused() -> None:
    xml = write_item(item=TYPED).replace(b'mapped-value="1"', b'mapped-value="much"')
    xml = xml.replace(b"<qti-value>sciatica<", b"<qti-value><")
    assert "no spelling that counts as right" in _refusal(_with_item(xml))


def test_two_items_of_one_name_are_refused_and_every_problem_is_named() -> None:
    twice = write_item(item=CHOICE).replace(b'"note-001"', b'"spelling-001"')
    with zipfile.ZipFile(io.BytesIO(write_package(items=[CHOICE, TYPED]))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert "used by two items" in _refusal(_zip(files | {"items/note-001.xml": twice}))
    broken = _refusal(_zip(files | {"items/note-001.xml": b"<", "items/spelling-001.xml": b"<"}))
    assert "items/note-001.xml" in broken
    assert "items/spelling-001.xml" in broken


def test_a_refusal_names_so_many_problems_and_counts_the_rest() -> None:
    assert str(PackageError(str(n) for n in range(25))).endswith("19\nAnd 5 more.")
