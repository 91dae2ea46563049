"""Base classes for rows that the database itself protects.

Python refuses first, with a sentence for the developer; triggers refuse last, for everybody
(DESIGN §3, models). ``triggers.py`` reads the declarations made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from scriptorium.kernel.references import new_reference


class RecordIsFinal(TypeError):
    """An append-only record was to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A query set that reads and inserts, nothing else."""

    def update(self, **kwargs: Any) -> int:
        raise RecordIsFinal(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise RecordIsFinal(f"{self.model.__name__} rows are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise RecordIsFinal(f"{self.model.__name__} rows are never changed.")


@dataclass(frozen=True, slots=True)
class Rising:
    """A number that only grows from row to row of the same ``within``.

    Arguments:
        column: the number's column.
        within: the columns of the rows that are compared.
        unless: a boolean column; rows where it is true are left out.
    """

    column: str
    within: tuple[str, ...]
    unless: str


class AppendOnly(models.Model):
    """A row that is inserted once and never changed or deleted."""

    append_only: ClassVar[bool] = True
    rising: ClassVar[Rising | None] = None
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RecordIsFinal(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise RecordIsFinal(f"{type(self).__name__} rows are never deleted.")


class FrozenExcept(models.Model):
    """A row of which only the columns in ``writable_once`` may be set, once, all else is fixed."""

    writable_once: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise RecordIsFinal(f"{type(self).__name__} rows are never deleted.")


if TYPE_CHECKING:
    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField


class ReferenceField(_CharField):
    """The short public name of a row, apart from its key."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(max_length=16, unique=True, default=new_reference, editable=False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs


def exactly_one_payer(name: str) -> models.CheckConstraint:
    """Return the constraint that a row is paid for by a practice or by a person, not both."""
    practice = models.Q(payer_practice__isnull=False, payer_person__isnull=True)
    person = models.Q(payer_practice__isnull=True, payer_person__isnull=False)
    return models.CheckConstraint(condition=practice | person, name=name)
