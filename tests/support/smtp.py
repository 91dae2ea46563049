"""A real SMTP server on this machine, for tests: plain, STARTTLS or TLS, with or without login."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.kill.processes import free_port

LOGIN, PASSWORD = "portal@body.example", "p@ss:word/1"


class Postbox:
    """Takes mail, or answers as it is told.

    Arguments:
        answer_rcpt, answer_data: the server's answer to a receiver and to a mail; "" takes it.
    """

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answer_rcpt = ""
        self.answer_data = ""
        self.on_mail: Callable[[], None] = lambda: None

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(bytes(e.content), policy=default) for e in self.envelopes]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_rcpt:
            return self.answer_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        if self.answer_data:
            return self.answer_data
        self.envelopes.append(envelope)
        self.on_mail()
        return "250 Taken"


def certificate(folder: Path, *, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """Make a key and a certificate that vouches for itself; returns both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


def _check(*args: Any) -> AuthResult:
    given = args[-1]
    right = isinstance(given, LoginPassword) and (
        (given.login, given.password) == (LOGIN.encode(), PASSWORD.encode())
    )
    return AuthResult(success=right, handled=False)


@contextmanager
def serving(
    *, tls: str = "", login: bool = False, files: tuple[Path, Path] | None = None
) -> Iterator[tuple[Postbox, int]]:
    """Serve on a free port; yields the postbox and the port.

    Arguments:
        tls: "", "starttls" or "smtps".
        login: mail is taken after a login only.
        files: certificate and key.
    """
    context = None
    if files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
    postbox = Postbox()
    options: dict[str, Any] = {}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        options |= {
            "authenticator": _check, "auth_required": True, "auth_require_tls": tls == "starttls",
        }  # fmt: skip
    controller = Controller(
        postbox, hostname="127.0.0.1", port=free_port(),
        ssl_context=context if tls == "smtps" else None, **options,
    )  # fmt: skip
    with warnings.catch_warnings():
        # Said at each connection: it does not see that TLS from the first byte is TLS, too.
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
        controller.start()
        try:
            yield postbox, controller.port
        finally:
            controller.stop()
