"""Run one vector through `crypto`: its `op` says what to do, its `expect` how that must end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from crypto import envelope as env
from crypto import hybrid, leaves, locks, merkle, notes, objects, opening, padding, sections, shamir, signing, words
from crypto import slip as slips
from crypto.canonical import Message
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import digest, tag
from crypto.labels import Label
from crypto.limits import limit
from crypto.sections import Section
from crypto.slots import PLACES, GateSlot, PersonSlot
from tests.vectors.stream import Stream

HERE: Final = Path(__file__).parent
EXPECT: Final = {MalformedError: "malformed", OpenError: "cannot-open", ProofError: "bad-proof"}

Vector = dict[str, Any]

MESSAGES: Final[dict[str, type[Message]]] = {
    "approval": opening.Approval,
    "ask": opening.Ask,
    "content": env.Content,
    "decision": opening.Decision,
    "decision-record": opening.DecisionRecord,
    "envelope": env.Envelope,
    "header": env.Header,
    "memo": leaves.Memo,
    "notice": leaves.Notice,
    "opening": opening.Opening,
    "record": leaves.Record,
    "release": opening.Release,
    "request": opening.Request,
    "slip": slips.Slip,
    "slots": env.Slots,
    "verdict": opening.Verdict,
}


def load(name: str) -> list[Vector]:
    """Return the vectors of one file."""
    found: list[Vector] = json.loads((HERE / f"{name}.json").read_text())["vectors"]
    return found


def outcome(vector: Vector) -> str:
    """Return how it ends. A wrong value is an AssertionError, and what is not of `crypto.errors` escapes."""
    try:
        OPS[vector["op"]](vector)
    except (MalformedError, OpenError, ProofError) as error:
        return EXPECT[type(error)]
    return "ok"


def replay(vector: Vector) -> None:
    """Raise AssertionError unless it ends as it must."""
    ended = outcome(vector)
    assert ended == vector["expect"], f"{vector['name']}: {ended}, not {vector['expect']}"


def raw(vector: Vector, *names: str) -> list[bytes]:
    """Return fields that are hex."""
    return [bytes.fromhex(vector[name]) for name in names]


def every(values: list[str]) -> list[bytes]:
    """Return a list that is hex."""
    return [bytes.fromhex(value) for value in values]


def plain(value: object) -> object:
    """Return what JSON can hold of a message: bytes as hex."""
    return json.loads(msgspec.json.encode(_hexed(value)))


def _hexed(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_hexed(one) for one in value]
        case Message():
            return {name: _hexed(getattr(value, name)) for name in value.__struct_fields__}
        case _:
            return value


def key_fields(keys: words.Keys, gates: list[str]) -> Vector:
    """Return all that follows from words (protocol 2.2)."""
    made = {gate: keys.gate(gate) for gate in gates}
    return {
        "number": keys.number,
        "withdrawal": keys.withdrawal.hex(),
        "withdrawal_hash": keys.withdrawal_hash.hex(),
        "reply": keys.reply.hex(),
        "received": keys.received.hex(),
        "gates": {
            gate: {
                "gate_key": one.gate_key.hex(),
                "link": one.link.hex(),
                "log_key": one.log_key.hex(),
                "log_key_hash": digest(Label.LOG_KEY_HASH, one.log_key).hex(),
                "consent_key": one.consent_key.hex(),
                "answer_key": one.answer_key.hex(),
            }
            for gate, one in made.items()
        },
    }


def _words(v: Vector) -> None:
    entropy = words.entropy_of(v["words"])
    assert entropy.hex() == v["entropy"]
    if "digits" in v:
        assert words.digits(entropy) == v["digits"]
        assert words.entropy_of(v["digits"]) == entropy
    for one in v.get("keys", []):
        assert key_fields(words.keys(v["words"], one["number"]), list(one["gates"])) == one


def _split(v: Vector) -> None:
    shares = shamir.split(bytes.fromhex(v["secret"]), v["threshold"], v["xs"], bytes.fromhex(v["coefficients"]))
    assert shares == every(v["shares"])


def _combine(v: Vector) -> None:
    assert shamir.combine(every(v["shares"])).hex() == v["secret"]


def _lock(v: Vector) -> None:
    secret, draws = raw(v, "secret", "draws")
    true, fake = locks.split(secret, v["threshold"], v["holders"], v["others"], Stream(draws))
    assert (true, fake) == (every(v["true"]), every(v["fake"]))


def _lock_combine(v: Vector) -> None:
    assert locks.combine(every(v["shares"]), v["threshold"]).hex() == v["secret"]


def _pad(v: Vector) -> None:
    content, padded = raw(v, "content", "padded")
    assert padding.pad(content, v["bucket"]) == padded
    assert padding.unpad(padded) == content


def _unpad(v: Vector) -> None:
    padding.unpad(*raw(v, "padded"))


def _too_big(v: Vector) -> None:
    padding.pad(bytes.fromhex(v["content"]), v["bucket"])


def _section_key(v: Vector) -> None:
    key = sections.section_key(Section[v["section"].upper()], bytes.fromhex(v["nonce"]), every(v["secrets"]))
    assert key.hex() == v["key"]


def _section(v: Vector) -> None:
    nonce, key, sealed = raw(v, "nonce", "key", "sealed")
    content = sections.unseal_section(Section[v["section"].upper()], nonce, key, sealed)
    assert content.hex() == v["content"]
    assert len(sealed) == sections.sealed_size(v["bucket"])


def _seal(v: Vector) -> None:
    seed, public, info, sealed = raw(v, "seed", "public", "info", "sealed")
    assert hybrid.public_key(seed) == public
    assert hybrid.unseal(seed, sealed, info).hex() == v["plaintext"]


def _seal_all(v: Vector) -> None:
    info, sealed = raw(v, "info", "sealed")
    for seed in every(v["seeds"]):
        assert hybrid.unseal_any(seed, sealed, info).hex() == v["plaintext"]


def _seal_to(v: Vector) -> None:
    hybrid.seal(bytes.fromhex(v["public"]), b"", b"")


def _message(v: Vector) -> None:
    """Encode fields, decode bytes; with a digest where the message has one."""
    kind = MESSAGES[v["message"]]
    (encoded,) = raw(v, "encoded")
    value = kind.decode(encoded, limit=v.get("limit", limit("envelope")))
    assert plain(value) == v["fields"]
    assert value.encode() == encoded
    if "digest" in v:
        assert isinstance(value, opening.Ask | opening.Request)
        assert value.digest.hex() == v["digest"]


def _slip(v: Vector) -> None:
    (data,) = raw(v, "bytes")
    value = slips.Slip.from_bytes(data)
    assert plain(value) == v["fields"]
    assert (value.encode().hex(), slips.commitment(data).hex()) == (v["message"], v["commitment"])
    assert value.to_bytes(lambda _: data[-32:]) == data


def _person_slot(v: Vector) -> None:
    slot = PersonSlot.unseal(*raw(v, "seed", "sealed", "id"))
    assert person_fields(slot) == v["slot"]


def person_fields(slot: PersonSlot) -> list[Vector]:
    """Return a slot as JSON, in the order of the wire."""
    return [
        {
            "lock": lock,
            "section": section.label,
            "threshold": slot.thresholds[lock, section],
            "share": slot.shares[lock, section].hex(),
        }
        for lock, section in PLACES
    ]


def gate_fields(slot: GateSlot) -> Vector:
    """Return a gate's slot as JSON."""
    return {
        "thresholds": list(slot.thresholds),
        "slip": slot.slip.hex(),
        "shares": [share.hex() for share in slot.shares],
        "gate_key": slot.gate_key.hex(),
        "link": slot.link.hex(),
    }


