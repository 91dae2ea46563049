"""Choosing a provider, and what the package must never hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import scriptorium.integrations.payments as payments
from scriptorium.integrations.payments import Sandbox, provider_for
from scriptorium.integrations.payments.failures import sentence_for

SOURCES = [Path(payments.__file__).parent, Path(__file__).parent]


def test_without_a_setting_the_sandbox_keeps_its_file_in_the_folder(tmp_path: Path) -> None:
    provider = provider_for(url="", folder=tmp_path)

    assert isinstance(provider, Sandbox)
    assert provider.name == "sandbox"
    assert list(tmp_path.iterdir()) == []
    provider.save_method(owner="casey", card=payments.TestCard.SUCCESS)
    assert (tmp_path / "sandbox-payments.sqlite3").exists()


def test_the_address_of_stripe_holds_key_and_secret(tmp_path: Path) -> None:
    url = "stripe://?key=sk_test_recorded&webhook_secret=whsec_recorded"

    assert provider_for(url=url, folder=tmp_path).name == "stripe"


@pytest.mark.parametrize(
    "url",
    [
        "stripe://",
        "stripe://?key=sk_test_recorded",
        "stripe://?key=sk_test_recorded&webhook_secret=",
        "stripe://?key=a&webhook_secret=b&kay=c",
        "paypal://?key=sk_test_recorded&webhook_secret=whsec_recorded",
    ],
)
def test_an_address_that_lacks_something_is_refused_without_telling_the_key(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(ValueError, match="stripe://") as refused:
        provider_for(url=url, folder=tmp_path)
    assert "sk_test_recorded" not in str(refused.value)


def test_the_library_of_stripe_is_not_loaded_where_the_sandbox_is_used() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from scriptorium.integrations.payments import provider_for;"
        "provider_for(url='', folder=Path('nowhere'));"
        "print([name for name in ('stripe', 'requests', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_failure_without_a_sentence_of_its_own_gets_the_general_one() -> None:
    assert sentence_for(code="") == ""
    assert sentence_for(code="stolen_card") == sentence_for(code="card_declined") != ""


def test_no_number_of_a_card_stands_anywhere() -> None:
    numbers = [
        number
        for folder in SOURCES
        for path in folder.rglob("*")
        if path.suffix in {".py", ".json"}
        for number in re.findall(r"\b(?:\d[ -]?){12,18}\d\b", path.read_text(encoding="utf-8"))
    ]

    assert numbers == []
