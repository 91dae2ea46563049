"""Everything that happens has words: audit keys, mails and settings."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from scriptorium.domains.audit.enums import SENTENCES
from scriptorium.domains.notifications.enums import MailTemplate
from tests.architecture.reading import (
    PACKAGE,
    ROOT,
    calls,
    exceptions,
    files,
    plant,
    sources,
    texts,
)

MAILS = PACKAGE / "domains" / "notifications" / "templates" / "mail"
_SENTENCES = f"{PACKAGE.as_posix()}/domains/audit/enums.py"
_PARTS = (".subject.txt", ".txt", ".html")
_SETTING = re.compile(r"SCRIPTORIUM_[A-Z][A-Z0-9_]*")
_SETTINGS_PAGE = Path("docs") / "operators" / "settings.md"


def recorded_without_a_sentence(root: Path, sentences: Collection[str]) -> list[str]:
    """Return keys that code records and nobody could read."""
    found = []
    for name, tree in sources(root):
        for call in calls(tree, "Happening"):
            arguments = call.args[:1] or [k.value for k in call.keywords if k.arg == "key"]
            found += [
                f"{name}:{call.lineno} {key}"
                for argument in arguments
                for key in texts(argument)
                if "." in key and key not in sentences
            ]
    return found


def sentences_without_use(
    root: Path, sentences: Collection[str], coming: dict[str, Any]
) -> list[str]:
    """Return sentences that nothing records and that are not listed as coming."""
    used = {text for name, tree in sources(root) if name != _SENTENCES for text in set(texts(tree))}
    unused = set(sentences) - used
    problems = [f"{key} is never recorded" for key in sorted(unused - coming.keys())]
    return problems + [f"{key} needs no exception" for key in sorted(coming.keys() - unused)]


def incomplete_mails(root: Path, keys: Collection[str]) -> list[str]:
    """Return what each mail lacks of subject, text and HTML, and files that are no mail's."""
    wanted = {f"{key}{part}" for key in keys for part in _PARTS}
    there = {path.name for path in files(root, ".txt", ".html", under=MAILS)}
    # The layout that the HTML parts extend starts with an underscore.
    strays = {name for name in there - wanted if not name.startswith("_")}
    return [f"{name} is missing" for name in sorted(wanted - there)] + [
        f"{name} belongs to no mail" for name in sorted(strays)
    ]


def undocumented_settings(root: Path) -> list[str]:
    """Return settings that the code reads and the page does not explain, and the reverse."""
    read = {text for _, tree in sources(root) for text in texts(tree) if _SETTING.fullmatch(text)}
    page = (root / _SETTINGS_PAGE).read_text(encoding="utf-8")
    explained = set(re.findall(rf"^\| `({_SETTING.pattern})`", page, re.MULTILINE))
    return [f"{name} is not explained" for name in sorted(read - explained)] + [
        f"{name} is read nowhere" for name in sorted(explained - read)
    ]


def test_everything_recorded_has_a_sentence() -> None:
    assert recorded_without_a_sentence(ROOT, SENTENCES) == []


def test_every_sentence_is_recorded_somewhere_or_coming() -> None:
    assert sentences_without_use(ROOT, SENTENCES, exceptions("audit_coming")) == []


def test_every_mail_has_subject_text_and_html() -> None:
    own_words = {MailTemplate.ACCOUNT}
    assert incomplete_mails(ROOT, set(MailTemplate.values) - own_words) == []


def test_every_setting_is_explained_to_operators() -> None:
    assert undocumented_settings(ROOT) == []


def test_a_key_without_a_sentence_is_noticed(tmp_path: Path) -> None:
    code = """
record(happening=Happening("unit.assigned", "unit", "x"))
record(happening=Happening(key="unit.lost" if late else "unit.found", subject_kind="unit"))
"""
    plant(tmp_path, f"{PACKAGE}/journeys/assign.py", code)
    sentences = {"unit.assigned": "", "unit.found": "", "unit.sold": "", "unit.sent": ""}
    assert recorded_without_a_sentence(tmp_path, sentences) == [
        f"{PACKAGE}/journeys/assign.py:3 unit.lost"
    ]
    assert sentences_without_use(tmp_path, sentences, {"unit.sent": "", "unit.found": ""}) == [
        "unit.sold is never recorded",
        "unit.found needs no exception",
    ]


def test_an_incomplete_mail_is_noticed(tmp_path: Path) -> None:
    for name in ("join.txt", "join.html", "left.html", "_layout.html"):
        plant(tmp_path, f"{MAILS}/{name}", "")
    assert incomplete_mails(tmp_path, ["join"]) == [
        "join.subject.txt is missing",
        "left.html belongs to no mail",
    ]


def test_a_setting_without_an_explanation_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, f"{PACKAGE}/project/settings.py", 'A = read("SCRIPTORIUM_SECRET")\n')
    plant(tmp_path, str(_SETTINGS_PAGE), "| `SCRIPTORIUM_OLD` | none | gone |\n")
    assert undocumented_settings(tmp_path) == [
        "SCRIPTORIUM_SECRET is not explained",
        "SCRIPTORIUM_OLD is read nowhere",
    ]