def _gate_slot(v: Vector) -> None:
    seed, sealed, envelope_id = raw(v, "seed", "sealed", "id")
    assert gate_fields(GateSlot.unseal(seed, sealed, v["gate"], envelope_id)) == v["slot"]


def _envelope(v: Vector) -> None:
    """A whole report, as the server, the gates and every person see it."""
    (encoded,) = raw(v, "envelope")
    whole = env.Envelope.decode(encoded, limit=limit("envelope"))
    header = whole.opened_header()
    if v["expect"] != "ok":
        return
    envelope_id = bytes.fromhex(v["id"])
    assert (header.id, whole.id, whole.header.hex()) == (envelope_id, envelope_id, v["header"])
    assert plain(header) == v["header_fields"]
    assert whole.content().verified(envelope_id) == whole.slots().verified(envelope_id) == header
    keys = words.keys(v["words"], v["number"])
    assert (header.withdrawal, whole.received) == (keys.withdrawal_hash, keys.received)
    gates = {}
    for (gate, seed), sealed in zip(v["gate_seeds"].items(), whole.gates, strict=True):
        gates[gate] = GateSlot.unseal(bytes.fromhex(seed), sealed, gate, envelope_id)
        assert gate_fields(gates[gate]) == v["gate_slots"][gate]
        assert slips.commitment(gates[gate].slip) == header.slip
        assert (gates[gate].gate_key, gates[gate].link) == (keys.gate(gate).gate_key, keys.gate(gate).link)
    people = {}
    for name, seed in v["people_seeds"].items():
        people[name] = env.find_slot(whole.slots(), envelope_id, bytes.fromhex(seed))
        assert person_fields(people[name]) == v["people_slots"][name]
    for section in Section:
        shares = {
            "gates": [slot.shares[section] for slot in gates.values()],
            "desk": [people[name].shares["desk", section] for name in v["plan"]["desk"]],
        }
        thresholds = {
            "gates": v["plan"]["gates_threshold"],
            "desk": v["plan"]["desk_thresholds"][section.label],
            "custodians": v["plan"]["custodians_threshold"],
        }
        if section in sections.CUSTODIAL:
            shares["custodians"] = [people[name].shares["custodians", section] for name in v["plan"]["custodians"]]
        opened = env.open_section(section, header, whole.sections[section], shares, thresholds)
        assert opened.decode() == v["contents"][section.label]


