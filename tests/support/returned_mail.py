"""Mail that comes back, as servers write it, and the rows that it makes."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from scriptorium.domains.notifications import operations as outbox
from scriptorium.domains.notifications import rules
from scriptorium.domains.notifications.models import OutboxMail, Suppression, Undelivered
from scriptorium.domains.notifications.operations import Mail, Rendered
from scriptorium.journeys import calendar_feed, suppression, undelivered
from tests.support.builders import NOW, Clinic, actor_of

#: The renewal engine brings its template; until then its words stand here.
NOTICE = "renewal_notice"
WORDS = Rendered("Your renewal", "The renewal costs $89.\n", "<p>The renewal costs $89.</p>")


def queue(
    key: str = "k1", *, template: str = "unit_assigned", to: str = "ada@home.example",
    practice: str = "", name: str = "Ada Park",
) -> OutboxMail:  # fmt: skip
    """Queue a mail whose words are known."""
    outbox.enqueue(mails=[Mail(template, to, name, key, {}, practice)], now=NOW)
    mail = OutboxMail.objects.filter(dedupe_key=key)
    mail.update(subject=WORDS.subject, text=WORDS.text, html=WORDS.html)
    return mail.get()


def sent(key: str = "k1", **changes: str) -> OutboxMail:
    """Queue a mail and let it leave."""
    mail = queue(key, **changes)
    outbox.mark_sent(mail=mail, rendered=WORDS, now=NOW)
    mail.refresh_from_db()
    return mail


def message_id(mail: OutboxMail) -> str:
    """Return the Message-ID under which a mail leaves."""
    return f"<{rules.message_key(dedupe_key=mail.dedupe_key)}@localhost>"


def report(
    about: str, *, action: str = "failed", status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <ada@home.example>: no such user",
    own: str = "<report-1@mx.example>", whole: bool = True, to: str = "ada@home.example",
) -> bytes:  # fmt: skip
    """Return a delivery report as a server writes it (RFC 3464).

    Arguments:
        about: the Message-ID of the mail that came back.
        own: the report's own Message-ID.
        whole: the whole mail is returned, not its head alone.
    """
    head = f"From: body@body.example\r\nTo: {to}\r\nMessage-ID: {about}\r\nSubject: Hello\r\n"
    returned = (
        f"Content-Type: message/rfc822\r\n\r\n{head}\r\nDear Ada\r\n"
        if whole
        else f"Content-Type: text/rfc822-headers\r\n\r\n{head}"
    )
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: bounces@body.example\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: {own}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
        ' boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {diagnostic}\r\n\r\n"
        f"--b\r\n{returned}\r\n--b--\r\n"
    ).encode()


def complaint(about: str) -> bytes:
    """Return a report of spam as a mail provider writes it (RFC 5965)."""
    return (
        "From: abuse@provider.example\r\nTo: bounces@body.example\r\nSubject: FW: Hello\r\n"
        "Message-ID: <arf-1@provider.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: body@body.example\r\nMessage-ID: {about}\r\n\r\nDear Ada\r\n\r\n--b--\r\n"
    ).encode()


def plain() -> bytes:
    """Return a mail that is no report."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "ada@home.example", "Out of office"
    message.set_content("Back on Monday.")
    return message.as_bytes()


def notice_that_came_back(clinic: Clinic, to: str = "billing@riverside.example") -> Undelivered:
    """Let a notice of renewal to a practice come back."""
    mail = sent(
        f"{NOTICE}:{clinic.practice.reference}", template=NOTICE, to=to,
        practice=clinic.practice.reference, name="Riverside billing",
    )  # fmt: skip
    undelivered.take_in(content=report(message_id(mail), to=to), now=NOW)
    return Undelivered.objects.get(address=to)


def mail_of_the_matrix(clinic: Clinic) -> dict[str, str]:
    """Make one of each row about mail and calendars, and return what names them."""
    row = notice_that_came_back(clinic)
    suppression.unsubscribe(actor=clinic.actor, address="gone@home.example", now=NOW)
    feed = calendar_feed.make(
        actor=actor_of(clinic.dana), practice=clinic.practice, person=clinic.dana,
        with_names=True, now=NOW,
    )  # fmt: skip
    return {
        "office-mail-template key": "win_back",
        "office-mail-html key": "win_back",
        "office-suppressed-lift reference": Suppression.objects.latest("pk").reference,
        "office-bounced-close reference": row.reference,
        "unsubscribe token": rules.unsubscribe_token(address="ada@home.example"),
        "calendar-feed token": rules.calendar_token(reference=feed.reference),
    }
