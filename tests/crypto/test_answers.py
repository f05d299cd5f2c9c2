"""Answers: nobody reads or writes one with what she was given for another (protocol 15)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from crypto import answers, hybrid, opening, signing
from crypto.answers import Answer, Grant
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.feed import AnswerPost, find
from crypto.hashing import derive, sha256, tag
from crypto.hours import ANY
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.opening import Release
from crypto.padding import pad
from tests.crypto import sample
from tests.vectors.generate import GATES, MINUTE
from tests.vectors.returning import making
from tests.vectors.stream import Stream

SEED = sample.seed("session")
SESSION = hybrid.public_key(SEED)
GATE_SEED = sample.seed("identity gate-1")
GATE = signing.public_key(GATE_SEED)
REQUEST = making.request("short")
PARTS = making.parts("short")
REPLY = making.keys().reply
HERS = {gate: making.keys().gate(gate).answer_key for gate in GATES}


def grant(**changes: object) -> Grant:
    until = MINUTE + 60
    fields: dict[str, object] = {
        "request": REQUEST,
        "until": until,
        "permission": answers.permit(GATE_SEED, REQUEST, until),
        "parts": [(REQUEST, PARTS["gate-1"])],
    }
    return Grant(**(fields | changes))  # type: ignore[arg-type]  # the fields of one call, by name


def test_a_grant_looks_like_a_release() -> None:
    release = Release(request=REQUEST, shares=[])
    usual = opening.seal_reply(release, "gate-1", GATE_SEED, SESSION)
    pair = answers.seal_grant(grant(), "gate-1", GATE_SEED, SESSION)
    assert [len(one) for one in pair] == [len(one) for one in usual]
    opened = answers.open_grant(pair, request=REQUEST, gate="gate-1", public=GATE, session_seed=SEED)
    assert opened == grant()
    answers.check_permission(GATE, REQUEST, opened.until, opened.permission)
    with pytest.raises(MalformedError):
        opening.open_release(pair, request=REQUEST, gate="gate-1", public=GATE, session_seed=SEED)


def test_a_grant_of_another_request_or_gate_is_refused() -> None:
    pair = answers.seal_grant(grant(), "gate-1", GATE_SEED, SESSION)
    for wrong in ({"request": making.request("long")}, {"public": signing.public_key(sample.seed("other"))}):
        told = {"request": REQUEST, "gate": "gate-1", "public": GATE, "session_seed": SEED} | wrong
        with pytest.raises(ProofError):
            answers.open_grant(pair, **told)  # type: ignore[arg-type]  # by name
    with pytest.raises(OpenError):
        answers.open_grant(pair, request=REQUEST, gate="gate-2", public=GATE, session_seed=SEED)
    # Sealed for this request by a gate that signs, and speaking of another inside.
    other = making.request("long")
    inside = pad(grant(request=other, until=0, permission=b"", parts=[]).encode(), limit("release"))
    sealed = hybrid.seal(SESSION, inside, Label.RELEASE.value + REQUEST + sized(b"gate-1"))
    signed = signing.sign(GATE_SEED, Label.RELEASE_SEAL, REQUEST + sha256(sealed))
    with pytest.raises(ProofError):
        answers.open_grant((sealed, signed), request=REQUEST, gate="gate-1", public=GATE, session_seed=SEED)


@pytest.mark.parametrize(
    "changes",
    [
        {"request": b""},
        {"permission": b"", "until": 5},
        {"permission": b"x"},
        {"until": 0},
        {"until": 1 << 32},
        {"parts": [(REQUEST, b"short")]},
        {"parts": []},
        {"parts": [(making.request("long"), PARTS["gate-1"])]},
        {"permission": b"", "until": 0, "parts": [(REQUEST, PARTS["gate-1"])] * 7},
    ],
)
def test_a_grant_out_of_its_form_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        grant(**changes).encode()


def test_six_old_answers_fit_into_a_grant() -> None:
    old = [(making.fixed(f"old {i}"), making.fixed(f"part {i}")) for i in range(limit("thread"))]
    pair = answers.seal_grant(grant(until=0, permission=b"", parts=old), "gate-1", GATE_SEED, SESSION)
    assert answers.open_grant(pair, request=REQUEST, gate="gate-1", public=GATE, session_seed=SEED).parts == old


def test_a_permission_is_for_one_request_and_minute() -> None:
    permission = answers.permit(GATE_SEED, REQUEST, MINUTE)
    for request, until in ((making.request("long"), MINUTE), (REQUEST, MINUTE + 1)):
        with pytest.raises(ProofError):
            answers.check_permission(GATE, request, until, permission)


@pytest.mark.parametrize("name", making.TEXTS)
def test_an_answer_is_read_with_reply_key_and_parts(name: str) -> None:
    slots = making.sealed(name)
    assert all(len(slot) == answers.SLOT for slot in slots)
    assert len(slots) == {"short": 1, "arabic": 1, "long": 4}[name]
    key = answers.answer_key(REPLY, making.request(name), making.parts(name))
    answer, signature = answers.open_answer(key, making.request(name), {slot[:32]: slot for slot in slots})
    assert answer == making.answer(name)
    answer.verify(signing.public_key(making.author_seed()), signature)
    with pytest.raises(ProofError):
        answer.verify(GATE, signature)


def test_the_longest_answer_fits_its_slots() -> None:
    longest = structs.replace(making.answer("short"), author="a" * 24, text="x" * limit("answer_text"))
    slots = answers.seal_answer(longest, longest.sign(making.author_seed()), reply=REPLY, parts=PARTS)
    assert len(slots) == limit("answer_slots")


def test_an_ex_reviewer_with_every_key_she_had_reads_no_later_answer() -> None:
    """She has the reply key and all parts of an earlier answer: none of it is a part of this one."""
    earlier, later = making.parts("short", GATES), making.request("long")
    slots = {slot[:32]: slot for slot in making.sealed("long")}
    for names in ((GATES[0], GATES[1]), GATES):
        with pytest.raises(OpenError):
            answers.open_answer(answers.answer_key(REPLY, later, {n: earlier[n] for n in names}), later, slots)


def test_parts_without_the_reply_key_open_nothing() -> None:
    """All gates together, without the card."""
    request = making.request("long")
    key = answers.answer_key(bytes(32), request, making.parts("long"))
    with pytest.raises(OpenError):
        answers.open_answer(key, request, {slot[:32]: slot for slot in making.sealed("long")})


def test_she_finds_nothing_that_an_ex_reviewer_wrote_without_parts() -> None:
    forged = structs.replace(making.answer("long"), text="meet us at the market")
    guessed = making.parts("short")  # of another request: all that she ever got
    slots = answers.seal_answer(forged, forged.sign(making.author_seed()), reply=REPLY, parts=guessed)
    assert list(find(slots, reply=REPLY, answer_keys=HERS, thresholds=[2])) == []


def test_one_dishonest_gate_makes_her_find_nothing() -> None:
    """It knows its own part and so the tag. Its slot does not open without another gate's part, and is passed over."""
    forged = structs.replace(making.answer("long"), text="meet us at the market")
    alone = {"gate-1": making.parts("long")["gate-1"], "gate-2": bytes(32)}
    slots = answers.seal_answer(forged, forged.sign(making.author_seed()), reply=REPLY, parts=alone)
    assert list(find([*slots, *making.sealed("short")], reply=REPLY, answer_keys=HERS, thresholds=[2])) == [
        *find(making.sealed("short"), reply=REPLY, answer_keys=HERS, thresholds=[2])
    ]


