"""A hostile reviewer: vetted, with keys of her own, and more curious than her work needs."""

import os
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import approving
from client.errors import RefusedError, UnprovenError
from crypto import envelope, opening, signing, words
from crypto.errors import OpenError, ProofError
from crypto.hashing import tag
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.limits import limit
from crypto.opening import CUSTODIAN, DESK, Approval
from crypto.relay import DONE, REFUSED
from crypto.sections import Section
from tests.asking import Asking
from tests.attacks.crafting import craft
from tests.attacks.finding import decided, faults, log_size
from tests.attacks.lying import Reviewer, Wire
from tests.harness import Running, running
from tests.samples import send

CARD, STORY, IDENTITY, EVIDENCE = Section.CARD, Section.STORY, Section.IDENTITY, Section.EVIDENCE


def refused_unlogged(world: Running, asking: Asking, **changes: Any) -> None:
    """The gates did not even decide, and nothing was written."""
    before = log_size(world)
    assert asking.send(asking.blobs(**changes)).state == REFUSED
    assert log_size(world) == before


def test_replays_her_request(world: Running) -> None:
    """A12: a request is decided once; a replay adds no line to the reporter's log, and releases nothing."""
    asking = Asking(world, "r1", send(world, "S01"), [CARD])
    openings = asking.blobs()
    assert asking.send(openings).state == DONE
    before = log_size(world)
    assert [asking.send(openings).state for _ in range(3)] == [REFUSED] * 3
    assert log_size(world) == before


def test_replays_a_colleagues_request(world: Running) -> None:
    """A12: she hands in what somebody else signed. It is decided for that one, and answered to that one's key."""
    hers = Asking(world, "r5", send(world, "S01"), [CARD])
    answer = Asking(world, "r1", hers.report, [CARD]).send(hers.blobs())
    assert answer.state == DONE
    with pytest.raises(OpenError):
        opening.open_release(
            answer.gates[0].release[0],
            request=hers.digest,
            gate="gate-1",
            public=world.key("gate-1").identity_public,
            session_seed=os.urandom(32),
        )
    assert hers.read(answer, CARD)


def test_hoards_releases(world: Running) -> None:
    """A1: she keeps every card's release. None of them helps with another section, or with another report."""
    kept = []
    for name in ("S01", "S03"):
        asking = Asking(world, "r1", send(world, name), [CARD])
        kept += asking.released(asking.send())[CARD]
    target = Asking(world, "r1", send(world, "S03"), [CARD])
    header = target.content.verified(target.report)
    slot = envelope.find_slot(target.slots, target.report, world.key("r1").encryption)
    for section in (CARD, STORY, EVIDENCE):
        for share in kept:
            locks = {"gates": [share], "desk": [slot.shares["desk", section]]}
            with pytest.raises(OpenError):
                envelope.open_section(section, header, target.content.sections[section], locks, {"gates": 1, "desk": 1})


def test_collects_a_release_after_she_was_revoked(tmp_path: Path) -> None:
    """A12, P5: decided before, released after: everything is asked again at the release, on what the log says now."""
    wire = Wire()
    told: list[int] = []
    with running(tmp_path, wrap=wire) as world:
        asking = Asking(world, "r1", send(world, "S01"), [CARD])

        def revoke_first(_: str, content: bytes) -> bytes:
            if not told:
                told.append(world.house.publish(world.organisation.revocation("r1", world.clock.day)))
            return content

        wire.bends["/v1/releases"] = revoke_first
        answer = asking.send()
        assert told
        assert asking.permitted(answer) == {CARD: True}
        assert asking.released(answer) == {}
        assert faults(world) == []


def test_passes_her_share_to_a_colleague(world: Running) -> None:
    """P3: r2 has ties and holds r1's share. The gate refuses r2 by her own name; the share alone opens nothing."""
    asking = Asking(world, "r2", send(world, "S01"), [CARD])
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: False}
    slot = envelope.find_slot(asking.slots, asking.report, world.key("r1").encryption)
    asking.shares["desk", CARD] = [slot.shares["desk", CARD]]
    with pytest.raises(OpenError):
        asking.read(answer, CARD)


