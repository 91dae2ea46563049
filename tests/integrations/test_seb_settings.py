"""The Config Key of a Safe Exam Browser configuration, and files that mean no good.

``fixtures/seb_settings.json`` lists, in an order and a form of our own, which settings two
published configurations hold; the keys were published with them by the browser's makers' partner
(catalyst/moodle-quizaccess_seb, tests; the browsers themselves showed them). Only these facts are
used; the files are made anew here.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import plistlib
from pathlib import Path
from typing import Any

import pytest

from scriptorium.domains.exams.rules.browsers import Claim, request_hash, shows
from scriptorium.integrations.seb.settings_file import (
    MOST_BYTES,
    MOST_DEPTH,
    SettingsError,
    read_settings,
    seb_json,
)

_FACTS = json.loads(
    (Path(__file__).parent / "fixtures" / "seb_settings.json").read_text(encoding="utf-8")
)
_PUBLISHED = {
    "macOS 2.1.4": "4fa9af8ec8759eb7c680752ef4ee5eaf1a860628608fccae2715d519849f9292",
    "Windows 2.2.3": "fc6f4ea5922717760f4d6d536c23b8d19bf20b52aa97940f5427a76e20f49026",
}
_MEGABYTE = 1024 * 1024


def _named(value: object) -> str:
    """Return a test's name for a value: packed bytes hold the moment and differ each time."""
    return "file" if isinstance(value, bytes) else str(value)


