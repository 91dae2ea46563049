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
from scriptorium.domains.catalog.queries.policies import (
    Policy,
    UnknownPlaceholder,
    policies,
    policy_numbers,
)
from scriptorium.domains.catalog.queries.prices import PriceList, Prices, Product, Tier, prices

__all__ = [
    "QUARTERS",
    "Fairness",
    "Numbers",
    "Pathway",
    "Pathways",
    "Policy",
    "PriceList",
    "Prices",
    "Product",
    "Programme",
    "Statement",
    "Tier",
    "UnknownPlaceholder",
    "fairness",
    "pathways",
    "policies",
    "policy_numbers",
    "prices",
    "programme",
    "text_sha256",
]