def test_passes_her_keys_to_a_colleague(world: Running) -> None:
    """Said openly: whoever has her keys is she. The log names her, so she answers for it."""
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])  # r2 at the keyboard
    assert asking.read(asking.send(), CARD)
    assert decided(world)[-1][:3] == ("gate-1", "r1", True)


def test_approval_of_another_ask(world: Running) -> None:
    """A15: what a colleague agreed to once is not attached to the next ask."""
    report = send(world, "S08")
    first = Asking(world, "r1", report, [STORY]).approve("r4", STORY)
    assert first.permitted(first.send()) == {STORY: True}
    second = Asking(world, "r1", report, [STORY])
    second.approvals = first.approvals
    refused_unlogged(world, second)


def test_approval_of_another_report(world: Running) -> None:
    """A15: nor to another report."""
    first = Asking(world, "r1", send(world, "S08"), [STORY]).approve("r4", STORY)
    second = Asking(world, "r1", send(world, "S08"), [STORY])
    second.approvals = first.approvals
    refused_unlogged(world, second)


def test_same_ask_again_is_never_silent(world: Running) -> None:
    """A15: within its day she may repeat an ask with its approval; each time is decided and logged for itself."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY]).approve("r4", STORY)
    before = log_size(world)
    assert [asking.permitted(asking.send())[STORY] for _ in range(2)] == [True, True]
    assert log_size(world) == before + 2


def test_approval_of_another_section(world: Running) -> None:
    """A15: agreed to the story, used for the evidence: no second person for the evidence."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY, EVIDENCE]).approve("r4", STORY)
    assert asking.permitted(asking.send()) == {STORY: True, EVIDENCE: False}


def test_approval_whose_section_she_changed(world: Running) -> None:
    """A15: the section stands under the approver's signature."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY, EVIDENCE]).approve("r4", STORY)
    data, signature = asking.approvals[0]
    changed = structs.replace(Approval.decode(data, limit=limit("opening")), section=EVIDENCE).encode()
    asking.approvals = [(changed, signature)]
    refused_unlogged(world, asking)


def test_expired_approval(world: Running) -> None:
    """A15: an approval of yesterday, or one for next year."""
    for until in (-1, limit("ask_minutes") + 10):
        asking = Asking(world, "r1", send(world, "S08"), [STORY])
        asking.approve("r4", STORY, until=asking.now + until)
        refused_unlogged(world, asking)


def test_approval_by_herself(world: Running) -> None:
    """A15: signed well and refused by rule: one person is one person."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY]).approve("r1", STORY)
    assert asking.permitted(asking.send()) == {STORY: False}


def test_custodian_as_second_reviewer(world: Running) -> None:
    """A15: a custodian's yes is no reviewer's, whatever role she writes into it."""
    asking = Asking(world, "r1", send(world, "S08"), [IDENTITY])
    refused_unlogged(world, asking.approve("c1", IDENTITY, role=DESK))
    honest = Asking(world, "r1", send(world, "S08"), [IDENTITY]).approve("c1", IDENTITY)
    assert honest.permitted(honest.send()) == {IDENTITY: False}  # tier 3: a second reviewer is missing


def test_reviewer_as_custodian(world: Running) -> None:
    """A15, R13: and a reviewer is no custodian."""
    refused_unlogged(world, Asking(world, "r1", send(world, "S03"), [IDENTITY]).approve("r5", IDENTITY, role=CUSTODIAN))


def test_one_colleague_under_two_approvals(world: Running) -> None:
    """A15: the same person twice, with two different seals, counts as an attempt and not as two."""
    refused_unlogged(world, Asking(world, "r1", send(world, "S08"), [STORY]).approve("r4", STORY).approve("r4", STORY))


