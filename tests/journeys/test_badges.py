"""Open Badges: each issued one verifies by an independent library, and stops when it must."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import stat
import struct
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from scriptorium.domains.credentials.enums import StatusPurpose
from scriptorium.domains.credentials.models import (
    Badge,
    Credential,
    SignedBadge,
    SignedStatusList,
    SigningKey,
)
from scriptorium.domains.credentials.operations import badges as writing
from scriptorium.journeys import badge_files, signing_keys
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, TODAY, Clinic, days, later, noon
from tests.support.credentials import award, holder, rule

KEYS = Actor.system("keys")


@pytest.fixture(autouse=True)
def _at_the_builders_now() -> Iterator[None]:
    """Let the independent libraries live at the builders' moment too."""
    with time_machine.travel(NOW, tick=False):
        yield


def token_of(credential: Credential, now: dt.datetime = NOW) -> str:
    found = badge_files.signed_badge(number=credential.number, now=now)
    assert found is not None
    return found.token


def key_of(token: str) -> Any:
    """Return the public key as a verifier finds it: the kid's JWK, which stands in the set too."""
    kid = jwt.get_unverified_header(token)["kid"]
    published = [jwk for jwk in signing_keys.jwks()["keys"] if jwk["kid"] == kid]
    assert published == [signing_keys.jwk(kid=kid.rpartition("/")[2].removesuffix(".json"))]
    assert published[0].keys() >= {"kty", "n", "e", "alg", "use"}
    assert "d" not in published[0]
    return jwt.PyJWK(published[0])


def fetch(now: dt.datetime = NOW) -> Callable[[str], bytes]:
    """Return a download that asks this site for its own addresses."""

    def download(address: str) -> bytes:
        path = address.removeprefix(django_settings.BASE_URL + "/verify/status/")
        purpose, _, number = path.removesuffix(".jwt").partition("/")
        found = badge_files.status_list(
            purpose=purpose, number=int(number), now=now, today=now.date()
        )
        assert found is not None
        return found.encode()

    return download


def verify(token: str, now: dt.datetime = NOW) -> Any:
    """Verify by openbadgeslib with status and the list's own signature."""
    verifier = OB3Verifier(pubkey_pem=key_of(token).key)
    return verifier.verify(token, check_status=True, download=fetch(now))


def test_row_29_every_issued_badge_verifies_by_an_independent_library(clinic: Clinic) -> None:
    credentials = [holder(clinic), holder(clinic, "Ben Ito", renews_in=20)]
    credentials.append(award(credentials[0].person, level="CMSA", specialty="general"))
    assert Badge.objects.count() == 3
    for credential in credentials:
        token = token_of(credential)
        assert jwt.get_unverified_header(token)["alg"] == "RS256"
        found = verify(token)
        assert found.issuer.name == django_settings.BODY_NAME
        assert found.achievement.achievement_type == "Certification"
        assert credential.level in found.achievement.name


def test_row_29_the_payload_is_the_credential_with_the_claims_that_mirror_it(
    clinic: Clinic,
) -> None:
    credential = holder(clinic)
    token = token_of(credential)
    payload = jwt.decode(token, key_of(token).key, ["RS256"])
    assert "vc" not in payload
    assert payload["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert payload["iss"] == payload["issuer"]["id"]
    assert payload["sub"] == payload["credentialSubject"]["id"]
    assert payload["jti"] == payload["id"]
    for claim, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        assert dt.datetime.fromisoformat(payload[member]).timestamp() == payload[claim]
    # The end of the paid year, where the body lives.
    assert payload["validUntil"] == "2027-06-11T06:59:59Z"
    found = badge_files.signed_badge(number=credential.number, now=NOW)
    assert found is not None
    document = json.loads(found.document)
    assert {k: v for k, v in payload.items() if k not in {"iss", "sub", "jti", "nbf", "exp"}} == (
        document
    )


def test_a_badge_names_its_holder_by_a_salted_hash_only(clinic: Clinic) -> None:
    credential = holder(clinic)
    token = token_of(credential)
    raw = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert credential.person.email not in raw
    assert "Ada" not in raw
    assert "Riverside" not in raw
    (identifier,) = verify(token).identifiers
    assert identifier.hashed
    assert Badge.objects.get().salt == identifier.salt
    from openbadgeslib.ob3.credential import IdentityObject

    again = IdentityObject.create(credential.person.email.upper().lower(), salt=identifier.salt)
    assert again.identity_hash == identifier.identity_hash


def test_row_29_one_altered_letter_fails(clinic: Clinic) -> None:
    token = token_of(holder(clinic))
    head, body, signature = token.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["credentialSubject"]["achievement"]["name"] = "Surgeon"
    body = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    for altered in (
        f"{head}.{body}.{signature}",
        token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:],
    ):
        with pytest.raises(OB3VerificationError, match="signature"):
            verify(altered)
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(altered, key_of(token).key, ["RS256"])


