"""Write `tests/vectors/*.json`. What is deterministic is computed again; what was sealed once stays as it is.

`--check` writes nothing: it compares every file with what would be written, and opens everything that was sealed.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, ParamSpec

import msgspec
from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from msgspec import structs

from crypto import (
    checkpoints,
    hybrid,
    leaves,
    locks,
    merkle,
    notes,
    objects,
    opening,
    padding,
    sections,
    shamir,
    signing,
    words,
)
from crypto import envelope as env
from crypto import slip as slips
from crypto.hashing import digest, sha256, tag
from crypto.labels import Label
from crypto.limits import limit
from crypto.locks import Plan
from crypto.notes import Kind, Vkey
from crypto.sections import BUCKETS, Section
from crypto.slots import GateSlot, PersonSlot
from tests.vectors import replay
from tests.vectors.replay import Vector, gate_fields, key_fields, person_fields, plain
from tests.vectors.stream import Stream

HERE: Final = Path(__file__).parent
P = ParamSpec("P")

OK: Final = "ok"
MALFORMED: Final = "malformed"
CLOSED: Final = "cannot-open"
FALSE: Final = "bad-proof"

GATES: Final = ("gate-1", "gate-2", "gate-3")
DESK: Final = tuple(f"desk-{i}" for i in range(1, 8))
CUSTODIANS: Final = tuple(f"custodian-{i}" for i in range(1, 4))
ORIGIN: Final = "log.rehearsal.example"
DAY: Final = 20780
MINUTE: Final = DAY * 1440 + 600
SECOND: Final = DAY * 86400


def fixed(name: str, size: int = 32) -> bytes:
    """Return bytes that only `name` decides."""
    return Stream(b"amana vectors: " + name.encode())(size)


def at(data: bytes, place: int, change: int = 1) -> bytes:
    """Return the same bytes with one of them changed."""
    changed = bytearray(data)
    changed[place] ^= change
    return bytes(changed)


class Frozen:
    """Remembers what an earlier run sealed: sealing is random, and vectors are to stay."""

    def __init__(self, file: str) -> None:
        path = HERE / f"{file}.json"
        found = json.loads(path.read_text())["vectors"] if path.exists() else []
        self._old: dict[str, Vector] = {vector["name"]: vector for vector in found}

    def text(self, name: str, field: str, make: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the field of the vector as it was, or make it for the first time."""
        old = self._old.get(name, {}).get(field)
        return make(*args, **kwargs) if old is None else str(old)

    def hex(self, name: str, field: str, make: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the same for bytes."""
        return self.text(name, field, lambda: make(*args, **kwargs).hex())


def vector(name: str, op: str, expect: str, description: str, **fields: Any) -> Vector:
    """Return one vector."""
    return {"name": name, "description": description, "op": op, "expect": expect, **fields}


# words.json ----------------------------------------------------------------------------------------------------------


def words_vectors() -> Iterator[Vector]:
    """Twelve words and forty digits, and every key that follows."""
    for language in words.LANGUAGES:
        twelve = words.new(Stream(b"amana vectors: words " + language.encode()), language)
        entropy = words.entropy_of(twelve)
        keys = [key_fields(words.keys(twelve, number), list(GATES[:2])) for number in (0, 1)]
        yield vector(
            f"words-{language}", "words", OK, f"twelve words, {language}; keys of the first two envelopes",
            language=language, words=twelve, entropy=entropy.hex(), digits=words.digits(entropy), keys=keys,
        )  # fmt: skip
    english = words.new(Stream(b"amana vectors: words en"))
    known = words.entropy_of(english)
    digits = words.digits(known)
    arabic = "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in digits)
    bengali = "".join(chr(0x9E6 + int(c)) if c.isdigit() else c for c in digits)
    wide = "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in digits)
    same = {
        "upper-case": ("any case is read", english.upper()),
        "spaces": ("any white space is read", "  " + english.replace(" ", " \t\n") + " "),
        "digits": ("forty digits in groups of four", digits),
        "digits-joined": ("the same without spaces", digits.replace(" ", "")),
        "digits-hyphens": ("the same with hyphens", digits.replace(" ", "-")),
        "digits-arabic": ("the same in Arabic-Indic digits", arabic),
        "digits-bengali": ("the same in Bengali digits", bengali),
        "digits-wide": ("the same in fullwidth digits", wide),
    }
    for name, (description, text) in same.items():
        yield vector(f"words-{name}", "words", OK, description, words=text, entropy=known.hex())
    few = english.split()
    swapped = [few[1], few[0], *few[2:]]
    zeros = "abandon " * 11
    bad = {
        "typo": ("one letter wrong", english.replace(few[3], few[3] + "x")),
        "checksum": ("all words of the list, wrong checksum", zeros + "abandon"),
        "swapped": ("two words swapped, so the checksum is wrong", " ".join(swapped)),
        "eleven": ("a word is missing", " ".join(few[:11])),
        "thirteen": ("a word too many", f"{english} abandon"),
        "twenty-four": ("a good set of 24 words is not one of ours", "abandon " * 23 + "art"),
        "mixed": ("words of two languages", " ".join([*few[:11], "あいこくしん"])),
        "empty": ("nothing", ""),
        "digit-wrong": ("one digit wrong", digits[:-1] + str((int(digits[-1]) + 1) % 10)),
        "digits-39": ("a digit is missing", digits[:-1]),
        "digits-41": ("a digit too many", digits + "0"),
        "digits-large": ("a number beyond 132 bits", "9" * 40),
    }
    for name, (description, text) in bad.items():
        yield vector(f"words-bad-{name}", "words", MALFORMED, description, words=text, entropy="")


# shamir.json ---------------------------------------------------------------------------------------------------------


def shamir_vectors() -> Iterator[Vector]:
    """Shamir over GF(2^8), and the locks that use it."""
    shares: list[bytes] = []
    for threshold, xs in ((2, [1, 2, 3]), (2, [255, 1]), (3, [7, 77, 177, 207, 254]), (5, [10, 20, 30, 40, 50, 60])):
        secret = fixed(f"secret {threshold} {xs}")
        coefficients = fixed(f"coefficients {threshold} {xs}", (threshold - 1) * 32)
        shares = shamir.split(secret, threshold, xs, coefficients)
        name = f"split-{threshold}-of-{len(xs)}"
        yield vector(
            name, "split", OK, "coefficients of each byte: highest degree first", secret=secret.hex(),
            threshold=threshold, xs=xs, coefficients=coefficients.hex(), shares=[one.hex() for one in shares],
        )  # fmt: skip
        for which, chosen in (("first", shares[:threshold]), ("last", shares[-threshold:][::-1])):
            yield vector(
                f"{name}-combine-{which}", "combine", OK, f"the {which} {threshold} shares",
                shares=[one.hex() for one in chosen], secret=secret.hex(),
            )  # fmt: skip
    one, other = shares[0].hex(), shares[1].hex()
    for name, description, few in (
        ("one", "a single share", [one]),
        ("none", "no share", []),
        ("twice", "the same x twice", [one, one]),
        ("zero", "x is zero", [one, other[:-2] + "00"]),
        ("uneven", "shares of two lengths", [one, other[2:]]),
        ("empty", "an empty share", [one, ""]),
    ):
        yield vector(f"combine-{name}", "combine", MALFORMED, description, shares=few, secret="")
    for name, threshold, xs, size in (
        ("threshold-1", 1, [1, 2], 0),
        ("threshold-above", 3, [1, 2], 64),
        ("x-zero", 2, [0, 1], 32),
        ("x-twice", 2, [1, 1], 32),
        ("x-large", 2, [1, 256], 32),
        ("coefficients", 2, [1, 2], 31),
    ):
        yield vector(
            f"split-bad-{name}", "split", MALFORMED, "shares that cannot be made", secret=bytes(32).hex(),
            threshold=threshold, xs=xs, coefficients=bytes(size).hex(), shares=[],
        )  # fmt: skip
    for threshold, holders, others in ((1, 3, 2), (2, 3, 4), (3, 5, 0)):
        secret = fixed(f"lock {threshold}")
        draws = b"amana vectors: lock %d" % threshold
        true, fake = locks.split(secret, threshold, holders, others, Stream(draws))
        yield vector(
            f"lock-{threshold}-of-{holders}", "lock-split", OK,
            "random bytes are SHAKE-256 of `draws`: for t > 1 an x for each holder and other (a byte b under "
            "256 - 256 mod n picks item b mod n of the n numbers left; other bytes are thrown away), then the "
            "coefficients; then, for every t, 32 bytes for each fake",
            secret=secret.hex(), threshold=threshold, holders=holders, others=others, draws=draws.hex(),
            true=[one.hex() for one in true], fake=[one.hex() for one in fake],
        )  # fmt: skip
        enough = [share.hex() for share in true[:threshold]]
        yield vector(
            f"lock-{threshold}-of-{holders}-combine", "lock-combine", OK, "exactly t shares",
            shares=enough, threshold=threshold, secret=secret.hex(),
        )  # fmt: skip
        for name, wrong in (("few", enough[1:]), ("short", [enough[0][2:], *enough[1:]])):
            yield vector(
                f"lock-{threshold}-of-{holders}-{name}", "lock-combine", CLOSED, "too few, or not 33 bytes",
                shares=wrong, threshold=threshold, secret="",
            )  # fmt: skip
    yield vector(
        "lock-1-form", "lock-combine", CLOSED, "a share of t = 1 ends in zero",
        shares=[(bytes(32) + b"\1").hex()], threshold=1, secret="",
    )  # fmt: skip


# padding.json --------------------------------------------------------------------------------------------------------


def padding_vectors() -> Iterator[Vector]:
    """`u32 length ‖ content ‖ zeros`."""
    for content, bucket in ((b"", 4), (b"", 16), (b"amana", 16), (b"twelve bytes", 16), ("أمانة".encode(), 32)):
        yield vector(
            f"pad-{len(content)}-{bucket}", "pad", OK, "to the bucket",
            content=content.hex(), bucket=bucket, padded=padding.pad(content, bucket).hex(),
        )  # fmt: skip
    yield vector(
        "pad-too-big", "pad-too-big", MALFORMED, "13 bytes and their length are more than 16",
        content=bytes(13).hex(), bucket=16,
    )  # fmt: skip
    good = padding.pad(b"amana", 16)
    for name, description, padded in (
        ("mark", "padding that is not zero", at(good, 15)),
        ("mark-first", "the first byte of padding is not zero", at(good, 9)),
        ("length-huge", "a length beyond the bucket", b"\xff" * 4 + good[4:]),
        ("length-one-more", "a length one beyond the bucket", b"\0\0\0\x0d" + b"x" * 12),
        ("short", "three bytes", good[:3]),
        ("empty", "nothing", b""),
    ):
        yield vector(f"unpad-{name}", "unpad", MALFORMED, description, padded=padded.hex())


# sections.json -------------------------------------------------------------------------------------------------------


def sections_vectors() -> Iterator[Vector]:
    """Section keys, and sections that were sealed once."""
    frozen = Frozen("sections")
    nonce = fixed("nonce")
    contents = {section: f"{section.label}: قصة, történet, 物語".encode() for section in Section}
    long = ("A line of a long account. " * 340).encode()
    cases = [(section.label, section, contents[section], BUCKETS[section][0]) for section in Section]
    cases.append(("story-middle", Section.STORY, long, BUCKETS[Section.STORY][1]))
    for name, section, content, bucket in cases:
        secrets = [fixed(f"{name} {lock}") for lock in locks.lock_names(section)]
        key = sections.section_key(section, nonce, secrets)
        if name != "story-middle":
            yield vector(
                f"key-{name}", "section-key", OK, "secrets in the order gates, desk, custodians",
                section=section.label, nonce=nonce.hex(), secrets=[one.hex() for one in secrets], key=key.hex(),
            )  # fmt: skip
        sealed = frozen.hex(f"sealed-{name}", "sealed", sections.seal_section, section, nonce, key, content)
        fields: Vector = {"section": section.label, "nonce": nonce.hex(), "key": key.hex(), "content": content.hex()}
        fields |= {"bucket": bucket}
        yield vector(f"sealed-{name}", "section", OK, "Cobblestone-256 of the padded content", **fields, sealed=sealed)
        if name != "card":
            continue
        data = bytes.fromhex(sealed)
        for wrong, description, changed in (
            ("key", "a wrong key", {"key": at(key, 0).hex()}),
            ("nonce", "the nonce of another report", {"nonce": at(nonce, 31).hex()}),
            ("section", "another section's name", {"section": "story"}),
            ("salt", "a byte of the salt changed", {"sealed": at(data, 0).hex()}),
            ("commitment", "a byte of the key commitment changed", {"sealed": at(data, 24).hex()}),
            ("text", "a byte of the text changed", {"sealed": at(data, 100).hex()}),
            ("tag", "a bit of the tag changed", {"sealed": at(data, -1, 128).hex()}),
            ("cut", "the last byte is missing", {"sealed": data[:-1].hex()}),
            ("longer", "a byte too many", {"sealed": sealed + "00"}),
            ("empty", "nothing", {"sealed": ""}),
        ):
            yield vector(f"sealed-card-bad-{wrong}", "section", CLOSED, description, **{
                **fields, "sealed": sealed, "content": "", **changed,
            })  # fmt: skip
        for wrong, description, size, mark in (
            ("bucket", "sealed well, but not of the card's bucket", 512, 0),
            ("padding", "sealed well, but the padding carries a mark", 1024, 1),
        ):
            padded = at(padding.pad(content, size), -1, mark) if mark else padding.pad(content, size)
            made = frozen.hex(f"sealed-card-bad-{wrong}", "sealed", cobblestone, key, section, nonce, padded)
            yield vector(
                f"sealed-card-bad-{wrong}", "section", MALFORMED, description,
                **{**fields, "content": "", "bucket": size, "sealed": made},
            )  # fmt: skip


def cobblestone(key: bytes, section: Section, nonce: bytes, padded: bytes) -> bytes:
    """Seal what `seal_section` would never pad like that."""
    name = section.label.encode()
    context = Label.SECTION_TEXT.value + len(name).to_bytes(2, "big") + name + nonce
    encryptor = Cobblestone256Encryptor(key, context=context)
    return encryptor.update(padded) + encryptor.finalize()


# hybrid.json ---------------------------------------------------------------------------------------------------------


def hybrid_vectors() -> Iterator[Vector]:
    """HPKE with X-Wing, to one and to several."""
    frozen = Frozen("hybrid")
    for name, plaintext in (("empty", b""), ("short", b"k1"), ("text", "الأمانة".encode() * 30)):
        seed, info = fixed(f"hybrid {name}"), b"amana vectors: " + name.encode()
        public = hybrid.public_key(seed)
        sealed = frozen.hex(f"seal-{name}", "sealed", hybrid.seal, public, plaintext, info)
        fields = {"seed": seed.hex(), "public": public.hex(), "info": info.hex(), "plaintext": plaintext.hex()}
        yield vector(f"seal-{name}", "seal", OK, "enc (1120) ‖ ct", **fields, sealed=sealed)
        if name != "short":
            continue
        data = bytes.fromhex(sealed)
        for wrong, description, changed in (
            ("info", "other info", {"info": b"amana vectors: other".hex()}),
            ("kem", "a byte of the ML-KEM ciphertext changed", {"sealed": at(data, 0).hex()}),
            ("curve", "a byte of the X25519 share changed", {"sealed": at(data, 1100).hex()}),
            ("zero", "an X25519 share of small order", {"sealed": (data[:1088] + bytes(32) + data[1120:]).hex()}),
            ("text", "a byte of the text changed", {"sealed": at(data, 1120).hex()}),
            ("cut", "the last byte is missing", {"sealed": data[:-1].hex()}),
            ("short", "only the encapsulation", {"sealed": data[:1120].hex()}),
            ("empty", "nothing", {"sealed": ""}),
        ):
            yield vector(f"seal-bad-{wrong}", "seal", CLOSED, description, **{**fields, "sealed": sealed, **changed})
        for wrong, description, bad in (
            ("short", "1215 bytes", public[:-1]),
            ("kem", "ML-KEM coefficients that are not reduced", b"\xff" * 1184 + public[1184:]),
            ("curve", "an X25519 point of small order", public[:1184] + bytes(32)),
        ):
            yield vector(f"seal-to-{wrong}", "seal-to", MALFORMED, description, public=bad.hex())
    seeds = [fixed(f"several {i}") for i in range(3)]
    info, text = b"amana vectors: several", b"to three"
    sealed = frozen.hex(
        "seal-all-3", "sealed",
        hybrid.seal_all, [hybrid.public_key(one) for one in seeds], text, info, Stream(b"amana vectors: once"),
    )  # fmt: skip
    several: Vector = {"seeds": [one.hex() for one in seeds], "info": info.hex(), "plaintext": text.hex()}
    yield vector("seal-all-3", "seal-all", OK, "u8 n ‖ n wrapped keys ‖ text; opens to each", **several, sealed=sealed)
    data = bytes.fromhex(sealed)
    for wrong, bad in (
        ("count-0", b"\0" + data[1:]),
        ("count-4", b"\4" + data[1:]),
        ("text", at(data, -1)),
        ("cut", data[: 1 + 3 * hybrid.WRAP + 15]),
        ("empty", b""),
    ):
        yield vector(
            f"seal-all-bad-{wrong}", "seal-all", CLOSED, "changed", **{**several, "sealed": bad.hex()}
        )  # fmt: skip
    stranger = {**several, "seeds": [fixed("a stranger").hex()], "sealed": sealed}
    yield vector("seal-all-stranger", "seal-all", CLOSED, "somebody it was not sealed to", **stranger)


# slip.json -----------------------------------------------------------------------------------------------------------


def log_key_hashes(keys: words.Keys) -> list[bytes]:
    """Return what the slip says of the gates' log keys."""
    return [digest(Label.LOG_KEY_HASH, keys.gate(gate).log_key) for gate in GATES]


def full_slip() -> slips.Slip:
    """Return a slip with something in every field."""
    return slips.Slip(
        language="ar",
        urgency=2,
        tier=3,
        exclude_links=["ACT:POL@XS-03", "AREA:XS-03-D1"],
        exclude_people=["desk-7"],
        exclude_pools=["river"],
        preference=slips.Preference.WOMAN_PREFERRED,
        two_person=True,
        emergency=False,
        ring=slips.Ring.DESK,
        consent=bytes([2, 0, 1, 3, 2, 0, 0, 1, 2, 3, 0, 0, 1, 0, 2]),
        log_keys=log_key_hashes(report_keys()),
    )


def slip_vectors() -> Iterator[Vector]:
    """Slips, 512 bytes each."""
    small = structs.replace(
        full_slip(), language="sw", urgency=0, tier=1, exclude_links=[], exclude_people=[], exclude_pools=[],
        preference=0, two_person=False, consent=bytes(15), log_keys=[fixed("one log key")],
    )  # fmt: skip
    thread = structs.replace(small, thread=fixed("an earlier envelope"), ring=slips.Ring.OMBUDS, emergency=True)
    for name, slip in (("full", full_slip()), ("small", small), ("thread", thread)):
        data = slip.to_bytes(Stream(b"amana vectors: slip " + name.encode()))
        yield vector(
            f"slip-{name}", "slip", OK, "padded message ‖ 32 random bytes", fields=plain(slip),
            message=slip.encode().hex(), bytes=data.hex(), commitment=slips.commitment(data).hex(),
        )  # fmt: skip
    good = small.to_bytes(Stream(b"amana vectors: slip small"))
    message = small.encode()
    bad = {
        "short": ("511 bytes", good[:-1]),
        "long": ("513 bytes", good + b"\0"),
        "padding": ("padding that is not zero", at(good, 479)),
        "length": ("a length beyond the padding", b"\xff" + good[1:]),
        "version": ("version 2", repadded(at(message, 1, 3))),
        "integer": ("tier in two bytes", repadded(message.replace(b"sw\x00\x01", b"sw\x00\xcc\x01"))),
        "trailing": ("a byte after the message", repadded(message + b"\0")),
        "tier": ("tier 4", repadded(message.replace(b"sw\x00\x01", b"sw\x00\x04"))),
        "urgency": ("urgency 4", repadded(message.replace(b"sw\x00\x01", b"sw\x04\x01"))),
        "language": ("language in capitals", repadded(message.replace(b"sw", b"SW"))),
        "consent": ("consent 4", repadded(message.replace(b"\xc4\x0f" + bytes(15), b"\xc4\x0f\4" + bytes(14)))),
        "consent-short": ("fourteen purposes", repadded(message.replace(b"\xc4\x0f\0", b"\xc4\x0e"))),
        "name": ("a name in capitals", repadded(raw_slip(small, exclude_people=["Desk-7"]))),
        "link": ("a link that is none", repadded(raw_slip(small, exclude_links=["ACT:POL"]))),
        "many": ("nine names", repadded(raw_slip(small, exclude_pools=[f"p{i}" for i in range(9)]))),
        "gates": ("no log key", repadded(raw_slip(small, log_keys=[]))),
        "ring": ("ring 2", repadded(raw_slip(small, ring=2))),
    }  # fmt: skip
    for name, (description, data) in bad.items():
        yield vector(f"slip-bad-{name}", "slip", MALFORMED, description, bytes=data.hex())


def raw_slip(slip: slips.Slip, **changes: object) -> bytes:
    """Encode a slip that its own check would refuse."""
    return msgspec.msgpack.encode(structs.replace(slip, **changes))


def repadded(message: bytes) -> bytes:
    """Return slip bytes around a message that may be wrong."""
    return padding.pad(message, limit("slip_message")) + bytes(32)


# slots.json ----------------------------------------------------------------------------------------------------------


def plan() -> Plan:
    """Return the plan of a report of tier 3: two reviewers for everything but the card; desk-7 is left out."""
    return Plan(
        gates=GATES,
        gates_threshold=2,
        desk=frozenset(DESK[:6]),
        desk_thresholds={section: 1 if section is Section.CARD else 2 for section in Section},
        custodians=frozenset(CUSTODIANS),
        custodians_threshold=1,
    )


def slots_vectors() -> Iterator[Vector]:
    """Slots of persons and gates, sealed once."""
    frozen = Frozen("slots")
    seed, envelope_id = fixed("slot seed"), fixed("slot id")
    public = hybrid.public_key(seed)
    person = PersonSlot.empty(plan(), Stream(b"amana vectors: person slot"))
    fields: Vector = {"seed": seed.hex(), "id": envelope_id.hex()}
    sealed = frozen.hex("person", "sealed", person.seal, public, envelope_id)
    yield vector(
        "person", "person-slot", OK, "7 thresholds ‖ 7 shares ‖ 18 zeros",
        **fields, slot=person_fields(person), sealed=sealed,
    )  # fmt: skip
    data = bytes.fromhex(sealed)
    for wrong, changed in (
        ("id", {"id": at(envelope_id, 0).hex()}),
        ("seed", {"seed": at(seed, 0).hex()}),
        ("text", {"sealed": at(data, -1).hex()}),
        ("cut", {"sealed": data[:-1].hex()}),
    ):
        yield vector(
            f"person-bad-{wrong}", "person-slot", CLOSED, "of another report, for somebody else, or changed",
            **{**fields, "slot": [], "sealed": sealed, **changed},
        )  # fmt: skip
    info = Label.PERSON_SLOT.value + envelope_id
    payload = bytes(person.thresholds.values()) + b"".join(person.shares.values()) + bytes(18)
    for wrong, bad in (("threshold", b"\0" + payload[1:]), ("tail", payload[:-1] + b"\1"), ("size", payload + b"\0")):
        made = frozen.hex(f"person-bad-{wrong}", "sealed", hybrid.seal, public, bad, info)
        yield vector(
            f"person-bad-{wrong}", "person-slot", MALFORMED, "sealed well, wrong within: " + wrong,
            **fields, slot=[], sealed=made,
        )  # fmt: skip
    gate = GateSlot(
        thresholds=bytes([2] * 5),
        slip=full_slip().to_bytes(Stream(b"amana vectors: slip full")),
        shares=[fixed(f"gate share {section.label}", 33) for section in Section],
        gate_key=fixed("gate key"),
        link=fixed("link"),
    )
    sealed = frozen.hex("gate", "sealed", gate.seal, "gate-1", public, envelope_id)
    fields["gate"] = "gate-1"
    yield vector(
        "gate", "gate-slot", OK, "5 thresholds ‖ slip ‖ 5 shares ‖ gate key ‖ link ‖ 22 zeros",
        **fields, slot=gate_fields(gate), sealed=sealed,
    )  # fmt: skip
    data = bytes.fromhex(sealed)
    for wrong, changed in (
        ("id", {"id": at(envelope_id, 0).hex()}),
        ("name", {"gate": "gate-2"}),
        ("text", {"sealed": at(data, 1200).hex()}),
        ("cut", {"sealed": data[:-1].hex()}),
    ):
        yield vector(
            f"gate-bad-{wrong}", "gate-slot", CLOSED, "of another report, of another gate, or changed",
            **{**fields, "slot": {}, "sealed": sealed, **changed},
        )  # fmt: skip


# envelope.json -------------------------------------------------------------------------------------------------------

CONTENTS: Final = {
    Section.CARD: "card: tier 3, urgent, consent as in the slip",
    Section.STORY: "story: ما حدث ليلة الخميس. What happened on Thursday night.",
    Section.IDENTITY: "identity: the name she gave",
    Section.EVIDENCE: "evidence: one photo, a working copy",
    Section.ORIGINALS: "originals: the photo as it was taken",
}


def report_words() -> str:
    """Return the words of the report."""
    return words.new(Stream(b"amana vectors: report words"))


def report_keys() -> words.Keys:
    """Return its keys."""
    return words.keys(report_words())


def gate_seed(name: str) -> bytes:
    """Return a gate's encryption seed."""
    return fixed(f"gate {name}")


def person_seed(name: str) -> bytes:
    """Return a person's encryption seed."""
    return fixed(f"person {name}")


def report() -> env.Envelope:
    """Return the report, sealed once."""

    def make() -> bytes:
        to = env.Recipients(
            gates={name: hybrid.public_key(gate_seed(name)) for name in GATES},
            people={name: hybrid.public_key(person_seed(name)) for name in (*DESK, *CUSTODIANS)},
            bundle=fixed("bundle digest"),
            directory=fixed("directory digest"),
        )
        return env.seal(
            contents={section: text.encode() for section, text in CONTENTS.items()},
            slip_facts=full_slip(),
            plan=plan(),
            to=to,
            keys=report_keys(),
            draw=Stream(b"amana vectors: report"),
        ).encode()

    frozen = Frozen("envelope").hex("report", "envelope", make)
    return env.Envelope.decode(bytes.fromhex(frozen), limit=limit("envelope"))


def envelope_vectors() -> Iterator[Vector]:
    """A whole report, and what becomes of it when it is changed."""
    whole = report()
    encoded = whole.encode()
    header = whole.opened_header()
    gates = {
        name: GateSlot.unseal(gate_seed(name), sealed, name, header.id)
        for name, sealed in zip(GATES, whole.gates, strict=True)
    }
    people = {name: env.find_slot(whole.slots(), header.id, person_seed(name)) for name in (*DESK, *CUSTODIANS)}
    facts = plan()
    yield vector(
        "report", "envelope", OK,
        "Contents are text here. `draws` is the seed of our own randomness (SHAKE-256), drawn in this order: header "
        "nonce; 7 x 32 bytes for each person; for each section and lock its secret and what `lock-split` draws; 32 "
        "bytes of the slip; a seed and 7 x 32 bytes for each throw-away slot; the shuffle (as the x of locks).",
        draws=b"amana vectors: report".hex(),
        words=report_words(),
        number=0,
        contents={section.label: text for section, text in CONTENTS.items()},
        slip_fields=plain(full_slip()),
        plan={
            "gates": list(GATES),
            "gates_threshold": facts.gates_threshold,
            "desk": sorted(facts.desk),
            "desk_thresholds": {section.label: facts.desk_thresholds[section] for section in Section},
            "custodians": sorted(facts.custodians),
            "custodians_threshold": facts.custodians_threshold,
        },
        gate_seeds={name: gate_seed(name).hex() for name in GATES},
        people_seeds={name: person_seed(name).hex() for name in (*DESK, *CUSTODIANS)},
        header=whole.header.hex(),
        header_fields=plain(header),
        id=header.id.hex(),
        gate_slots={name: gate_fields(slot) for name, slot in gates.items()},
        people_slots={name: person_fields(slot) for name, slot in people.items()},
        envelope=encoded.hex(),
    )  # fmt: skip
    card = encoded.index(whole.sections[0])
    places = {
        "array": ("seven fields", 0, "97"),
        "version": ("version 2", 1, "02"),
        "header-version": ("version 2 of the header", encoded.index(whole.header) + 1, "02"),
        "header-suite": ("suite 2", encoded.index(whole.header) + 2, "02"),
        "header-digest": ("a section digest of another section", encoded.index(header.sections[1]), "00000000"),
        "section": ("a byte of a section", card + 50, bytes([encoded[card + 50] ^ 1]).hex()),
        "retention": ("13 months", encoded.index(header.withdrawal) - 3, "0d"),
        "counts": ("more person slots than came", encoded.index(whole.header) + 346, "18"),
    }
    for name, (description, offset, changed) in places.items():
        yield vector(
            f"report-bad-{name}", "patched-envelope", MALFORMED, description,
            of="report", patches=[{"offset": offset, "bytes": changed}],
        )  # fmt: skip
    yield vector("report-bad-cut", "patched-envelope", MALFORMED, "the last byte is missing",
                 of="report", patches=[], cut=1)  # fmt: skip
    yield vector("report-bad-append", "patched-envelope", MALFORMED, "a byte too many",
                 of="report", patches=[], append="00")  # fmt: skip
    yield vector("served", "served-envelope", OK, "content and slots under their id", of="report", id=header.id.hex())
    yield vector("served-bad-id", "served-envelope", FALSE, "asked for under another id",
                 of="report", id=at(header.id, 0).hex())  # fmt: skip
    yield vector("served-bad-sections", "served-envelope", FALSE, "evidence and originals swapped",
                 of="report", id=header.id.hex(), swap=[3, 4])  # fmt: skip
    yield vector("header", "message", OK, "the public header, 347 bytes", message="header", limit=limit("header"),
                 encoded=whole.header.hex(), fields=plain(header))  # fmt: skip


# leaves.json ---------------------------------------------------------------------------------------------------------

AUDITORS: Final = ("auditor-1", "auditor-2")


def auditor_seeds() -> list[bytes]:
    """Return the seeds of two auditors."""
    return [person_seed(name) for name in AUDITORS]


def auditor_keys() -> list[bytes]:
    """Return their public keys."""
    return [hybrid.public_key(seed) for seed in auditor_seeds()]


def received_leaf() -> bytes:
    """Return the received leaf of the report."""
    return leaves.received_leaf(report_keys().received, report().id)


def public_note() -> str:
    """Return an officers' announcement."""
    text = f"{Label.NOTE_ANNOUNCEMENT.value.decode()}day 2026-11-23\ntext A rehearsal. Nothing here is real.\n"
    return text + "\n" + notes.sign_ed25519("officer-1", fixed("officer 1"), text)


def leaves_vectors() -> Iterator[Vector]:
    """Leaves, and what lies beside them."""
    frozen = Frozen("leaves")
    keys, envelope_id = report_keys(), report().id
    leaf = received_leaf()

    def hashed(one: bytes) -> Vector:
        return {"leaf": one.hex(), "leaf_hash": merkle.leaf_hash(one).hex()}

    yield vector("received", "leaf", OK, "tag and commitment under R_n", kind="received",
                 received=keys.received.hex(), id=envelope_id.hex(), **hashed(leaf))  # fmt: skip
    withdrawal = leaves.withdrawn_tag(keys.withdrawal_hash) + keys.withdrawal
    yield vector("withdrawal", "leaf", OK, "the preimage itself", kind="withdrawal", preimage=keys.withdrawal.hex(),
                 withdrawal_hash=keys.withdrawal_hash.hex(), **hashed(withdrawal))  # fmt: skip
    note = public_note()
    yield vector("public", "leaf", OK, "16 zero bytes and the hash of the whole note", kind="public", note=note,
                 **hashed(bytes(16) + sha256(note.encode())))  # fmt: skip
    yield vector("public-bad", "leaf", FALSE, "another note", kind="public", note=note.replace("Nothing", "nothing"),
                 **hashed(bytes(16) + sha256(note.encode())))  # fmt: skip
    log_key = keys.gate("gate-1").log_key
    salt, body = fixed("salt"), fixed("body", 300)
    notice_fields = leaves.Notice(
        salt=salt, body=sha256(body), gate="gate-1", role="desk", section=1, action="open", purpose="LEGAL_AID",
        day=DAY, opened=True,
    )  # fmt: skip
    refusal = structs.replace(notice_fields, section=-1, role="", action="", purpose="", opened=False)
    memo_key = fixed("memo key")
    memo_fields = leaves.Memo(sequence=7, journal=fixed("journal"), what="recuse", id=envelope_id, who="desk-1")
    notice = frozen.hex("notice", "sealed", leaves.seal_notice, log_key, notice_fields, Stream(b"notice"))
    memo = frozen.hex("memo", "sealed", leaves.seal_memo, memo_key, memo_fields, Stream(b"memo"))
    refused = frozen.hex("notice-refused", "sealed", leaves.seal_notice, log_key, refusal, Stream(b"refused"))
    empty = leaves.Memo(sequence=0, journal=bytes(32))
    bare = frozen.hex("memo-empty", "sealed", leaves.seal_memo, memo_key, empty, Stream(b"empty"))
    for name, op, key, message, sealed in (
        ("notice", "notice", log_key, notice_fields, notice),
        ("notice-refused", "notice", log_key, refusal, refused),
        ("memo", "memo", memo_key, memo_fields, memo),
        ("memo-empty", "memo", memo_key, empty, bare),
    ):
        fields = {"key": key.hex(), "fields": plain(message)}
        yield vector(name, op, OK, "nonce ‖ box under a key of this nonce", **fields, sealed=sealed)
        data = bytes.fromhex(sealed)
        for wrong, changed in (("nonce", at(data, 0)), ("text", at(data, 40)), ("cut", data[:-1]), ("empty", b"")):
            yield vector(f"{name}-bad-{wrong}", op, CLOSED, "changed", **{**fields, "sealed": changed.hex()})
        yield vector(f"{name}-bad-key", op, CLOSED, "another key", **{**fields, "key": at(key, 0).hex()}, sealed=sealed)
    committed = leaves.commitment(salt, body, bytes.fromhex(notice), bytes.fromhex(memo))
    decided = tag(log_key, committed) + committed
    beside = {"salt": salt.hex(), "body": body.hex(), "notice": notice, "memo": memo}
    yield vector("decision", "leaf", OK, "salt, body, notice and memo under one commitment; found with the log key",
                 kind="decision", log_key=log_key.hex(), **beside, **hashed(decided))  # fmt: skip
    noise = {"notice": fixed("noise", leaves.NOTICE).hex(), "memo": fixed("noise too", leaves.MEMO).hex()}
    pad_commitment = leaves.commitment(salt, leaves.PAD_BODY, *map(bytes.fromhex, noise.values()))
    for name, record, one, around in (
        ("received", leaves.Record(kind=leaves.RECEIVED, salt=keys.received, body=envelope_id), leaf, noise),
        ("decision", leaves.Record(kind=leaves.DECISION, salt=salt, body=body), decided, beside),
        (
            "pad",
            leaves.Record(kind=leaves.PAD, salt=salt, body=leaves.PAD_BODY),
            fixed("pad tag", 16) + pad_commitment,
            noise,
        ),
    ):
        sealed = frozen.hex(f"record-{name}", "sealed", leaves.seal_record, record, auditor_keys(), Stream(b"record"))
        fields = {
            "seeds": [seed.hex() for seed in auditor_seeds()],
            "fields": plain(record),
            "leaf": one.hex(),
            "notice": around["notice"],
            "memo": around["memo"],
            "sealed": sealed,
        }
        yield vector(f"record-{name}", "record", OK, "opens to each auditor, and opens the leaf", **fields)
        changed_leaf = {**fields, "leaf": at(one, 20).hex()}
        yield vector(f"record-{name}-bad-leaf", "record", FALSE, "of another leaf", **changed_leaf)
        stranger = {**fields, "seeds": [fixed("a stranger").hex()]}
        yield vector(f"record-{name}-stranger", "record", CLOSED, "somebody else", **stranger)
        if name == "decision":
            moved = {**fields, "notice": noise["notice"]}
            yield vector("record-decision-bad-notice", "record", FALSE, "another notice beside it", **moved)


# opening.json --------------------------------------------------------------------------------------------------------


def opening_vectors() -> Iterator[Vector]:
    """Every message from the ask to the release."""
    frozen = Frozen("opening")
    whole = report()
    session_seed, gate = fixed("session"), GATES[0]
    session = hybrid.public_key(session_seed)
    ask = opening.Ask(
        id=whole.id, sections=[0, 1, 2], action="open", purpose="LEGAL_AID", asker="desk-1",
        session=sha256(session), nonce=fixed("ask nonce"), until=MINUTE + 1440,
    )  # fmt: skip
    slot = env.find_slot(whole.slots(), whole.id, person_seed("custodian-1"))
    share = slot.shares["custodians", Section.IDENTITY]
    sealed_share = frozen.hex(
        "share", "sealed", opening.seal_share, share,
        ask=ask.digest, section=Section.IDENTITY, approver="custodian-1", session=session,
    )  # fmt: skip
    approval = opening.Approval(
        ask=ask.digest, section=Section.IDENTITY, approver="custodian-1", role=opening.CUSTODIAN,
        share=sha256(bytes.fromhex(sealed_share)), until=MINUTE + 600,
    )  # fmt: skip
    reason = "She asked for a lawyer; ليس لدينا غيره."
    justification = frozen.hex(
        "justification", "sealed", opening.seal_justification, reason, auditor_keys(), Stream(b"justification")
    )
    request = opening.Request(
        ask=ask.encode(), gates=list(GATES), origin=ORIGIN, bundle=1, directory=4,
        justification=sha256(bytes.fromhex(justification)), expires=MINUTE + 10, nonce=fixed("request nonce"),
    )  # fmt: skip
    decision = opening.Decision(
        gate=gate, request=request.digest, section=Section.STORY, permitted=True, rules=["desk-reads", "two-person"],
        minute=MINUTE + 1, bundle=whole.opened_header().bundle, directory=whole.opened_header().directory,
        size=5, root=fixed("log root"), sequence=8, journal=fixed("journal"),
    )  # fmt: skip
    signers = {
        "ask": ("identity desk-1", Label.ASK, ask.encode()),
        "approval": ("identity custodian-1", Label.APPROVAL, approval.encode()),
        "request": ("identity desk-1", Label.REQUEST, request.encode()),
        "decision": ("identity gate-1", Label.DECISION, decision.encode()),
    }
    signed = {}
    for name, message in (("ask", ask), ("approval", approval), ("request", request), ("decision", decision)):
        known = {"digest": message.digest.hex()} if isinstance(message, opening.Ask | opening.Request) else {}
        encoded = message.encode()
        yield vector(name, "message", OK, f"a good {name}", message=name, encoded=encoded.hex(),
                     fields=plain(message), **known)  # fmt: skip
        for wrong, description, bad in (
            ("version", "version 2", at(encoded, 1, 3)),
            ("integer", "the version in two bytes", encoded[:1] + b"\xcc" + encoded[1:]),
            ("trailing", "a byte too many", encoded + b"\0"),
            ("cut", "the last byte is missing", encoded[:-1]),
            ("fields", "an array one longer than it is", at(encoded, 0)),
            ("array", "the array's length in three bytes", b"\xdc\0" + bytes([encoded[0] & 15]) + encoded[1:]),
            ("empty", "nothing", b""),
        ):
            yield vector(f"{name}-bad-{wrong}", "message", MALFORMED, description, message=name, encoded=bad.hex(),
                         fields={})  # fmt: skip
        signed[name] = signing.sign(fixed(signers[name][0]), *signers[name][1:])
        yield from signature(name, *signers[name])
    for name, changes in (
        ("sections-order", {"sections": [1, 0]}),
        ("sections-twice", {"sections": [1, 1]}),
        ("sections-none", {"sections": []}),
        ("section-5", {"sections": [5]}),
        ("action", {"action": "read"}),
        ("asker", {"asker": "Desk-1"}),
        ("id", {"id": whole.id[:-1]}),
    ):
        bad_ask = msgspec.msgpack.encode(structs.replace(ask, **changes))
        yield vector(f"ask-bad-{name}", "message", MALFORMED, "a value out of its bounds", message="ask",
                     encoded=bad_ask.hex(), fields={})  # fmt: skip
    fields: Vector = {
        "ask": ask.digest.hex(),
        "session_seed": session_seed.hex(),
        "section": "identity",
        "approver": "custodian-1",
        "share": share.hex(),
        "sealed": sealed_share,
    }
    yield vector("share", "share", OK, "a custodian's share for the asker", **fields)
    for wrong, changed in (
        ("ask", {"ask": at(ask.digest, 0).hex()}),
        ("section", {"section": "originals"}),
        ("approver", {"approver": "custodian-2"}),
        ("session", {"session_seed": at(session_seed, 0).hex()}),
    ):
        yield vector(f"share-bad-{wrong}", "share", CLOSED, f"of another {wrong}", **{**fields, **changed})
    seeds = [seed.hex() for seed in auditor_seeds()]
    yield vector("justification", "justification", OK, "for auditors alone", seeds=seeds, text=reason,
                 sealed=justification)  # fmt: skip
    blob = opening.Opening(
        request=request.encode(), signature=signed["request"], session=session, header=whole.header,
        slot=whole.gates[0], approvals=[(approval.encode(), signed["approval"])],
        justification=bytes.fromhex(justification),
    )  # fmt: skip
    public = hybrid.public_key(gate_seed(gate))
    sealed = frozen.hex("opening", "sealed", blob.seal, gate, public)
    fields = {"seed": gate_seed(gate).hex(), "gate": gate, "fields": plain(blob), "sealed": sealed}
    yield vector("opening", "opening", OK, "all that one gate needs", **fields)
    yield vector("opening-bad-gate", "opening", CLOSED, "another gate's name", **{**fields, "gate": GATES[1]})
    yield vector("opening-bad-size", "opening", MALFORMED, "a byte less", **{**fields, "sealed": sealed[:-2]})
    leaf = fixed("a leaf", 48)
    verdict = opening.Verdict(
        request=request.digest, sections=[(0, True, leaf), (1, True, at(leaf, 0)), (2, False, at(leaf, 1))],
        echo=[b"\3", b"\2", full_slip().consent],
    )  # fmt: skip
    refusal = opening.Verdict(request=request.digest, sections=[(1, False, leaf)], echo=[])
    opened = GateSlot.unseal(gate_seed(gate), whole.gates[0], gate, whole.id)
    release = opening.Release(request=request.digest, shares=[(0, opened.shares[0]), (1, opened.shares[1])])
    nothing = opening.Release(request=request.digest, shares=[])
    replies: tuple[tuple[str, opening.Verdict | opening.Release], ...] = (
        ("verdict", verdict),
        ("verdict-refused", refusal),
        ("release", release),
        ("release-nothing", nothing),
    )
    for name, answer in replies:
        yield from reply(frozen, name, answer, session_seed)
    for name, op, expected in (
        ("journal", "journal", {"head": bytes(32).hex(), "leaf": leaf.hex(),
                                "next": opening.next_journal(bytes(32), leaf).hex()}),
        ("leaf-message", "leaf-message", leaf_parts(leaf)),
    ):  # fmt: skip
        yield vector(name, op, OK, "deterministic", **expected)
    yield from signature("leaf", "identity gate-1", Label.LEAF_SIGNATURE, bytes.fromhex(leaf_parts(leaf)["message"]))


def leaf_parts(leaf: bytes) -> dict[str, str]:
    """Return a leaf, what lies beside it, and what a gate signs of them."""
    record, notice, memo = b"record", fixed("notice", leaves.NOTICE), fixed("memo", leaves.MEMO)
    message = opening.leaf_message(leaf, record, notice, memo)
    parts = {"leaf": leaf, "record": record, "notice": notice, "memo": memo, "message": message}
    return {name: part.hex() for name, part in parts.items()}


def signature(name: str, who: str, label: Label, message: bytes) -> Iterator[Vector]:
    """Return a signature, good, and bad in three ways."""
    seed = fixed(who)
    made = signing.sign(seed, label, message)
    fields = {
        "label": label.value.decode(),
        "seed": seed.hex(),
        "public": signing.public_key(seed).hex(),
        "message": message.hex(),
        "signature": made.hex(),
    }
    yield vector(f"{name}-signature", "signature", OK, "Ed25519 over label ‖ message", **fields)
    other = Label.JOURNAL.value.decode()
    for wrong, changed in (
        ("label", {"label": other}),
        ("message", {"message": at(message, 5).hex()}),
        ("key", {"public": signing.public_key(fixed("somebody else")).hex()}),
        ("bit", {"signature": at(made, 40).hex()}),
        ("short", {"signature": made[:-1].hex()}),
    ):
        yield vector(f"{name}-signature-bad-{wrong}", "signature", FALSE, f"wrong {wrong}", **{**fields, **changed})


def reply(
    frozen: Frozen, name: str, message: opening.Verdict | opening.Release, session_seed: bytes
) -> Iterator[Vector]:
    """Return a sealed verdict or release: the seal was made once, its signature follows."""
    gate, seed, session = GATES[0], fixed("identity gate-1"), hybrid.public_key(session_seed)
    sealed = frozen.hex(name, "sealed", lambda: opening.seal_reply(message, gate, seed, session)[0])
    is_verdict = isinstance(message, opening.Verdict)
    label = Label.VERDICT_SEAL if is_verdict else Label.RELEASE_SEAL
    data = bytes.fromhex(sealed)
    made = signing.sign(seed, label, message.request + sha256(data))
    fields = {
        "message": "verdict" if is_verdict else "release",
        "gate": gate,
        "request": message.request.hex(),
        "public": signing.public_key(seed).hex(),
        "session_seed": session_seed.hex(),
        "fields": plain(message),
        "sealed": sealed,
        "signature": made.hex(),
    }
    yield vector(name, "reply", OK, "sealed to the session key, signed by the gate", **fields)
    for wrong, expect, changed in (
        ("request", FALSE, {"request": at(message.request, 0).hex()}),
        ("kind", FALSE, {"message": "release" if is_verdict else "verdict"}),
        ("text", FALSE, {"sealed": at(data, -1).hex()}),
        ("signature", FALSE, {"signature": at(made, 0).hex()}),
        ("gate", CLOSED, {"gate": GATES[1]}),
        ("session", CLOSED, {"session_seed": at(session_seed, 0).hex()}),
    ):
        yield vector(f"{name}-bad-{wrong}", "reply", expect, f"of another {wrong}", **{**fields, **changed})


# merkle.json ---------------------------------------------------------------------------------------------------------

SIZES: Final = (1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 64, 70)


def merkle_vectors() -> Iterator[Vector]:
    """Trees whose entry i is 48 bytes of value i."""
    for size in (0, *SIZES):
        yield vector(f"root-{size}", "root", OK, "entry i is 48 bytes of value i", size=size,
                     root=merkle.root(replay.hashes(size)).hex())  # fmt: skip
    for size in SIZES:
        hashes = replay.hashes(size)
        root = merkle.root(hashes)
        for index in sorted({0, size // 2, size - 1}):
            proof = merkle.inclusion(hashes, index)
            fields = {
                "leaf_hash": hashes[index].hex(),
                "index": index,
                "size": size,
                "proof": [one.hex() for one in proof],
                "root": root.hex(),
            }
            yield vector(f"inclusion-{index}-{size}", "inclusion", OK, "from leaf to root", **fields)
            if (index, size) in ((3, 7), (35, 70)):
                yield from bad_inclusions(fields, proof)
        for size1 in sorted({0, 1, size // 2, size - 1, size}):
            proof = merkle.consistency(hashes, size1)
            fields = {
                "size1": size1,
                "size2": size,
                "proof": [one.hex() for one in proof],
                "root1": merkle.root(hashes[:size1]).hex(),
                "root2": root.hex(),
            }
            yield vector(
                f"consistency-{size1}-{size}", "consistency", OK, "the larger begins with the smaller", **fields
            )
            if (size1, size) in ((3, 7), (4, 8), (35, 70), (7, 7), (0, 7)):
                yield from bad_consistencies(fields, proof)


def bad_inclusions(fields: Vector, proof: list[bytes]) -> Iterator[Vector]:
    """Return proofs that do not hold."""
    place = f"{fields['index']}-{fields['size']}"
    hexed = fields["proof"]
    for wrong, changed in (
        ("hash", {"proof": [at(proof[0], 0).hex(), *hexed[1:]]}),
        ("order", {"proof": hexed[::-1]}),
        ("short", {"proof": hexed[:-1]}),
        ("long", {"proof": [*hexed, bytes(32).hex()]}),
        ("index", {"index": fields["index"] + 1}),
        ("index-size", {"index": fields["size"]}),
        ("index-negative", {"index": -1}),
        ("size", {"size": fields["size"] * 2}),
        ("root", {"root": fields["leaf_hash"]}),
        ("hash-size", {"proof": [hexed[0][2:], *hexed[1:]]}),
    ):
        yield vector(f"inclusion-{place}-bad-{wrong}", "inclusion", FALSE, f"wrong {wrong}", **{**fields, **changed})


def bad_consistencies(fields: Vector, proof: list[bytes]) -> Iterator[Vector]:
    """Return proofs that do not hold."""
    place = f"{fields['size1']}-{fields['size2']}"
    hexed = fields["proof"]
    changes: list[tuple[str, Vector]] = [
        ("long", {"proof": [*hexed, bytes(32).hex()]}),
        ("root1", {"root1": at(bytes.fromhex(fields["root1"]), 0).hex()}),
        ("turned", {"size1": fields["size2"] + 1}),
        ("negative", {"size1": -1}),
        ("hash-size", {"root2": fields["root2"][2:]}),
    ]
    if proof:
        changes += [
            ("hash", {"proof": [at(proof[0], 0).hex(), *hexed[1:]]}),
            ("short", {"proof": hexed[:-1]}),
            ("empty", {"proof": []}),
            ("root2", {"root2": fields["root1"]}),
        ]
    for wrong, changed in changes:
        yield vector(
            f"consistency-{place}-bad-{wrong}", "consistency", FALSE, f"wrong {wrong}", **{**fields, **changed}
        )


# notes.json ----------------------------------------------------------------------------------------------------------

LOG_SEED: Final = fixed("log")
WITNESS: Final = "witness.example/w1"
OTHER: Final = "witness.example/w2"


def vkey(name: str, kind: Kind, seed: bytes) -> Vkey:
    """Return the verifier key of a seed."""
    if kind is Kind.MLDSA44:
        return Vkey(name, kind, MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw())
    return Vkey(name, kind, signing.public_key(seed))


def log_entries() -> list[bytes]:
    """Return five leaves; the fourth is the report's."""
    return [*(fixed(f"noise leaf {i}", 48) for i in range(3)), received_leaf(), fixed("noise leaf 4", 48)]


def receipt() -> str:
    """Return the receipt of the report: leaf 3 is hers."""
    text = f"{Label.NOTE_RECEIPT.value.decode()}id {report().id.hex()}\nindex 3\n"
    return text + "\n" + notes.sign_ed25519(ORIGIN, LOG_SEED, text)


def notes_vectors() -> Iterator[Vector]:  # noqa: PLR0915 - keys, notes, checkpoints and proofs of one log
    """Verifier keys, notes with signatures of types 1, 4 and 6, policies, and proofs."""
    frozen = Frozen("notes")
    log = vkey(ORIGIN, Kind.ED25519, LOG_SEED)
    slow = vkey(ORIGIN, Kind.MLDSA44, fixed("log, slow"))
    first = vkey(WITNESS, Kind.COSIGNATURE, fixed("w1"))
    second = vkey(OTHER, Kind.COSIGNATURE, fixed("w2"))
    third = vkey("witness.example/w3", Kind.MLDSA44, fixed("w3"))
    for name, key in (("log", log), ("log-mldsa", slow), ("witness", first), ("witness-mldsa", third)):
        yield vector(f"vkey-{name}", "vkey", OK, f"type {int(key.kind)}", text=str(key), key=key.name,
                     kind=int(key.kind), public=key.public.hex(), id=key.id.hex())  # fmt: skip
    good = str(log)
    encoded = good.rsplit("+", 1)[1]
    for name, description, text in (
        ("id", "a wrong key id", f"{ORIGIN}+00000000+{encoded}"),
        ("id-upper", "the key id in capitals", f"{ORIGIN}+{log.id.hex().upper()}+{encoded}"),
        ("type", "a type that is not ours", str(Vkey("x", Kind.ED25519, b"")).replace("AQ==", "Ag==")),
        ("size", "a public key of 31 bytes", str(Vkey(ORIGIN, Kind.ED25519, log.public[:-1]))),
        ("name", "a space in the name", str(Vkey("a b", Kind.ED25519, log.public))),
        ("no-name", "no name", str(Vkey("", Kind.ED25519, log.public))),
        ("parts", "no key", ORIGIN),
        ("base64", "base64 without its last character", good[:-1]),
        ("empty", "nothing", ""),
    ):
        yield vector(f"vkey-bad-{name}", "vkey", MALFORMED, description, text=text)
    # A receipt: one signature of type 1.
    note = receipt()
    text, _, lines = note.partition("\n\n")
    known = [good]
    fields: Vector = {"vkeys": known, "need": 1, "text": text + "\n", "note": note}
    yield vector("receipt", "note", OK, "the log's promise", **fields, signed=[[ORIGIN, 1, None]])
    stranger = "— somebody.example " + notes.b64(bytes(68)) + "\n"
    yield vector(
        "receipt-stranger", "note", OK, "an unknown signature is ignored", **{**fields, "note": note + stranger}
    )
    yield vector("receipt-twice", "note", OK, "a key counts once", **{**fields, "note": note + lines},
                 signed=[[ORIGIN, 1, None]])  # fmt: skip
    signed_raw = notes.unb64(lines.split(" ")[2].strip())
    flipped = f"— {ORIGIN} {notes.b64(at(signed_raw, 30))}\n"
    for name, expect, description, changed in (
        ("text", FALSE, "another index", note.replace("index 3", "index 4")),
        ("signature", FALSE, "a known key's signature is wrong", f"{text}\n\n{flipped}"),
        ("signature-second", FALSE, "a good signature and a wrong one of the same key", note + flipped),
        ("unsigned", FALSE, "only an unknown signature", f"{text}\n\n{stranger}"),
        ("cut", FALSE, "a signature of 10 bytes", f"{text}\n\n— {ORIGIN} {notes.b64(signed_raw[:14])}\n"),
        ("base64", MALFORMED, "base64 with a loose bit",
         f"{text}\n\n— {ORIGIN} {notes.b64(bytes(70))[:-3]}B==\n"),
        ("base64-space", MALFORMED, "a space within base64", note[:-10] + " " + note[-10:]),
        ("base64-padding", MALFORMED, "base64 without padding", note.rstrip("=\n") + "\n"),
        ("control", MALFORMED, "a control character", note.replace("index", "\tindex")),
        ("return", MALFORMED, "a carriage return", note.replace("\n", "\r\n")),
        ("newline", MALFORMED, "no newline at the end", note[:-1]),
        ("blank", MALFORMED, "no blank line", note.replace("\n\n", "\n")),
        ("dash", MALFORMED, "a hyphen in place of the dash", note.replace("—", "-")),
        ("nothing-signed", MALFORMED, "no signature", f"{text}\n\n"),
        ("empty-text", MALFORMED, "no text", "\n\n" + lines),
        ("id-only", MALFORMED, "a key id without a signature", f"{text}\n\n— {ORIGIN} {notes.b64(log.id)}\n"),
        ("many", MALFORMED, "65 signatures", f"{text}\n\n" + stranger * 65),
        ("huge", MALFORMED, "longer than a note may be", "x" * limit("note") + note),
        ("empty", MALFORMED, "nothing", ""),
    ):  # fmt: skip
        yield vector(f"receipt-bad-{name}", "note", expect, description, **{**fields, "note": changed})
    # Two names of one key are one key.
    twin = vkey("log-twin.example", Kind.ED25519, LOG_SEED)
    both = note + notes.sign_ed25519(twin.name, LOG_SEED, text + "\n")
    twins = {**fields, "vkeys": [good, str(twin)], "note": both}
    yield vector("receipt-twin-one", "note", OK, "two names of one key, one needed", **twins)
    yield vector("receipt-twin-two", "note", FALSE, "two names of one key are not two", **{**twins, "need": 2})
    # A checkpoint with all three types.
    hashes = [merkle.leaf_hash(entry) for entry in log_entries()]
    root = merkle.root(hashes)
    head = checkpoints.head_text(ORIGIN, 5, root)
    slow_line = frozen.text("checkpoint", "mldsa_log", notes.sign_mldsa44, ORIGIN, fixed("log, slow"), head, SECOND)
    third_line = frozen.text(
        "checkpoint", "mldsa_witness", notes.sign_mldsa44, third.name, fixed("w3"), head, SECOND + 2
    )
    log_line = notes.sign_ed25519(ORIGIN, LOG_SEED, head)
    first_line = notes.sign_cosignature(WITNESS, fixed("w1"), head, SECOND + 1)
    second_line = notes.sign_cosignature(OTHER, fixed("w2"), head, SECOND + 3)
    checkpoint = f"{head}\n{log_line}{slow_line}{first_line}{second_line}{third_line}"
    policy = (
        f"log {log}\nlog {slow}\n# three witnesses, two needed\nwitness w1 {first}\nwitness w2 {second}\n"
        f"witness w3 {third}\ngroup all-of-them 2 w1 w2 w3\nquorum all-of-them\n"
    )
    alone = f"log {log}\nquorum none\n"
    fields = {"policy": policy, "origin": ORIGIN, "size": 5, "root": root.hex()}
    yield vector("checkpoint", "checkpoint", OK, "types 1, 4 and 6; its time is the second newest cosignature's",
                 **fields, note=checkpoint, time=SECOND + 2, mldsa_log=slow_line, mldsa_witness=third_line)  # fmt: skip
    for name, lines_, seconds in (
        ("witnesses", log_line + first_line + second_line, SECOND + 1),
        ("mldsa-witness", log_line + third_line + first_line, SECOND + 1),
    ):
        yield vector(f"checkpoint-{name}", "checkpoint", OK, "enough of them", **fields, note=f"{head}\n{lines_}",
                     time=seconds)  # fmt: skip
    yield vector("checkpoint-alone", "checkpoint", OK, "no witness asked for", **{**fields, "policy": alone},
                 note=f"{head}\n{log_line}", time=None)  # fmt: skip
    early = notes.sign_cosignature(WITNESS, fixed("w1"), head, SECOND)
    slow_raw = notes.unb64(slow_line.split(" ")[2].strip())
    slow_bad = f"— {ORIGIN} {notes.b64(at(slow_raw, 500))}\n"
    endless = f"— {WITNESS} {notes.b64(first.id + bytes([128]) + bytes(71))}\n"

    def headed(text: str, lines: str = "") -> str:
        signed_lines = notes.sign_ed25519(ORIGIN, LOG_SEED, text) + lines
        return f"{text}\n{signed_lines}"

    for name, expect, description, use, note in (
        ("quorum", FALSE, "one witness of two", policy, f"{head}\n{log_line}{first_line}"),
        ("quorum-once", FALSE, "one witness twice", policy, f"{head}\n{log_line}{first_line}{early}"),
        ("log", FALSE, "not signed by the log", policy, f"{head}\n{first_line}{second_line}"),
        ("log-slow", FALSE, "the log's ML-DSA signature alone", policy,
         f"{head}\n{slow_line}{first_line}{second_line}"),
        ("mldsa", FALSE, "the log's ML-DSA signature is wrong", policy,
         f"{head}\n{log_line}{slow_bad}{first_line}{second_line}"),
        ("time", FALSE, "a time beyond 63 bits", policy, f"{head}\n{log_line}{endless}{second_line}{third_line}"),
        ("time-moved", FALSE, "a witness's time changed", policy,
         f"{head}\n{log_line}{cosigned_later(first_line)}{second_line}{third_line}"),
        ("origin", FALSE, "of another log", alone, headed(head.replace(ORIGIN, "other.example"))),
        ("root", FALSE, "another root", policy, checkpoint.replace(notes.b64(root), notes.b64(at(root, 0)))),
        ("zero", MALFORMED, "a leading zero", alone, headed(head.replace("\n5\n", "\n05\n"))),
        ("sign", MALFORMED, "a sign", alone, headed(head.replace("\n5\n", "\n+5\n"))),
        ("digits", MALFORMED, "an Arabic-Indic digit", alone, headed(head.replace("\n5\n", "\n\u0665\n"))),
        ("large", MALFORMED, "twenty digits", alone, headed(head.replace("\n5\n", f"\n{10**19}\n"))),
        ("root-size", MALFORMED, "a root of 31 bytes", alone,
         headed(checkpoints.head_text(ORIGIN, 5, root[:-1]))),
        ("extension", MALFORMED, "an extension line", alone, headed(head + "more\n")),
    ):  # fmt: skip
        yield vector(f"checkpoint-bad-{name}", "checkpoint", expect, description, **{**fields, "policy": use},
                     note=note, time=None)  # fmt: skip
    twin = vkey("witness.example/twin", Kind.COSIGNATURE, fixed("w1"))
    twin_line = notes.sign_cosignature(twin.name, fixed("w1"), head, SECOND)
    of_twins = f"log {log}\nwitness a {first}\nwitness b {twin}\nwitness c {second}\ngroup g 2 a b c\nquorum g\n"
    yield vector("checkpoint-bad-twin", "checkpoint", FALSE, "two names of one witness's key are one witness",
                 **{**fields, "policy": of_twins}, time=None,
                 note=f"{head}\n{log_line}{first_line}{twin_line}")  # fmt: skip
    # Policies.
    for name, text, count, needed in (("none", alone, 0, 0), ("two-of-three", policy, 3, 2)):
        yield vector(f"policy-{name}", "policy", OK, "a good one", policy=text, origin=ORIGIN, witnesses=count,
                     quorum=needed)  # fmt: skip
    one = f"log {log}\nwitness a {first}\n"
    for name, text in (
        ("empty", ""),
        ("no-log", "quorum none\n"),
        ("no-quorum", f"log {log}\n"),
        ("quorum-twice", alone + "quorum none\n"),
        ("quorum-unknown", f"log {log}\nquorum who\n"),
        ("word", alone + "mirror example\n"),
        ("vkey", "log nothing\nquorum none\n"),
        ("witness-twice", one + f"witness a {second}\nquorum a\n"),
        ("group-unknown", one + "group g 1 b\nquorum g\n"),
        ("group-count", one + "group g 2 a\nquorum g\n"),
        ("group-zero", one + "group g 0 a\nquorum g\n"),
        ("group-number", one + "group g 01 a\nquorum g\n"),
        ("group-twins", one + f"witness b {twin}\ngroup g all a b\nquorum g\n"),
    ):
        yield vector(f"policy-bad-{name}", "policy", MALFORMED, name.replace("-", " "), policy=text)
    # The receipt that anybody checks.
    proof = checkpoints.TlogProof(3, tuple(merkle.inclusion(hashes, 3)), checkpoint)
    whole = proof.encode()
    fields = {"policy": policy, "entry": log_entries()[3].hex(), "index": 3, "size": 5, "proof": whole}
    yield vector("proof", "tlog-proof", OK, "her leaf is in the log", **fields)
    extra = whole.replace("\nindex", "\nextra YW1hbmE=\nindex", 1)
    yield vector("proof-extra", "tlog-proof", OK, "an extra line is ignored", **{**fields, "proof": extra})
    first_hash = notes.b64(proof.hashes[0])
    for name, expect, description, other in (
        ("entry", FALSE, "another leaf", {"entry": log_entries()[2].hex()}),
        ("index", FALSE, "another index", {"proof": whole.replace("index 3", "index 2")}),
        ("index-large", FALSE, "an index beyond the tree", {"proof": whole.replace("index 3", "index 5")}),
        ("hash", FALSE, "a hash is missing", {"proof": whole.replace(first_hash + "\n", "", 1)}),
        ("hash-size", FALSE, "a hash of 31 bytes",
         {"proof": whole.replace(first_hash, notes.b64(proof.hashes[0][:-1]), 1)}),
        ("log", FALSE, "the checkpoint is not the log's", {"proof": whole.replace(log_line, "")}),
        ("magic", MALFORMED, "another format", {"proof": whole.replace("@v1", "@v2")}),
        ("index-zero", MALFORMED, "a leading zero", {"proof": whole.replace("index 3", "index 03")}),
        ("no-index", MALFORMED, "no index", {"proof": whole.replace("index 3\n", "")}),
        ("base64", MALFORMED, "base64 without padding", {"proof": whole.replace(first_hash, first_hash[:-1], 1)}),
        ("no-checkpoint", MALFORMED, "no checkpoint", {"proof": whole.partition("\n\n")[0]}),
        ("empty", MALFORMED, "nothing", {"proof": ""}),
    ):  # fmt: skip
        yield vector(f"proof-bad-{name}", "tlog-proof", expect, description, **{**fields, **other})


def cosigned_later(line: str) -> str:
    """Return a cosignature line whose time is one second later than what was signed."""
    dash, name, encoded = line.split(" ")
    return f"{dash} {name} {notes.b64(at(notes.unb64(encoded.strip()), 11))}\n"


# objects.json --------------------------------------------------------------------------------------------------------


def objects_vectors() -> Iterator[Vector]:
    """Buckets, pieces, filling, seals, leaves and tickets of files."""
    small, most = 1 << 16, limit("file")
    for size in (1, small - 1, small, small + 1, 81921, objects.PIECE, objects.PIECE + 1, 5 << 20, most - 1, most):
        bucket = objects.bucket(size)
        yield vector(
            f"bucket-{size}", "bucket", OK, "a file's bucket, its pieces, and the bytes of its object",
            size=size, bucket=bucket, pieces=objects.pieces(size), object=objects.object_size(bucket),
        )  # fmt: skip
    for size in (0, -1, most + 1):
        yield vector(f"bucket-{size}", "bucket", MALFORMED, "no file", size=size, bucket=0, pieces=0, object=0)
    yield from piece_vectors()
    for name, expect, filling, zeros in (
        ("whole", OK, "", small - 4),
        ("other", MALFORMED, "01", small - 5),
        ("long", MALFORMED, "", small - 3),
        ("short", MALFORMED, "", small - 5),
    ):
        yield vector(
            f"filling-{name}", "filling", expect, "what follows the file in its last piece is zeros, up to the bucket",
            size=4, number=0, file=b"file".hex(), filling=filling, zeros=zeros,
        )  # fmt: skip
    key = fixed("file key")
    for size, byte in ((1, 7), (small, 1), (objects.PIECE, 2), (objects.PIECE + 1, 3), (3 * objects.PIECE + 9, 4)):
        found = objects.FileRoot()
        for at_byte in range(0, size, objects.PIECE):
            found.add(bytes([byte]) * min(objects.PIECE, size - at_byte))
        salt, arrival = objects.salt(key), objects.arrival_key(key)
        seal = objects.seal_of(salt, found.value, size)
        fields = {
            "key": key.hex(), "size": size, "byte": byte, "root": found.value.hex(), "salt": salt.hex(),
            "seal": seal.hex(), "arrival": arrival.hex(), "leaf": leaves.object_leaf(arrival, seal).hex(),
        }  # fmt: skip
        yield vector(f"file-{size}", "file", OK, "a file of `size` times the same byte, its seal and leaf", **fields)
        other = leaves.object_leaf(arrival, bytes(32)).hex()
        yield vector(f"file-{size}-leaf", "file", FALSE, "the leaf of another file", **{**fields, "leaf": other})
    received, her = fixed("received"), fixed("object")
    for length in (objects.object_size(small), objects.object_size(most)):
        made = objects.ticket(received, her, length)
        yield vector(
            f"ticket-{length}", "ticket", OK, "lets her add one object of this length", received=received.hex(),
            object=her.hex(), length=length, ticket=made.hex(),
        )  # fmt: skip
    yield vector(
        "ticket-short", "ticket", MALFORMED, "a name of 31 bytes", received=received.hex(), object=her[1:].hex(),
        length=1, ticket="",
    )  # fmt: skip


def piece_vectors() -> Iterator[Vector]:
    """A piece opens in its own place only."""
    frozen = Frozen("objects")
    key, name = fixed("object key"), fixed("object")
    for number, count, size in ((0, 1, 300), (0, 3, 16384), (2, 3, 0)):
        plain = fixed(f"piece {number} {count}", size)
        sealed = frozen.hex(
            f"piece-{number}-of-{count}", "sealed", objects.seal_piece, key, name, number, count, plain
        )  # fmt: skip
        fields = {
            "key": key.hex(), "object": name.hex(), "number": number, "count": count, "plain": plain.hex(),
            "sealed": sealed,
        }  # fmt: skip
        named = f"piece-{number}-of-{count}"
        yield vector(named, "piece", OK, "a piece and what is in it; its salt is in front", **fields)
        if size > objects.NAME * 16:
            continue  # one long enough for a second chunk says it all
        for what, expect, description, other in (
            ("more", CLOSED, "of more pieces", {"count": count + 1}),
            ("next", CLOSED, "in the place of the next one", {"number": number + 1, "count": count + 1}),
            ("object", CLOSED, "of another object", {"object": fixed("other object").hex()}),
            ("key", CLOSED, "under another key", {"key": fixed("other key").hex()}),
            ("cut", CLOSED, "cut short", {"sealed": sealed[:-2]}),
            ("changed", CLOSED, "its last byte changed", {"sealed": at(bytes.fromhex(sealed), -1).hex()}),
            ("beyond", MALFORMED, "a number that is not below the count", {"number": count}),
            ("name", MALFORMED, "a name of 31 bytes", {"object": name[1:].hex()}),
        ):
            yield vector(f"{named}-{what}", "piece", expect, description, **{**fields, **other})


# The files -----------------------------------------------------------------------------------------------------------

FILES: Final[dict[str, tuple[str, Callable[[], Iterator[Vector]]]]] = {
    "words": ("words, digits, keys (protocol 2)", words_vectors),
    "shamir": ("Shamir's shares and locks (protocol 3.3)", shamir_vectors),
    "padding": ("padding (protocol 1.6)", padding_vectors),
    "sections": ("section keys and sealed sections (protocol 3.4, 3.5)", sections_vectors),
    "hybrid": ("HPKE with X-Wing, to one and to several (protocol 1.5)", hybrid_vectors),
    "slip": ("slips and their commitments (protocol 4.1)", slip_vectors),
    "slots": ("slots of persons and gates (protocol 4.2, 4.3)", slots_vectors),
    "envelope": ("a whole report with its keys (protocol 4)", envelope_vectors),
    "leaves": ("leaves, records, notices, memos (protocol 7)", leaves_vectors),
    "objects": ("files as sealed objects (protocol 19)", objects_vectors),
    "opening": ("messages of an opening (protocol 11)", opening_vectors),
    "merkle": ("roots and proofs (RFC 6962; protocol 7.1)", merkle_vectors),
    "notes": ("verifier keys, notes, checkpoints, tlog-proofs (protocol 9)", notes_vectors),
}
ABOUT: Final = (
    "Bytes are hex. `op` names what is done, `expect` how it must end: ok, malformed (MalformedError), cannot-open "
    "(OpenError), bad-proof (ProofError). tests/vectors/replay.py shows each op; generate.py made the values."
)


def written(file: str) -> str:
    """Return what the file must be."""
    title, make = FILES[file]
    vectors = list(make())
    names = [one["name"] for one in vectors]
    if len(set(names)) != len(names):
        raise ValueError(f"{file}: a name twice")
    whole: dict[str, Any] = {"description": f"Amana protocol 1, {title}. {ABOUT}", "vectors": vectors}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check. Return 1 where a file differs or a vector does not end as it must."""
    wrong = []
    for file in FILES:
        path = HERE / f"{file}.json"
        text = written(file)
        if arguments != ["--check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(f"{file}.json is not what generate.py writes")
            continue
        for one in replay.load(file):
            try:
                replay.replay(one)
            except AssertionError as error:
                wrong.append(f"{file}.json, {one['name']}: {str(error) or 'another value'}")
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
