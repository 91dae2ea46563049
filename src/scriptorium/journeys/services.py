"""The outside world as settings choose it; journeys ask here and pass it on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from scriptorium.integrations.mail.senders import MailSender, sender_for
from scriptorium.integrations.pdf.documents import CertificateRenderer
from scriptorium.integrations.pdf.typst_renderer import TypstRenderer
from scriptorium.integrations.storage.files import FileStore, FolderStore


@cache
def certificate_renderer() -> CertificateRenderer:
    """Return the renderer; made once per process, since it holds compiled fonts."""
    return TypstRenderer()


@cache
def file_store() -> FileStore:
    """Return the store that SCRIPTORIUM_STORAGE_URL names."""
    parts = urlsplit(settings.STORAGE_URL)
    if parts.scheme != "file":
        raise ValueError("SCRIPTORIUM_STORAGE_URL must start with file:// in this version.")
    return FolderStore(folder=Path(parts.path))


def mail_sender() -> MailSender:
    """Return the sender that SCRIPTORIUM_EMAIL_URL names."""
    return sender_for(url=settings.EMAIL_URL, folder=settings.MAIL_DIR)