def test_row_29_the_picture_holds_the_token_uncompressed(clinic: Clinic) -> None:
    credential = holder(clinic)
    png = badge_files.baked_badge(number=credential.number, now=NOW)
    assert png is not None
    assert OB3Verifier.extract_token_from_png(png) == token_of(credential)
    assert token_of(credential).encode() in png
    assert struct.unpack(">II", png[16:24]) == (640, 640)


def test_a_badge_runs_out_with_the_paid_year(clinic: Clinic) -> None:
    token = token_of(holder(clinic, renews_in=20))
    with time_machine.travel(noon(days(19)), tick=False):
        verify(token, noon(days(19)))
    with (
        time_machine.travel(noon(days(20)), tick=False),
        pytest.raises(OB3VerificationError, match="expired"),
    ):
        verify(token, noon(days(20)))


def test_a_badge_is_signed_once_and_served_as_the_same_bytes(clinic: Clinic) -> None:
    credential = holder(clinic)
    first = token_of(credential)
    with CaptureQueriesContext(connection) as captured:
        assert token_of(credential, later(days=30)) == first
    assert len(captured) == 1
    assert SignedBadge.objects.count() == 1
    badge = Badge.objects.get()
    again = writing.keep_badge(
        badge=badge, key=SigningKey.objects.get(), document="{}", token="x", now=NOW
    )
    assert again.token == first


@pytest.mark.parametrize("kind", ["revoked", "surrendered", "retired"])
def test_row_30_a_revocation_sets_the_bit_and_verification_fails(clinic: Clinic, kind: str) -> None:
    credential, other = holder(clinic), holder(clinic, "Ben Ito")
    token, others = token_of(credential), token_of(other)
    verify(token)
    rule(credential, kind)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify(token)
    verify(others)


def test_row_08_a_suspension_sets_its_bit_from_its_day_until_it_is_lifted(clinic: Clinic) -> None:
    credential = holder(clinic)
    token = token_of(credential)
    rule(credential, "suspended", on=days(2))
    verify(token)
    with time_machine.travel(noon(days(2)), tick=False):
        with pytest.raises(OB3VerificationError, match="suspension"):
            verify(token, noon(days(2)))
        rule(credential, "reinstated", on=days(2), now=noon(days(2)))
        verify(token, noon(days(2)))


def test_a_year_that_is_taken_back_revokes_its_own_badge_alone(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=20)
    assert link.person is not None
    credential = award(link.person)
    old = token_of(credential)
    result = clinic.give(link, "renewal")
    new = token_of(credential)
    assert new != old
    clinic.undo(result)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify(new)
    verify(old)
    assert token_of(credential) == old


def payload_of(purpose: str, now: dt.datetime = NOW, number: int = 1) -> dict[str, Any]:
    token = badge_files.status_list(purpose=purpose, number=number, now=now, today=now.date())
    assert token is not None
    payload: dict[str, Any] = jwt.decode(token, key_of(token).key, ["RS256"])
    return payload


