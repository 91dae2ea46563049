"""Writing credentials and certificates."""

from scriptorium.domains.credentials.operations.badges import (
    BadgeDraft,
    add_key,
    issue_badges,
    keep_badge,
    keep_list,
    random_bit,
    retire_key,
    void_badges,
)
from scriptorium.domains.credentials.operations.certificates import (
    Draft,
    claim_print,
    issue,
    keep_files,
    log_download,
    new_number,
    open_print,
    print_progress,
    void,
)
from scriptorium.domains.credentials.operations.decisions import (
    ProposalClosed,
    Ruling,
    answer_proposal,
    decide,
    propose_decision,
)
from scriptorium.domains.credentials.operations.pathway import (
    close_affidavit,
    log_hours,
    log_many,
    send_elsewhere,
    sign,
)

__all__ = [
    "BadgeDraft",
    "Draft",
    "ProposalClosed",
    "Ruling",
    "add_key",
    "answer_proposal",
    "claim_print",
    "close_affidavit",
    "decide",
    "issue",
    "issue_badges",
    "keep_badge",
    "keep_files",
    "keep_list",
    "log_download",
    "log_hours",
    "log_many",
    "new_number",
    "open_print",
    "print_progress",
    "propose_decision",
    "random_bit",
    "retire_key",
    "send_elsewhere",
    "sign",
    "void",
    "void_badges",
]
