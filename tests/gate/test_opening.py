"""The gate: one road in, and everything beside it refused (protocol 11, DESIGN 5)."""

import pytest
from msgspec import structs

from crypto import envelope, leaves
from crypto.errors import OpenError
from crypto.relay import CLOSED, REFUSED
from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Running
from tests.samples import send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY


def log_size(world: Running) -> int:
    return int(world.house.checkpoint().split("\n")[1])


def test_an_eligible_reviewer_opens_the_card_and_no_more(world: Running) -> None:
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: True}
    assert asking.read(answer, CARD)
    for section in Section:
        if section is not CARD:
            with pytest.raises(OpenError):
                asking.read(answer, section)


def test_a_card_share_opens_no_other_section(world: Running) -> None:
    """P2: one logged opening of a card never helps to open another section."""
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])
    share = asking.released(asking.send())[CARD]
    header = asking.content.verified(report)
    slot = envelope.find_slot(asking.slots, report, world.key("r1").encryption)
    for section in (STORY, Section.EVIDENCE):
        shares = {"gates": share, "desk": [slot.shares["desk", section]]}
        with pytest.raises(OpenError):
            envelope.open_section(section, header, asking.content.sections[section], shares, {"gates": 1, "desk": 1})


@pytest.mark.parametrize(("sample", "who"), [("S01", "r2"), ("S04", "r3"), ("S01", "r8"), ("S13", "r1")])
def test_refused_and_logged(world: Running, sample: str, who: str) -> None:
    """Conflicted, a man where a woman is required, no current declaration, not the ombudsperson."""
    report = send(world, sample)
    before = log_size(world)
    asking = Asking(world, who, report, [CARD])
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: False}
    assert asking.released(answer) == {}
    assert log_size(world) == before + 1


def test_refusal_and_permit_look_alike_to_the_server(world: Running) -> None:
    report = send(world, "S01")
    sizes = set()
    for who in ("r1", "r2"):
        answer = Asking(world, who, report, [CARD])
        gate = answer.send().gates[0]
        sizes.add((len(gate.verdict[0][0]), len(gate.release[0][0])))
    assert len(sizes) == 1


def test_the_ombudsperson_alone_opens_what_is_about_the_service(world: Running) -> None:
    report = send(world, "S13")
    asking = Asking(world, "o1", report, [CARD])
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: True}
    assert asking.read(answer, CARD)


def test_tier_three_needs_two(world: Running) -> None:
    report = send(world, "S08")
    alone = Asking(world, "r1", report, [STORY])
    assert alone.permitted(alone.send()) == {STORY: False}
    together = Asking(world, "r1", report, [STORY]).approve("r4", STORY)
    answer = together.send()
    assert together.permitted(answer) == {STORY: True}
    assert together.read(answer, STORY)


def test_identity_needs_a_custodian_besides(world: Running) -> None:
    report = send(world, "S03")
    without = Asking(world, "r1", report, [IDENTITY])
    assert without.permitted(without.send()) == {IDENTITY: False}
    together = Asking(world, "r1", report, [IDENTITY]).approve("c1", IDENTITY)
    answer = together.send()
    assert together.permitted(answer) == {IDENTITY: True}
    assert b"Nombre Ficticio" in together.read(answer, IDENTITY)


def test_files_are_taken_along_as_they_are_opened(world: Running) -> None:
    """Protocol 19.10: by the same rules and with the same shares; the log says which of both it was."""
    report = send(world, "S03")
    copying = Asking(world, "r1", report, [Section.EVIDENCE], action="copy")
    answer = copying.send()
    assert copying.permitted(answer) == {Section.EVIDENCE: True}
    assert copying.read(answer, Section.EVIDENCE)
    alone = Asking(world, "r1", report, [Section.ORIGINALS], action="copy")
    answer = alone.send()
    assert alone.permitted(answer) == {Section.ORIGINALS: False}
    assert alone.released(answer) == {}


def test_who_recused_herself_stays_out(world: Running) -> None:
    report = send(world, "S01")
    aside = Asking(world, "r1", report, [CARD], action="recuse")
    assert aside.permitted(aside.send()) == {CARD: True}
    later = Asking(world, "r1", report, [CARD])
    assert later.permitted(later.send()) == {CARD: False}
    other = Asking(world, "r5", report, [CARD])
    assert other.permitted(other.send()) == {CARD: True}


def test_revoked_opens_nothing_new(fresh: Running) -> None:
    """P5: from the moment that the gate has the revocation."""
    report = send(fresh, "S01")
    before = Asking(fresh, "r1", report, [CARD])
    assert before.permitted(before.send()) == {CARD: True}
    fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))
    after = Asking(fresh, "r1", report, [CARD])
    answer = after.send()
    assert after.permitted(answer) == {CARD: False}
    assert after.released(answer) == {}


