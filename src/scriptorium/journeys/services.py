"""The outside world as settings choose it; journeys ask here and pass it on."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from scriptorium.integrations.badges.documents import Addresses, Issuer
from scriptorium.integrations.badges.key_files import KeyFolder
from scriptorium.integrations.mail.senders import MailSender, sender_for
from scriptorium.integrations.payments import PaymentProvider, Sandbox, provider_for
from scriptorium.integrations.pdf.documents import CertificateRenderer
from scriptorium.integrations.pdf.reports import ReportRenderer, TypstReports
from scriptorium.integrations.pdf.typst_renderer import TypstRenderer
from scriptorium.integrations.storage.files import FileStore, FolderStore


class Signer(Protocol):
    """Signs a PDF; ``integrations.pdf.signing`` has the real one."""

    def sign(self, *, pdf: bytes, reason: str) -> bytes:
        """Return the PDF with a signature over all of it."""
        ...


class SigningNotInstalled(Exception):
    """A signing key is configured, but the extra that uses it is missing."""


@cache
def certificate_renderer() -> CertificateRenderer:
    """Return the renderer; made once per process, since it holds compiled fonts."""
    return TypstRenderer()


@cache
def report_renderer() -> ReportRenderer:
    """Return the renderer of reports; made once per process, like that of certificates."""
    return TypstReports()


@cache
def file_store() -> FileStore:
    """Return the store that SCRIPTORIUM_STORAGE_URL names."""
    parts = urlsplit(settings.STORAGE_URL)
    if parts.scheme != "file":
        raise ValueError("SCRIPTORIUM_STORAGE_URL must start with file:// in this version.")
    return FolderStore(folder=Path(parts.path))


def mail_sender() -> MailSender:
    """Return the sender that SCRIPTORIUM_EMAIL_URL names."""
    return sender_for(
        url=settings.EMAIL_URL, folder=settings.MAIL_DIR, returns_to=settings.BOUNCE_EMAIL
    )


class NoPaymentOnline(Exception):
    """No payment provider is configured; the text says how to pay instead."""


@cache
def _provider(url: str, folder: Path) -> PaymentProvider:
    folder.mkdir(parents=True, exist_ok=True)
    address = "" if url == "sandbox://" else url
    return provider_for(url=address, folder=folder, sandbox_page="/sandbox/pay/{checkout}/")


def payment_provider() -> PaymentProvider:
    """Return the provider that SCRIPTORIUM_PAYMENTS_URL names.

    Raises:
        NoPaymentOnline: none is configured.
    """
    if not settings.PAYMENTS_URL:
        raise NoPaymentOnline(
            "Payment by card is not set up here. Pay by cheque or transfer, or call us."
        )
    return _provider(settings.PAYMENTS_URL, settings.PAYMENTS_DIR)


def pays_online() -> bool:
    """Return whether a payment provider is configured."""
    return bool(settings.PAYMENTS_URL)


def sandbox() -> Sandbox | None:
    """Return the sandbox when it is the provider, for its page and its late events."""
    if settings.PAYMENTS_URL != "sandbox://":
        return None
    found = payment_provider()
    return found if isinstance(found, Sandbox) else None


@cache
def _signer(file: str, passphrase: str) -> Signer:
    # The library is an extra and slow to load, so it is asked for only with a key.
    try:
        module = import_module("scriptorium.integrations.pdf.signing")
    except ImportError as error:
        raise SigningNotInstalled(
            "SCRIPTORIUM_SIGNING_KEY needs the signing extra: install scriptorium[signing]."
        ) from error
    signer: Signer = module.PdfSigner(file=Path(file), passphrase=passphrase)
    return signer


def pdf_signer() -> Signer | None:
    """Return the signer of certificates, or None when no key is configured.

    Raises:
        SigningNotInstalled: a key is configured without the extra.
    """
    if not settings.SIGNING_KEY:
        return None
    return _signer(settings.SIGNING_KEY, settings.SIGNING_PASSPHRASE)


def key_folder() -> KeyFolder:
    """Return the folder of the private keys that sign badges."""
    return KeyFolder(folder=settings.KEYS_DIR)


def issuer() -> Issuer:
    """Return the body as the issuer of badges."""
    return Issuer(
        addresses=Addresses(settings.BASE_URL), name=settings.BODY_NAME, email=settings.BODY_EMAIL
    )