def test_any_two_of_three_gates_are_found_and_three_when_it_takes_three() -> None:
    for names in (GATES[:2], GATES[1:], (GATES[0], GATES[2]), GATES):
        (found,) = find(making.sealed("short", names), reply=REPLY, answer_keys=HERS, thresholds=[3, 2, 2])
        assert (found.gates, found.answer) == (names, making.answer("short"))
    assert list(find(making.sealed("short", GATES[:1]), reply=REPLY, answer_keys=HERS, thresholds=[2])) == []


def test_the_tag_is_that_of_the_first_gate() -> None:
    """One answer has one form: the same slot under the tag of the second gate is nobody's."""
    (slot,) = making.sealed("short")
    other = slot[:32] + tag(PARTS["gate-2"], slot[:32]) + slot[48:]
    assert list(find([other], reply=REPLY, answer_keys=HERS, thresholds=[2])) == []


def test_two_slots_of_one_answer_have_nothing_in_common() -> None:
    slots = making.sealed("long")
    assert len({slot[start : start + 16] for slot in slots for start in range(0, answers.SLOT, 16)}) == 4 * 64


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"text": " \n"},
        {"text": "a\x07"},
        {"text": "\u202eabc"},
        {"text": "\ud800"},
        {"text": "x" * 3601},
        {"text": "ا" * 1801},
        {"id": b"short"},
        {"author": "Not A Name"},
        {"day": -1},
        {"day": 65536},
    ],
)
def test_an_answer_out_of_its_form_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        structs.replace(making.answer("short"), **changes).encode()