def test_revoked_at_the_gates_own_address(fresh: Running) -> None:
    """A server that withholds a revocation cannot keep it from the gate."""
    report = send(fresh, "S01")
    note = fresh.organisation.revocation("r1", fresh.clock.day)
    assert fresh.gate_clients["gate-1"].post("/v1/notes", content=note.encode()).status_code == 200
    asking = Asking(fresh, "r1", report, [CARD])
    assert asking.permitted(asking.send()) == {CARD: False}


def test_revoked_between_decision_and_release(fresh: Running) -> None:
    """The rules are asked again on fresh state before anything is released."""
    report = send(fresh, "S01")
    asking = Asking(fresh, "r1", report, [CARD])
    gate = fresh.gate_clients["gate-1"]
    honest = gate.post
    revocation = fresh.organisation.revocation("r1", fresh.clock.day)

    def post(path: str, *, content: bytes) -> object:
        if path == "/v1/releases":
            honest("/v1/notes", content=revocation.encode())
        return honest(path, content=content)

    gate.post = post
    answer = asking.send()
    gate.post = honest
    assert asking.permitted(answer) == {CARD: True}
    assert asking.released(answer) == {}


def test_a_request_is_taken_once(world: Running) -> None:
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])
    openings = asking.blobs()
    assert asking.send(openings).state == "done"
    assert asking.send(openings).state == REFUSED


def test_somebody_elses_signature(world: Running) -> None:
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])
    assert asking.send(asking.blobs(signer="r5")).state == REFUSED


def test_an_expired_request(world: Running) -> None:
    report = send(world, "S01")
    now = int(world.clock() // 60)
    asking = Asking(world, "r1", report, [CARD])
    assert asking.send(asking.blobs(expires=now - 1)).state == REFUSED
    assert asking.send(asking.blobs(expires=now + 60)).state == REFUSED


def test_a_slot_moved_from_another_report(world: Running) -> None:
    first, second = send(world, "S01"), send(world, "S02")
    before = log_size(world)
    asking = Asking(world, "r1", first, [CARD])
    slots = asking.slots
    other = world.house.slots(second)
    moved = structs.replace(slots, gates=other.gates)
    assert asking.send(asking.blobs(slots=moved)).state == REFUSED
    assert asking.send(asking.blobs(header=other.header)).state == REFUSED
    whole = Asking(world, "r1", first, [CARD])
    assert whole.send(whole.blobs(slots=other)).state == REFUSED
    assert log_size(world) == before


def test_an_approval_of_another_ask(world: Running) -> None:
    report = send(world, "S08")
    first = Asking(world, "r1", report, [STORY]).approve("r4", STORY)
    second = Asking(world, "r1", report, [STORY])
    second.approvals = first.approvals
    assert second.send().state == REFUSED


def test_an_approval_by_herself(world: Running) -> None:
    report = send(world, "S08")
    asking = Asking(world, "r1", report, [STORY]).approve("r1", STORY)
    assert asking.permitted(asking.send()) == {STORY: False}


def test_two_of_three_gates(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    asking = Asking(three_gates, "r1", report, [CARD])
    answer = asking.send()
    assert len(answer.gates) == 3
    assert asking.permitted(answer) == {CARD: True}
    assert asking.read(answer, CARD)


def test_one_gate_may_be_away(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    away = three_gates.gate_clients["gate-2"]
    honest = away.post
    away.post = lambda *_, **__: (_ for _ in ()).throw(OSError)
    try:
        asking = Asking(three_gates, "r1", report, [CARD])
        answer = asking.send()
        assert [one.gate for one in answer.gates] == ["gate-1", "gate-3"]
        assert asking.read(answer, CARD)
        other = three_gates.gate_clients["gate-3"]
        honest_other = other.post
        other.post = away.post
        try:
            assert Asking(three_gates, "r1", report, [CARD]).send().state == CLOSED
        finally:
            other.post = honest_other
    finally:
        away.post = honest


def test_every_gate_writes_its_own_leaf(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    before = log_size(three_gates)
    Asking(three_gates, "r1", report, [CARD]).send()
    assert log_size(three_gates) == before + 3


def test_leaves_of_openings_look_like_noise(world: Running) -> None:
    report = send(world, "S01")
    before = log_size(world)
    Asking(world, "r1", report, [CARD]).send()
    leaf = world.house.entries(before, before + 1)[0]
    assert not leaves.is_public(leaf)
    assert not leaves.is_withdrawal(leaf)
    sealed = [world.house.record(index) for index in range(2, before + 1)]
    assert len({len(one) for one in sealed if one is not None}) == 1