def _patched(v: Vector) -> None:
    """A part of the frozen report, some of its bytes changed."""
    base = next(one for one in load("envelope") if one["name"] == v["of"])
    data = bytearray.fromhex(base["envelope"])
    for patch in v["patches"]:
        new = bytes.fromhex(patch["bytes"])
        data[patch["offset"] : patch["offset"] + len(new)] = new
    del data[len(data) - v.get("cut", 0) :]
    data += bytes.fromhex(v.get("append", ""))
    env.Envelope.decode(bytes(data), limit=limit("envelope")).opened_header()


def _served(v: Vector) -> None:
    """Content or slots of the frozen report, asked for under some id."""
    base = next(one for one in load("envelope") if one["name"] == v["of"])
    whole = env.Envelope.decode(bytes.fromhex(base["envelope"]), limit=limit("envelope"))
    (asked,) = raw(v, "id")
    parts = list(whole.sections)
    if "swap" in v:
        one, other = v["swap"]
        parts[one], parts[other] = parts[other], parts[one]
    env.Content(header=whole.header, sections=parts).verified(asked)
    whole.slots().verified(asked)


def _leaf(v: Vector) -> None:
    """A leaf that follows from what it is about."""
    match v["kind"]:
        case "received":
            made = leaves.received_leaf(*raw(v, "received", "id"))
        case "withdrawal":
            (preimage,) = raw(v, "preimage")
            made = leaves.withdrawal_entry(preimage, 1, Stream(b"")).leaf
            assert digest(Label.WITHDRAWAL_HASH, preimage).hex() == v["withdrawal_hash"]
            assert leaves.is_withdrawal(made)
        case "public":
            made = leaves.public_entry(v["note"], Stream(b"")).leaf
            leaves.check_public(bytes.fromhex(v["leaf"]), v["note"].encode())
            assert leaves.is_public(made)
        case _:
            committed = leaves.commitment(*raw(v, "salt", "body", "notice", "memo"))
            made = tag(bytes.fromhex(v["log_key"]), committed) + committed
    assert made.hex() == v["leaf"]
    assert merkle.leaf_hash(made).hex() == v["leaf_hash"]


