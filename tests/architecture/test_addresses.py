"""Every address says who may reach it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views.generic import TemplateView

from scriptorium.web.shared.guards import public
from tests.architecture.reading import exceptions

Patterns = Iterable[URLPattern | URLResolver]


def _leaves(patterns: Patterns, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns, address)
        else:
            yield address, pattern


def unguarded(patterns: Patterns, library: Mapping[str, str]) -> list[str]:
    """Return addresses of ours without a guard, and of libraries that are not as listed.

    Arguments:
        library: name of an address -> "anyone" or "signed in", which the login middleware enforces.
    """
    problems = []
    for address, pattern in _leaves(patterns):
        view = pattern.callback
        view_class = getattr(view, "view_class", None)
        module = str(getattr(view_class or view, "__module__", ""))
        if module.startswith(("scriptorium.", "tests.")):
            if not (getattr(view, "guard", "") or getattr(view_class, "guard", "")):
                problems.append(f"/{address} has no guard")
        elif pattern.name is None or pattern.name not in library:
            problems.append(f"/{address} ({pattern.name}) is a library's and not listed")
        else:
            who = "signed in" if getattr(view, "login_required", True) else "anyone"
            if library[pattern.name] != who:
                problems.append(f"/{address} ({pattern.name}) is open to {who}")
    return problems


def test_every_address_has_a_guard_or_is_a_listed_one_of_a_library() -> None:
    assert unguarded(get_resolver().url_patterns, exceptions("library_addresses")) == []


def test_every_listed_address_of_a_library_exists() -> None:
    names = {pattern.name for _, pattern in _leaves(get_resolver().url_patterns)}
    assert exceptions("library_addresses").keys() - names == set()


def _view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _Page(TemplateView):
    pass


def test_an_address_without_a_guard_is_noticed() -> None:
    patterns = [
        path("open/", public(lambda _request: HttpResponse())),
        path("forgotten/", _view),
        path("class/", _Page.as_view()),
        path("library/", TemplateView.as_view(), name="theirs"),
        path("listed/", TemplateView.as_view(), name="listed"),
        path("loose/", login_not_required(TemplateView.as_view()), name="loose"),
    ]
    assert unguarded(patterns, {"listed": "signed in", "loose": "signed in"}) == [
        "/forgotten/ has no guard",
        "/class/ has no guard",
        "/library/ (theirs) is a library's and not listed",
        "/loose/ (loose) is open to anyone",
    ]
