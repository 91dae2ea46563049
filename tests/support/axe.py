"""What axe finds on a page that matters: serious and critical, in one line each."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import Visitor

#: Two frames, after which a changed colour scheme is drawn.
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_GRAVE = {"serious", "critical"}
#: What a colour scheme can change.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def grave(visitor: Visitor, options: dict[str, Any] | None = None) -> list[str]:
    """Return the serious and critical violations on the page as it stands."""
    page = visitor.page
    # A colour that is on its way to another is neither. Without movement, as the person may ask
    # of the system, each colour is where it arrives.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(_DRAWN)
    # axe tries inline styles, which our policy refuses; that is no slip of the page.
    visitor.examined = True
    results = Axe().run(page, options={"resultTypes": ["violations"], **(options or {})})
    return [
        f"{page.url} {violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in results.response["violations"]
        if violation["impact"] in _GRAVE
        for node in violation["nodes"][:3]
    ]
