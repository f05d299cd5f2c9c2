"""One gate of three lies, two are needed: nothing opens or stays closed by its word alone, and the log names it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from client import auditor, decisions, exporting, opened, replaying
from client.errors import RefusedError, UnprovenError
from client.findings import Fault
from client.opened import FALSE_SHARE
from client.replaying import replay
from client.reviewer import Asked, Session
from crypto import hybrid, leaves, opening, signing, words
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import tag
from crypto.labels import Label
from crypto.opening import Release, Verdict, seal_reply
from crypto.relay import REFUSED, DecisionsReply, Openings, SignedEntry
from crypto.sections import Section
from crypto.slots import GateSlot
from gate.examine import Examined
from tests.asking import Asking
from tests.attacks import gates
from tests.attacks.finding import audit, decided, faults, last, log_size
from tests.attacks.lying import Reviewer
from tests.client.bending import Bent
from tests.harness import Organisation, Running, running
from tests.samples import send

CARD, STORY = Section.CARD, Section.STORY


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Running]:
    """Three gates, two needed, one of them about to lie."""
    with running(tmp_path, Organisation(gates=3, threshold=2)) as world:
        yield world


def reviewer(world: Running, who: str = "r1") -> Reviewer:
    return Reviewer(world, who, world.house, os.urandom)


def of_gate(world: Running, name: str, *, back: int = 1) -> int:
    """Where the last (or an earlier) decision of one gate stands."""
    found = audit(world).audit.decisions
    return [one.index for one in found if one.decision.gate == name][-back]


# Shares


def test_releases_a_false_share(three: Running) -> None:
    """A13, P3: the other two open all the same, and the client names the gate whose share fits nothing."""
    gates.FalseShares(three, "gate-2")
    result = reviewer(three).open(send(three, "S01"), CARD, STORY)
    assert set(result.opened) == {CARD, STORY}
    assert result.warnings == [FALSE_SHARE.format("gate-2")] * 2


def test_releases_a_false_share_where_two_answer(three: Running) -> None:
    """A13: with exactly two answers nobody can say whose share is false; it does not open, and she is told."""
    gates.FalseShares(three, "gate-2")
    away = three.gate_clients["gate-3"]
    honest = away.post
    away.post = lambda *_, **__: (_ for _ in ()).throw(OSError)
    try:
        with pytest.raises(UnprovenError, match="false"):
            reviewer(three).open(send(three, "S01"), CARD)
    finally:
        away.post = honest


def test_drowns_the_others_in_shares(three: Running) -> None:
    """A13: a dozen shares for one section, so that no subset is found in time: not in the form of a release."""
    gates.ManyShares(three, "gate-2")
    result = reviewer(three).open(send(three, "S01"), CARD)
    assert set(result.opened) == {CARD}
    assert result.warnings == [opened.LYING.format("gate-2")]
    one = (int(CARD), os.urandom(33))
    with pytest.raises(MalformedError):
        Release(request=bytes(32), shares=[one, one]).check()


# Decisions


def test_denies_everything(three: Running) -> None:
    """P7: its refusals stop nobody, and each is named: the rules do not give it."""
    gates.lie_about_facts(three, "gate-2", gates.revoked)
    assert reviewer(three).open(send(three, "S01"), CARD).opened
    assert faults(three) == [Fault(of_gate(three, "gate-2"), replaying.OUTCOME)]


def test_permits_what_the_rules_forbid_and_logs_the_permit(three: Running) -> None:
    """P7: r2 has ties. One share of two opens nothing; the permit is named, and the reporter reads of it."""
    gates.lie_about_facts(three, "gate-2", gates.clean)
    said = words.new(os.urandom)
    report = send(three, "S01", said)
    with pytest.raises(RefusedError):
        reviewer(three, "r2").open(report, CARD)
    index = of_gate(three, "gate-2")
    assert faults(three) == [Fault(index, replaying.OUTCOME)]
    key = words.keys(said, 0).gate("gate-2").log_key
    assert leaves.open_notice(key, three.house.notices(0)[index]).opened


def test_permits_and_logs_a_refusal(three: Running) -> None:
    """C1: it tells her yes and hands out its share under a refusal in the log. One share of two opens nothing.

    t gates that do so, with her, leave no trace: SECURITY says it. One alone cannot.
    """
    gates.SaysYes(three, "gate-2")
    report = send(three, "S01")
    asking = Asking(three, "r2", report, [CARD])
    answer = asking.send()
    released = asking.released(answer)
    assert len(released[CARD]) == 1
    with pytest.raises(OpenError):
        asking.read(answer, CARD)
    with pytest.raises(RefusedError):
        reviewer(three, "r2").open(report, CARD)
    assert {row[2] for row in decided(three)} == {False}
    assert faults(three) == []


def test_refuses_and_tells_her_yes(three: Running) -> None:
    """P7: for a request that the rules permit, a refusal in the log is a lie, whatever she was told."""
    gates.lie_about_facts(three, "gate-2", gates.revoked)
    gates.SaysYes(three, "gate-2")
    assert reviewer(three).open(send(three, "S01"), CARD).opened
    assert faults(three) == [Fault(of_gate(three, "gate-2"), replaying.OUTCOME)]


def test_invents_a_slip(three: Running) -> None:
    """A3, P7: it decides on a slip without exclusions and records that one. The header commits to another."""
    gates.InventsSlip(three, "gate-2")
    with pytest.raises(RefusedError):
        reviewer(three, "r2").open(send(three, "S01"), CARD)
    index = of_gate(three, "gate-2")
    assert Fault(index, decisions.SLIP) in faults(three)
    assert {one.index for one in faults(three)} == {index}


def test_echoes_a_milder_slip(three: Running) -> None:
    """B9: two gates that say different things about one slip; the stricter one counts, and she is told."""
    liar = gates.SaysYes(three, "gate-2")

    def milder(examined: Examined, reply: DecisionsReply) -> DecisionsReply:
        verdict = Verdict(
            request=examined.digest,
            sections=[(int(CARD), True, reply.entries[0].leaf)],
            echo=[b"\x01", b"\x00", bytes([3] * 15)],
        )
        sealed = seal_reply(verdict, liar.key.name, liar.key.identity, examined.opening.session)
        return structs.replace(reply, verdict=sealed)

    liar.after = milder  # type: ignore[method-assign]
    result = reviewer(three).open(send(three, "S08"), CARD)
    assert result.rules is not None
    assert result.rules.tier == 3
    assert any("two gates say different things" in one for one in result.warnings)


# The journal


def test_leaves_a_place_in_its_journal_free(three: Running) -> None:
    """P7: a decision that it did not log (and released, perhaps) leaves a gap before the next one."""
    report = send(three, "S01")
    assert reviewer(three).open(report, CARD).opened
    gates.SkipsNumber(three, "gate-2")
    assert reviewer(three, "r5").open(report, CARD).opened
    assert faults(three) == [Fault(of_gate(three, "gate-2"), auditor.GAP)]


def test_forks_its_journal(three: Running) -> None:
    """A7, P7: two decisions at one place, as a gate makes that was put back."""
    report = send(three, "S01")
    gates.ForksJournal(three, "gate-2")
    assert reviewer(three).open(report, CARD).opened
    assert reviewer(three, "r5").open(report, CARD).opened
    assert faults(three) == [Fault(of_gate(three, "gate-2"), auditor.SAME_PLACE)]


def test_logs_a_leaf_that_looks_like_a_withdrawal(three: Running) -> None:
    """A6: such a leaf would need no record. The server takes it from no gate, and goes on with the other two."""
    gates.LooksWithdrawn(three, "gate-2")
    before = log_size(three)
    result = reviewer(three).open(send(three, "S01"), CARD)
    assert set(result.opened) == {CARD}
    assert set(result.leaves) == {"gate-1", "gate-3"}
    assert log_size(three) == before + 3  # the report, and two decisions
    assert faults(three) == []


def test_logs_once_and_releases_twice(world: Running) -> None:
    """P2: server and gate together: one leaf for two sections. Her own device refuses such an answer."""
    report = send(world, "S01")
    desk = reviewer(world).desk()
    asked = Asking(world, "r1", report, [CARD, STORY])
    answer = asked.send()
    (gate,) = answer.gates
    leaf, proofs = leaf_of(world, asked, gate.verdict[0]), [gate.proofs[0]] * 2
    verdict = Verdict(request=asked.digest, sections=[(0, True, leaf), (1, True, leaf)], echo=[])
    key = world.key("gate-1")
    bent = structs.replace(
        gate, verdict=[seal_reply(verdict, "gate-1", key.identity, asked.session_public)], proofs=proofs
    )
    mine = Session(ask=asked.ask, signature=b"", seed=asked.session, public=asked.session_public)
    sent = Asked(asked.sent, asked.digest, Openings(blobs=[]), desk.in_force.bundle)
    log = world.organisation.trust.log_policy
    assert opened.prove(gate, sent, mine, desk.in_force.bundle, log).gate == "gate-1"
    with pytest.raises(ProofError, match="one leaf"):
        opened.prove(bent, sent, mine, desk.in_force.bundle, log)


def leaf_of(world: Running, asked: Asking, verdict: opening.Pair) -> bytes:
    found = opening.open_verdict(
        verdict,
        request=asked.digest,
        gate="gate-1",
        public=world.key("gate-1").identity_public,
        session_seed=asked.session,
    )
    return found.sections[0][2]


def test_rewrites_its_last_decision_with_the_servers_help(three: Running) -> None:
    """P7: gate and log together turn a permit into a refusal afterwards, and sign everything anew."""
    assert reviewer(three).open(send(three, "S01"), CARD).opened
    trust, folder = three.organisation.trust, three.folder / "log"
    exporting.export(three.house, trust, folder)
    bent = Bent(folder, three.organisation)
    index = bent.decisions()[-1]
    bent.rewrite(index, {"permitted": False, "rules": ["R9.revoked"]}, gate_signs=True)
    found = replay(folder, trust, bent.auditor)
    assert Fault(index, replaying.OUTCOME) in found.faults
    assert {one.index for one in [*found.audit.faults, *found.faults]} == {index}


# What one gate learns of the others


def test_reads_notices_of_the_other_gates(three: Running) -> None:
    """A4: its own K finds its own leaves alone, and reads no notice of another's; nor can it write one."""
    said = words.new(os.urandom)
    report = send(three, "S01", said)
    assert reviewer(three).open(report, CARD).opened
    keys = {name: words.keys(said, 0).gate(name) for name in three.organisation.gate_names}
    whole = three.house.entries(0, log_size(three))
    mine = {
        name: [index for index, leaf in enumerate(whole) if leaf[:16] == tag(key.log_key, leaf[16:])]
        for name, key in keys.items()
    }
    assert [len(found) for found in mine.values()] == [1, 1, 1]
    assert len({key.link for key in keys.values()}) == 3  # A10: nor does it know under which link the others know her
    (other,) = mine["gate-2"]
    with pytest.raises(OpenError):
        leaves.open_notice(keys["gate-1"].log_key, three.house.notices(0)[other])


