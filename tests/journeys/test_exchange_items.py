"""Items out of one bank and into another, and back (STANDARDS row 26)."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from scriptorium.database.triggers import guard_window
from scriptorium.domains.exams.models import EnemyPair, Item, ItemVersion
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.integrations.qti.package import write_package
from scriptorium.integrations.qti.packed import PackageError, PackedItem
from scriptorium.journeys import author_item
from scriptorium.journeys import exchange_items as journey
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support import items as build
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
ADA = Actor(ActorKind.STAFF, "0author00000", "Ada Author", "r1")
LIMIT = 10_000_000
TEXT = (
    "item__code", "item__bank", "item__topic", "stem", "options", "key", "accept", "rationale",
    "source", "url", "vignette", "ai_assisted", "content_sha256",
)  # fmt: skip


def _import(content: bytes, bank: str = "", topic: str = "") -> journey.Imported:
    return journey.import_items(
        actor=ADA, content=content, bank=bank, topic=topic, max_bytes=LIMIT, now=NOW
    )


def _filled() -> None:
    build.exam()
    one = build.item("note-001", build.text(build.STEMS[0], key=3), ai=True)
    two = build.item("note-002", build.text(build.STEMS[1], accept=["ileum", "the ileum"]))
    author_item.keep_apart(actor=ADA, one=one, other=two, now=NOW)
    gone = build.item("note-003", build.text(build.STEMS[2]))
    author_item.retire(actor=ADA, item=gone, reason="Old", now=NOW)


def _empty() -> None:
    Item.objects.update(live_version=None, state="draft")
    EnemyPair.objects.all().delete()
    with transaction.atomic(), guard_window(reason="test", now=NOW), connection.cursor() as cursor:
        for table in ("itemreview", "itemversion", "item"):
            cursor.execute(f"DELETE FROM exams_{table}")


def test_row_26_a_bank_goes_out_and_comes_back_the_same() -> None:
    _filled()
    package = journey.export_items(actor=ADA, bank="", now=NOW).content
    before = list(
        ItemVersion.objects.exclude(item__state="retired").order_by("item__code").values(*TEXT)
    )
    _empty()
    assert not Item.objects.exists()
    found = _import(package)
    assert (found.added, found.changed, found.same) == (["note-001", "note-002"], [], 0)
    assert list(ItemVersion.objects.order_by("item__code").values(*TEXT)) == before
    one = read.item_by_code(code="note-001")
    assert one is not None
    assert read.enemies_of_item(item=one.pk) == ["note-002"]
    assert {item.state for item in Item.objects.all()} == {"draft"}
    assert journey.export_items(actor=ADA, bank="core", now=NOW).content == package


def test_what_comes_in_again_changes_nothing_and_what_differs_waits_as_a_version() -> None:
    _filled()
    package = journey.export_items(actor=ADA, bank="core", now=NOW).content
    assert _import(package).same == 2
    item = read.item_by_code(code="note-001")
    assert item is not None
    other = PackedItem(
        "note-001", build.STEMS[4], ("History", "Plan", "Review", "Notes"), 0, bank="core",
        topic="note",
    )  # fmt: skip
    assert _import(write_package(items=[other])).changed == ["note-001"]
    fresh = read.item_by_code(code="note-001")
    assert fresh is not None
    assert fresh.live_version == item.live_version
    assert read.versions_of(item=fresh.pk)[0].author == ADA.reference


def test_items_of_another_system_go_where_the_importer_says() -> None:
    build.exam()
    foreign = PackedItem("note-500", build.STEMS[3], ("a", "b", "c", "d"), 1, url="javascript:x")
    with pytest.raises(PackageError, match="Choose where such items belong"):
        _import(write_package(items=[foreign]))
    assert not Item.objects.exists()
    _import(write_package(items=[foreign]), bank="core", topic="note")
    version = ItemVersion.objects.get()
    assert (version.item.bank, version.item.topic, version.url) == ("core", "note", "")


def test_a_package_is_taken_whole_or_not_at_all() -> None:
    _filled()
    build.item("risk-001", topic="risk")
    good = PackedItem(
        "note-700", build.STEMS[3], ("a", "b", "c", "d"), 1, bank="core", topic="note"
    )
    moved = PackedItem("risk-001", "Other?", ("a", "b", "c", "d"), 1, bank="core", topic="note")
    odd = PackedItem("Odd_Name", "Other?", ("a", "b", "c", "d"), 1, bank="core", topic="note")
    with pytest.raises(PackageError) as refused:
        _import(write_package(items=[good, moved, odd]))
    assert "stands here under core/risk" in str(refused.value)
    assert "“Odd_Name” is no code" in str(refused.value)
    assert not Item.objects.filter(code="note-700").exists()


def test_the_command_exports_and_imports(tmp_path: Path) -> None:
    _filled()
    file = tmp_path / "bank.zip"
    out = io.StringIO()
    call_command("items", "export", str(file), "--format", "qti3", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"items": 2, "bytes": file.stat().st_size}
    out = io.StringIO()
    call_command("items", "import", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"added": 0, "changed": 0, "same": 2}
    out = io.StringIO()
    call_command("items", "import", str(file), stdout=out)
    assert "2  same" in out.getvalue()
    file.write_bytes(b"no zip")
    with pytest.raises(CommandError, match="no ZIP archive") as refused:
        call_command("items", "import", str(file))
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("items", "import", str(tmp_path / "missing.zip"))
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="cannot be written") as refused:
        call_command("items", "export", str(tmp_path / "no" / "x.zip"))
    assert refused.value.returncode == 2
