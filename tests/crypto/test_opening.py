"""Messages of an opening: of one size, bound to their request, gate and section (protocol 11)."""

import os

import msgspec
import pytest

from crypto import hybrid, opening, signing
from crypto.canonical import Message
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import sha256
from crypto.labels import Label
from crypto.limits import limit
from crypto.opening import Approval, Ask, Decision, DecisionRecord, Opening, Release, Request, Verdict
from crypto.padding import pad, unpad
from crypto.sections import Section

SESSION, GATE, IDENTITY = (bytes([i]) * 32 for i in (1, 2, 3))
SESSION_KEY, GATE_KEY = hybrid.public_key(SESSION), hybrid.public_key(GATE)
ASK = Ask(id=bytes(32), sections=[0, 1], action="open", purpose="LEGAL_AID", asker="anan", session=bytes(32),
          nonce=bytes(32), until=1000)  # fmt: skip
APPROVAL = Approval(ask=ASK.digest, section=1, approver="bela", role=opening.DESK, share=bytes(32), until=1000)
REQUEST = Request(ask=ASK.encode(), gates=["gate-1", "gate-2"], origin="log.example", bundle=1, directory=2,
                  justification=bytes(32), expires=1000, nonce=bytes(32))  # fmt: skip
LEAF = bytes(48)
replaced = msgspec.structs.replace


def refused(message: Message, **changes: object) -> None:
    bad = replaced(message, **changes)
    with pytest.raises(MalformedError):
        bad.encode()
    with pytest.raises(MalformedError):
        type(bad).decode(msgspec.msgpack.encode(bad), limit=limit("opening"))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2}, {"id": b""}, {"sections": []}, {"sections": [1, 0]}, {"sections": [1, 1]}, {"sections": [5]},
        {"sections": [-1]}, {"action": "read"}, {"purpose": "legal"}, {"purpose": ""}, {"purpose": "X" * 25},
        {"purpose": "\u0422RIAGE"}, {"asker": "Anan"}, {"asker": ""}, {"asker": "a" * 25}, {"asker": "anan\n"},
        {"session": bytes(31)},        {"nonce": bytes(33)}, {"until": 0}, {"until": 1 << 32},
        {"action": "emergency"}, {"action": "emergency", "sections": [0, 1]},
        {"action": "copy"}, {"action": "copy", "sections": [2]}, {"action": "copy", "sections": [0, 3]},
    ],
)  # fmt: skip
def test_asks_out_of_bounds(changes: dict[str, object]) -> None:
    refused(ASK, **changes)


def test_files_can_be_taken_along_and_nothing_else() -> None:
    for sections in ([3], [4], [3, 4]):
        replaced(ASK, action="copy", sections=sections).check()


def test_approvals_requests_verdicts_and_releases_out_of_bounds() -> None:
    for changes in ({"ask": b""}, {"share": bytes(31)}, {"section": 5}, {"role": 3}, {"role": 0}, {"approver": "B"},
                    {"until": -1}, {"until": 0}, {"until": 1 << 32}):  # fmt: skip
        refused(APPROVAL, **changes)
    wrong: list[dict[str, object]] = [
        {"gates": []},
        {"gates": ["gate-1"] * 2},
        {"gates": ["G"]},
        {"gates": [f"g{i}" for i in range(9)]},
        {"bundle": 0},
        {"directory": 0},
        {"expires": 0},
        {"nonce": b""},
        {"justification": b""},
    ]
    for more in wrong:
        refused(REQUEST, **more)
    verdict = Verdict(request=bytes(32), sections=[(0, True, LEAF), (1, False, LEAF)], echo=[b"\1", b"\0", bytes(15)])
    assert Verdict.decode(verdict.encode(), limit=1024) == verdict
    for other in (
        {"sections": [(5, True, LEAF)]},
        {"sections": [(0, True, b"")]},
        {"sections": [(0, True, LEAF)] * 2},
        {"sections": [(1, True, LEAF), (0, True, LEAF)]},
        {"echo": [b"\1"]},
        {"echo": [b"", b"", b""]},
        {"echo": [b"\1", b"\1", bytes(14)]},
    ):
        refused(verdict, **other)
    release = Release(request=bytes(32), shares=[(0, bytes(33))])
    for shares in ([(5, bytes(33))], [(0, bytes(32))]):
        refused(release, shares=shares)


