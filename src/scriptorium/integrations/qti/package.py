"""A package of items: a ZIP with a manifest, written byte for byte alike, read within limits.

Nothing is ever unpacked to disk; only files that the manifest names are read.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scriptorium.integrations.qti import names
from scriptorium.integrations.qti.items import read_item, write_item
from scriptorium.integrations.qti.packed import PackageError, PackedItem
from scriptorium.integrations.qti.xml import parse

MOST_FILES = 5_000
LARGEST_ITEM = 256 * 1024
LARGEST_MANIFEST = 8 * 1024 * 1024
LARGEST_IN_ALL = 64 * 1024 * 1024
#: No text shrinks to less than a hundredth; what does was made to fill a disk.
MOST_SHRUNK = 200
_SMALL = 64 * 1024
_ENTRY = b"PK\x01\x02"
#: ZIP's first possible moment, so that the same items give the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_DRIVE = re.compile(r"[A-Za-z]:")


def _tag(name: str) -> str:
    return f"{{{names.MANIFEST}}}{name}"


def _bank(name: str) -> str:
    return f"{{{names.BANK}}}{name}"


# Writing --------------------------------------------------------------------------------------


def write_package(*, items: Iterable[PackedItem]) -> bytes:
    """Return a package of items in the order of their codes."""
    ordered = sorted(items, key=lambda item: item.code)
    files = {f"items/{item.code}.xml": write_item(item=item) for item in ordered}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({names.MANIFEST_FILE: _manifest(ordered)} | files).items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _manifest(items: Iterable[PackedItem]) -> bytes:
    root = Element(
        "manifest", {"xmlns": names.MANIFEST, "xmlns:bank": names.BANK, "identifier": "item-bank"}
    )
    about = SubElement(root, "metadata")
    SubElement(about, "schema").text = "QTI Package"
    SubElement(about, "schemaversion").text = "3.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for item in items:
        href = f"items/{item.code}.xml"
        resource = SubElement(
            resources,
            "resource",
            {"identifier": item.code, "type": names.ITEM_TYPE, "href": href},
        )
        own = SubElement(
            SubElement(resource, "metadata"),
            "bank:entry",
            {
                "bank": item.bank,
                "topic": item.topic,
                "vignette": str(item.vignette).lower(),
                "ai-assisted": str(item.ai_assisted).lower(),
            },
        )
        for enemy in sorted(item.enemies):
            SubElement(own, "bank:enemy").text = enemy
        SubElement(resource, "file", {"href": href})
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


# Reading --------------------------------------------------------------------------------------


def read_package(*, content: bytes, max_bytes: int) -> list[PackedItem]:
    """Return the items of a package, in the order of its manifest; all of them or none.

    Arguments:
        max_bytes: the largest package that is accepted.

    Raises:
        PackageError: names every problem: no package, a bomb, a path that leads out of it, a file
            that is missing, and items that the bank cannot hold.
    """
    files = _open(content, max_bytes)
    if names.MANIFEST_FILE not in files:
        raise PackageError([f"The package has no {names.MANIFEST_FILE} at its top."])
    manifest = parse(content=files[names.MANIFEST_FILE], name=names.MANIFEST_FILE)
    resources = [
        one
        for one in manifest.iter(_tag("resource"))
        if one.get("type", "").startswith("imsqti_item")
    ]
    if not resources:
        raise PackageError(["The manifest names no item of QTI 3.0."])
    found: dict[str, PackedItem] = {}
    problems: list[str] = []
    for resource in resources:
        try:
            item = _read_resource(resource, files)
        except PackageError as error:
            problems += error.problems
            continue
        if item.code in found:
            problems.append(f"The identifier {item.code} is used by two items.")
        found[item.code] = item
    if problems:
        raise PackageError(problems)
    return list(found.values())


def _open(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """Return the XML files of an archive, after every name in it was looked at."""
    if len(content) > max_bytes:
        raise PackageError([f"The package is larger than {max_bytes // 1024 // 1024} MB."])
    # Counted before anything is opened: a directory of a million names is an attack by itself.
    if content.count(_ENTRY) > MOST_FILES:
        raise PackageError([f"The package has more than {MOST_FILES:,} files."])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            problems = [text for info in infos if (text := _wrong_with(info))]
            if len({info.filename for info in infos}) != len(infos):
                problems.append("Two files of the package have the same name.")
            if problems:
                raise PackageError(problems)
            return _read_all(archive, infos)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise PackageError(["The file is no ZIP archive, or it is damaged."]) from error


def _wrong_with(info: zipfile.ZipInfo) -> str:
    name, path = info.filename, PurePosixPath(info.filename)
    shown = name[:80]
    if path.is_absolute() or ".." in path.parts or "\\" in name or _DRIVE.match(name):
        return f"“{shown}” leads out of the package. Nothing was read."
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"“{shown}” is a link, not a file. Nothing was read."
    if info.flag_bits & 0x1:
        return f"“{shown}” is encrypted. Pack the items without a password."
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return f"“{shown}” is packed in a way that is not read. Use plain ZIP."
    if info.file_size > max(_SMALL, MOST_SHRUNK * info.compress_size):
        return f"“{shown}” would unpack to far more than it is. Nothing was read."
    return ""


def _read_all(archive: zipfile.ZipFile, infos: Iterable[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Read the XML files; sizes are measured while reading, since headers may lie."""
    found: dict[str, bytes] = {}
    total = 0
    for info in infos:
        if info.is_dir() or not info.filename.lower().endswith(".xml"):
            continue
        most = LARGEST_MANIFEST if info.filename == names.MANIFEST_FILE else LARGEST_ITEM
        with archive.open(info) as file:
            content = file.read(most + 1)
        total += len(content)
        if len(content) > most or total > LARGEST_IN_ALL:
            raise PackageError([f"“{info.filename[:80]}” is larger than any item can be."])
        found[info.filename] = content
    return found


def _read_resource(resource: Element, files: Mapping[str, bytes]) -> PackedItem:
    href = resource.get("href", "")
    if resource.get("type") != names.ITEM_TYPE:
        raise PackageError([f"{href or 'An item'} is of QTI 2 or older; convert it to 3.0."])
    if href not in files:
        raise PackageError([f"The manifest names “{href[:80]}”, which is not in the package."])
    item = read_item(content=files[href], name=href)
    own = resource.find(f".//{_bank('entry')}")
    if own is None:
        return item
    return replace(
        item,
        bank=own.get("bank", ""),
        topic=own.get("topic", ""),
        vignette=own.get("vignette") == "true",
        ai_assisted=own.get("ai-assisted") == "true",
        enemies=tuple((enemy.text or "").strip() for enemy in own.iterfind(_bank("enemy"))),
    )
