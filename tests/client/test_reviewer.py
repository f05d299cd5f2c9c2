"""The reviewer: what she asks for, whom she waits for, and that she believes nothing unproven (protocol 11 and 13)."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import approving, cli, contents, opened, reading, reporter, reviewer
from client.asking import Desk
from client.errors import AmanaError, ClosedError, RefusedError, UnprovenError, UsageError
from client.opened import LYING, Result
from client.reviewer import DENIED, Needs, Report, Session
from crypto import hybrid, keyfile, notes, words
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import ProofError
from crypto.notes import Kind, Vkey
from crypto.opening import Approval
from crypto.relay import CLOSED, REFUSED, GateAnswer, OpeningAnswer
from crypto.sections import Section
from crypto.slip import Slip
from tests.harness import Running
from tests.samples import samples, send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY
Given = tuple[reviewer.Given, Approval, bytes]


def desk(world: Running, who: str) -> Desk:
    return Desk(world.house, world.organisation.trust, world.in_force, world.key(who), os.urandom)


def minute(world: Running) -> int:
    return int(world.clock() // 60)


def begin(world: Running, who: str, report: bytes, *sections: Section, action: str = "open") -> Session:
    ring, now = world.key(who), minute(world)
    return reviewer.begin(ring, report, sections, action=action, purpose="TRIAGE", minute=now, draw=os.urandom)


def agree(world: Running, session: Session, who: str) -> list[Given]:
    """Let somebody approve an ask by files, as she would."""
    approver = desk(world, who)
    data = approving.ask_file(session).encode()
    wanted = approving.examine(data, approver.ring, approver.in_force, minute(world))
    file = approving.approve(wanted, approver.fetch(wanted.ask.id), approver.ring).encode()
    return [(one, *approving.check(session, one, world.in_force, minute(world))) for one in approving.given([file])]


def open_(world: Running, who: str, report: bytes, *sections: Section, agreed: Sequence[str] = ()) -> Result:
    mine = desk(world, who)
    session = begin(world, who, report, *sections)
    given = [one for other in agreed for one in agree(world, session, other)]
    return mine.ask(session, mine.fetch(report), given, "to see what can be done", minute(world))


# Opening


def test_the_card_opens_and_agrees_with_the_slip(world: Running) -> None:
    report = send(world, "S01")
    result = open_(world, "r1", report, CARD)
    card = contents.read(CARD, result.opened[CARD])
    assert isinstance(card, contents.Card)
    assert (card.urgency, card.tier) == (1, 1)
    assert result.warnings == []
    assert result.rules == opened.Rules(card.tier, card.urgency, card.consent)
    assert len(result.leaves["gate-1"]) == 1


def test_a_refusal_is_one_fixed_sentence(world: Running) -> None:
    report = send(world, "S01")
    with pytest.raises(RefusedError) as refused:
        open_(world, "r2", report, CARD)
    assert refused.value.sentence == DENIED
    assert (refused.value.code, refused.value.next_step) == (1, "")


def test_what_is_refused_does_not_keep_the_rest_closed(world: Running) -> None:
    report = send(world, "S03")
    result = open_(world, "r1", report, CARD, IDENTITY)
    assert set(result.opened) == {CARD}
    assert result.refused == [IDENTITY]


def test_two_of_three_gates(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    assert set(open_(three_gates, "r1", report, CARD, STORY).opened) == {CARD, STORY}


def test_recusing_opens_nothing_and_binds(world: Running) -> None:
    report = send(world, "S01")
    mine = desk(world, "r5")
    session = begin(world, "r5", report, CARD, action="recuse")
    result = mine.ask(session, mine.fetch(report), [], "", minute(world))
    assert (result.opened, result.refused) == ({}, [])
    with pytest.raises(RefusedError):
        open_(world, "r5", report, CARD)


def test_a_report_under_an_older_bundle(fresh: Running) -> None:
    report = send(fresh, "S01")
    fresh.house.publish(fresh.organisation.next_bundle(consent_hours=1))
    assert fresh.in_force.bundle.number == 2
    assert set(open_(fresh, "r1", report, CARD).opened) == {CARD}


def test_somebody_without_a_slot(world: Running) -> None:
    report = send(world, "S01")
    with pytest.raises(RefusedError, match="no slot"):
        desk(world, "a1").fetch(report)


def test_a_key_that_is_not_in_the_directory(world: Running) -> None:
    other = keyfile.KeyRing.new("desk", "r1", os.urandom)
    with pytest.raises(RefusedError, match="not in the directory"):
        reviewer.entry(world.in_force, other)
    with pytest.raises(RefusedError):
        reviewer.entry(world.in_force, renamed(other, "nobody"))


def renamed(ring: keyfile.KeyRing, name: str) -> keyfile.KeyRing:
    return keyfile.KeyRing(
        role=ring.role, name=name, identity=ring.identity, encryption=ring.encryption, extra=ring.extra
    )


def test_slots_of_another_report(world: Running) -> None:
    first, second = send(world, "S01"), send(world, "S02")
    house, ring = world.house, world.key("r1")
    with pytest.raises(ProofError):
        reviewer.take(first, house.content(first), house.slots(second), ring)
    with pytest.raises(ProofError):
        reviewer.take(first, house.content(second), house.slots(first), ring)


def test_a_list_says_where_there_is_a_slot(world: Running) -> None:
    report = send(world, "S04")
    assert report in [one.raw for one, slot in desk(world, "r2").reports() if slot]
    assert not any(slot for _, slot in desk(world, "a1").reports())


# Who must agree


@pytest.mark.parametrize(
    ("sample", "section", "role", "needs"),
    [
        ("S01", STORY, "desk", Needs(0, 0)),
        ("S08", CARD, "desk", Needs(0, 0)),
        ("S08", STORY, "desk", Needs(1, 0)),
        ("S08", IDENTITY, "desk", Needs(1, 1)),
        ("S03", IDENTITY, "desk", Needs(0, 1)),
        ("S03", IDENTITY, "custodian", Needs(1, 0)),
    ],
)
def test_thresholds_tell_who_must_agree(world: Running, sample: str, section: Section, role: str, needs: Needs) -> None:
    found = reviewer.needs(desk(world, "r1").fetch(send(world, sample)).slot, section, role)
    assert found == needs
    assert found.nobody == (needs == Needs(0, 0))


def test_tier_three_needs_a_second_reviewer(world: Running) -> None:
    report = send(world, "S08")
    with pytest.raises(RefusedError):
        open_(world, "r1", report, STORY)
    assert set(open_(world, "r1", report, STORY, agreed=["r4"]).opened) == {STORY}


def test_identity_needs_a_custodian_besides(world: Running) -> None:
    report = send(world, "S08")
    assert set(open_(world, "r1", report, IDENTITY, agreed=["r4", "c1"]).opened) == {IDENTITY}


def test_an_approver_checks_who_asks(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    file = approving.ask_file(session)
    other = desk(world, "r4")

    def examine(changed: approving.AskFile, ring: keyfile.KeyRing = other.ring, later: int = 0) -> None:
        approving.examine(changed.encode(), ring, other.in_force, minute(world) + later)

    examine(file)
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, signature=bytes(64)))
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, session=hybrid.public_key(os.urandom(32))))
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, ask=structs.replace(session.ask, purpose="MEDIA").encode()))
    with pytest.raises(RefusedError):
        examine(file, world.key("r1"))
    with pytest.raises(RefusedError):
        examine(file, world.key("c1"))  # a custodian holds no share of a story
    with pytest.raises(RefusedError):
        examine(file, later=3000)
    with pytest.raises(UsageError):
        approving.examine(b"rubbish", other.ring, other.in_force, minute(world))


def test_an_approval_is_checked_before_it_is_used(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    ((given, _, _),) = agree(world, session, "r4")
    again = begin(world, "r1", report, STORY)

    def check(one: reviewer.Given, of: Session = session, later: int = 0) -> None:
        approving.check(of, one, world.in_force, minute(world) + later)

    check(given)
    with pytest.raises(UnprovenError):
        check(given, again)
    with pytest.raises(UnprovenError):
        check(reviewer.Given(given.approval, bytes(64), given.sealed))
    with pytest.raises(UnprovenError):
        check(reviewer.Given(given.approval, given.signature, bytes(len(given.sealed))))
    with pytest.raises(RefusedError):
        check(given, later=3000)


def test_a_session_is_kept_for_its_asker_alone(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    file, ring = approving.ask_file(session).encode(), world.key("r1")
    kept = approving.keep(session, "a reason", ring)
    assert session.seed not in kept
    assert approving.resume(file, kept, ring) == (session, "a reason")
    with pytest.raises(UsageError):
        approving.resume(file, kept, world.key("r4"))
    with pytest.raises(UsageError):
        approving.resume(approving.ask_file(begin(world, "r1", report, STORY)).encode(), kept, ring)


def test_nothing_secret_is_shown(world: Running) -> None:
    report = send(world, "S01")
    fetched, session = desk(world, "r1").fetch(report), begin(world, "r1", report, CARD)
    shown = repr(session) + repr(fetched) + repr(approving.Kept(seed=session.seed, because="why"))
    assert repr(session.seed) not in shown
    assert repr(fetched.slot.shares["desk", CARD]) not in shown
    assert "why" not in shown


# Answers that do not hold


class Answered:
    """One honest answer, to be bent."""

    def __init__(self, world: Running, report: bytes) -> None:
        self.world, mine = world, desk(world, "r1")
        self.session, self.report = begin(world, "r1", report, CARD), mine.fetch(report)
        self.asked = reviewer.request(
            self.session,
            self.report,
            ring=mine.ring,
            in_force=mine.in_force,
            sealed_under=mine.in_force.bundle,
            given=[],
            because="",
            minute=minute(world),
            draw=os.urandom,
        )
        self.answer = world.house.wait(world.house.open(self.asked.openings))

    def open(self, answer: OpeningAnswer, log: LogPolicy | None = None) -> Result:
        return opened.open_answer(
            answer,
            asked=self.asked,
            session=self.session,
            report=self.report,
            role="desk",
            shares=[],
            bundle=self.world.in_force.bundle,
            log=log or self.world.organisation.trust.log_policy,
        )

    def bend(self, *changed: int, **changes: object) -> OpeningAnswer:
        """Change the answers of these gates, or of all."""
        gates = [
            structs.replace(one, **changes) if not changed or place in changed else one
            for place, one in enumerate(self.answer.gates)
        ]
        return structs.replace(self.answer, gates=gates)


@pytest.fixture
def honest(world: Running) -> Answered:
    return Answered(world, send(world, "S01"))


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def changed_proof(text: str, *, back: int = 0, hashes: bool = True, cut: int = 0) -> str:
    proof = TlogProof.parse(text)
    checkpoint = proof.checkpoint[: len(proof.checkpoint) - cut] + ("\n" if cut else "")
    return TlogProof(proof.index - back, proof.hashes if hashes else (), checkpoint).encode()


BENT: list[Callable[[GateAnswer], dict[str, Any]]] = [
    lambda one: {"verdict": [(one.verdict[0][0], flipped(one.verdict[0][1]))]},
    lambda one: {"verdict": [(flipped(one.verdict[0][0]), one.verdict[0][1])]},
    lambda one: {"verdict": one.release},
    lambda one: {"verdict": one.verdict * 2},
    lambda _: {"verdict": []},
    lambda one: {"release": [(one.release[0][0], flipped(one.release[0][1]))]},
    lambda one: {"release": one.verdict},
    lambda _: {"proofs": []},
    lambda _: {"proofs": ["rubbish"]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], back=1)]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], hashes=False)]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], cut=9)]},
    lambda _: {"gate": "gate-9"},
]


@pytest.mark.parametrize("bend", BENT, ids=range(len(BENT)))
def test_an_answer_that_does_not_hold_opens_nothing(
    honest: Answered, bend: Callable[[GateAnswer], dict[str, Any]]
) -> None:
    assert set(honest.open(honest.answer).opened) == {CARD}
    with pytest.raises(UnprovenError):
        honest.open(honest.bend(**bend(honest.answer.gates[0])))


def test_an_answer_to_somebody_elses_request(honest: Answered, world: Running) -> None:
    other = Answered(world, honest.report.id)
    with pytest.raises(UnprovenError):
        honest.open(other.answer)


def test_no_quorum_opens_nothing(honest: Answered) -> None:
    """The same proof, for somebody who was told of a witness."""
    policy = honest.world.organisation.trust.log_policy
    witness = Vkey("w", Kind.COSIGNATURE, os.urandom(32))
    with pytest.raises(UnprovenError):
        honest.open(honest.answer, LogPolicy(policy.log, (witness,), 1))


def test_another_log_opens_nothing(honest: Answered) -> None:
    other = keyfile.KeyRing.new("log", "log.other.example", os.urandom)
    key = Vkey("log.other.example", notes.Kind.ED25519, other.identity_public)
    with pytest.raises(UnprovenError):
        honest.open(honest.answer, LogPolicy((key,)))


def test_logged_and_not_released(honest: Answered) -> None:
    with pytest.raises(ClosedError, match="did not release"):
        honest.open(honest.bend(release=[]))


@pytest.mark.parametrize(("state", "error"), [(CLOSED, ClosedError), (REFUSED, RefusedError)])
def test_states(honest: Answered, state: str, error: type[AmanaError]) -> None:
    with pytest.raises(error):
        honest.open(OpeningAnswer(state=state, gates=[]))
    with pytest.raises(ClosedError):
        honest.open(structs.replace(honest.answer, gates=[]))


def test_one_lying_gate_of_three_is_named_and_not_used(three_gates: Running) -> None:
    answered = Answered(three_gates, send(three_gates, "S01"))
    result = answered.open(answered.bend(1, proofs=[]))
    assert set(result.opened) == {CARD}
    assert result.warnings == [LYING.format("gate-2")]
    with pytest.raises(UnprovenError):
        answered.open(answered.bend(1, 2, proofs=[]))


def test_a_false_share_opens_nothing(honest: Answered) -> None:
    slot = honest.report.slot
    slot.give(CARD, "desk", os.urandom(32) + b"\0")
    with pytest.raises(UnprovenError, match="do not open it"):
        honest.open(honest.answer)


# Card and slip


def test_card_and_slip_disagree(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile page seals a milder slip than the card that she sees: both are said, the stricter one counts."""
    compose = reporter.compose

    def bend(sample: contents.Report, reply_key: bytes) -> tuple[Slip, dict[Section, bytes]]:
        slip, written = compose(sample, reply_key)
        consent = bytes([3, *slip.consent[1:-1], 3])
        return structs.replace(slip, tier=2, urgency=0, consent=consent), written

    monkeypatch.setattr(reporter, "compose", bend)
    envelope = reporter.seal(samples()["S01"], world.in_force, words.new(os.urandom), draw=os.urandom)
    result = open_(world, "r1", world.send(envelope), CARD)
    card = contents.read(CARD, result.opened[CARD])
    assert isinstance(card, contents.Card)
    assert [word for word in ("tier", "urgency", "consent") if any(word in one for one in result.warnings)]
    assert len(result.warnings) == 3
    assert result.rules == opened.Rules(2, card.urgency, card.consent)


