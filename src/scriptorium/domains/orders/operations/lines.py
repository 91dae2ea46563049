"""Rows of lines, made from a quote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scriptorium.domains.orders.models import Line
from scriptorium.domains.orders.rules.pricing import PricedLine


def lines_of[L: Line](lines: Iterable[PricedLine], model: type[L], **owner: Any) -> list[L]:
    """Return unsaved lines of a document, numbered from 1, with their prices frozen."""
    return [
        model(
            position=position,
            kind=line.kind,
            description=line.description,
            quantity=line.quantity,
            list_minor=line.list_minor,
            discount_percent=line.discount_percent,
            unit_minor=line.unit_minor,
            net_minor=line.net_minor,
            tax_code=line.tax_code,
            tax_rate=line.tax_rate,
            tax_minor=line.tax_minor,
            rule=line.rule,
            cost_centre_id=line.centre,
            **owner,
        )
        for position, line in enumerate(lines, start=1)
    ]
