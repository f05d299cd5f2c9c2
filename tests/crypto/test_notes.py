"""Notes, checkpoints, quorums and tlog-proofs (protocol 9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import checkpoints, merkle, notes
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import MalformedError, ProofError
from crypto.limits import limit
from crypto.notes import Kind
from tests.vectors.generate import at, vkey

ORIGIN = "log.example"
LOG, W1, W2, W3 = (bytes([i]) * 32 for i in (1, 2, 3, 4))
ENTRIES = [bytes([i]) * 48 for i in range(21)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]
ROOT = merkle.root(HASHES)
HEAD = checkpoints.head_text(ORIGIN, len(ENTRIES), ROOT)
TIME = 1_795_392_000
LOG_KEY = vkey(ORIGIN, Kind.ED25519, LOG)
SLOW_KEY = vkey(ORIGIN, Kind.MLDSA44, LOG)
W1_KEY = vkey("w1.example", Kind.COSIGNATURE, W1)
W2_KEY = vkey("w2.example", Kind.COSIGNATURE, W2)
W3_KEY = vkey("w3.example", Kind.MLDSA44, W3)
TWIN_KEY = vkey("twin.example", Kind.COSIGNATURE, W1)
POLICY = LogPolicy.parse(
    f"log {LOG_KEY}\nlog {SLOW_KEY}\n\n# who watches\nwitness a {W1_KEY} https://w1.example\nwitness b {W2_KEY}\n"
    f"witness c {W3_KEY}\ngroup two 2 a b c\nquorum two\n"
)
LOG_LINE = notes.sign_ed25519(ORIGIN, LOG, HEAD)
SLOW_LINE = notes.sign_mldsa44(ORIGIN, LOG, HEAD, TIME)
W1_LINE = notes.sign_cosignature("w1.example", W1, HEAD, TIME + 1)
W2_LINE = notes.sign_cosignature("w2.example", W2, HEAD, TIME + 2)
W3_LINE = notes.sign_mldsa44("w3.example", W3, HEAD, TIME + 3)


def note(*lines: str, text: str = HEAD) -> str:
    return f"{text}\n{''.join(lines)}"


def damaged(line: str, place: int = 20) -> str:
    dash, name, encoded = line.split(" ")
    return f"{dash} {name} {notes.b64(at(notes.unb64(encoded.strip()), place))}\n"


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ((LOG_LINE, W1_LINE, W2_LINE), 1),
        ((W2_LINE, LOG_LINE, W1_LINE), 1),
        ((LOG_LINE, W1_LINE, W3_LINE), 1),
        ((LOG_LINE, W2_LINE, W3_LINE), 2),
        ((LOG_LINE, SLOW_LINE, W1_LINE, W2_LINE, W3_LINE), 2),
        ((LOG_LINE, LOG_LINE, W1_LINE, W2_LINE), 1),
        ((LOG_LINE, W1_LINE, W2_LINE, "— nobody.example " + notes.b64(bytes(40)) + "\n"), 1),
        ((LOG_LINE, W1_LINE, W2_LINE, f"— {ORIGIN} {notes.b64(bytes(40))}\n"), 1),
    ],
)
def test_enough_signatures(lines: tuple[str, ...], seconds: int) -> None:
    head = POLICY.verify(note(*lines))
    assert (head.origin, head.size, head.root, head.time) == (ORIGIN, 21, ROOT, TIME + seconds)


@pytest.mark.parametrize(
    "lines",
    [
        (LOG_LINE,),
        (LOG_LINE, W1_LINE),
        (LOG_LINE, W1_LINE, W1_LINE),
        (LOG_LINE, W1_LINE, notes.sign_cosignature("w1.example", W1, HEAD, TIME + 9)),
        (W1_LINE, W2_LINE, W3_LINE),
        (SLOW_LINE, W1_LINE, W2_LINE),
        (LOG_LINE, W1_LINE, notes.sign_cosignature("twin.example", W1, HEAD, TIME)),
        (LOG_LINE, W1_LINE, notes.sign_cosignature("w2.example", W3, HEAD, TIME)),
        *((LOG_LINE, SLOW_LINE, W1_LINE, W2_LINE, damaged(one)) for one in (LOG_LINE, SLOW_LINE, W1_LINE, W3_LINE)),
        (damaged(LOG_LINE), LOG_LINE, W1_LINE, W2_LINE),
        (LOG_LINE, damaged(W1_LINE, 11), W2_LINE, W3_LINE),
        (LOG_LINE, damaged(W3_LINE, 11), W2_LINE, W1_LINE),
    ],
)
def test_too_few_or_a_known_key_with_a_bad_signature(lines: tuple[str, ...]) -> None:
    with pytest.raises(ProofError):
        POLICY.verify(note(*lines))


def test_one_witness_under_two_names_counts_once() -> None:
    policy = LogPolicy.parse(
        f"log {LOG_KEY}\nwitness a {W1_KEY}\nwitness b {TWIN_KEY}\nwitness c {W2_KEY}\ngroup g 2 a b c\nquorum g\n"
    )
    twin = notes.sign_cosignature("twin.example", W1, HEAD, TIME)
    with pytest.raises(ProofError):
        policy.verify(note(LOG_LINE, W1_LINE, twin))
    assert policy.verify(note(LOG_LINE, W1_LINE, twin, W2_LINE)).size == 21
    with pytest.raises(MalformedError):
        LogPolicy.parse(f"log {LOG_KEY}\nwitness a {W1_KEY}\nwitness b {TWIN_KEY}\ngroup g all a b\nquorum g\n")
    text = "amana/1 note bundle\nversion 1\n"
    officers = [vkey("o1", Kind.ED25519, W1), vkey("o2", Kind.ED25519, W1), vkey("o3", Kind.ED25519, W2)]
    both = note(notes.sign_ed25519("o1", W1, text), notes.sign_ed25519("o2", W1, text), text=text)
    assert notes.need(both, officers, 1) == text
    with pytest.raises(ProofError):
        notes.need(both, officers, 2)
    assert notes.need(both + notes.sign_ed25519("o3", W2, text), officers, 2) == text


def test_a_witness_whose_signature_has_no_time_leaves_the_head_as_old_as_can_be() -> None:
    """Such a head is never fresh: a gate that asks for ten minutes gets 1970."""
    plain = vkey("w1.example", Kind.ED25519, W1)
    policy = LogPolicy.parse(f"log {LOG_KEY}\nwitness a {plain}\nquorum a\n")
    assert policy.verify(note(LOG_LINE, notes.sign_ed25519("w1.example", W1, HEAD))).time == 0
    with pytest.raises(ProofError):
        policy.verify(note(LOG_LINE, W1_LINE))


def test_none_signed_is_never_enough() -> None:
    text = "amana/1 note bundle\n"
    with pytest.raises(ProofError):
        notes.need(note("— nobody " + notes.b64(bytes(40)) + "\n", text=text), [LOG_KEY], 0)


def test_an_ml_dsa_line_signs_time_name_and_tree() -> None:
    for line in (
        notes.sign_mldsa44("w3.example", W3, checkpoints.head_text(ORIGIN, 22, ROOT), TIME),
        notes.sign_mldsa44("w3.example", W3, checkpoints.head_text("other", 21, ROOT), TIME),
        notes.sign_mldsa44("w3.example", W3, checkpoints.head_text(ORIGIN, 21, bytes(32)), TIME),
    ):
        with pytest.raises(ProofError):
            POLICY.verify(note(LOG_LINE, W1_LINE, W2_LINE, line))
    other = vkey("w4.example", Kind.MLDSA44, W3)
    raw = notes.unb64(W3_LINE.split(" ")[2].strip())
    with pytest.raises(ProofError):
        notes.verify(note(f"— w4.example {notes.b64(other.id + raw[4:])}\n"), [other])


def test_a_cosignature_is_no_log_signature_and_none_of_a_witness_without_time() -> None:
    as_log = vkey(ORIGIN, Kind.ED25519, W1)
    raw = notes.unb64(W1_LINE.split(" ")[2].strip())
    for signature in (raw[4:], raw[12:]):
        with pytest.raises(ProofError):
            notes.verify(note(f"— {ORIGIN} {notes.b64(as_log.id + signature)}\n"), [as_log])
    witness = vkey(ORIGIN, Kind.COSIGNATURE, LOG)
    plain = notes.unb64(LOG_LINE.split(" ")[2].strip())[4:]
    for signature in (plain, bytes(8) + plain, b"", bytes(8), b"\xff" * 8 + plain):
        with pytest.raises((ProofError, MalformedError)):
            notes.verify(note(f"— {ORIGIN} {notes.b64(witness.id + signature)}\n"), [witness])


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        "quorum none\n",
        f"log {LOG_KEY}\n",
        f"log {LOG_KEY}\nquorum x\n",
        f"log {LOG_KEY}\nquorum none none\n",
        f"log {LOG_KEY}\nquorum none\nquorum none\n",
        "log\nquorum none\n",
        "log x\nquorum none\n",
        f"log {LOG_KEY}\nwitness a\nquorum none\n",
        f"log {LOG_KEY}\nwitness none {W1_KEY}\nquorum none\n",
        f"log {LOG_KEY}\nwitness a {W1_KEY}\nwitness a {W2_KEY}\nquorum a\n",
        f"log {LOG_KEY}\nwitness a {W1_KEY}\ngroup a 1 a\nquorum a\n",
        f"log {LOG_KEY}\ngroup g 1 a\nwitness a {W1_KEY}\nquorum g\n",
        *(
            f"log {LOG_KEY}\nwitness a {W1_KEY}\ngroup g {k} a\nquorum g\n"
            for k in ("0", "2", "-1", "01", "x", "\u0661")
        ),
        f"log {LOG_KEY}\nwitness a {W1_KEY}\ngroup g any\nquorum g\n",
        f"log {LOG_KEY}\ninclude other\nquorum none\n",
        f"log {LOG_KEY}\nquorum \ud800\n",
    ],
)
def test_policies_that_are_none(text: str) -> None:
    with pytest.raises(MalformedError):
        LogPolicy.parse(text)


def test_policies_that_are_good() -> None:
    base = f"log {LOG_KEY}\nwitness a {W1_KEY}\nwitness b {W2_KEY}\n"
    for line, witnesses, quorum in (
        ("quorum none", 0, 0),
        ("quorum a", 1, 1),
        ("group g any a b\nquorum g", 2, 1),
        ("group g all a b\nquorum g", 2, 2),
        ("group g 2 a b\nquorum g", 2, 2),
    ):
        policy = LogPolicy.parse(f"{base}{line}")
        assert (policy.origin, len(policy.witnesses), policy.quorum) == (ORIGIN, witnesses, quorum)


def test_verifier_keys_have_one_text() -> None:
    for key in (LOG_KEY, SLOW_KEY, W1_KEY):
        assert notes.Vkey.parse(str(key)) == key
    good = str(LOG_KEY)
    for bad in (good + "=", good[:-1], good.replace("+", "++", 1), " " + good, good + "\n", "a\ud800" + good):
        with pytest.raises(MalformedError):
            notes.Vkey.parse(bad)


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_tlog_proof_round_trip(index: int) -> None:
    proof = TlogProof(index, tuple(merkle.inclusion(HASHES, index)), note(LOG_LINE, W1_LINE, W2_LINE))
    again = TlogProof.parse(proof.encode())
    assert again == proof
    assert again.verify(POLICY, ENTRIES[index]).size == len(ENTRIES)
    for wrong in (
        TlogProof(index, proof.hashes[:-1], proof.checkpoint),
        TlogProof(index, (*proof.hashes, bytes(32)), proof.checkpoint),
        TlogProof((index + 1) % 21, proof.hashes, proof.checkpoint),
        TlogProof(index, proof.hashes, note(LOG_LINE, W1_LINE)),
    ):
        with pytest.raises(ProofError):
            wrong.verify(POLICY, ENTRIES[index])
    with pytest.raises(ProofError):
        again.verify(POLICY, ENTRIES[index][:-1])


@pytest.mark.parametrize("text", ["", "\n\n", "c2sp.org/tlog-proof@v1\n\nx", "c2sp.org/tlog-proof@v1\nindex \n\nx",
                                  "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
                                  "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx",
                                  "c2sp.org/tlog-proof@v1\nindex 1\nAA\n\nx",
                                  "c2sp.org/tlog-proof@v1\nindex 1\n" + "AAAA\n" * 64 + "\nx",
                                  "c2sp.org/tlog-proof@v1\nindex 1\n\n" + "x" * (2 * limit("note"))])  # fmt: skip
def test_texts_that_are_no_proof(text: str) -> None:
    with pytest.raises(MalformedError):
        TlogProof.parse(text)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_entry_bundles(entries: list[bytes]) -> None:
    data = checkpoints.entry_bundle(entries)
    assert checkpoints.parse_entry_bundle(data) == entries
    if data:
        with pytest.raises(MalformedError):
            checkpoints.parse_entry_bundle(data + b"\0")


def test_tile_paths() -> None:
    assert checkpoints.tile_path(0, 0) == "tile/0/000"
    assert checkpoints.tile_path(1, 1234067, 7) == "tile/1/x001/x234/067.p/7"


@given(st.integers(0, 10**19 - 1))
def test_numbers_have_one_text(number: int) -> None:
    assert notes.decimal(str(number)) == number


@pytest.mark.parametrize("text", ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "1e3", "٣", "²", "1" * 20])
def test_texts_that_are_no_number(text: str) -> None:
    with pytest.raises(MalformedError):
        notes.decimal(text)