# Reading


def test_nothing_in_a_story_can_turn_or_fake_a_line() -> None:
    text = "ein\u202eSatz\x1b[2J\x00\u2066\nurgency: U0"
    content = contents.Story(text=text, accused=[], recipients=[], voice=[]).encode()
    page = reading.page(STORY, content)
    assert "⟨U+202E⟩" in page
    assert "⟨U+001B⟩" in page
    assert not any(one in page for one in "\u202e\x1b\x00\u2066")
    assert "\nurgency: U0" not in page
    assert reading.as_json(STORY, content).isascii()
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # with the joiner that its spelling needs
    assert reading.visible(persian) == persian


@pytest.mark.parametrize("sample", sorted(samples()))
def test_every_sample_can_be_read(sample: str) -> None:
    report = samples()[sample]
    slip, written = reporter.compose(report, os.urandom(32))
    for section, content in written.items():
        page = reading.page(section, content)
        assert page.startswith(f"== {section.label} ==\n")
        assert reading.fields(section, content)
        if section is STORY:
            for line in (report["narrative"]["text"] or "").splitlines():
                assert reading.visible(line) in page
    assert f"urgency: U{slip.urgency}" in reading.page(CARD, written[CARD])


def test_what_is_not_in_its_form_is_shown_in_hex() -> None:
    assert reading.page(CARD, b"\xc1") == "== card ==\nmalformed: c1\n"


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33])
def test_an_id_that_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        reading.report_id(text)