def box(key: bytes, number: int, plain: bytes) -> bytes:
    """A slot that opens to whatever its writer put in: a reviewer who does not keep to the form."""
    where = answers.place(key, making.request("long"), number)
    sealed = hybrid.lock_box(derive(key, Label.ANSWER_SLOT, bytes([number])), pad(plain, answers.SLOT - 48 - 16))
    return where + bytes(16) + sealed


@pytest.mark.parametrize(
    ("number", "plain"),
    [(0, b"\0\5xx"), (0, b"\1\4xx"), (0, b"\0\1"), (0, b""), (0, b"\0\1not an answer"), (1, b"\1\3xx"), (3, b"\2\4xx")],
)
def test_slots_that_lie_about_themselves_are_refused(number: int, plain: bytes) -> None:
    key = answers.answer_key(REPLY, making.request("long"), making.parts("long"))
    slots = {slot[:32]: slot for slot in making.sealed("long")}
    lying = box(key, number, plain)
    with pytest.raises(MalformedError):
        answers.open_answer(key, making.request("long"), slots | {lying[:32]: lying})


def test_slots_that_disagree_how_many_they_are_are_refused() -> None:
    key = answers.answer_key(REPLY, making.request("long"), making.parts("long"))
    slots = {slot[:32]: slot for slot in making.sealed("long")}
    where = answers.place(key, making.request("long"), 1)
    _, piece = answers.open_slot(key, slots[where], 1)
    with pytest.raises(MalformedError):
        answers.open_answer(key, making.request("long"), slots | {where: box(key, 1, b"\1\3" + piece)})


def test_an_answer_that_names_another_request_is_refused() -> None:
    key = answers.answer_key(REPLY, making.request("long"), making.parts("long"))
    other = making.answer("short")
    lying = box(key, 0, b"\0\1" + other.encode() + other.sign(making.author_seed()))
    with pytest.raises(MalformedError):
        answers.open_answer(key, making.request("long"), {lying[:32]: lying})


def test_sealing_asks_for_a_whole_signature_and_some_part() -> None:
    answer = making.answer("short")
    for signature, parts in ((b"short", PARTS), (bytes(64), {})):
        with pytest.raises(MalformedError):
            answers.seal_answer(answer, signature, reply=REPLY, parts=parts)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=1100), st.integers(0, 3))
def test_nothing_but_crypto_errors_leaves_a_slot_or_a_grant(data: bytes, number: int) -> None:
    for attempt in (
        lambda: answers.open_slot(bytes(32), data, number),
        lambda: answers.open_answer(bytes(32), data[:32], {data[:32]: data}),
        lambda: answers.open_grant((data, data[:64]), request=REQUEST, gate="g", public=GATE, session_seed=SEED),
    ):
        with pytest.raises(CryptoError):
            attempt()


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), min_size=1, max_size=900).filter(str.strip),
    st.integers(1, 3),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_written_is_found_whoever_the_gates_are(text: str, count: int, seed: bytes) -> None:
    gates = GATES[:count]
    request = Stream(seed)(32)
    answer = Answer(id=making.ID, request=request, author="desk-1", day=1, text=text, hours=ANY)
    parts = {gate: answers.part(HERS[gate], request) for gate in gates}
    slots = answers.seal_answer(answer, answer.sign(seed), reply=REPLY, parts=parts)
    (found,) = find([*making.noise(3), *reversed(slots)], reply=REPLY, answer_keys=HERS, thresholds=[count])
    assert (found.answer, found.gates, found.request) == (answer, gates, request)


def post(**changes: object) -> AnswerPost:
    fields: dict[str, object] = {
        "request": making.request("long"),
        "until": MINUTE,
        "slots": making.sealed("long"),
        "permissions": [("gate-1", bytes(64))],
    }
    return AnswerPost(**(fields | changes))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    "changes",
    [
        {"request": REQUEST},
        {"request": b""},
        {"until": 0},
        {"slots": []},
        {"slots": [making.sealed("long")[0]] * 2},
        {"slots": [making.sealed("long")[0][:-1]]},
        {"slots": [*making.sealed("long"), *making.noise(1)]},
        {"permissions": []},
        {"permissions": [("gate-1", bytes(64)), ("gate-1", bytes(64))]},
        {"permissions": [("Gate", bytes(64))]},
        {"permissions": [("gate-1", bytes(63))]},
        {"permissions": [(f"gate-{i}", bytes(64)) for i in range(9)]},
    ],
)
def test_what_is_handed_in_has_one_form(changes: dict[str, object]) -> None:
    assert len(post().encode()) < 6000
    with pytest.raises(MalformedError):
        post(**changes).encode()
