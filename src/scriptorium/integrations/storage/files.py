"""Content-addressed files: the name is the SHA-256, so bytes never change under a name."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol


class FileMissing(Exception):
    """No file has this hash."""


class FileStore(Protocol):
    """Keeps bytes under their SHA-256."""

    def put(self, *, content: bytes) -> str:
        """Keep bytes and return their SHA-256 in hexadecimal; repeating it is harmless."""
        ...

    def get(self, *, sha256: str) -> bytes:
        """Return the bytes of a hash.

        Raises:
            FileMissing: nothing is kept under it.
        """
        ...


class FolderStore:
    """Keeps files in a private folder, two levels deep."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def put(self, *, content: bytes) -> str:
        """Keep bytes durably: written aside, flushed, then renamed into place."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
        return sha256

    def get(self, *, sha256: str) -> bytes:
        """Return the bytes of a hash.

        Raises:
            FileMissing: nothing is kept under it.
        """
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing(f"No file is kept under {sha256[:12]}….") from error


class MemoryStore:
    """Keeps files in memory, for tests."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, *, content: bytes) -> str:
        """Keep bytes under their hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return sha256

    def get(self, *, sha256: str) -> bytes:
        """Return the bytes of a hash.

        Raises:
            FileMissing: nothing is kept under it.
        """
        try:
            return self.kept[sha256]
        except KeyError as error:
            raise FileMissing(f"No file is kept under {sha256[:12]}….") from error