def test_digests_depend_on_every_field() -> None:
    asks = [ASK, replaced(ASK, id=b"\1" * 32), replaced(ASK, sections=[0]), replaced(ASK, action="recuse"),
            replaced(ASK, purpose="X"), replaced(ASK, asker="x"), replaced(ASK, session=b"\1" * 32),
            replaced(ASK, nonce=b"\1" * 32), replaced(ASK, until=1)]  # fmt: skip
    assert len({one.digest for one in asks}) == len(asks)
    requests = [REQUEST, replaced(REQUEST, gates=["gate-2", "gate-1"]), replaced(REQUEST, origin="x"),
                replaced(REQUEST, bundle=2), replaced(REQUEST, directory=1), replaced(REQUEST, expires=1),
                replaced(REQUEST, nonce=b"\1" * 32), replaced(REQUEST, ask=asks[1].encode())]  # fmt: skip
    assert len({one.digest for one in requests}) == len(requests)
    assert REQUEST.asked() == ASK
    with pytest.raises(MalformedError):
        replaced(REQUEST, ask=b"\x90").asked()


def blob(approvals: int = 1) -> Opening:
    why = opening.seal_justification("why", [SESSION_KEY] * limit("auditors"), os.urandom)
    return Opening(request=REQUEST.encode(), signature=bytes(64), session=SESSION_KEY, header=bytes(347),
                   slot=bytes(limit("gate_slot")), approvals=[(APPROVAL.encode(), bytes(64))] * approvals,
                   justification=why)  # fmt: skip


def test_an_opening_has_one_size_and_one_gate() -> None:
    sealed = [blob(approvals).seal("gate-1", GATE_KEY) for approvals in (0, 1, limit("approvals") * 5)]
    assert {len(one) for one in sealed} == {opening.OPENING}
    assert Opening.unseal(GATE, sealed[1], "gate-1").approvals == [(APPROVAL.encode(), bytes(64))]
    for seed, data, gate in ((GATE, sealed[0], "gate-2"), (SESSION, sealed[0], "gate-1"),
                             (GATE, bytes(opening.OPENING), "gate-1")):  # fmt: skip
        with pytest.raises(OpenError):
            Opening.unseal(seed, data, gate)
    for data in (b"", sealed[0][:-1], sealed[0] + b"\0"):
        with pytest.raises(MalformedError):
            Opening.unseal(GATE, data, "gate-1")
    for changes in ({"session": b""}, {"header": b""}, {"slot": b""}, {"signature": b""},
                    {"approvals": [(b"", b"")] * 16}):  # fmt: skip
        refused(blob(), **changes)


@pytest.mark.parametrize("kind", ["verdict", "release"])
def test_replies_have_one_size_and_one_reader(kind: str) -> None:
    full: Verdict | Release
    empty: Verdict | Release
    if kind == "verdict":
        full = Verdict(
            request=REQUEST.digest, sections=[(i, True, LEAF) for i in range(5)], echo=[b"\1", b"\1", bytes(15)]
        )
        empty = Verdict(request=REQUEST.digest, sections=[], echo=[])
    else:
        full = Release(request=REQUEST.digest, shares=[(i, bytes(33)) for i in range(5)])
        empty = Release(request=REQUEST.digest, shares=[])
    opened = opening.open_verdict if kind == "verdict" else opening.open_release
    other = opening.open_release if kind == "verdict" else opening.open_verdict
    public = signing.public_key(IDENTITY)
    replies = [opening.seal_reply(one, "gate-1", IDENTITY, SESSION_KEY) for one in (full, empty)]
    assert len({(len(sealed), len(signature)) for sealed, signature in replies}) == 1
    reply = replies[0]
    good = {"request": REQUEST.digest, "gate": "gate-1", "public": public, "session_seed": SESSION}
    assert opened(reply, **good) == full  # type: ignore[arg-type]  # by name
    assert opened(replies[1], **good) == empty  # type: ignore[arg-type]  # by name
    for changes in ({"request": bytes(32)}, {"public": signing.public_key(bytes(32))}):
        with pytest.raises(ProofError):
            opened(reply, **{**good, **changes})  # type: ignore[arg-type]  # by name
    for change in ({"gate": "gate-2"}, {"session_seed": bytes(32)}):
        with pytest.raises(OpenError):
            opened(reply, **{**good, **change})  # type: ignore[arg-type]  # by name
    with pytest.raises(ProofError):
        other(reply, **good)  # type: ignore[arg-type]  # by name
    with pytest.raises(ProofError):
        opened((reply[0][:-1], reply[1]), **good)  # type: ignore[arg-type]  # by name


