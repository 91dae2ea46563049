"""Sample values for every mail: what the office's preview shows and what the tests render.

A new template names here each value that it prints and that no other mail has.
"""

from __future__ import annotations

#: Value → what it is in a sample; the same for every mail that prints it.
SAMPLES: dict[str, object] = {
    "about": "200 attested hours sent back on 12 Nov 2026",
    "acknowledge_by": "28 Nov 2026",
    "appeal_until": "23 Dec 2026",
    "by": "Dana Whitlock",
    "certificates": 1,
    "credential": "membership",
    "days": 14,
    "days_left": 7,
    "decide_by": "7 Jan 2027",
    "effective_on": "24 Nov 2026",
    "due_on": "23 Dec 2026",
    "ended_on": "23 Nov 2026",
    "ends_on": "7 Dec 2026",
    "expires_on": "1 Mar 2027",
    "first_name": "Rosa",
    "happened": "is suspended",
    "hours": "200",
    "invoices": ["INV-000042"],
    "kept": "$11.00",
    "kind": "appeal",
    "letter": "We read the log and the schedule. They agree, so the hours count.",
    "level": "CMSS",
    "level_name": "Certified Medical Scribe Specialist",
    "link": "/member/",
    "method": "Cheque",
    "name": "Rosa Lima",
    "new": "Drew Castellano",
    "new_email": "rosa@home.example",
    "note": "The hours of 3 Nov were shadowing, which does not count.",
    "notice": "We look into a complaint and write again when we know more.",
    "number": "SC-0ABCDEF0",
    "new_price": "$95.00",
    "old_price": "$89.00",
    "open": "$989.00",
    "outcome": "upheld",
    "paid": [{"number": "INV-000042", "amount": "$989.00"}],
    "paid_until": "22 Nov 2027",
    "payer": "Riverside Dermatology",
    "practice": "Riverside Dermatology",
    "price": "$129.00",
    "product": "renewal",
    "reason": "insufficient funds",
    "reference": "0case0000000",
    "since": "23 Nov 2026",
    "starts_on": "1 Jan 2027",
    "specialty": "General",
    "total": "$1,000.00",
    "units": "2 renewals",
    "until": "23 Nov 2027",
    "waiting": 7,
}

#: Template → values that differ there from those above.
_ENTRY: dict[str, object] = {
    "renews_on": "7 Dec 2026", "when": "in 14 days", "people": 14, "names": ["Ada Park", "Ben Ito"],
    "more": 12, "automatic": 12, "manual": 2, "ordered": 0, "from_units": 5, "price": "$756.50",
    "how": "invoiced on 7 Dec 2026, to be paid by 6 Jan 2027", "change_until": "6 Dec 2026",
    "lapses_on": "6 Jan 2027", "past": False, "link": "/practice/0abc/renewals/0def/",
}  # fmt: skip
_RENEWALS: dict[str, object] = {
    "entries": [_ENTRY], "people": 14, "first_on": "7 Dec 2026", "own": False,
}  # fmt: skip

_OWN: dict[str, dict[str, object]] = {
    "renewal_notice": _RENEWALS,
    "renewal_proposal": _RENEWALS,
    "renewal_reminder": _RENEWALS,
    "renewal_overdue": _RENEWALS
    | {"entries": [_ENTRY | {"when": "15 days ago", "past": True, "automatic": 0, "how": ""}]},
    "price_change": {
        "people": 14,
        "own": False,
        "first_on": "4 Jan 2027",
        "change_until": "3 Jan 2027",
        "discounts": "10 % from 5 on, 15 % from 10 on",
    },
    "credential_decision": {"credential": "CMSS, Dermatology"},
    "invitation": {"link": "/invitation/0abc/"},
    "invitation_reminder": {"link": "/invitation/0abc/"},
    "invoice_issued": {"number": "INV-000042"},
    "payment_bounced": {"number": "RC-000017", "amount": "$1,000.00"},
    "payment_received": {"number": "RC-000017", "amount": "$1,000.00"},
    "sign_up": {"link": "/store/join/0abc/", "hours": 24},
    "sign_up_known": {"link": "/sign-in/?next=/store/"},
    "join": {"link": "/invitation/0abc/"},
}


def sample_of(template: str) -> dict[str, object]:
    """Return sample values for one mail."""
    return SAMPLES | _OWN.get(template, {})