# The command


class Command:
    """`amana review … --json` as one person."""

    def __init__(self, world: Running, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self._capsys = world, folder, capsys

    def __call__(self, who: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        key = self.folder / f"{who}.key"
        if not key.exists():
            key.write_bytes(keyfile.lock(self.world.key(who), "a long passphrase", os.urandom, keyfile.CHEAPEST))
        trust = str(self.folder / "trust.json")
        code = cli.main(["review", *arguments, "--as", str(key), "--trust", trust, "--json"])
        return code, json.loads(self._capsys.readouterr().out)


@pytest.fixture
def command(
    world: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "trust.json").write_text(world.organisation.trust.to_json())
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(tmp_path / "pass"))
    monkeypatch.setattr("client.commands.review.house_of", lambda *_: world.house)
    monkeypatch.chdir(tmp_path)
    return Command(world, tmp_path, capsys)


def test_the_command_opens_a_card(command: Command) -> None:
    report = send(command.world, "S01").hex()
    code, said = command("r1", "open", report, "card", "--purpose", "TRIAGE")
    assert (code, said["ok"], said["kind"]) == (0, True, "opened")
    assert said["sections"]["card"]["urgency"] == "U1"
    code, said = command("r2", "open", report, "card", "--purpose", "TRIAGE")
    assert (code, said["ok"], said["message"]) == (1, False, DENIED)
    code, said = command("r2", "list")
    assert (code, said["kind"]) == (0, "reports")
    assert {"id": report, "slot": True} in [{key: one[key] for key in ("id", "slot")} for one in said["reports"]]


def test_the_command_waits_for_a_second_reviewer(command: Command) -> None:
    report = send(command.world, "S08").hex()
    asking = ["open", report, "story", "--purpose", "TRIAGE", "--because", "to reach her", "-o", "case"]
    code, said = command("r1", *asking)
    assert (code, said["missing"], said["ask"]) == (5, ["a second reviewer"], f"{report[:16]}.ask")
    assert "amana review approve" in said["next"]
    session = command.folder / f"{said['ask']}.session"
    assert session.stat().st_mode & 0o777 == 0o600
    assert command("r1", *asking, "--ask", said["ask"])[0] == 5
    code, approved = command("r4", "approve", said["ask"], "-o", "hers.approval")
    assert (code, approved["sections"], approved["purpose"]) == (0, ["story"], "TRIAGE")
    code, done = command("r1", *asking, "--ask", said["ask"], "--approval", "hers.approval")
    assert (code, done["files"]) == (0, ["case/story.json"])
    assert json.loads((command.folder / "case/story.json").read_text("utf-8"))["text"]
    code, _ = command("r1", *asking, "--ask", said["ask"], "--approval", "hers.approval")
    assert code == 2  # case holds it already: nothing is asked, nothing overwritten


def test_the_command_steps_aside(command: Command) -> None:
    report = send(command.world, "S01").hex()
    code, said = command("r1", "recuse", report)
    assert (code, said["kind"]) == (0, "recused")
    assert command("r1", "open", report, "card", "--purpose", "TRIAGE")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["open", "00", "card", "--purpose", "TRIAGE"],
        ["open", "00" * 32, "card", "--purpose", "CURIOSITY"],
        ["open", "00" * 32, "card", "--purpose", "TRIAGE", "--approval", "x"],
        ["open", "00" * 32, "card", "--purpose", "TRIAGE", "--because", "x" * 300],
        ["open", "00" * 32, "letter", "--purpose", "TRIAGE"],
        ["approve", "nothing.ask", "-o", "x"],
        ["list", "--since", "yesterday"],
    ],
)
def test_wrong_use(command: Command, arguments: list[str]) -> None:
    code, said = command("r1", *arguments)
    assert (code, said["kind"]) == (2, "usage")


def test_a_report_is_taken_whole(world: Running) -> None:
    report = desk(world, "r1").fetch(send(world, "S01"))
    assert isinstance(report, Report)
    assert report.header.id == report.id
