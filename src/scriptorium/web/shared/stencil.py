"""Partials that are printed fifty times a page, cut once and filled many times.

The template stays the one place that says how a thing looks. A stencil renders it once with marks
in place of values, keeps the pieces between the marks, and joins them with each thing's values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

#: Private-use characters, which no escaping touches and no name contains.
_MARK = re.compile("\ue000(\\d+)\ue001")


class Stencil:
    """One partial over one kind of thing.

    Arguments:
        template: the partial; it may print the filled attributes and ask whether they are empty,
            and nothing else. Without a value an attribute is passed as it is (0, "" or None).
        name: what the partial calls the thing.
        filled: its attributes that are texts or whole numbers, printed as they are.
        fixed: attributes that the partial may use in any way; few different ones, hashable.
    """

    def __init__(
        self, template: str, *, name: str, filled: tuple[str, ...], fixed: tuple[str, ...] = ()
    ) -> None:
        self.template, self.name, self.filled, self.fixed = template, name, filled, fixed
        self._cut = lru_cache(maxsize=512)(self._cut_uncached)

    def _cut_uncached(
        self, empty: tuple[Any, ...], fixed: tuple[Any, ...], context: tuple[tuple[str, str], ...]
    ) -> tuple[list[str], list[int]]:
        thing = {
            field: f"\ue000{number}\ue001" if value is True else value
            for number, (field, value) in enumerate(zip(self.filled, empty, strict=True))
        } | dict(zip(self.fixed, fixed, strict=True))
        html = render_to_string(self.template, {self.name: thing, **dict(context)})
        pieces = _MARK.split(html)
        return pieces[::2], [int(number) for number in pieces[1::2]]

    def fill(self, things: Iterable[object], **context: str) -> SafeString:
        """Return the things one after the other; ``context`` is the same for all of them."""
        around = tuple(sorted(context.items()))
        found = []
        for thing in things:
            values = [getattr(thing, field) for field in self.filled]
            pieces, numbers = self._cut(
                tuple(True if value else value for value in values),
                tuple(getattr(thing, field) for field in self.fixed),
                around,
            )
            found.append(pieces[0])
            for number, piece in zip(numbers, pieces[1:], strict=True):
                found += (conditional_escape(values[number]), piece)
        return mark_safe("".join(found))  # noqa: S308 (each value was escaped above)


@cache
def constant(template: str) -> SafeString:
    """Return a partial that says the same to everybody, rendered once per process."""
    return render_to_string(template)
