"""The addresses that badge wallets and verifiers read."""

from __future__ import annotations

import json
import re

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client

from scriptorium.domains.credentials.models import SigningKey
from tests.support.builders import Clinic
from tests.support.credentials import holder

pytestmark = pytest.mark.django_db


def test_everything_that_a_badge_names_is_found_at_its_address(
    clinic: Clinic, client: Client
) -> None:
    credential = holder(clinic)
    document = client.get(f"/verify/{credential.number}/badge.json").json()
    token = client.get(f"/verify/{credential.number}/badge.jwt").text
    named = {
        document["issuer"]["id"],
        document["credentialSubject"]["achievement"]["id"],
        document["credentialSubject"]["achievement"]["image"]["id"],
        jwt.get_unverified_header(token)["kid"],
        *(entry["statusListCredential"] for entry in document["credentialStatus"]),
    }
    assert len(named) == 6
    for address in named | {document["id"].partition("#")[0]}:
        assert address.startswith(django_settings.BASE_URL)
        page = client.get(address.removeprefix(django_settings.BASE_URL))
        assert page.status_code == 200, address
        assert page.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/verify/issuer.json").json()["id"] == document["issuer"]["id"]


def test_the_key_set_stands_at_its_well_known_address(clinic: Clinic, client: Client) -> None:
    assert client.get("/.well-known/jwks.json").json() == {"keys": []}
    credential = holder(clinic)
    token = client.get(f"/verify/{credential.number}/badge.jwt").text
    page = client.get("/.well-known/jwks.json")
    assert page.headers["Content-Type"] == "application/jwk-set+json"
    (published,) = page.json()["keys"]
    assert published["kid"] == jwt.get_unverified_header(token)["kid"]
    kid = SigningKey.objects.get().kid
    assert client.get(f"/verify/keys/{kid}.json").json() == published
    assert client.get("/verify/keys/0123456789abcdef.json").status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("badge.json", "application/json"),
        ("badge.jwt", "application/vc+jwt"),
        ("badge.png", "image/png"),
        ("qr.svg", "image/svg+xml"),
    ],
)
def test_each_form_says_what_it_is(clinic: Clinic, client: Client, path: str, kind: str) -> None:
    page = client.get(f"/verify/{holder(clinic).number}/{path}")
    assert (page.status_code, page.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    "path",
    [
        "achievements/cmss-law.json",
        "achievements/cmss-law.png",
        "status/gossip/1.jwt",
        "status/revocation/2.jwt",
        "SC-0NOTHING/badge.json",
        f"{'x' * 41}/qr.svg",
    ],
)
def test_what_is_not_there_answers_404(clinic: Clinic, client: Client, path: str) -> None:
    assert client.get(f"/verify/{path}").status_code == 404


def test_without_the_private_key_the_page_says_later(clinic: Clinic, client: Client) -> None:
    ada, ben = holder(clinic), holder(clinic, "Ben Ito")
    client.get(f"/verify/{ada.number}/badge.jwt")
    (django_settings.KEYS_DIR / f"{SigningKey.objects.get().kid}.pem").unlink()
    assert client.get(f"/verify/{ada.number}/badge.jwt").status_code == 200
    for path in (f"{ben.number}/badge.json", f"{ben.number}/badge.png", "status/revocation/1.jwt"):
        page = client.get(f"/verify/{path}")
        assert page.status_code == 503
        assert "try again later" in page.text
        assert "keys" not in re.sub(r"<[^>]+>", "", page.text)


def test_a_code_says_nothing_about_whether_its_number_is_known(
    clinic: Clinic, client: Client
) -> None:
    known = client.get(f"/verify/{holder(clinic).number}/qr.svg")
    unknown = client.get("/verify/SC-0NOTHING/qr.svg")
    assert known.status_code == unknown.status_code == 200
    assert known.headers == unknown.headers or len(known.content) != len(unknown.content)


def test_the_document_is_json_for_people_to_read(clinic: Clinic, client: Client) -> None:
    text = client.get(f"/verify/{holder(clinic).number}/badge.json").text
    assert text.startswith("{\n")
    assert json.loads(text)["name"].endswith("(CMSS), Dermatology")