def test_opens_another_gates_slot(three: Running) -> None:
    """P3: a gate's slot is for that gate."""
    report = send(three, "S01")
    sealed = three.house.slots(report).gates[1]
    assert len(GateSlot.unseal(three.key("gate-2").encryption, sealed, "gate-2", report).shares) == len(Section)
    for name in ("gate-1", "gate-2"):
        with pytest.raises(OpenError):
            GateSlot.unseal(three.key("gate-1").encryption, sealed, name, report)


def test_signs_in_another_gates_name(three: Running) -> None:
    """P7: gate-2 hands the server a leaf as gate-1's: the server appends nothing that gate-1 did not sign."""
    entry = leaves.pad_entry(three.in_force.directory.auditors, os.urandom)
    message = opening.leaf_message(entry.leaf, entry.record, entry.notice, entry.memo)
    signature = signing.sign(three.key("gate-2").identity, Label.LEAF_SIGNATURE, message)
    offered = SignedEntry(
        leaf=entry.leaf, record=entry.record, notice=entry.notice, memo=entry.memo, signature=signature
    )
    before = last(three)
    keeper = three.server.app.dependencies["gates"].dependency()
    with pytest.raises(ProofError):
        keeper.keep("gate-1", [offered])
    assert last(three) == before


def test_decides_what_was_sealed_to_another(three: Running) -> None:
    """A11: an opening for gate-1 opens at no other gate."""
    asking = Asking(three, "r1", send(three, "S01"), [CARD])
    blobs = asking.blobs().blobs
    moved = structs.replace(asking.blobs(), blobs=[(blobs[0][0], blobs[1][1]), (blobs[1][0], blobs[0][1])])
    assert asking.send(moved).state == REFUSED
    with pytest.raises(OpenError):
        hybrid.unseal(three.key("gate-2").encryption, blobs[0][1], b"")
