"""Private keys as files outside the database, readable by the server's user alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{8,64}")


class KeyMissing(Exception):
    """The private half of a key is not on this machine; the text says what to do."""


class KeyFolder:
    """Keeps each private key as ``<kid>.pem`` with mode 0600 in a folder of its own."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder

    def _path(self, kid: str) -> Path:
        if not _NAME.fullmatch(kid):
            raise ValueError("This is not the name of a key.")
        return self.folder / f"{kid}.pem"

    def put(self, *, kid: str, pem: bytes) -> None:
        """Keep a key durably; it is never readable by anybody else, not even for a moment."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(kid)
        aside = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    def get(self, *, kid: str) -> bytes:
        """Return a private key.

        Raises:
            KeyMissing: there is no such file.
        """
        try:
            return self._path(kid).read_bytes()
        except FileNotFoundError as error:
            raise KeyMissing(
                f"The private key {kid} is not in {self.folder}. Restore the folder, or run"
                " scriptorium keys --rotate."
            ) from error

    def remove(self, *, kid: str) -> None:
        """Delete a retired key's private half; its public half stays published."""
        self._path(kid).unlink(missing_ok=True)
