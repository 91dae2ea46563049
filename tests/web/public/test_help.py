"""Help: one true article for each page that exists."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from scriptorium.web.public import articles

pytestmark = pytest.mark.django_db
#: Addresses that are no pages: files and machine answers.
NO_PAGES = re.compile(r"health/|.*\.(pdf|csv|xlsx|json|ics)$|help/|metrics|payments/")


def _pages() -> list[str]:
    found = []
    for resolver in get_resolver().url_patterns:
        prefix = str(resolver.pattern)
        if hasattr(resolver, "url_patterns"):
            if prefix.startswith("account"):
                continue
            found += [prefix + str(one.pattern) for one in resolver.url_patterns]
        else:
            found.append(prefix)
    paths = ["/" + re.sub(r"<[^>]+>", "0abc", one) for one in found]
    return [path for path in paths if not NO_PAGES.match(path[1:])]


def test_every_page_has_an_article() -> None:
    assert [page for page in _pages() if not articles.slug_of(page)] == []


def test_every_article_that_a_page_names_exists_and_is_listed() -> None:
    listed = {slug for slugs in articles.GROUPS.values() for slug in slugs}
    assert {slug for _, slug in articles.PAGES} == listed
    for slug in listed:
        found = articles.article(slug)
        assert found is not None
        assert found.title
        assert "<p>" in found.html or "<ul>" in found.html


def test_no_article_shouts() -> None:
    for _, group in articles.index():
        for one in group:
            assert "!" not in one.title + one.html


def test_help_of_a_page_is_its_article_with_a_way_back(client: Client) -> None:
    page = client.get("/help/", {"page": "/practice/0abc/assignments/"})
    assert "<h1>The assignments board</h1>" in page.text
    assert 'href="/practice/0abc/assignments/"' in page.text


def test_a_page_without_an_article_gets_the_list_and_a_sentence(client: Client) -> None:
    page = client.get("/help/", {"page": "/nowhere/"})
    assert page.status_code == 200
    assert "There is no article about that page yet" in page.text
    assert "/help/board/" in page.text


@pytest.mark.parametrize(
    "back", ["//evil.example/contact/", "/\\evil.example", "https://evil.example/"]
)
def test_help_never_links_to_another_site(client: Client, back: str) -> None:
    page = client.get("/help/", {"page": back})
    assert f'href="{back}"' not in page.text


def test_articles_have_their_own_addresses(client: Client) -> None:
    assert "<h1>Undoing an assignment</h1>" in client.get("/help/undo/").text
    assert client.get("/help/nothing/").status_code == 404


def test_an_article_can_hold_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    title, html = articles._rendered("# T\n<script>x</script>[a](javascript:x) **b**")
    assert title == "T"
    assert "<script" not in html
    assert "javascript:" not in html.replace("[a](javascript:x)", "")
    assert "<strong>b</strong>" in html
