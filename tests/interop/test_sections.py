"""PyCryptodome opens the sections that we seal, and seals what we open: C2SP chunked-encryption, written out again.

`crypto.sections` has it from `cryptography`; here it is HMAC and somebody else's AES-GCM, by the text of the
specification (HKDF-Expand with SHA-512, 16 KiB chunks, a commitment to the key in front).
"""

import hashlib
import hmac
import os
from itertools import count
from typing import Final

import pytest
from Crypto.Cipher import AES

from crypto.errors import OpenError
from crypto.padding import pad, unpad
from crypto.sections import BUCKETS, Section, seal_section, unseal_section

CHUNK: Final = 16384
KEY, NONCE = bytes(range(32)), bytes(range(32, 64))


def derive(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    """Return key, nonce and commitment."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    block, made = b"", b""
    for number in (1, 2):
        block = hmac.digest(key, block + info + bytes([number]), hashlib.sha512)
        made += block
    return made[:32], made[32:44], made[44:76]


def nonce_of(base: bytes, number: int) -> bytes:
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


def context_of(section: Section) -> bytes:
    """Protocol 3.5, with nothing taken from our code."""
    name = section.name.lower().encode()
    return b"amana/1 section text" + len(name).to_bytes(2, "big") + name + NONCE


def seal(key: bytes, context: bytes, plain: bytes) -> bytes:
    salt = os.urandom(24)
    chunk_key, base, commitment = derive(key, salt, context)
    sealed = salt + commitment
    for number in range(len(plain) // CHUNK + 1):
        cipher = AES.new(chunk_key, AES.MODE_GCM, nonce=nonce_of(base, number))
        sealed += b"".join(cipher.encrypt_and_digest(plain[number * CHUNK : (number + 1) * CHUNK]))
    return sealed


def unseal(key: bytes, context: bytes, sealed: bytes) -> bytes:
    chunk_key, base, commitment = derive(key, sealed[:24], context)
    assert sealed[24:56] == commitment
    plain, rest = b"", sealed[56:]
    for number in count():
        chunk, rest = rest[: CHUNK + 16], rest[CHUNK + 16 :]
        cipher = AES.new(chunk_key, AES.MODE_GCM, nonce=nonce_of(base, number))
        plain += cipher.decrypt_and_verify(chunk[:-16], chunk[-16:])
        if len(chunk) < CHUNK + 16:
            assert not rest
            return plain
    raise AssertionError


@pytest.mark.parametrize("section", Section)
def test_both_ways_in_every_bucket(section: Section) -> None:
    for bucket in BUCKETS[section]:
        content = os.urandom(bucket - 4)
        assert unpad(unseal(KEY, context_of(section), seal_section(section, NONCE, KEY, content))) == content
        assert unseal_section(section, NONCE, KEY, seal(KEY, context_of(section), pad(content, bucket))) == content


def test_a_commitment_to_another_key_opens_for_nobody() -> None:
    sealed = seal(KEY, context_of(Section.CARD), pad(b"a card", BUCKETS[Section.CARD][0]))
    other = derive(bytes(32), sealed[:24], context_of(Section.CARD))[2]
    with pytest.raises(OpenError):
        unseal_section(Section.CARD, NONCE, KEY, sealed[:24] + other + sealed[56:])