def test_approval_that_nobody_signed(world: Running) -> None:
    """A15: she signs a colleague's approval herself."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY]).approve("r4", STORY)
    data, _ = asking.approvals[0]
    asking.approvals = [(data, signing.sign(world.key("r1").identity, Label.APPROVAL, data))]
    refused_unlogged(world, asking)


def test_more_approvals_than_are_taken(world: Running) -> None:
    """A bound on what a gate verifies for one request."""
    asking = Asking(world, "r1", send(world, "S08"), [STORY])
    for who in ("r2", "r4", "r5", "r7"):
        asking.approve(who, STORY)
    refused_unlogged(world, asking)


def test_approver_who_is_excluded(world: Running) -> None:
    """P3: somebody with ties may not agree either."""
    report = world.send(craft(world, "S08", slip=lambda one: structs.replace(one, exclude_people=["r4"])))
    asking = Asking(world, "r1", report, [STORY]).approve("r4", STORY)
    assert asking.permitted(asking.send()) == {STORY: False}


def test_asks_as_another(world: Running) -> None:
    """A12: r2 signs a request in the name of r5."""
    refused_unlogged(world, Asking(world, "r5", send(world, "S01"), [CARD]), signer="r2")


def test_key_that_is_in_no_directory(world: Running) -> None:
    """A stranger with good keys of her own, under a new name and under a known one."""
    report = send(world, "S01")
    stranger = KeyRing.new("desk", "r99", os.urandom)
    world.organisation.keys["r99"] = stranger
    try:
        refused_unlogged(world, Asking(world, "r99", report, [CARD]))
        refused_unlogged(world, Asking(world, "r1", report, [CARD]), signer="r99")
    finally:
        del world.organisation.keys["r99"]


def test_revoked_in_flight(fresh: Running) -> None:
    """P5: between decision and release the gate hears that she is revoked."""
    asking = Asking(fresh, "r1", send(fresh, "S01"), [CARD])
    note = fresh.organisation.revocation("r1", fresh.clock.day).encode()
    gate = fresh.gate_clients["gate-1"]
    honest = gate.post

    def post(path: str, *, content: bytes) -> Any:
        if path == "/v1/releases":
            assert honest("/v1/notes", content=note).status_code == 200
        return honest(path, content=content)

    gate.post = post
    try:
        answer = asking.send()
    finally:
        gate.post = honest
    assert asking.permitted(answer) == {CARD: True}
    assert asking.released(answer) == {}


def test_approver_revoked(fresh: Running) -> None:
    """P5: a revoked colleague's approval of an hour ago counts for nothing."""
    asking = Asking(fresh, "r1", send(fresh, "S08"), [STORY]).approve("r4", STORY)
    fresh.house.publish(fresh.organisation.revocation("r4", fresh.clock.day))
    assert asking.permitted(asking.send()) == {STORY: False}
    assert decided(fresh)[-1][3] == ["R9.revoked"]


def test_session_key_used_again(world: Running) -> None:
    """A12: one session key for two asks. Each answer, and each colleague's share, opens for its own ask alone."""
    report, session = send(world, "S08"), os.urandom(32)
    first = Asking(world, "r1", report, [STORY], session=session).approve("r4", STORY)
    second = Asking(world, "r1", report, [STORY], session=session)
    answer = first.send()
    assert first.read(answer, STORY)
    second.blobs()
    sealed, signature = answer.gates[0].release[0]
    public = world.key("gate-1").identity_public
    with pytest.raises(ProofError):
        opening.open_release(
            (sealed, signature), request=second.digest, gate="gate-1", public=public, session_seed=session
        )
    share = opening.seal_share(
        os.urandom(33), ask=first.ask.digest, section=STORY, approver="r4", session=first.session_public
    )
    with pytest.raises(OpenError):
        opening.open_share(share, ask=second.ask.digest, section=STORY, approver="r4", session_seed=session)


