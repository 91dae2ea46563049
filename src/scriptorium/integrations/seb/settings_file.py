"""The Config Key of a Safe Exam Browser configuration (STANDARDS §3.5).

Sources: safeexambrowser.org/developer/seb-config-key.html and seb-file-format.html. The key is the
SHA-256 of the settings written in one fixed way, “SEB-JSON”, so that every version of the browser
and every server that reads the same file finds the same key.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import itertools
import math
import plistlib
import zlib
from dataclasses import dataclass
from xml.parsers.expat import ExpatError

#: Characters of settings after unpacking; those of real configurations are 10 to 100 thousand.
MOST_BYTES = 4 * 1024 * 1024
#: Lists and groups within each other; real settings have three.
MOST_DEPTH = 12
#: Settings and values in all.
MOST_VALUES = 50_000

#: Which browser saved the file; it belongs to no setting and is left out of the key.
_SAVED_BY = "originatorVersion"
_GZIP = b"\x1f\x8b"
_PLAIN = b"plnd"
_ENCRYPTED = (b"pswd", b"pwcc", b"pkhs", b"phsk")
_LAYERS = 4


class SettingsError(Exception):
    """A file that is refused; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """What matters here of a configuration.

    Arguments:
        config_key: 64 lower-case hexadecimal characters.
        saved_by: the browser that wrote the file, "" where it does not say.
        start_url: where the browser opens with it, "" where it does not say.
    """

    config_key: str
    saved_by: str
    start_url: str


def read_settings(content: bytes, *, max_bytes: int) -> BrowserSettings:
    """Return the Config Key of a .seb file that is not encrypted.

    Arguments:
        content: the file; reading one byte more than ``max_bytes`` shows that it is too large.

    Raises:
        SettingsError: too large, encrypted, no configuration, or one whose key is not certain.
    """
    if len(content) > max_bytes:
        raise SettingsError(f"The file is larger than {max_bytes // (1024 * 1024)} MB.")
    settings = _parsed(_unpacked(content))
    return BrowserSettings(
        config_key=hashlib.sha256(seb_json(settings).encode()).hexdigest(),
        saved_by=_words(settings.get(_SAVED_BY)),
        start_url=_words(settings.get("startURL")),
    )


def seb_json(settings: dict[str, object]) -> str:
    """Return settings as SEB-JSON: sorted without regard to case, no space, nothing escaped.

    Raises:
        SettingsError: it is too deep or too long, or browsers would not agree on how to write it.
    """
    return _Writer().write(
        {name: value for name, value in settings.items() if name != _SAVED_BY}, "the file", 1
    )


def _words(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _unpacked(content: bytes) -> bytes:
    """Return the XML within a file: as it is, or packed once or twice behind a mark."""
    for _ in range(_LAYERS):
        if content.startswith(_GZIP):
            content = _inflated(content)
        elif content.startswith(_PLAIN):
            content = content[len(_PLAIN) :]
        elif content.startswith(_ENCRYPTED):
            raise SettingsError(
                "This configuration is encrypted. Save it without a password and a certificate "
                "and upload that, or paste the Config Key that Safe Exam Browser shows."
            )
        else:
            break
    if len(content) > MOST_BYTES:
        raise SettingsError(_TOO_LONG)
    return content


_TOO_LONG = f"The settings are longer than {MOST_BYTES // (1024 * 1024)} MB."
_NONE = (
    "This is no configuration of Safe Exam Browser. Choose a .seb file that it or its "
    "configuration tool saved."
)


def _inflated(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise SettingsError("The file is damaged: it cannot be unpacked. Save it again.") from error
    if len(found) > MOST_BYTES:
        raise SettingsError(_TOO_LONG)
    if not unpacker.eof:
        raise SettingsError("The file is damaged: its end is missing. Save it again.")
    return found


def _parsed(content: bytes) -> dict[str, object]:
    """Return the settings; entities and other tricks of XML are refused by ``plistlib``."""
    try:
        found = plistlib.loads(content, fmt=plistlib.FMT_XML)
    except (
        AttributeError, ExpatError, IndexError, LookupError, OverflowError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise SettingsError(_NONE) from error
    if not isinstance(found, dict) or not found:
        raise SettingsError(_NONE)
    return found


class _Writer:
    """Writes one configuration and counts what it wrote."""

    def __init__(self) -> None:
        self.values = 0

    def write(self, value: object, where: str, depth: int) -> str:
        self.values += 1
        if depth > MOST_DEPTH:
            raise SettingsError(f"The settings are nested too deeply, at “{where[:60]}”.")
        if self.values > MOST_VALUES:
            raise SettingsError(f"There are more than {MOST_VALUES:,} settings.")
        if isinstance(value, dict):
            return self._group(value, where, depth)
        if isinstance(value, list):
            return f"[{','.join(self.write(one, where, depth + 1) for one in value)}]"
        return _single(value, where)

    def _group(self, group: dict[str, object], where: str, depth: int) -> str:
        names = sorted(group, key=str.lower)
        for one, other in itertools.pairwise(names):
            if one.lower() == other.lower():
                raise SettingsError(
                    f"“{one[:60]}” and “{other[:60]}” differ in capitals only. "
                    "Browsers order them differently; take one out."
                )
        written = ((name, self.write(group[name], name, depth + 1)) for name in names)
        # Groups without a value were written by old versions and do not count.
        kept = [
            f"{_text(name, where)}:{text}"
            for name, text in written
            if not (text == "{}" and isinstance(group[name], dict))
        ]
        return f"{{{','.join(kept)}}}"


def _single(value: object, where: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value, where)
        case bytes():
            return f'"{base64.b64encode(value).decode()}"'
        case dt.datetime():
            return f'"{value.replace(tzinfo=dt.UTC).isoformat()}"'
        case str():
            return _text(value, where)
    raise SettingsError(f"The value of “{where[:60]}” is of a kind that no setting has.")


def _text(value: str, where: str) -> str:
    if '"' in value:
        raise SettingsError(
            f"“{where[:60]}” holds a double quote, for which Windows and macOS make different keys."
            " Take it out, or paste the Config Key that Safe Exam Browser shows."
        )
    return f'"{value}"'


def _number(value: float, where: str) -> str:
    if not math.isfinite(value):
        raise SettingsError(f"The value of “{where[:60]}” is no number.")
    return format(value, ".15g")
