"""A line of an estimate, an order or a credit note: its price is frozen where it stands."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


def line_adds_up(name: str) -> models.CheckConstraint:
    """Return the constraint that a line's total is its quantity times its price."""
    return models.CheckConstraint(
        condition=models.Q(
            net_minor=models.F("unit_minor") * models.F("quantity"), quantity__gte=1
        ),
        name=name,
    )


class Line(models.Model):
    """What is sold, how many, for how much, by which price list and tier (DOMAIN §10).

    ``kind`` is a product kind, or "consulting" or "fee" for words that staff typed. Amounts are
    minor units; ``tax_rate`` is in hundredths of a percent.
    """

    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    list_minor = models.BigIntegerField()
    discount_percent = models.PositiveSmallIntegerField(default=0)
    unit_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    tax_code = models.CharField(max_length=30, blank=True)
    tax_rate = models.PositiveIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    # Frozen: price list version, tier, exemption, proration; plain values.
    rule = models.JSONField(default=dict)
    cost_centre = models.ForeignKey(
        "orders.CostCentre", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        abstract = True

    def copied_to(self, target: type[models.Model], **more: Any) -> Any:
        """Return an unsaved line of another document with the same frozen words and amounts."""
        names = (
            "position", "kind", "description", "quantity", "list_minor", "discount_percent",
            "unit_minor", "net_minor", "tax_code", "tax_rate", "tax_minor", "rule",
            "cost_centre_id",
        )  # fmt: skip
        return target(**{name: getattr(self, name) for name in names}, **more)

    @property
    def total_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor

    def same_as(self, other: Self) -> bool:
        """Return whether two lines say the same, for the comparison of revisions."""
        return (self.quantity, self.unit_minor, self.tax_minor) == (
            other.quantity, other.unit_minor, other.tax_minor,
        )  # fmt: skip
