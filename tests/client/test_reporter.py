"""A reporter's device: it seals only to what the officers and gates signed for today, and believes only receipts."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import contents, reporter
from client.contents import Card, Evidence, Identity, Story
from client.errors import RefusedError, UnprovenError, UsageError
from client.keys import read_key
from client.notes_folder import NotesFolder, save
from client.trusting import in_force
from crypto import words
from crypto.envelope import Envelope, find_slot, open_section
from crypto.errors import MalformedError
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot
from tests.client.conftest import DAY, PASSPHRASE, Rehearsal
from tests.samples import samples

REPLY_KEY = bytes(range(32))


def sealed(rehearsal: Rehearsal, name: str, said: str, **options: Any) -> Envelope:
    return reporter.seal(samples()[name], rehearsal.in_force, said, draw=os.urandom, **options)


@pytest.mark.parametrize("name", sorted(samples()))
def test_every_sample_becomes_five_sections_that_read_back(name: str) -> None:
    sample = samples()[name]
    slip, written = reporter.compose(sample, REPLY_KEY)
    card = contents.read(Section.CARD, written[Section.CARD])
    story = contents.read(Section.STORY, written[Section.STORY])
    identity = contents.read(Section.IDENTITY, written[Section.IDENTITY])
    assert isinstance(card, Card)
    assert isinstance(story, Story)
    assert isinstance(identity, Identity)
    assert (card.tier, card.urgency, card.consent) == (slip.tier, slip.urgency, slip.consent)
    assert card.reply_key == REPLY_KEY
    assert story.text == sample["narrative"]["text"]
    assert len(identity.others) == len(sample["identities"]["others"])
    for section in (Section.EVIDENCE, Section.ORIGINALS):
        pieces = contents.read(section, written[section])
        assert isinstance(pieces, Evidence)
        assert len(pieces.pieces) == len(sample["evidence"])


def test_plain_fields_leave_out_keys() -> None:
    _, written = reporter.compose(samples()["S01"], REPLY_KEY)
    for section in Section:
        plain = contents.plain(contents.read(section, written[section]))
        assert REPLY_KEY.hex() not in str(plain)
        assert "key" not in str(plain)


@pytest.mark.parametrize(
    "change",
    [
        {"slip": None},
        {"consent": {}},
        {"triage": {"tiles": ["NOT-A-TILE"]}},
        {"narrative": {"text": "x" * 200_000}},
        {"narrative": {"text": 7}},
        {"evidence": [{"bytes": "many"}]},
        {"identities": {"reporter": {"name": "n" * 4000}}},
        {"narrative": {"text": "\ud800"}},
    ],
)
def test_a_report_that_cannot_be_is_refused_without_its_text(change: dict[str, Any]) -> None:
    sample = {**samples()["S01"], **change}
    with pytest.raises(MalformedError) as caught:
        reporter.compose(sample, REPLY_KEY)
    assert "NOT-A-TILE" not in str(caught.value)
    assert "xxx" not in str(caught.value)


def test_a_reviewer_and_the_gate_open_what_was_sealed(rehearsal: Rehearsal) -> None:
    said = words.new(os.urandom)
    envelope = sealed(rehearsal, "S01", said)
    header = envelope.content().verified(envelope.id)
    gate = read_key(rehearsal.folder.key("gates", "gate-1"), PASSPHRASE)
    second = GateSlot.unseal(gate.encryption, envelope.gates[0], "gate-1", envelope.id)
    person = read_key(rehearsal.folder.key("people", "r1"), PASSPHRASE)
    slot = find_slot(envelope.slots(), envelope.id, person.encryption)
    shares = {"gates": [second.shares[Section.CARD]], "desk": [slot.shares["desk", Section.CARD]]}
    card = contents.read(Section.CARD, open_section(Section.CARD, header, envelope.sections[Section.CARD], shares, {}))
    assert isinstance(card, Card)
    assert card.tiles == samples()["S01"]["triage"]["tiles"]
    assert card.reply_key == words.keys(said).reply
    assert second.gate_key == words.keys(said).gate("gate-1").gate_key


def test_a_follow_up_has_its_own_keys_and_names_the_first(rehearsal: Rehearsal) -> None:
    said = words.new(os.urandom)
    first = sealed(rehearsal, "S01", said)
    second = sealed(rehearsal, "S01", said, number=1, thread=first.id, retention=36)
    header = second.opened_header()
    assert header.retention == 36
    assert header.withdrawal != first.opened_header().withdrawal
    gate = read_key(rehearsal.folder.key("gates", "gate-1"), PASSPHRASE)
    slot = GateSlot.unseal(gate.encryption, second.gates[0], "gate-1", second.id)
    assert Slip.from_bytes(slot.slip).thread == first.id


def test_with_too_few_people_nothing_is_sealed(rehearsal: Rehearsal) -> None:
    sample = samples()["S01"]
    alone = {**sample, "slip": {**sample["slip"], "exclude_pools": ["home", "region", "outside", "women", "sister"]}}
    with pytest.raises(RefusedError, match="too few"):
        reporter.seal(alone, rehearsal.in_force, words.new(os.urandom), draw=os.urandom)


def test_a_typo_in_the_words_is_said_and_not_repeated(rehearsal: Rehearsal) -> None:
    with pytest.raises(UsageError) as caught:
        sealed(rehearsal, "S01", "critic atom code all group found normal sugar gain suffer dash dash")
    assert "critic" not in f"{caught.value} {caught.value.next_step}"


@pytest.mark.parametrize(("language", "digits"), [("en", False), ("fr", False), ("ar", True), ("digits", True)])
def test_words_come_in_her_language_or_as_digits(language: str, *, digits: bool) -> None:
    said = reporter.new_words(language, os.urandom)
    assert said.replace(" ", "").isdigit() == digits
    assert len(words.keys(said).reply) == 32


def test_a_current_of_another_day_is_not_believed(rehearsal: Rehearsal) -> None:
    trust = rehearsal.folder.trust()
    assert in_force(rehearsal.house, trust, today=DAY + 1).rehearsal
    for day in (DAY - 1, DAY + 2):
        with pytest.raises(UnprovenError):
            in_force(rehearsal.house, trust, today=day)


def test_a_house_with_another_gates_key_is_not_believed(rehearsal: Rehearsal) -> None:
    rehearsal.fake.gates = {"gate-1": rehearsal.fake.log}
    with pytest.raises(UnprovenError):
        in_force(rehearsal.house, rehearsal.folder.trust(), today=DAY)


def test_officers_that_are_not_pinned_are_not_believed(rehearsal: Rehearsal) -> None:
    trust = rehearsal.folder.trust()
    with pytest.raises(UnprovenError):
        in_force(rehearsal.house, replace(trust, officers=trust.officers[2:], threshold=1), today=DAY)


def test_notes_in_a_folder_are_as_good_and_as_strictly_checked(rehearsal: Rehearsal, tmp_path: Path) -> None:
    trust = rehearsal.folder.trust()
    save(rehearsal.house, tmp_path / "notes")
    found = in_force(NotesFolder(tmp_path / "notes"), trust, today=DAY)
    assert found.bundle.digest == rehearsal.in_force.bundle.digest
    body = tmp_path / "notes" / "directory.body"
    body.write_bytes(body.read_bytes()[:-1] + b"\x00")
    with pytest.raises(UnprovenError):
        in_force(NotesFolder(tmp_path / "notes"), trust, today=DAY)
    with pytest.raises(UsageError):
        in_force(NotesFolder(tmp_path / "empty"), trust, today=DAY)


def test_certificates_are_fetched_only_when_asked_for(rehearsal: Rehearsal) -> None:
    assert rehearsal.in_force.certificates == b""
    assert not any(path.endswith("/certificates") for path in rehearsal.fake.asked)
    assert in_force(rehearsal.house, rehearsal.folder.trust(), today=DAY, certificates=True).certificates


def test_a_receipt_is_for_one_report_by_one_log(rehearsal: Rehearsal) -> None:
    log = rehearsal.folder.trust().log_policy
    envelope = sealed(rehearsal, "S01", words.new(os.urandom))
    identifier, receipt, new = rehearsal.house.submit(envelope.encode())
    assert (identifier, new) == (envelope.id, True)
    index = reporter.check_receipt(receipt, envelope.id, log)
    assert f"index {index}\n" in receipt
    assert rehearsal.house.submit(envelope.encode()) == (identifier, receipt, False)
    for wrong in (receipt.replace(f"index {index}", f"index {index - 1}"), "", "\n\n", receipt.partition("\n\n")[0]):
        with pytest.raises(UnprovenError):
            reporter.check_receipt(wrong, envelope.id, log)
    with pytest.raises(UnprovenError):
        reporter.check_receipt(receipt, bytes(32), log)


def test_a_damaged_file_is_found_before_it_is_sent(rehearsal: Rehearsal, tmp_path: Path) -> None:
    data = sealed(rehearsal, "S02", words.new(os.urandom)).encode()
    path = tmp_path / "0001.amana"
    path.write_bytes(data)
    assert reporter.load_envelope(path)[0] == data
    for damaged in (data[:-1], data + b"\0", data[:900] + bytes([data[900] ^ 1]) + data[901:], b""):
        path.write_bytes(damaged)
        with pytest.raises(RefusedError):
            reporter.load_envelope(path)


def test_the_card_carries_no_free_text() -> None:
    _, written = reporter.compose(samples()["S03"], REPLY_KEY)
    card = contents.read(Section.CARD, written[Section.CARD])
    assert samples()["S03"]["narrative"]["text"][:20] not in str(structs.asdict(card))
