"""Leaves look like noise, and say what they must to whoever holds the key (protocol 7)."""

import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import hybrid, leaves
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import digest, sha256, tag
from crypto.labels import Label
from crypto.leaves import Entry, Memo, Notice, Record
from crypto.limits import limit

SEEDS = [bytes([i]) * 32 for i in (1, 2)]
AUDITORS = [hybrid.public_key(seed) for seed in SEEDS]
ID, RECEIVED, LOG_KEY, SALT = (bytes([i]) * 32 for i in (3, 4, 5, 6))
NOTE = "amana/1 note announcement\nday 2026-11-23\ntext x\n\n— o AAAAAAA=\n"
NOTICE = Notice(salt=SALT, body=bytes(32), gate="gate-1", role="desk", section=1, action="open", purpose="LEGAL",
                day=20780, opened=True)  # fmt: skip


def decision(body: bytes = b"body") -> Entry:
    notice = leaves.seal_notice(LOG_KEY, NOTICE, os.urandom)
    memo = leaves.seal_memo(SALT, Memo(sequence=1, journal=bytes(32)), os.urandom)
    committed = leaves.commitment(SALT, body, notice, memo)
    record = leaves.seal_record(Record(kind=leaves.DECISION, salt=SALT, body=body), AUDITORS, os.urandom)
    return Entry(leaf=tag(LOG_KEY, committed) + committed, record=record, notice=notice, memo=memo)


ENTRIES = {
    "decision": decision(),
    "received": leaves.received_entry(
        RECEIVED, ID, hybrid.wrap_all(AUDITORS, Label.RECORD.value, os.urandom), os.urandom
    ),
    "pad": leaves.pad_entry(AUDITORS, os.urandom),
    "withdrawal": leaves.withdrawal_entry(bytes(32), 2, os.urandom),
}


def test_every_kind_has_the_same_sizes() -> None:
    sizes = {(len(e.leaf), len(e.record), len(e.notice), len(e.memo)) for e in ENTRIES.values()}
    assert sizes == {(limit("leaf"), leaves.record_size(2), leaves.NOTICE, leaves.MEMO)}
    assert (leaves.NOTICE, leaves.MEMO) == (224, 156)
    public = leaves.public_entry(NOTE, os.urandom)
    assert (len(public.leaf), len(public.notice), len(public.memo)) == (48, 224, 156)
    assert len({len(decision(b"x" * size).record) for size in (0, 1, 2000)}) == 1


def test_only_the_right_kinds_say_what_they_are() -> None:
    public = leaves.public_entry(NOTE, os.urandom)
    assert {name for name, e in ENTRIES.items() if leaves.is_withdrawal(e.leaf)} == {"withdrawal"}
    assert not any(leaves.is_public(e.leaf) for e in ENTRIES.values())
    assert leaves.is_public(public.leaf)
    leaves.check_public(public.leaf, NOTE.encode())
    for leaf, note in ((public.leaf, NOTE.encode() + b"\n"), (ENTRIES["pad"].leaf, NOTE.encode())):
        with pytest.raises(ProofError):
            leaves.check_public(leaf, note)
    header_says = digest(Label.WITHDRAWAL_HASH, bytes(32))
    assert ENTRIES["withdrawal"].leaf[:16] == leaves.withdrawn_tag(header_says)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["decision", "received", "pad"])
def test_records_open_to_auditors_and_open_their_leaf(name: str, seed: bytes) -> None:
    entry = ENTRIES[name]
    record = leaves.open_record(seed, entry.record)
    assert record.kind == name
    leaves.check_record(entry.leaf, record, entry.notice, entry.memo)
    replaced = msgspec.structs.replace
    wrong = [
        (bytes(48), record, entry.notice, entry.memo),
        (entry.leaf[:-1], record, entry.notice, entry.memo),
        (entry.leaf, replaced(record, body=b"other"), entry.notice, entry.memo),
        (entry.leaf, replaced(record, salt=bytes(32)), entry.notice, entry.memo),
    ]
    if name != "received":
        wrong += [(entry.leaf, record, bytes(224), entry.memo), (entry.leaf, record, entry.notice, bytes(156))]
        other = leaves.PAD if name == "decision" else leaves.DECISION
        wrong.append((entry.leaf, replaced(record, kind=other), entry.notice, entry.memo))
    else:
        wrong.append((ENTRIES["pad"].leaf[:16] + entry.leaf[16:], record, entry.notice, entry.memo))
    for case in wrong:
        with pytest.raises(ProofError):
            leaves.check_record(*case)


def test_the_reporter_finds_hers_alone() -> None:
    entry = ENTRIES["decision"]
    found = [name for name, e in ENTRIES.items() if tag(LOG_KEY, e.leaf[16:]) == e.leaf[:16]]
    assert found == ["decision"]
    assert leaves.open_notice(LOG_KEY, entry.notice) == NOTICE
    assert ENTRIES["received"].leaf == leaves.received_leaf(RECEIVED, ID)
    assert leaves.received_leaf(RECEIVED, bytes(32)) != leaves.received_leaf(RECEIVED, ID)
    for name in ("received", "pad", "withdrawal"):
        with pytest.raises(OpenError):
            leaves.open_notice(LOG_KEY, ENTRIES[name].notice)
        with pytest.raises(OpenError):
            leaves.open_record(bytes(32), ENTRIES[name].record)


@settings(max_examples=60)
@given(place=st.integers(0, 155), change=st.integers(1, 255))
def test_changed_notices_and_memos_do_not_open(place: int, change: int) -> None:
    entry = ENTRIES["decision"]
    for opened, key, sealed in ((leaves.open_notice, LOG_KEY, entry.notice), (leaves.open_memo, SALT, entry.memo)):
        bad = bytearray(sealed)
        bad[place] ^= change
        for data in (bytes(bad), sealed[:place]):
            with pytest.raises(OpenError):
                opened(key, data)


def test_records_of_no_or_too_many_auditors_and_too_much() -> None:
    good = Record(kind=leaves.PAD, salt=SALT, body=leaves.PAD_BODY)
    for record, auditors in (
        (good, []),
        (good, AUDITORS[:1] * (limit("auditors") + 1)),
        (Record(kind="other", salt=SALT, body=b""), AUDITORS),
        (Record(kind=leaves.PAD, salt=b"", body=b""), AUDITORS),
        (Record(kind=leaves.DECISION, salt=SALT, body=bytes(9000)), AUDITORS),
    ):
        with pytest.raises(MalformedError):
            leaves.seal_record(record, auditors, os.urandom)


def test_commitments_depend_on_every_part() -> None:
    parts = [SALT, b"body", b"notice", b"memo"]
    made = {leaves.commitment(*parts)}
    for i in range(4):
        made.add(leaves.commitment(*(sha256(part) if j == i else part for j, part in enumerate(parts))))
    assert len(made) == 5
