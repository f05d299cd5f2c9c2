"""Answers and threads: decided, logged and released as openings are; a part for what was permitted alone (15)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto import answers
from crypto.answers import Answer
from crypto.errors import ProofError
from crypto.hours import ANY
from crypto.limits import LIMITS, limit
from crypto.opening import KIN
from crypto.relay import OpeningAnswer
from crypto.slots import GateSlot
from tests.attacks.finding import decided, log_size
from tests.gate.her import ALL, CARD, DAY, Her, Kept, between, but, faults, grants, later, waiting
from tests.harness import Running, running


def to_write(her: Her, who: str = "r1", **more: str) -> Kept:
    return her.asking(who, **{"action": "answer", "purpose": "REPLY"} | more)


def to_read(her: Her, who: str = "r5", purpose: str = "TRIAGE") -> Kept:
    return her.asking(who, action="thread", purpose=purpose)


def write(her: Her, who: str = "r1") -> bytes:
    """Ask for an answer; return the digest that it is known by."""
    asking = to_write(her, who)
    assert all(one.permission for one in grants(asking, asking.send()).values())
    return asking.digest


def read(her: Her, who: str = "r5") -> list[bytes]:
    """Ask for the thread; return the digests that the first gate gives parts for."""
    asking = to_read(her, who)
    return [digest for digest, _ in grants(asking, asking.send())["gate-1"].parts]


def test_an_answer_from_the_desk_to_her(three_gates: Running) -> None:
    """Both halves of the key: hers from the card, and the parts of t gates for this request."""
    her = Her(three_gates)
    before = log_size(three_gates)
    asking = to_write(her)
    answer = asking.send()
    given = grants(asking, answer)
    assert log_size(three_gates) == before + 3
    for name, one in given.items():
        assert one.until == asking.now + 5 + limit("answer_minutes")  # of the request, the same at every gate
        public = three_gates.key(name).identity_public
        answers.check_permission(public, asking.digest, one.until, one.permission)
        assert one.parts == [(asking.digest, answers.part(her.keys.gate(name).answer_key, asking.digest))]
    parts = {name: one.parts[0][1] for name, one in sorted(given.items())[:2]}
    said = "We have read it."
    text = Answer(id=her.report, request=asking.digest, author="r1", day=her.today, text=said, hours=ANY)
    signature = text.sign(three_gates.key("r1").identity)
    slots = answers.seal_answer(text, signature, reply=her.keys.reply, parts=parts)
    hers = {name: answers.part(her.keys.gate(name).answer_key, slots[0][:32]) for name in parts}
    key = answers.answer_key(her.keys.reply, slots[0][:32], hers)
    assert answers.open_answer(key, slots[0][:32], {slot[:32]: slot for slot in slots}) == (text, signature)


def test_the_server_cannot_tell_what_was_asked(fresh: Running) -> None:
    her = Her(fresh)
    sizes = set()
    for asking in (her.asking("r1"), to_write(her), to_read(her), to_write(her, "r2"), her.asking("r2")):
        gate = asking.send().gates[0]
        sizes.add((len(gate.verdict[0][0]), len(gate.release[0][0]), len(gate.proofs)))
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("who", "more"),
    [("r1", {"purpose": "OVERSIGHT"}), ("r1", {"purpose": "TRIAGE"}), ("r2", {}), ("r8", {}), ("o1", {})],
)
def test_who_may_not_write(fresh: Running, who: str, more: dict[str, str]) -> None:
    """Another purpose; ties; an old declaration; another pool. It is logged, and no part leaves the gate."""
    her = Her(fresh)
    asking = to_write(her, who, **more)
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: False}
    (given,) = grants(asking, answer).values()
    assert (given.until, given.permission, given.parts) == (0, b"", [])
    assert faults(fresh) == []


def test_permitted_to_write_is_not_permitted_to_read(fresh: Running) -> None:
    """A grant holds no share of any section."""
    her = Her(fresh)
    asking = to_write(her)
    plain = next(iter(grants(asking, asking.send()).values())).encode()
    slot = GateSlot.unseal(fresh.key("gate-1").encryption, her.kept[1].gates[0], "gate-1", her.report)
    for secret in (*slot.shares, slot.gate_key, slot.link):
        assert secret[:32] not in plain


def test_consent_to_answers_taken_back(tmp_path: Path) -> None:
    """No answers any more: from the next decision on, and for what was decided and not yet released."""
    with waiting(tmp_path) as world:
        her = Her(world)
        asking = to_write(her)
        answer = between(world, asking, lambda: her.wish(1, but(ALL, REPLY=0)))
        assert asking.permitted(answer) == {CARD: True}
        assert not grants(asking, answer)["gate-1"].permission
        after = to_write(her)
        assert after.permitted(after.send()) == {CARD: False}
        assert read(her)  # what was permitted is read again by the desk, for triage
        assert faults(world) == []


def test_colleagues_read_what_was_written(fresh: Running) -> None:
    """Newest last; only of this report; the same to every reader."""
    her, other = Her(fresh), Her(fresh)
    assert read(her) == []
    mine = [write(her), write(her, "r5"), write(her)]
    theirs = write(other)
    assert read(her) == mine
    assert read(her, "r1") == mine
    assert read(other) == [theirs]
    assert faults(fresh) == []


def test_a_reader_gets_parts_and_no_permission(fresh: Running) -> None:
    her = Her(fresh)
    digest = write(her)
    asking = to_read(her)
    given = grants(asking, asking.send())["gate-1"]
    assert (given.until, given.permission) == (0, b"")
    assert given.parts == [(digest, answers.part(her.keys.gate("gate-1").answer_key, digest))]
    assert asking.digest != digest


def test_as_many_as_a_grant_holds(fresh: Running) -> None:
    her = Her(fresh)
    mine = [write(her, who) for _ in range(4) for who in ("r1", "r5")]
    assert read(her) == mine[-limit("thread") :]


@pytest.fixture
def two_answers_a_day() -> Iterator[None]:
    before = LIMITS["answers_day"]
    LIMITS["answers_day"] = before._replace(value=2)
    yield
    LIMITS["answers_day"] = before


@pytest.mark.usefixtures("two_answers_a_day")
def test_so_many_answers_a_day(fresh: Running) -> None:
    """The next is refused and logged with its reason; refusals do not count, nor does what colleagues write."""
    her = Her(fresh)
    assert not her.opens("r1", action="answer", purpose="OVERSIGHT")
    answered = [her.opens("r1", action="answer", purpose="REPLY") for _ in range(4)]
    assert answered == [True, True, False, False]
    assert her.opens("r5", action="answer", purpose="REPLY")
    assert her.opens("r1")
    later(fresh, DAY)
    assert her.opens("r1", action="answer", purpose="REPLY")
    reasons = [rules for _, who, permitted, rules in decided(fresh) if who == "r1" and not permitted]
    assert reasons[1:] == [["quota"], ["quota"]]
    assert faults(fresh) == []


def test_two_answer_at_once(fresh: Running) -> None:
    """Each has a digest, parts and a permission of her own; the thread has both, in the order of the log."""
    her = Her(fresh)
    first, second = to_write(her, "r1"), to_write(her, "r5")
    blobs = second.blobs()
    others: list[OpeningAnswer] = []
    one = between(fresh, first, lambda: others.append(second.send(blobs)))
    mine, hers = grants(first, one)["gate-1"], grants(second, others[0])["gate-1"]
    assert {mine.parts[0][0], hers.parts[0][0]} == {first.digest, second.digest}
    assert mine.parts[0][1] != hers.parts[0][1]
    public = fresh.key("gate-1").identity_public
    answers.check_permission(public, first.digest, mine.until, mine.permission)
    answers.check_permission(public, second.digest, hers.until, hers.permission)
    with pytest.raises(ProofError):
        answers.check_permission(public, second.digest, mine.until, mine.permission)
    assert read(her) == [first.digest, second.digest]
    assert [who for _, who, _, _ in decided(fresh)][:2] == ["r1", "r5"]


def test_the_echo_says_what_she_wants_now_and_which_reports_are_kin(tmp_path: Path) -> None:
    with waiting(tmp_path, gates=2, threshold=2) as world:
        her = Her(world)
        sister, stranger = Her(world, said=her.said, number=1), Her(world)
        her.wish(1, but(ALL, OVERSIGHT=0))
        said: dict[bytes, dict[str, list[bytes]]] = {}
        for one in (her, sister, stranger):
            asking = one.asking("r1")
            said[one.report] = {gate.gate: asking.echo_of(gate) for gate in asking.send().gates}
    kins = {report: {name: echo[4] for name, echo in gates.items()} for report, gates in said.items()}
    assert kins[her.report] == kins[sister.report]
    assert not set(kins[her.report].values()) & set(kins[stranger.report].values())
    assert len(set(kins[her.report].values())) == 2  # two gates cannot compare what they say
    assert {len(kin) for kin in kins[her.report].values()} == {KIN}
    consents = said[her.report]["gate-1"]
    assert consents[2] == said[stranger.report]["gate-1"][2] == said[stranger.report]["gate-1"][3]
    assert consents[3] == but(consents[2], OVERSIGHT=0) != consents[2]


def test_a_gate_made_anew_learns_its_answers_from_the_log(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        her = Her(world)
        mine = [write(her), write(her, "r5")]
        organisation = world.organisation
    for file in (tmp_path / "gate" / "gate-1").glob("gate.db*"):
        file.unlink()
    with running(tmp_path, organisation, publish=False) as world:
        her.world = world
        later(world, 1)
        later(world, 11 * 60)
        assert read(her) == mine
        mine.append(write(her))
        assert read(her) == mine
        assert faults(world) == []
