"""Reading credentials and certificates."""

from scriptorium.domains.credentials.queries.certificates import (
    by_number,
    count_of_year,
    downloaded_for_unit,
    files_of,
    mark_facts,
    of_person,
    of_practice_year,
    print_by_reference,
    prints_of,
    valid_of_term,
    without_file,
    years_of,
)
from scriptorium.domains.credentials.queries.credentials import held_by

__all__ = [
    "by_number",
    "count_of_year",
    "downloaded_for_unit",
    "files_of",
    "held_by",
    "mark_facts",
    "of_person",
    "of_practice_year",
    "print_by_reference",
    "prints_of",
    "valid_of_term",
    "without_file",
    "years_of",
]
