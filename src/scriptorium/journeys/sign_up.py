"""Somebody without a practice opens an account: a mailed link, then a password (S37).

The answer to the form is the same whether or not the address is known here; only its owner reads
in the mail which it is.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import Person, SignUp
from scriptorium.domains.accounts.operations import WeakPassword
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.kernel.actor import Actor, ActorKind

__all__ = ["LooksLikeACard", "SignUpClosed", "WeakPassword", "ask", "find", "finish"]

#: How long the mailed link works.
HOURS = 24


class SignUpClosed(Exception):
    """The link was used, replaced, or its day is over; one wording for all of them."""


@transaction.atomic(durable=True)
def ask(*, first_name: str, last_name: str, email: str, now: dt.datetime) -> None:
    """Mail a link by which the owner of an address opens an account.

    Who has one already is told so, by the same form and in the same time.

    Raises:
        LooksLikeACard: a name holds a card number.
    """
    check_no_card_number(first_name, last_name)
    token = secrets.token_urlsafe(24)
    key = accounts.token_hash(token)[:24]
    owner = people.by_email(emails=[email]).get(email.lower())
    name = f"{first_name} {last_name}".strip()
    if owner is not None and owner.user_id is not None:
        data: dict[str, object] = {"link": "/sign-in/?next=/store/"}
        mail = Mail("sign_up_known", email.lower(), owner.name, f"sign_up:{key}", data)
    else:
        accounts.ask_sign_up(
            first_name=first_name, last_name=last_name, email=email, token=token, hours=HOURS,
            now=now,
        )  # fmt: skip
        data = {"link": f"/store/join/{token}/", "hours": HOURS}
        mail = Mail("sign_up", email.lower(), name, f"sign_up:{key}", data)
    enqueue(mails=[mail], now=now)


def find(*, token: str, now: dt.datetime) -> SignUp:
    """Return an open wish by its secret.

    Raises:
        SignUpClosed: unknown, used or over, or the address has an account by now.
    """
    wish = people.open_sign_up(token_hash=accounts.token_hash(token), now=now)
    if wish is not None:
        owner = people.by_email(emails=[wish.email]).get(wish.email)
        if owner is None or owner.user_id is None:
            return wish
    raise SignUpClosed("This link was used already or is over. Ask for a new one in the store.")


@transaction.atomic(durable=True)
def finish(*, token: str, password: str, now: dt.datetime) -> Person:
    """Make the account of a confirmed address.

    Somebody whom a practice has entered before gets a login for the same identity.

    Raises:
        SignUpClosed: the link is no longer good.
        WeakPassword: the password does not pass; nothing was done.
    """
    wish = find(token=token, now=now)
    if not accounts.use_sign_up(wish=wish):
        raise SignUpClosed("This link was used a moment ago. Sign in with your password.")
    person = people.by_email(emails=[wish.email]).get(wish.email)
    if person is None:
        person = accounts.create_person(
            first_name=wish.first_name, last_name=wish.last_name, email=wish.email, now=now
        )
    accounts.give_login(person=person, password=password, now=now)
    record(
        actor=Actor(ActorKind.PERSON, person.reference, person.name),
        happening=Happening(
            "account.opened", "person", person.reference, "", {"name": person.name}
        ),
        now=now,
    )
    return person