def _record(v: Vector) -> None:
    sealed, notice, memo, leaf = raw(v, "sealed", "notice", "memo", "leaf")
    for seed in every(v["seeds"]):
        record = leaves.open_record(seed, sealed)
        assert plain(record) == v["fields"]
        leaves.check_record(leaf, record, notice, memo)
    assert len(sealed) == leaves.record_size(len(v["seeds"]))


def _notice(v: Vector) -> None:
    assert plain(leaves.open_notice(*raw(v, "key", "sealed"))) == v["fields"]


def _memo(v: Vector) -> None:
    assert plain(leaves.open_memo(*raw(v, "key", "sealed"))) == v["fields"]


def _signature(v: Vector) -> None:
    public, message, signature = raw(v, "public", "message", "signature")
    label = Label(v["label"].encode())
    signing.verify(public, label, message, signature)
    (seed,) = raw(v, "seed")
    assert signing.public_key(seed) == public
    assert signing.sign(seed, label, message) == signature


def _opening(v: Vector) -> None:
    seed, sealed = raw(v, "seed", "sealed")
    assert plain(opening.Opening.unseal(seed, sealed, v["gate"])) == v["fields"]


def _share(v: Vector) -> None:
    ask, seed, sealed = raw(v, "ask", "session_seed", "sealed")
    section = Section[v["section"].upper()]
    share = opening.open_share(sealed, ask=ask, section=section, approver=v["approver"], session_seed=seed)
    assert share.hex() == v["share"]


def _reply(v: Vector) -> None:
    sealed, signature, request, public, session_seed = raw(
        v, "sealed", "signature", "request", "public", "session_seed"
    )
    opened = opening.open_verdict if v["message"] == "verdict" else opening.open_release
    value = opened((sealed, signature), request=request, gate=v["gate"], public=public, session_seed=session_seed)
    assert plain(value) == v["fields"]


def _justification(v: Vector) -> None:
    (sealed,) = raw(v, "sealed")
    for seed in every(v["seeds"]):
        padded = hybrid.unseal_any(seed, sealed, Label.JUSTIFICATION.value)
        assert padding.unpad(padded).decode() == v["text"]


def _journal(v: Vector) -> None:
    assert opening.next_journal(*raw(v, "head", "leaf")).hex() == v["next"]


def _leaf_message(v: Vector) -> None:
    assert opening.leaf_message(*raw(v, "leaf", "record", "notice", "memo")).hex() == v["message"]


def entries(size: int) -> list[bytes]:
    """Return the entries of the tree that `merkle.json` is about: entry i is 48 bytes of value i."""
    return [bytes([i]) * 48 for i in range(size)]


def hashes(size: int) -> list[bytes]:
    """Return their leaf hashes."""
    return [merkle.leaf_hash(entry) for entry in entries(size)]


def _root(v: Vector) -> None:
    assert merkle.root(hashes(v["size"])).hex() == v["root"]


def _inclusion(v: Vector) -> None:
    leaf, root = raw(v, "leaf_hash", "root")
    merkle.verify_inclusion(leaf, v["index"], v["size"], every(v["proof"]), root)
    assert merkle.inclusion(hashes(v["size"]), v["index"]) == every(v["proof"])


def _consistency(v: Vector) -> None:
    root1, root2 = raw(v, "root1", "root2")
    merkle.verify_consistency(v["size1"], v["size2"], every(v["proof"]), root1, root2)
    assert merkle.consistency(hashes(v["size2"]), v["size1"]) == every(v["proof"])


def _vkey(v: Vector) -> None:
    key = notes.Vkey.parse(v["text"])
    assert (key.name, int(key.kind), key.public.hex(), key.id.hex()) == (v["key"], v["kind"], v["public"], v["id"])
    assert str(key) == v["text"]