def _names(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


def _settings(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that a list of facts stands for."""
    found: dict[str, Any] = {}
    for kind, value in (("on", True), ("off", False), ("empty", ""), ("none", [])):
        found |= dict.fromkeys(_names(facts.get(kind, [])), value)
    found |= facts.get("values", {})
    found |= {name: base64.b64decode(text) for name, text in facts.get("data", {}).items()}
    for name, group in facts.get("groups", {}).items():
        if isinstance(group, list):
            found[name] = [_settings(one) for one in group]
        elif "programs" in group:
            found[name] = [
                _settings(group["each"]) | {"executable": program, "originalName": program}
                for program in _names(group["programs"])
            ]
        else:
            found[name] = _settings(group)
    return found


def _file(settings: dict[str, Any]) -> bytes:
    return plistlib.dumps(settings, fmt=plistlib.FMT_XML)


def _key(settings: dict[str, Any]) -> str:
    return read_settings(_file(settings), max_bytes=_MEGABYTE).config_key


@pytest.mark.parametrize("version", _PUBLISHED)
def test_row_25_the_published_config_keys_are_reproduced(version: str) -> None:
    settings = _settings(_FACTS[version])
    assert len(settings) > 150
    found = read_settings(_file(settings), max_bytes=_MEGABYTE)
    assert found.config_key == _PUBLISHED[version]
    assert found.saved_by.startswith("SEB_")
    assert found.start_url.startswith("https://")


def test_row_25_one_changed_setting_is_another_key() -> None:
    settings = _settings(_FACTS["Windows 2.2.3"])
    assert _key(settings | {"allowQuit": False}) != _PUBLISHED["Windows 2.2.3"]
    assert _key(settings | {"originatorVersion": "SEB_Win_9"}) == _PUBLISHED["Windows 2.2.3"]


def test_row_25_the_hash_is_of_the_address_without_fragment_and_then_the_key() -> None:
    key = _PUBLISHED["macOS 2.1.4"]
    url = "https://exams.example/member/exams/?exam=general"
    expected = hashlib.sha256(b"https://exams.example/member/exams/?exam=general" + key.encode())
    assert request_hash(url=url, config_key=key) == expected.hexdigest()
    assert request_hash(url=f"{url}#top", config_key=key) == expected.hexdigest()
    assert shows(claim=Claim(url, expected.hexdigest().upper()), config_key=key)
    for other in ("", "x", "é" * 64, key, hashlib.sha256(key.encode()).hexdigest()):
        assert not shows(claim=Claim(url, other), config_key=key)
    assert not shows(claim=Claim(f"{url}&a=1", expected.hexdigest()), config_key=key)


def test_settings_are_written_sorted_without_space_and_nothing_is_escaped() -> None:
    settings = {
        "b": [{"Zeta": 1, "alpha": r"^https?:\/\/x\.example"}, {}, "é/"],
        "originatorVersion": "SEB_OSX_3",
        "A": {"empty": {"within": {}}},
        "c": {"d": False, "originatorVersion": "kept"},
        "C1": 0.1,
        "c2": 2.0,
        "day": dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC),
        "salt": b"\x00\x01\x02",
    }
    assert seb_json(plistlib.loads(_file(settings))) == (
        r'{"b":[{"alpha":"^https?:\/\/x\.example","Zeta":1},{},"é/"],'
        '"c":{"d":false,"originatorVersion":"kept"},"C1":0.1,"c2":2,'
        '"day":"2026-11-24T09:30:00+00:00","salt":"AAEC"}'
    )


def test_a_packed_file_is_the_same_configuration() -> None:
    plain = _file({"startURL": "https://exams.example/"})
    key = read_settings(plain, max_bytes=_MEGABYTE).config_key
    for packed in (
        gzip.compress(plain),
        gzip.compress(b"plnd" + gzip.compress(plain)),
        b"plnd" + gzip.compress(plain),
    ):
        assert read_settings(packed, max_bytes=_MEGABYTE).config_key == key


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no configuration"),
        (b"exam", "This is no configuration"),
        (b"<plist/>", "This is no configuration"),
        (b"<plist><dict><key>a</key></dict></plist>", "This is no configuration"),
        (b"<plist><dict></dict></plist>", "This is no configuration"),
        (b"<plist><array><string>a</string></array></plist>", "This is no configuration"),
        (b"<plist><dict><key>a</key><date>noon</date></dict></plist>", "no configuration"),
        (b"<plist><dict><key>a</key><integer>x</integer></dict></plist>", "no configuration"),
        (b"<plist><dict><key>a</key><integer>" + b"9" * 5000 + b"</integer></dict></plist>", "no"),
        (b"<plist><dict><key>a</key><real>nan</real></dict></plist>", "“a” is no number"),
        (b"<plist><dict><key>a</key><string>\xff</string></dict></plist>", "no configuration"),
        (plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), "This is no configuration"),
        (b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict><key>a</key><string>&a;</string></dict>'
         b"</plist>", "This is no configuration"),
        (b'<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/passwd">]><plist><dict><key>a</key>'
         b"<string>&a;</string></dict></plist>", "This is no configuration"),
        (gzip.compress(b"pswd" + b"\x00" * 60), "This configuration is encrypted"),
        (b"pkhs" + b"\x00" * 60, "This configuration is encrypted"),
        (gzip.compress(b"<plist/>")[:-9], "its end is missing"),
        (b"\x1f\x8bnothing", "cannot be unpacked"),
        (b"x" * (_MEGABYTE + 1), "larger than 1 MB"),
        (gzip.compress(b" " * (MOST_BYTES + 1)), "longer than 4 MB"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"a"))))), "no"),
    ],
    ids=_named,
)  # fmt: skip
def test_row_25_a_file_that_is_none_is_refused_with_a_sentence(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(content, max_bytes=_MEGABYTE)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")


def test_settings_nested_too_deeply_or_too_many_are_refused() -> None:
    deep: Any = "bottom"
    for _ in range(MOST_DEPTH + 1):
        deep = [deep]
    with pytest.raises(SettingsError, match="nested too deeply, at “a”"):
        _key({"a": deep})
    endless = b"<array>" * 100_000
    with pytest.raises(SettingsError):
        read_settings(b"<plist>" + endless, max_bytes=_MEGABYTE)
    with pytest.raises(SettingsError, match="more than 50,000 settings"):
        read_settings(gzip.compress(_file({"a": [0] * 50_000})), max_bytes=_MEGABYTE)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"allowWlan": True, "allowWLAN": True}, "differ in capitals only"),
        ({"filter": 'say "a"'}, "“filter” holds a double quote"),
        ({'na"me': 1}, "holds a double quote"),
    ],
)
def test_settings_that_browsers_would_write_differently_are_refused(
    settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        _key(settings)
