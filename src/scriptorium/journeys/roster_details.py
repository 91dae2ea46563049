"""Writing typed details of a roster link, for a page and for an import alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys.invite import send_invitations
from scriptorium.kernel.actor import Actor


def write_details(
    *,
    actor: Actor,
    practice: Practice,
    link: RosterLink,
    values: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Write checked details and what follows from them, inside the caller's transaction."""
    changed = practices.change_link(link=link, values=values)
    if "email" in changed:
        # The old address must not be able to accept; the units stay reserved for the link.
        send_invitations(actor=actor, practice=practice, links=[link], now=now)
    if changed:
        record(
            actor=actor,
            happening=Happening(
                "roster.person_changed",
                "link",
                link.reference,
                practice.reference,
                {"name": link.name, "fields": ", ".join(changed)},
            ),
            now=now,
        )
