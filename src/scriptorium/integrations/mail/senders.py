"""Where a mail goes: into a folder as ``.eml``, or to an SMTP server."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

from scriptorium.integrations.mail.statuses import blames_the_address, status_in

TIMEOUT = 20


class MailError(Exception):
    """The mail could not be handed over; it will be tried again."""


class RefusedForGood(MailError):
    """The server will never take this mail; another attempt would change nothing.

    Arguments:
        status: the server's enhanced status code, such as 5.1.1, if it gave one.
        hard: the receiver's address does not work.
    """

    def __init__(self, words: str, *, status: str, hard: bool) -> None:
        super().__init__(words)
        self.status, self.hard = status, hard


class MailSender(Protocol):
    """Hands one message over."""

    def send(self, *, message: EmailMessage, key: str) -> None:
        """Hand a message over.

        Arguments:
            key: unique per mail; a repeated key must not become a second mail where that can
                be told.

        Raises:
            RefusedForGood: it will never be taken.
            MailError: it was not taken.
        """
        ...


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says, and to whom.

    Arguments:
        unsubscribe_url: where a POST unsubscribes the receiver; marketing mail alone has it.
        unsubscribe_to: the address that takes the same wish by mail.
    """

    sender: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str = ""
    unsubscribe_url: str = ""
    unsubscribe_to: str = ""
    files: Sequence[File] = ()


def compose(*, letter: Letter, key: str, host: str, now: dt.datetime) -> EmailMessage:
    """Return a message with text, HTML and files.

    Its id follows from the key: a retry repeats it, and what comes back tells by it which mail
    it was.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = letter.sender
    named = formataddr((letter.to_name, letter.to_address))
    message["To"] = named if letter.to_name else letter.to_address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        subject = quote(f"Unsubscribe {letter.to_address}")
        mailto = f"mailto:{letter.unsubscribe_to}?subject={subject}"
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>, <{mailto}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for file in letter.files:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
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
    """Hands mail to a server given as ``smtp://``, ``smtp+tls://`` or ``smtps://`` URL.

    Arguments:
        url: with ``?ca=FILE`` where the server's certificate is signed by an authority of one's
            own; TLS always checks the certificate and its name.
        returns_to: the address to which servers return what they cannot deliver.
    """

    def __init__(self, *, url: str, returns_to: str = "") -> None:
        self.parts = urlsplit(url)
        self.returns_to = returns_to or None

    def send(self, *, message: EmailMessage, key: str) -> None:
        """Send the mail; the key went into its Message-ID, by which receivers drop doubles.

        Raises:
            RefusedForGood: the server refused the receiver or the mail for good.
            MailError: the server could not be reached, or refused for now.
        """
        del key
        try:
            with self._connected() as server:
                if self.parts.username:
                    server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
                server.send_message(message, from_addr=self.returns_to)
        except smtplib.SMTPRecipientsRefused as error:
            # One receiver a mail, so there is one answer.
            ((code, answer),) = error.recipients.values()
            raise _refusal(code, answer, of_address=True) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error, of_address=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        host, port = self.parts.hostname or "localhost", self.parts.port
        if self.parts.scheme == "smtp":
            return smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
        own = parse_qs(self.parts.query).get("ca", [""])[0]
        context = ssl.create_default_context(cafile=own or None)
        if self.parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(host, port or 587, timeout=TIMEOUT)
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


def _refusal(code: int, answer: bytes | str, *, of_address: bool) -> MailError:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    said = f"{code} {' '.join(words.split())}"
    # 552 is a full mailbox (RFC 5321 §4.5.3.1.10): it may be emptied.
    if not 500 <= code < 600 or code == 552:
        return MailError(said)
    status = status_in(words)
    return RefusedForGood(said, status=status, hard=of_address and blames_the_address(status))


def sender_for(*, url: str, folder: Path, returns_to: str = "") -> MailSender:
    """Return the sender that a setting asks for; an empty one writes into the folder."""
    return SmtpSender(url=url, returns_to=returns_to) if url else FolderSender(folder=folder)
