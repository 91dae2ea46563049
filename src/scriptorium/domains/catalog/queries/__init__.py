"""Reading the programme: numbers, choices and texts that an operator can change."""

from scriptorium.domains.catalog.queries.catalogue import (
    Numbers,
    Programme,
    programme,
)
from scriptorium.domains.catalog.queries.fairness import Fairness, fairness
from scriptorium.domains.catalog.queries.pathways import (
    QUARTERS,
    Pathway,
    Pathways,
    Statement,
    pathways,
    text_sha256,
)

__all__ = [
    "QUARTERS",
    "Fairness",
    "Numbers",
    "Pathway",
    "Pathways",
    "Programme",
    "Statement",
    "fairness",
    "pathways",
    "programme",
    "text_sha256",
]
