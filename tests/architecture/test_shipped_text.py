"""What is shipped never claims what is not so, and pages keep to the content policy."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.architecture.reading import PACKAGE, ROOT, files, named, plant, templates

_STATE = r"(?:CMS|HHS|Medicare|Medicaid|OIG|ONC|(?:the )?(?:U\.?S\.? |federal )?government)"
_BLESSED = (
    r"(?:approv(?:ed|al)|endorse[ds]?|endorsement|accredit(?:ed|ation)|recogni[sz]ed|authori[sz]ed"
    r"|certified|sanctioned|mandated|required)"
)
_CLAIMS = re.compile(
    rf"\b{_STATE}[-\s]+{_BLESSED}\b"
    rf"|\b{_BLESSED} (?:by|of|from) (?:the )?"
    rf"(?:Centers for Medicare|Department of Health|{_STATE}\b)"
    rf"|\b(?:meets?|satisf(?:y|ies)|fulfils?) (?:all |the )*{_STATE} (?:\w+ )?requirements?"
    rf"|\b{_STATE} compliance certificate"
    rf"|\bfederally {_BLESSED}\b",
    re.IGNORECASE,
)
#: A claim is none where it is denied a few words before.
_DENIED = re.compile(
    r"\b(?:not|never|no|nobody|none|nor|neither|without)\b[^.;:!?]{0,60}$", re.IGNORECASE
)
_TEXTS = (".html", ".txt", ".md", ".toml", ".json", ".py", ".typ", ".svg", ".js")

_COMMENT = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.DOTALL)
_INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|\shx-on\b|javascript:"
    r"|<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"\bcc-(?:number|csc|exp|name|type)|\bcvc2?\b|\bcvv2?\b|card-?number"
    r"|\bname=[\"']card|\bcard\w* *= *(?:forms\.)?\w+Field",
    re.IGNORECASE,
)


def claims(root: Path) -> list[str]:
    """Return words in shipped text that say that the government approves."""
    found = []
    for path in [*files(root, *_TEXTS, under="src"), *files(root, *_TEXTS, under="docs")] + [
        root / name for name in ("README.md", "CHANGELOG.md") if (root / name).exists()
    ]:
        plain = re.sub(r"<[^>]+>", " ", html.unescape(path.read_text(encoding="utf-8")))
        text = " ".join(plain.split())
        found += [
            f"{named(root, path)}: {claim[0]}"
            for claim in _CLAIMS.finditer(text)
            if not _DENIED.search(text[: claim.start()])
        ]
    return found


def inline_code(root: Path) -> list[str]:
    """Return style, script and handlers written into templates; the content policy refuses them."""
    found = []
    for name, text in templates(root):
        # What a comment says is kept out; its lines are kept, so that the number is right.
        code = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
        found += [
            f"{name}:{code[: place.start()].count('\n') + 1} {place[0].strip()}"
            for place in _INLINE.finditer(code)
        ]
    return found


def card_fields(root: Path) -> list[str]:
    """Return places that would ask for a payment card: the payment provider does, we never."""
    paths = files(root, ".html", ".py", ".js", under=PACKAGE)
    return [
        f"{named(root, path)}: {place[0]}"
        for path in paths
        for place in _CARD.finditer(path.read_text(encoding="utf-8"))
    ]


def test_row_01_no_shipped_text_claims_the_approval_of_a_government() -> None:
    assert claims(ROOT) == []


@pytest.mark.parametrize(
    "claim",
    [
        "A CMS-approved credential",
        "CMS\n approved",
        "It is approved by <b>CMS</b>.",
        "endorsed by the Centers for Medicare and Medicaid Services",
        "recognized by HHS",
        "This certificate meets all CMS audit requirements",
        "CMS Compliance Certificate",
        "government approved",
        "It is not expensive. It is required by Medicare.",
    ],
)
def test_row_01_a_claim_is_noticed(tmp_path: Path, claim: str) -> None:
    plant(tmp_path, f"{PACKAGE}/web/templates/page.html", f"<p>{claim}</p>")
    assert len(claims(tmp_path)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "This is not endorsed by CMS or HHS.",
        "The certificate is neither approved nor endorsed by CMS.",
        "Never say that it is approved by CMS",
        "CMSA and CMSS are certified levels of a private body",
        "what CMS measures are",
    ],
)
def test_row_01_a_denial_is_no_claim(tmp_path: Path, words: str) -> None:
    plant(tmp_path, f"{PACKAGE}/web/templates/page.html", words)
    assert claims(tmp_path) == []


def test_no_template_holds_style_or_script() -> None:
    assert inline_code(ROOT) == []


def test_inline_style_and_script_are_noticed(tmp_path: Path) -> None:
    page = """{# style="fine in a comment" #}
<p style="color: red">
<style>p { color: red }</style>
<script>alert(1)</script>
<script src="/static/site.js"></script>
<a onclick="go()" href="javascript:go()">
<script type="application/json">{}</script>
"""
    plant(tmp_path, f"{PACKAGE}/web/templates/page.html", page)
    lines = [entry.rpartition(":")[2].split()[0] for entry in inline_code(tmp_path)[:3]]
    assert lines == ["2", "3", "4"]
    assert len(inline_code(tmp_path)) == 5


def test_row_41_no_page_asks_for_a_card() -> None:
    assert card_fields(ROOT) == []


def test_row_41_a_card_field_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, f"{PACKAGE}/web/templates/pay.html", '<input autocomplete="cc-number">')
    plant(tmp_path, f"{PACKAGE}/web/member/pay.py", "cvc = 1\ncard_number = forms.CharField()")
    plant(tmp_path, f"{PACKAGE}/web/member/ask.py", 'words = "Please no card number here"')
    assert len(card_fields(tmp_path)) == 3
