"""The help articles: which page each explains, and its Markdown as safe HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

#: Group → slugs, in the order of the index.
GROUPS: dict[str, tuple[str, ...]] = {
    "First steps": (
        "start",
        "sign-in",
        "invitation",
        "verify",
        "directory",
        "store",
        "policies",
        "shared-estimate",
        "unsubscribe",
        "contact",
    ),
    "For practices": (
        "board",
        "assign",
        "undo",
        "add-people",
        "import",
        "member-record",
        "renewals",
        "renewal-proposal",
        "estimates",
        "orders",
        "billing",
        "certificates",
        "practice-hours",
        "teams",
        "physician",
        "roles",
        "practice-settings",
        "activity",
    ),
    "For members": (
        "member-home",
        "manual",
        "courses",
        "exams",
        "hours",
        "credentials",
        "accommodations",
        "appeals",
        "own-membership",
        "profile",
    ),
    "For staff": (
        "office",
        "money",
        "money-accounts",
        "money-journal",
        "office-renewals",
        "nightly",
        "mail",
        "decisions",
        "item-bank",
        "key-corrections",
        "exam-forms",
        "exam-browsers",
        "exam-statistics",
    ),
}

#: Address pattern → slug; the first that matches counts.
PAGES: tuple[tuple[str, str], ...] = (
    (r"/store/.*|/member/store/.*|/practice/[^/]+/store/.*", "store"),
    (r"/practice/[^/]+/assignments/assign/", "assign"),
    (r"/practice/[^/]+/assignments/undo/", "undo"),
    (r"/practice/[^/]+/assignments/", "board"),
    (r"/practice/[^/]+/people/", "add-people"),
    (r"/practice/[^/]+/people/.+", "member-record"),
    (r"/practice/[^/]+/import/.*", "import"),
    (r"/practice/[^/]+/renewals/", "renewals"),
    (r"/practice/[^/]+/renewals/.+", "renewal-proposal"),
    (r"/practice/[^/]+/estimates/.*", "estimates"),
    (r"/practice/[^/]+/orders/.*|/sandbox/pay/.*", "orders"),
    (r"/practice/[^/]+/settings/billing/.*", "billing"),
    (r"/practice/[^/]+/certificates/.*", "certificates"),
    (r"/practice/[^/]+/hours/.*", "practice-hours"),
    (r"/practice/[^/]+/teams/.*", "teams"),
    (r"/physician/", "physician"),
    (r"/practice/[^/]+/roles/.*", "roles"),
    (r"/practice/[^/]+/settings/|/practice/[^/]+/calendar/.*", "practice-settings"),
    (r"/practice/[^/]+/activity/", "activity"),
    (r"/sign-in/|/sign-out/|/account/.*", "sign-in"),
    (r"/invitation/.+", "invitation"),
    (r"/member/profile/.*", "profile"),
    (r"/member/manual/.*", "manual"),
    (r"/member/courses/.*", "courses"),
    (r"/member/exams/.*", "exams"),
    (r"/member/hours/.*", "hours"),
    (r"/member/credentials/", "credentials"),
    (r"/member/accommodations/.*", "accommodations"),
    (r"/member/appeals/.*", "appeals"),
    (r"/member/membership/.*|/member/orders/.*", "own-membership"),
    (r"/member/.*", "member-home"),
    (r"/verify/.*", "verify"),
    (r"/directory/", "directory"),
    (r"/contact/", "contact"),
    (r"/policies/.*", "policies"),
    (r"/estimates/.*", "shared-estimate"),
    (r"/mail/unsubscribe/.*", "unsubscribe"),
    (r"/office/money/(?:journal|reports)/.*", "money-journal"),
    (r"/office/money/(?:practices|people)/.*", "money-accounts"),
    (r"/office/money/.*", "money"),
    (r"/office/nightly/", "nightly"),
    (r"/office/renewals/.*|/office/people/[^/]+/cancel/", "office-renewals"),
    (r"/office/mail/.*|/office/outbox/.*", "mail"),
    (r"/office/decisions/.*|/office/people/[^/]+/credentials/.*", "decisions"),
    (r"/office/items/[^/]+/correct/|/office/corrections/.*", "key-corrections"),
    (r"/office/items/.*", "item-bank"),
    (r"/office/(?:exams|forms|cuts|studies)/.*", "exam-forms"),
    (r"/office/browsers/.*", "exam-browsers"),
    (r"/office/statistics/.*", "exam-statistics"),
    (r"/office/.*", "office"),
    (r"/|/home/", "start"),
)

_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "code", "a"}
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Article:
    """One article, ready for the page."""

    slug: str
    title: str
    html: SafeString


def slug_of(page: str) -> str:
    """Return the slug of the article that explains an address, or ""."""
    path = page.partition("?")[0]
    return next((slug for pattern, slug in PAGES if re.fullmatch(pattern, path)), "")


def article(slug: str) -> Article | None:
    """Return an article, or None when there is no such."""
    if not any(slug in slugs for slugs in GROUPS.values()):
        return None
    file: Path = settings.PROGRAMME_DIR / "help" / f"{slug}.md"
    if not file.is_file():
        return None
    title, html = _rendered(file.read_text(encoding="utf-8"))
    return Article(slug, title, html)


def index() -> list[tuple[str, list[Article]]]:
    """Return every article by group."""
    return [
        (group, [found for slug in slugs if (found := article(slug)) is not None])
        for group, slugs in GROUPS.items()
    ]


@lru_cache(maxsize=200)
def _rendered(text: str) -> tuple[str, SafeString]:
    """Return title and safe HTML of an article's Markdown; kept by content."""
    heading, _, body = text.partition("\n")
    return heading.removeprefix("#").strip(), safe_html(body)


@lru_cache(maxsize=50)
def safe_html(text: str) -> SafeString:
    """Return Markdown as HTML that can hold no script; kept by content."""
    clean = nh3.clean(_markdown.render(text), tags=_TAGS, attributes={"a": {"href"}}, link_rel=None)
    return mark_safe(clean)  # noqa: S308 (cleaned above)
