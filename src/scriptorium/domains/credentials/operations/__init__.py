"""Writing credentials and certificates."""

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
from scriptorium.domains.credentials.operations.decisions import bring_forward

__all__ = [
    "Draft",
    "bring_forward",
    "claim_print",
    "issue",
    "keep_files",
    "log_download",
    "new_number",
    "open_print",
    "print_progress",
    "void",
]