def test_session_key_of_another(world: Running) -> None:
    """She puts a colleague's session key into her own ask: the gate answers to it, and she reads nothing."""
    report = send(world, "S01")
    other = Asking(world, "r5", report, [CARD])
    hers = Asking(world, "r1", report, [CARD])
    hers.session_public = other.session_public
    refused_unlogged(world, hers)  # not the key that her ask names
    hers.ask = structs.replace(hers.ask, session=other.ask.session)
    answer = hers.send()
    with pytest.raises(OpenError):
        hers.released(answer)


def test_excluded_reviewer_looks_into_her_slot(world: Running) -> None:
    """A13: her slot opens like any other, with the same thresholds and shares of the same form; only refusal tells."""
    left_out, kept = "r7", "r1"
    sealed = craft(
        world,
        planned=lambda one: structs.replace(one, exclude_people=[left_out]),
        slip=lambda one: structs.replace(one, exclude_people=[left_out]),
    )
    mine, other = (envelope.find_slot(sealed.slots(), sealed.id, world.key(who).encryption) for who in (left_out, kept))
    assert mine.thresholds == other.thresholds
    assert {share[-1] for share in mine.shares.values()} == {share[-1] for share in other.shares.values()} == {0}
    assert len(sealed.people) == len(craft(world).people)


def test_excluded_reviewer_of_a_two_person_report(world: Running) -> None:
    """A13: with two needed as well: no x appears twice, so two people who compare their shares learn nothing."""
    sealed = craft(world, "S08", planned=lambda one: structs.replace(one, exclude_people=["r7"]))
    slots = [envelope.find_slot(sealed.slots(), sealed.id, world.key(f"r{n}").encryption) for n in range(1, 9)]
    xs = [slot.shares["desk", STORY][-1] for slot in slots]
    assert len(set(xs)) == len(xs)
    assert 0 not in xs


def test_reads_the_log_with_what_her_slot_holds(world: Running) -> None:
    """A4: every 32 bytes in a reviewer's slot, tried as the key that finds decisions. None finds any, nor a notice."""
    said = words.new(os.urandom)
    report = send(world, "S01", said)
    Asking(world, "r5", report, [CARD]).send()
    slot = envelope.find_slot(world.house.slots(report), report, world.key("r1").encryption)
    held = b"".join(slot.shares.values())
    whole = world.house.entries(0, log_size(world))

    def found(key: bytes) -> list[bytes]:
        return [leaf for leaf in whole if leaf[:16] == tag(key, leaf[16:])]

    assert len(found(words.keys(said, 0).gate("gate-1").log_key)) == 1  # her words find it
    assert not any(found(held[place : place + 32]) for place in range(len(held) - 31))


def test_a_refusal_tells_nothing(world: Running) -> None:
    """A11: the same sentence for ties, language, duty, sex and exclusion."""
    said = set()
    for who, sample in (("r2", "S01"), ("r8", "S01"), ("r3", "S04"), ("r1", "S13")):
        with pytest.raises(RefusedError) as refused:
            Reviewer(world, who, world.house, os.urandom).open(send(world, sample), CARD)
        said.add(str(refused.value))
    assert len(said) == 1


def test_forges_an_approval_at_her_own_device(world: Running) -> None:
    """A15: the installed client refuses before anything is sent."""
    mine = Reviewer(world, "r1", world.house, os.urandom)
    session = mine.begin(send(world, "S08"), STORY)
    ((one, _, _),) = mine.agree(session, "r4")
    other = mine.begin(session.ask.id, STORY)
    with pytest.raises(UnprovenError):
        approving.check(other, one, world.in_force, int(world.clock() // 60))


def test_everything_she_did_was_logged_and_the_log_is_whole(world: Running) -> None:
    """After all of it: an auditor finds nothing wrong, and who asked for what."""
    assert faults(world) == []
    assert {who for _, who, _, _ in decided(world)} >= {"r1", "r2", "r5"}