def test_a_reply_that_names_another_request_within_is_refused() -> None:
    """A gate that seals under this request what is about another."""
    inside = Release(request=bytes(32), shares=[])
    request = REQUEST.digest
    info = Label.RELEASE.value + request + b"\0\6gate-1"
    sealed = hybrid.seal(SESSION_KEY, pad(inside.encode(), limit("release")), info)
    signature = signing.sign(IDENTITY, Label.RELEASE_SEAL, request + sha256(sealed))
    with pytest.raises(ProofError):
        opening.open_release((sealed, signature), request=request, gate="gate-1",
                             public=signing.public_key(IDENTITY), session_seed=SESSION)  # fmt: skip
    sealed = hybrid.seal(
        SESSION_KEY,
        pad(Verdict(request=bytes(32), sections=[], echo=[]).encode(), limit("verdict")),
        Label.VERDICT.value + request + b"\0\6gate-1",
    )
    signature = signing.sign(IDENTITY, Label.VERDICT_SEAL, request + sha256(sealed))
    with pytest.raises(ProofError):
        opening.open_verdict((sealed, signature), request=request, gate="gate-1",
                             public=signing.public_key(IDENTITY), session_seed=SESSION)  # fmt: skip


def test_a_share_is_for_one_ask_section_and_approver() -> None:
    sealed = opening.seal_share(bytes(33), ask=ASK.digest, section=Section.STORY, approver="bela", session=SESSION_KEY)
    good = {"ask": ASK.digest, "section": Section.STORY, "approver": "bela", "session_seed": SESSION}
    assert opening.open_share(sealed, **good) == bytes(33)  # type: ignore[arg-type]  # by name
    for changes in ({"ask": bytes(32)}, {"section": Section.CARD}, {"approver": "cari"}, {"session_seed": GATE}):
        with pytest.raises(OpenError):
            opening.open_share(sealed, **{**good, **changes})  # type: ignore[arg-type]  # by name


def test_a_justification_is_for_auditors_and_of_one_size() -> None:
    auditors = [GATE_KEY, SESSION_KEY]
    sealed = [opening.seal_justification(text, auditors, os.urandom) for text in ("", "why", "ب" * 126)]
    assert len({len(one) for one in sealed}) == 1
    assert unpad(hybrid.unseal_any(GATE, sealed[1], Label.JUSTIFICATION.value)) == b"why"
    with pytest.raises(MalformedError):
        opening.seal_justification("x" * 253, auditors, os.urandom)


def test_a_full_decision_fits_its_record() -> None:
    """Three approvals, four auditors, the longest slip and names: protocol 7.4 has room for it."""
    long = "x" * 24
    ask = replaced(ASK, asker=long, purpose="X" * 24, sections=[0, 1, 2, 3, 4])
    request = replaced(REQUEST, ask=ask.encode(), gates=[long[:23] + str(i) for i in range(8)], origin="o" * 60)
    decision = Decision(gate=long, request=bytes(32), section=4, permitted=True, rules=[long] * 4, minute=1 << 31,
                        bundle=bytes(32), directory=bytes(32), size=1 << 40, root=bytes(32), sequence=1 << 40,
                        journal=bytes(32))  # fmt: skip
    approval = replaced(APPROVAL, approver=long).encode()
    body = DecisionRecord(
        decision=decision.encode(), signature=bytes(64), request=request.encode(), request_signature=bytes(64),
        header=bytes(347), slip=bytes(512), approvals=[(approval, bytes(64))] * limit("approvals"),
        justification=opening.seal_justification("x" * 252, [GATE_KEY] * 4, os.urandom), log_key=bytes(32),
    ).encode()  # fmt: skip
    record = hybrid.WRAP * 4 + limit("record_bucket")
    assert len(body) + 60 < record


def test_the_journal_is_a_chain() -> None:
    one = opening.next_journal(bytes(32), LEAF)
    assert len({bytes(32), one, opening.next_journal(one, LEAF), opening.next_journal(bytes(32), b"\1" * 48)}) == 4