def _note(v: Vector) -> None:
    keys = [notes.Vkey.parse(text) for text in v["vkeys"]]
    assert notes.need(v["note"], keys, v["need"]) == v["text"]
    if "signed" in v:
        _, signed = notes.verify(v["note"], keys)
        assert [[one.key.name, int(one.key.kind), one.time] for one in signed] == v["signed"]


def _checkpoint(v: Vector) -> None:
    head = LogPolicy.parse(v["policy"]).verify(v["note"])
    assert (head.origin, head.size, head.root.hex(), head.time) == (v["origin"], v["size"], v["root"], v["time"])


def _policy(v: Vector) -> None:
    policy = LogPolicy.parse(v["policy"])
    assert (policy.origin, len(policy.witnesses), policy.quorum) == (v["origin"], v["witnesses"], v["quorum"])


def _tlog_proof(v: Vector) -> None:
    proof = TlogProof.parse(v["proof"])
    head = proof.verify(LogPolicy.parse(v["policy"]), *raw(v, "entry"))
    assert (proof.index, head.size) == (v["index"], v["size"])
    if "extra " not in v["proof"]:
        assert proof.encode() == v["proof"]


def _bucket(v: Vector) -> None:
    bucket = objects.bucket(v["size"])
    assert (bucket, objects.pieces(v["size"]), objects.object_size(bucket)) == (v["bucket"], v["pieces"], v["object"])


def _piece(v: Vector) -> None:
    key, name, sealed = raw(v, "key", "object", "sealed")
    assert objects.open_piece(key, name, v["number"], v["count"], sealed).hex() == v["plain"]
    again = objects.seal_piece(key, name, v["number"], v["count"], bytes.fromhex(v["plain"]))
    assert len(again) == len(sealed)


def _filling(v: Vector) -> None:
    plain = bytes.fromhex(v["file"] + v["filling"]) + bytes(v["zeros"])
    assert objects.unfill(plain, objects.places(v["size"])[v["number"]], v["size"]).hex() == v["file"]


def _file(v: Vector) -> None:
    key, found = bytes.fromhex(v["key"]), objects.FileRoot()
    for at in range(0, v["size"], objects.PIECE):
        found.add(bytes([v["byte"]]) * min(objects.PIECE, v["size"] - at))
    salt, arrival = objects.salt(key), objects.arrival_key(key)
    seal = objects.seal_of(salt, found.value, v["size"])
    made = [one.hex() for one in (found.value, salt, seal, arrival)]
    assert made == [v["root"], v["salt"], v["seal"], v["arrival"]]
    assert objects.trailer(key, seal) == arrival + seal
    objects.check_arrived(bytes.fromhex(v["leaf"]), arrival, seal)


def _ticket(v: Vector) -> None:
    received, name = raw(v, "received", "object")
    assert objects.ticket(received, name, v["length"]).hex() == v["ticket"]


OPS: Final[dict[str, Callable[[Vector], None]]] = {
    "bucket": _bucket,
    "checkpoint": _checkpoint,
    "combine": _combine,
    "consistency": _consistency,
    "envelope": _envelope,
    "file": _file,
    "filling": _filling,
    "gate-slot": _gate_slot,
    "inclusion": _inclusion,
    "journal": _journal,
    "justification": _justification,
    "leaf": _leaf,
    "leaf-message": _leaf_message,
    "lock-combine": _lock_combine,
    "lock-split": _lock,
    "memo": _memo,
    "message": _message,
    "note": _note,
    "notice": _notice,
    "opening": _opening,
    "pad": _pad,
    "pad-too-big": _too_big,
    "patched-envelope": _patched,
    "person-slot": _person_slot,
    "piece": _piece,
    "policy": _policy,
    "record": _record,
    "reply": _reply,
    "root": _root,
    "seal": _seal,
    "seal-all": _seal_all,
    "seal-to": _seal_to,
    "section": _section,
    "section-key": _section_key,
    "served-envelope": _served,
    "share": _share,
    "signature": _signature,
    "slip": _slip,
    "split": _split,
    "ticket": _ticket,
    "tlog-proof": _tlog_proof,
    "unpad": _unpad,
    "vkey": _vkey,
    "words": _words,
}
