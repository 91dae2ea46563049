"""Makes a test fail where one of our templates reads a variable that nobody gave it.

In production such a variable reads as nothing, so that a slip never breaks a page. Templates of
libraries count on that and are left alone.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

from django.template.base import FilterExpression

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "scriptorium"
#: A missing value is expected where one of these filters stands first.
_EXPECTING = {"default", "default_if_none", "yesno"}


class UnknownVariable(AssertionError):
    """A template of ours names a variable that its view does not pass."""


class Missing(str):
    """The value of ``string_if_invalid`` in tests; Django applies ``%`` to it with the name."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __bool__(self) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        frame = sys._getframe(1)
        expression: FilterExpression = frame.f_locals["self"]
        context: Any = frame.f_locals["context"]
        if expression.filters and expression.filters[0][0].__name__ in _EXPECTING:
            # As in production: the missing value is "" and the filters speak for it.
            empty = copy.copy(expression)
            empty.var, empty.is_var = "", False
            return str(empty.resolve(context))
        template = context.render_context.template or context.template
        place = getattr(template.origin, "name", "")
        if Path(place).is_relative_to(PACKAGE):
            raise UnknownVariable(f"{{{{ {name} }}}} is not known in {place}")
        return ""
