"""Where a mail goes: into a folder as ``.eml``, or to an SMTP server."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit


class MailError(Exception):
    """The mail could not be handed over; it will be tried again."""


class MailSender(Protocol):
    """Hands one message over."""

    def send(self, *, message: EmailMessage, key: str) -> None:
        """Hand a message over.

        Arguments:
            key: unique per mail; a repeated key must not become a second mail where that can
                be told.

        Raises:
            MailError: it was not taken.
        """
        ...


def compose(
    *,
    sender: str,
    to_address: str,
    to_name: str,
    subject: str,
    text: str,
    html: str,
    key: str,
    host: str,
    now: dt.datetime,
) -> EmailMessage:
    """Return a message with text and HTML; its id follows from the key, so a retry repeats it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = formataddr((to_name, to_address)) if to_name else to_address
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


class FolderSender:
    """Writes each mail as a file named by its key: sending it again writes the same file."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder

    def send(self, *, message: EmailMessage, key: str) -> None:
        """Write the mail."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{key}.part"
        aside.write_bytes(message.as_bytes())
        aside.replace(self.folder / f"{key}.eml")


class SmtpSender:
    """Hands mail to a server given as ``smtp://``, ``smtp+tls://`` or ``smtps://`` URL."""

    def __init__(self, *, url: str) -> None:
        self.parts = urlsplit(url)

    def send(self, *, message: EmailMessage, key: str) -> None:
        """Send the mail; the key went into its Message-ID, by which receivers drop doubles.

        Raises:
            MailError: the server refused or could not be reached.
        """
        del key
        host = self.parts.hostname or "localhost"
        secure = self.parts.scheme == "smtps"
        try:
            if secure:
                server: smtplib.SMTP = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=20)
            else:
                server = smtplib.SMTP(host, self.parts.port or 25, timeout=20)
            with server:
                if self.parts.scheme == "smtp+tls":
                    server.starttls(context=ssl.create_default_context())
                if self.parts.username:
                    server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error


def sender_for(*, url: str, folder: Path) -> MailSender:
    """Return the sender that a setting asks for; an empty one writes into the folder."""
    return SmtpSender(url=url) if url else FolderSender(folder=folder)
