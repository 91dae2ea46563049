"""How a practice is billed: contact, logo, departments, automatic payment, freedom from tax."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import CostCentre, Exemption
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.integrations.pdf.documents import CertificateError
from scriptorium.integrations.pdf.reports import ReportDocument
from scriptorium.integrations.storage.content import WrongContent, check_pdf, check_picture
from scriptorium.journeys.services import file_store, report_renderer
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = ["CannotChangeBilling", "LooksLikeACard", "WrongContent", "change"]

#: What somebody agrees to who switches automatic payment on; a new text gets a new version.
AUTO_PAY_VERSION = "2026-11"
AUTO_PAY_WORDS = (
    "On each renewal date, charge what our renewals cost to the saved means of payment, and send"
    " us the receipt. Each charge is announced with its price two weeks before. We can switch this"
    " off here at any time before the date."
)
MOST_LOGO_BYTES = 512 * 1024
MOST_LOGO_PIXELS = 3000


class CannotChangeBilling(Exception):
    """The change is not possible now; the text says why and what to do first."""


def change(
    *,
    actor: Actor,
    practice: Practice,
    contact_name: str,
    billing_email: str,
    logo: bytes | None,
    now: dt.datetime,
) -> list[str]:
    """Change who gets invoices, and the logo; returns the names of what changed.

    Arguments:
        logo: the new picture, nothing to remove it, None to leave it.

    Raises:
        WrongContent: the logo is no picture that can be printed.
        LooksLikeACard: the name holds a card number.
    """
    check_no_card_number(contact_name)
    sha256 = None if logo is None else ""
    if logo:
        _check_logo(logo, practice.name, now.date())
        sha256 = file_store().put(content=logo)
    return _change(actor, practice, contact_name.strip(), billing_email, sha256, now)


def _check_logo(logo: bytes, name: str, today: dt.date) -> None:
    """Refuse what no paper can carry; printing it once is the surest look inside."""
    if len(logo) > MOST_LOGO_BYTES:
        raise WrongContent(f"This file is too large. At most {MOST_LOGO_BYTES // 1024} KB.")
    check_picture(logo, most_pixels=MOST_LOGO_PIXELS)
    trial = ReportDocument(
        title="Logo", subtitle=name, author=name, made_on=today, facts=(), tables=(), notes=(),
        logo=logo, logo_words=name,
    )  # fmt: skip
    try:
        report_renderer().render(document=trial)
    except CertificateError as error:
        raise WrongContent("This picture cannot be printed. Save it anew as PNG.") from error


@transaction.atomic(durable=True)
def _change(
    actor: Actor,
    practice: Practice,
    contact_name: str,
    billing_email: str,
    sha256: str | None,
    now: dt.datetime,
) -> list[str]:
    changed = orders.change_billing(
        practice=practice.pk, contact_name=contact_name, logo_sha256=sha256
    )
    if practices.change_settings(practice=practice, values={"billing_email": billing_email}):
        changed.append("e-mail for invoices")
    if changed:
        _record(actor, practice, "billing.changed", {"fields": ", ".join(changed)}, now)
    return changed


def _record(
    actor: Actor, practice: Practice, key: str, data: dict[str, object], now: dt.datetime
) -> None:
    happening = Happening(key, "practice", practice.reference, practice.reference, data)
    record(actor=actor, happening=happening, now=now)


@transaction.atomic(durable=True)
def add_centre(
    *, actor: Actor, practice: Practice, name: str, code: str, now: dt.datetime
) -> CostCentre:
    """Add a department that lines of estimates can name.

    Raises:
        CannotChangeBilling: there is one of this name.
        LooksLikeACard: a field holds a card number.
    """
    check_no_card_number(name, code)
    roster.lock_practice(practice=practice.pk)
    there = money.cost_centres(practice=practice.pk)
    if name.casefold() in {centre.name.casefold() for centre in there}:
        raise CannotChangeBilling("There is a department of this name already.")
    centre = orders.add_cost_centre(practice=practice.pk, name=name, code=code)
    _record(actor, practice, "centre.added", {"name": name}, now)
    return centre


@transaction.atomic(durable=True)
def close_centre(*, actor: Actor, practice: Practice, centre: CostCentre, now: dt.datetime) -> None:
    """Close a department: lines that name it keep it, new ones cannot choose it."""
    orders.close_cost_centre(centre=centre, now=now)
    _record(actor, practice, "centre.closed", {"name": centre.name}, now)


@transaction.atomic(durable=True)
def set_auto_pay(*, actor: Actor, practice: Practice, on: bool, now: dt.datetime) -> None:
    """Switch the payment of renewals by the saved means on or off.

    Raises:
        CannotChangeBilling: nothing is saved that could be charged.
    """
    roster.lock_practice(practice=practice.pk)
    if on and money.saved_method(payer=Payer(practice=practice.pk)) is None:
        raise CannotChangeBilling(
            "There is no saved means of payment. Pay an invoice by card and tick “Keep this card”."
        )
    _switch(actor, practice, on, now)


def _switch(actor: Actor, practice: Practice, on: bool, now: dt.datetime) -> None:
    orders.set_auto_pay(practice=practice.pk, on=on, by=actor.reference, now=now)
    data = {"how": "on", "words": AUTO_PAY_VERSION} if on else {"how": "off"}
    _record(actor, practice, "billing.auto_pay", {**data}, now)


@transaction.atomic(durable=True)
def remove_method(*, actor: Actor, practice: Practice, now: dt.datetime) -> bool:
    """Forget the saved means of payment, which ends automatic payment too.

    Returns:
        Whether there was one.
    """
    roster.lock_practice(practice=practice.pk)
    if not orders.remove_method(payer=Payer(practice=practice.pk), now=now):
        return False
    _record(actor, practice, "method.removed", {}, now)
    if money.billing_of(practice=practice.pk).auto_pay:
        _switch(actor, practice, False, now)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExemption:
    """A certificate of freedom from tax.

    Arguments:
        file: the certificate as PDF, or nothing.
    """

    region: str
    number: str
    starts_on: dt.date
    expires_on: dt.date
    file: bytes = b""


def add_exemption(
    *, actor: Actor, practice: Practice, new: NewExemption, now: dt.datetime
) -> Exemption:
    """Hand in a certificate; it counts once staff verified it.

    Raises:
        WrongContent: the file is no PDF that can be opened.
        LooksLikeACard: the number is a card's.
    """
    check_no_card_number(new.number, new.region)
    sha256 = ""
    if new.file:
        check_pdf(new.file)
        sha256 = file_store().put(content=new.file)
    return _add_exemption(actor, practice, new, sha256, now)


@transaction.atomic(durable=True)
def _add_exemption(
    actor: Actor, practice: Practice, new: NewExemption, sha256: str, now: dt.datetime
) -> Exemption:
    exemption = orders.add_exemption(
        practice=practice.pk,
        region=new.region,
        number=new.number,
        file_sha256=sha256,
        starts_on=new.starts_on,
        expires_on=new.expires_on,
        by=actor.reference,
        now=now,
    )
    data = {"number": new.number, "region": new.region}
    _record(actor, practice, "exemption.added", {**data}, now)
    return exemption


def exemption_file(*, exemption: Exemption) -> bytes:
    """Return the PDF of a certificate that has one."""
    return file_store().get(sha256=exemption.file_sha256)
