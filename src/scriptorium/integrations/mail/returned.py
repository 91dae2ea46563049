"""Reads what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import hashlib
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any, cast

from scriptorium.integrations.mail.statuses import blames_the_address, status_in


@dataclass(frozen=True, slots=True)
class Report:
    """What came back about one mail.

    Arguments:
        report: by what the report itself is known: its Message-ID, or else its hash.
        message_id: the Message-ID of the mail that it is about; "" when it names none.
        address: to whom the mail could not be delivered, as the report has it.
        final: the server gave the mail up.
        hard: the address does not work.
        complaint: the receiver reported the mail as spam; the other three then say nothing.
    """

    report: str
    message_id: str
    address: str = ""
    final: bool = False
    hard: bool = False
    status: str = ""
    diagnostic: str = ""
    complaint: bool = False


def read_report(content: bytes) -> Report | None:
    """Return what a message reports, or None when it is no report that we know."""
    message = message_from_bytes(content, policy=default)
    parts = {part.get_content_type(): part for part in message.walk()}
    report = _id_of(message)[:250] or hashlib.sha256(content).hexdigest()
    message_id = _message_id(parts)
    if "message/feedback-report" in parts:
        return Report(report, message_id, complaint=True)
    status = parts.get("message/delivery-status") or parts.get("message/global-delivery-status")
    if status is None:
        return None
    return _delivery_report(report, message_id, _fields(status))


def _delivery_report(
    report: str, message_id: str, blocks: list[Message[Any, Any]]
) -> Report | None:
    """Return the first block that tells of trouble; our mails have one receiver each."""
    for block in blocks:
        action = str(block["Action"] or "").strip().lower()
        if action not in {"failed", "delayed"}:
            continue
        diagnostic = _after_type(block["Diagnostic-Code"]) or _after_type(block["Status"])
        status = status_in(str(block["Status"] or "")) or status_in(diagnostic)
        return Report(
            report,
            message_id,
            address=_after_type(block["Original-Recipient"] or block["Final-Recipient"]),
            final=action == "failed",
            hard=action == "failed" and blames_the_address(status),
            status=status,
            diagnostic=diagnostic,
        )
    return None


def _fields(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    """Return the blocks of a status part: of the mail first, then one for each receiver."""
    inside = part.get_payload()
    if not isinstance(inside, list):
        return []
    if part.get_content_type() == "message/delivery-status":
        return cast("list[Message[Any, Any]]", inside)
    # The library knows the older kind alone, and takes the newer one for one mail with a body.
    text = cast("list[Message[Any, Any]]", inside)[0].as_string()
    return [message_from_string(block) for block in re.split(r"\r?\n\r?\n", text)]


def _message_id(parts: dict[str, EmailMessage]) -> str:
    """Return the Message-ID of the returned mail, from all of it or from its head alone."""
    for kind in ("message/rfc822", "message/global", "message/global-headers"):
        inside = parts[kind].get_payload() if kind in parts else None
        if isinstance(inside, list) and inside:
            return _id_of(cast("list[Message[Any, Any]]", inside)[0])
    head = parts.get("text/rfc822-headers")
    if head is None:
        return ""
    text = cast(bytes, head.get_payload(decode=True) or b"").decode(errors="replace")
    return _id_of(message_from_string(text))


def _id_of(message: Message[Any, Any]) -> str:
    return str(message["Message-ID"] or "").strip()


def _after_type(field: object) -> str:
    """Return a field without its type: “rfc822;ada@x.example” is about “ada@x.example”."""
    text = " ".join(str(field or "").split())
    return text.partition(";")[2].strip() if ";" in text else text


def messages_in(place: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the messages in a file, a folder of .eml files, or a Maildir.

    Raises:
        OSError: the place cannot be read.
    """
    if (place / "cur").is_dir() and (place / "new").is_dir():
        box = mailbox.Maildir(place, create=False)
        for key in sorted(box.keys()):
            yield key, box.get_bytes(key)
        return
    for file in sorted(place.glob("*.eml")) if place.is_dir() else [place]:
        yield file.name, file.read_bytes()