def bits_of(payload: dict[str, Any]) -> set[int]:
    encoded = payload["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    packed = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=="))
    assert len(packed) * 8 == 131_072
    return {i for i in range(131_072) if packed[i // 8] & (0x80 >> i % 8)}


def test_row_30_lists_hold_131072_bits_and_each_badge_a_random_place(clinic: Clinic) -> None:
    people = [holder(clinic, f"Person {n}") for n in range(12)]
    places = list(Badge.objects.order_by("pk").values_list("list_index", flat=True))
    assert len(set(places)) == 12
    assert sorted(places) != places
    assert max(places) > 1_000
    rule(people[3], "revoked")
    rule(people[5], "suspended")
    revoked, suspended = (Badge.objects.get(credential=people[n]).list_index for n in (3, 5))
    assert bits_of(payload_of("revocation")) == {revoked}
    assert bits_of(payload_of("suspension")) == {suspended}


def test_row_30_a_list_is_signed_anew_before_it_runs_out(clinic: Clinic) -> None:
    holder(clinic)
    first = payload_of("revocation")
    assert first["exp"] - first["nbf"] == 7 * 86_400
    assert payload_of("revocation", later(days=3, hours=23)) == first
    with time_machine.travel(later(days=4), tick=False):
        again = payload_of("revocation", later(days=4))
    assert again["exp"] == first["exp"] + 4 * 86_400
    assert SignedStatusList.objects.count() == 2


def test_a_list_that_nobody_fills_is_not_there(clinic: Clinic) -> None:
    call: dict[str, Any] = {"now": NOW, "today": TODAY}
    assert badge_files.status_list(purpose="revocation", number=1, **call)
    for purpose, number in (("revocation", 2), ("revocation", 0), ("gossip", 1)):
        assert badge_files.status_list(purpose=purpose, number=number, **call) is None


def test_a_list_half_full_is_followed_by_another(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LIST_FILL", 2)
    for number in range(5):
        holder(clinic, f"Person {number}")
    found = Badge.objects.order_by("pk").values_list("list_number", flat=True)
    assert list(found) == [1, 1, 2, 2, 3]
    assert payload_of("suspension", number=3)["credentialSubject"]["statusPurpose"] == "suspension"


def test_two_badges_never_share_a_place(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 7, 8, 8])
    monkeypatch.setattr(writing, "random_bit", lambda: next(drawn))
    holder(clinic)
    holder(clinic, "Ben Ito")
    assert set(Badge.objects.values_list("list_index", flat=True)) == {7, 8}


def test_a_place_that_was_taken_at_the_same_moment_is_drawn_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder(clinic)
    taken = Badge.objects.get().list_index
    answers = iter([[taken], [taken], [(taken + 1) % 131_072]])
    monkeypatch.setattr(writing, "_free_bits", lambda *_: next(answers))
    holder(clinic, "Ben Ito")
    assert Badge.objects.count() == 2


def test_row_31_what_a_retired_key_signed_still_verifies(
    clinic: Clinic, django_capture_on_commit_callbacks: Any
) -> None:
    ada, ben = holder(clinic), holder(clinic, "Ben Ito")
    old = token_of(ada)
    first = SigningKey.objects.get()
    file = django_settings.KEYS_DIR / f"{first.kid}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE KEY" in file.read_text()
    assert "PRIVATE" not in json.dumps(signing_keys.jwks())
    with django_capture_on_commit_callbacks(execute=True):
        kid = signing_keys.rotate(actor=KEYS, now=later(hours=1))
    new = token_of(ben)
    assert [line.retired_at for line in signing_keys.key_lines()] == [later(hours=1), None]
    assert jwt.get_unverified_header(new)["kid"].endswith(f"/verify/keys/{kid}.json")
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    # The lists are signed by the new key meanwhile, whichever key signed the badge.
    for token in (old, new):
        found = OB3Verifier(pubkey_pem=key_of(token).key).verify(token)
        assert found.id
        jwt.decode(token, key_of(token).key, ["RS256"])
    assert token_of(ada) == old
    assert not file.exists()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(old, key_of(new).key, ["RS256"])


def test_without_its_private_key_a_badge_that_is_signed_is_served_and_no_other(
    clinic: Clinic,
) -> None:
    ada, ben = holder(clinic), holder(clinic, "Ben Ito")
    token = token_of(ada)
    (django_settings.KEYS_DIR / f"{SigningKey.objects.get().kid}.pem").unlink()
    assert token_of(ada) == token
    with pytest.raises(signing_keys.KeyMissing, match="keys --rotate"):
        token_of(ben)
    signing_keys.rotate(actor=KEYS, now=NOW)
    assert token_of(ben)


def test_of_two_first_keys_one_stays(clinic: Clinic) -> None:
    key, _ = signing_keys.current_key(now=NOW)
    assert writing.add_key(kid="f" * 16, public_jwk={}, now=NOW) is None
    assert signing_keys._add(NOW) is None
    assert SigningKey.objects.get() == key
    assert len(list(django_settings.KEYS_DIR.glob(f"{key.kid}.pem"))) == 1


def test_the_worker_signs_what_nobody_asked_for(clinic: Clinic) -> None:
    ada = holder(clinic)
    assert badge_files.sign_what_waits(now=NOW, today=TODAY) == {
        "badges signed": 1, "status lists signed": 2
    }  # fmt: skip
    assert badge_files.sign_what_waits(now=NOW, today=TODAY) == {
        "badges signed": 0, "status lists signed": 0
    }  # fmt: skip
    rule(ada, "suspended")
    assert badge_files.sign_what_waits(now=NOW, today=TODAY)["status lists signed"] == 1
    assert {row.purpose for row in SignedStatusList.objects.all()} == set(StatusPurpose.values)


def test_a_hidden_person_s_badge_is_not_there(clinic: Clinic) -> None:
    credential = holder(clinic)
    token_of(credential)
    credential.person.hidden = True
    credential.person.save()
    call: dict[str, Any] = {"number": credential.number, "now": NOW}
    assert badge_files.signed_badge(**call) is None
    assert badge_files.baked_badge(**call) is None


@pytest.mark.parametrize("code", ["cmss-dermatology", "cmsa-general"])
def test_an_achievement_describes_itself_and_claims_no_approval(code: str) -> None:
    text = badge_files.achievement_json(code=code)
    assert text is not None
    assert "not endorsed by CMS or HHS" in text
    picture = badge_files.achievement_picture(code=code)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("code", ["cmss-law", "CMSS-general", "md-general", "cmss", ""])
def test_what_nobody_can_achieve_is_not_described(code: str) -> None:
    assert badge_files.achievement_json(code=code) is None
    assert badge_files.achievement_picture(code=code) is None
