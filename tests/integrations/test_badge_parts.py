"""The parts of badges by themselves: bits, pictures, key files, names of keys."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path

import pytest
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from scriptorium.integrations.badges.baking import KEYWORD, bake
from scriptorium.integrations.badges.drawing import draw_badge
from scriptorium.integrations.badges.key_files import KeyFolder, KeyMissing
from scriptorium.integrations.badges.signing import new_private_key, public_jwk, thumbprint
from scriptorium.integrations.badges.status_lists import encode_bits

SIZE = 131_072


@pytest.mark.parametrize("bits", [set(), {0}, {7, 8, 131_071}, set(range(0, SIZE, 1000))])
def test_row_30_an_independent_reader_finds_the_same_bits(bits: set[int]) -> None:
    packed = decode_encoded_list(encode_bits(bits=bits, size=SIZE))
    assert len(packed) * 8 == SIZE
    assert set_indices(packed) == bits
    assert encode_bits(bits=bits, size=SIZE) == encode_bits(bits=sorted(bits), size=SIZE)


@pytest.mark.parametrize("bit", [-1, SIZE])
def test_a_place_outside_the_list_is_refused(bit: int) -> None:
    with pytest.raises(ValueError, match="lies outside"):
        encode_bits(bits=[bit], size=SIZE)


def test_a_baked_picture_is_the_picture_with_one_chunk_more() -> None:
    png = draw_badge(level="CMSA", title="Apprentice", specialty="General", body="Institute")
    baked = bake(png=png, token="a.b.c")
    place = baked.index(b"iTXt")
    length = int.from_bytes(baked[place - 4 : place])
    body = baked[place : place + 4 + length]
    assert body == b"iTXt" + KEYWORD + b"\x00\x00\x00\x00\x00a.b.c"
    assert int.from_bytes(baked[place + 4 + length : place + 8 + length]) == zlib.crc32(body)
    assert baked[: place - 4] + baked[place + 8 + length :] == png


@pytest.mark.parametrize("content", [b"", b"GIF89a IEND", b"\x89PNG\r\n\x1a\n"])
def test_only_a_png_is_baked(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        bake(png=content, token="a.b.c")


def test_the_same_words_give_the_same_picture() -> None:
    words = {"level": "CMSS", "title": "T" * 80, "specialty": "S" * 60, "body": "Ö" * 90}
    first = draw_badge(**words)
    draw_badge.cache_clear()
    assert draw_badge(**words) == first


def test_a_private_key_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = KeyFolder(folder=tmp_path / "keys")
    folder.put(kid="0123456789abcdef", pem=b"secret")
    file = tmp_path / "keys" / "0123456789abcdef.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert folder.get(kid="0123456789abcdef") == b"secret"
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    folder.remove(kid="0123456789abcdef")
    folder.remove(kid="0123456789abcdef")
    with pytest.raises(KeyMissing, match="keys --rotate"):
        folder.get(kid="0123456789abcdef")


@pytest.mark.parametrize("kid", ["../secret-key", "", "0123456789abcdef/x", "ABCDEF0123456789"])
def test_a_name_that_is_no_key_reads_no_file(tmp_path: Path, kid: str) -> None:
    with pytest.raises(ValueError, match="not the name of a key"):
        KeyFolder(folder=tmp_path).get(kid=kid)


def test_the_name_of_a_key_is_made_from_its_public_half(tmp_path: Path) -> None:
    pem = new_private_key()
    jwk = public_jwk(private_pem=pem)
    assert jwk.keys() == {"kty", "n", "e", "use", "alg"}
    assert thumbprint(jwk=jwk) == thumbprint(jwk=public_jwk(private_pem=pem))
    assert thumbprint(jwk=jwk) != thumbprint(jwk=public_jwk(private_pem=new_private_key()))


def test_a_key_of_another_kind_signs_nothing() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ValueError, match="no RSA key"):
        public_jwk(private_pem=pem)
