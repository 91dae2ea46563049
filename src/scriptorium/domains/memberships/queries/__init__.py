"""Reading memberships and the proposals to renew them."""

from scriptorium.domains.memberships.queries.payers import AutomaticPayer, automatic_payers
from scriptorium.domains.memberships.queries.proposals import (
    Coming,
    claimed_proposal,
    coming,
    lines_of,
    lines_of_order,
    locked_proposal,
    proposal_by_reference,
    proposals_of,
    to_charge,
    to_close,
    to_open,
    to_tell,
)
from scriptorium.domains.memberships.queries.reinstatements import (
    reinstatement_of,
    waiting_reinstatement,
)
from scriptorium.domains.memberships.queries.years import (
    last_paid_term,
    later_term_exists,
    live_term_of_unit,
    modes_of,
    of_people,
    terms_of,
    wrong_dates,
    wrong_terms,
)

__all__ = [
    "AutomaticPayer",
    "Coming",
    "automatic_payers",
    "claimed_proposal",
    "coming",
    "last_paid_term",
    "later_term_exists",
    "lines_of",
    "lines_of_order",
    "live_term_of_unit",
    "locked_proposal",
    "modes_of",
    "of_people",
    "proposal_by_reference",
    "proposals_of",
    "reinstatement_of",
    "terms_of",
    "to_charge",
    "to_close",
    "to_open",
    "to_tell",
    "waiting_reinstatement",
    "wrong_dates",
    "wrong_terms",
]
