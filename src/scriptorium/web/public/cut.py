"""Whole pages for strangers, rendered once a shape and filled many times.

Such a page says the same to everybody but for a few texts: its template is rendered with marks in
their place, once for each shape that it can take, and the pieces are joined with the texts of each
request. The template stays the one place that says how the page looks. Nothing is asked about the
person: no session, no login.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from scriptorium.kernel import clock

#: Private-use characters, which no escaping touches and no text contains.
_MARK = re.compile("\ue000(\\d+)\ue001")
_USE = re.compile(r'<use href="#([\w-]+)"')
_SYMBOL = re.compile(r'<symbol id="([\w-]+)".*?</symbol>\n?', re.DOTALL)

Texts = Mapping[str, str]
Shape = Mapping[str, str | bool]


class CutPage:
    """One page over a few texts.

    Arguments:
        template: the page's template; it may print the texts and ask for the shape, nothing else.
        path: the address that help and messages name as the page's.
        more: makes what else the template needs, such as a form, from the texts.
    """

    def __init__(
        self, template: str, *, path: str, more: Callable[[Texts], dict[str, Any]]
    ) -> None:
        self.template, self.path, self.more = template, path, more
        self._cut = lru_cache(maxsize=64)(self._cut_uncached)

    def context(self, shape: Shape, texts: Texts) -> dict[str, Any]:
        """Return the template's context."""
        return {**shape, **texts, **self.more(texts)}

    def _cut_uncached(
        self,
        shape: tuple[tuple[str, str | bool], ...],
        names: tuple[str, ...],
        surroundings: tuple[bool, int],
    ) -> tuple[list[str], list[int]]:
        # What surrounds the page (the banners) is part of the key alone.
        del surroundings
        marks = {name: f"\ue000{number}\ue001" for number, name in enumerate(names)}
        request = HttpRequest()
        request.method, request.path = "GET", self.path
        request.user = AnonymousUser()
        html = render_to_string(self.template, self.context(dict(shape), marks), request=request)
        pieces = _MARK.split(_only_used_symbols(html))
        return pieces[::2], [int(number) for number in pieces[1::2]]

    def fill(self, shape: Shape, texts: Texts) -> str:
        """Return the page of a shape with these texts, each escaped."""
        around = (bool(settings.DEMO), clock.shifted_days())
        pieces, numbers = self._cut(tuple(shape.items()), tuple(texts), around)
        escaped = [conditional_escape(text) for text in texts.values()]
        found = [pieces[0]]
        for number, piece in zip(numbers, pieces[1:], strict=True):
            found += (escaped[number], piece)
        return "".join(found)


def _only_used_symbols(html: str) -> str:
    """Return a page without the icons of the sprite that it does not show: half of its bytes."""
    used = set(_USE.findall(html))
    return _SYMBOL.sub(lambda symbol: symbol[0] if symbol[1] in used else "", html)


def is_stranger(request: HttpRequest) -> bool:
    """Return whether a request comes without a session, so that nobody can be signed in."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES
