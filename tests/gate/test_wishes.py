"""What she wants now binds at the next decision, and at the release of what was decided before (protocol 16.5)."""

import os
from pathlib import Path

import pytest
from msgspec import structs

from crypto import wishes
from crypto.checkpoints import TlogProof
from crypto.leaves import DECISION, MEMO, Entry, Record, record_size, seal_record
from crypto.limits import LIMITS, limit
from crypto.opening import Approval
from crypto.wished import WishedRecord
from crypto.wishes import FINAL, OPEN
from tests.attacks.finding import audit
from tests.gate.her import (
    ALL,
    CARD,
    DAY,
    HOUR,
    NONE,
    Her,
    append,
    between,
    but,
    entry_of,
    feed,
    follow,
    later,
    released_by,
    tell_gate,
    waiting,
)
from tests.harness import Running

NO_OVERSIGHT = but(ALL, OVERSIGHT=0)


def oversight(her: Her, who: str = "r1") -> bool:
    return her.opens(who, purpose="OVERSIGHT")


# -- consent ---------------------------------------------------------------------------------------------------------


def test_narrowing_binds_at_the_next_decision(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        assert oversight(her)
        her.wish(1, NO_OVERSIGHT)
        assert not oversight(her)
        assert her.opens()  # triage is why she sent it


def test_widening_waits_a_day_and_counts_then(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        assert not her.opens(purpose="MEDIA")
        her.wish(1, ALL)
        assert not her.opens(purpose="MEDIA")
        later(world, 24 * HOUR - 60)
        assert not her.opens(purpose="MEDIA")
        later(world, HOUR + 120)  # a gate counts in whole hours, rounded up
        assert her.opens(purpose="MEDIA")


def test_widening_is_taken_back_before_it_counts(tmp_path: Path) -> None:
    """Somebody forces her to allow more; she takes it back when she is alone, and it never counted."""
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, ALL)
        follow(world)
        later(world, 20 * HOUR)
        her.wish(2, NONE)
        follow(world)
        for _ in range(3):
            later(world, 15 * HOUR)
            assert not her.opens(purpose="MEDIA")
            assert not oversight(her)


def test_each_purpose_waits_for_itself(tmp_path: Path) -> None:
    """One purpose is narrowed while another one waits; neither disturbs the other."""
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, ALL)
        follow(world)
        later(world, 12 * HOUR)
        her.wish(2, NO_OVERSIGHT)
        assert not oversight(her)
        later(world, 14 * HOUR)
        assert her.opens(purpose="MEDIA")
        assert not oversight(her)


def test_a_narrowing_between_decision_and_release(tmp_path: Path) -> None:
    """It was permitted and logged when her wish came; nothing comes out."""
    with waiting(tmp_path) as world:
        her = Her(world)
        asking = her.asking("r1", purpose="OVERSIGHT")
        answer = between(world, asking, lambda: her.wish(1, NO_OVERSIGHT))
        assert asking.permitted(answer) == {CARD: True}
        assert asking.released(answer) == {}


@pytest.mark.parametrize("now", [False, True])
def test_a_withdrawal_between_decision_and_release(fresh: Running, *, now: bool) -> None:
    """In flight: decided and logged before she withdrew, asked for after. The log's order is the judge."""
    her = Her(fresh)
    asking = her.asking("r1")
    places: list[int] = []
    answer = between(fresh, asking, lambda: places.append(her.withdraw(now=now)))
    assert asking.permitted(answer) == {CARD: True}
    assert asking.released(answer) == {}
    assert [TlogProof.parse(one).index for gate in answer.gates for one in gate.proofs] == [places[0] - 1]
    assert not her.opens("r5")


def test_a_withdrawal_at_the_gates_own_address_between_decision_and_release(fresh: Running) -> None:
    """A server that keeps her withdrawal out of the log cannot keep it from the gate."""
    her = Her(fresh)
    asking = her.asking("r1")
    answer = between(fresh, asking, lambda: tell_gate(her))
    assert asking.permitted(answer) == {CARD: True}
    assert asking.released(answer) == {}


# -- withdrawal ------------------------------------------------------------------------------------------------------


def test_withdrawn_is_closed_to_everybody_and_everything(fresh: Running) -> None:
    her = Her(fresh)
    her.withdraw()
    assert not her.opens()
    for action, purpose in (("answer", "REPLY"), ("thread", "TRIAGE"), ("thread", "REPLY")):
        assert not her.opens(action=action, purpose=purpose)
    assert her.opens(action="recuse")


def test_she_changes_her_mind(fresh: Running) -> None:
    her = Her(fresh)
    her.withdraw()
    assert not her.opens()
    later(fresh, 6 * DAY)
    her.wish(2, ALL, closed=OPEN)
    assert her.opens()
    her.wish(3, ALL, closed=FINAL)
    assert not her.opens()
    her.wish(4, ALL, closed=OPEN)
    assert not her.opens()


def test_what_was_closed_for_a_week_stays_closed(fresh: Running) -> None:
    her = Her(fresh)
    her.withdraw()
    follow(fresh)
    later(fresh, 7 * DAY + HOUR)
    her.wish(2, ALL, closed=OPEN)
    assert not her.opens()


def test_withdrawn_without_having_looked_first(fresh: Running) -> None:
    """She did not come back before: nothing but what she shows counts, and that is enough."""
    her = Her(fresh)
    none = wishes.no_wish(os.urandom)
    append(fresh, [her.withdrawal(), entry_of(fresh, none)])
    assert not her.opens()


def test_at_the_gates_own_address(fresh: Running) -> None:
    her, other = Her(fresh), Her(fresh)
    assert tell_gate(her) == 202
    assert tell_gate(her) == 202
    assert not her.opens()
    assert other.opens()


def test_other_bodies_at_the_gates_own_address(fresh: Running) -> None:
    """A change of consent and somebody else's words are taken with the same answer, and close nothing."""
    her = Her(fresh)
    change = her.body(wishes.change(OPEN, os.urandom), 1).to_body()
    answers_ = [
        fresh.gate_clients["gate-1"].post("/v1/withdrawals", content=one)
        for one in (change, her.body(wishes.open_again(her.keys), 1).to_body(), her.body().to_body())
    ]
    assert {(one.status_code, one.text) for one in answers_} == {(202, '{"status":"taken"}')}
    her = Her(fresh)
    tell_gate(her, her.body(wishes.change(OPEN, os.urandom), 1).to_body())
    assert her.opens()


def test_bad_bodies_at_the_gates_own_address(fresh: Running) -> None:
    her = Her(fresh)
    whole = her.body().to_body()
    assert [tell_gate(her, one) for one in (b"", whole[:-1], bytes(4096), whole + b"x")] == [400, 400, 400, 413]
    assert her.opens()


def test_a_gate_holds_so_many_withdrawals_and_forgets_none(fresh: Running) -> None:
    first, second = Her(fresh), Her(fresh)
    before = LIMITS["withdrawn_held"]
    LIMITS["withdrawn_held"] = before._replace(value=1)
    try:
        assert tell_gate(first) == 202
        assert tell_gate(second) == 503
        assert tell_gate(first) == 202
    finally:
        LIMITS["withdrawn_held"] = before
    assert not first.opens()
    assert second.opens()


def test_the_leaf_and_the_own_address_are_one_withdrawal(fresh: Running) -> None:
    """A week counts from the earlier of the two, so a server that is late with the leaf gains nothing."""
    her = Her(fresh)
    assert tell_gate(her) == 202
    later(fresh, 4 * DAY)
    her.withdraw()
    follow(fresh)
    later(fresh, 4 * DAY)
    her.wish(2, ALL, closed=OPEN)
    assert not her.opens()


# -- what counts -----------------------------------------------------------------------------------------------------


def test_the_first_leaf_of_a_place_counts(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, NO_OVERSIGHT)
        her.wish(1, ALL)
        later(world, 26 * HOUR)
        assert not oversight(her)


def test_a_lower_place_after_a_higher_one_is_passed_over(tmp_path: Path) -> None:
    """Whoever kept her wish of last month back cannot play it after a newer one."""
    with waiting(tmp_path) as world:
        her = Her(world)
        old = her.made(1, ALL)
        her.wish(2, NO_OVERSIGHT)
        append(world, [entry_of(world, old)])
        follow(world)
        later(world, 26 * HOUR)
        assert not oversight(her)


@pytest.mark.parametrize(("late", "counts"), [(2, True), (3, False)])
def test_a_wish_that_was_held_back_is_void(tmp_path: Path, late: int, *, counts: bool) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        held = her.made(1, NO_OVERSIGHT)
        later(world, late * DAY)
        feed(world, her.today)  # of the day itself: a rehearsal may make it at any tick
        append(world, [entry_of(world, held)])
        assert oversight(her) is not counts


def test_a_feed_note_of_a_day_to_come_makes_no_wish_void(tmp_path: Path) -> None:
    """The log's own lie about the day: else one note of 2099 would silence every reporter."""
    with waiting(tmp_path) as world:
        her = Her(world)
        feed(world, her.today + 1000)
        her.wish(1, NO_OVERSIGHT)
        assert not oversight(her)


@pytest.mark.parametrize("what", ["memo", "leaf"])
def test_a_wish_that_cannot_be_read_closes_until_a_later_one(tmp_path: Path, what: str) -> None:
    """The server puts another memo beside her leaf, or a leaf of her tag that is none of her wishes."""
    with waiting(tmp_path) as world:
        her = Her(world)
        entry = entry_of(world, her.made(1, ALL))
        if what == "memo":
            bent = Entry(leaf=entry.leaf, record=entry.record, notice=entry.notice, memo=os.urandom(MEMO))
        else:
            bent = Entry(
                leaf=entry.leaf[:16] + os.urandom(32), record=entry.record, notice=entry.notice, memo=entry.memo
            )
        append(world, [bent])
        assert not her.opens()
        assert not oversight(her)
        her.wish(2, ALL)
        assert her.opens()
        assert not oversight(her)  # it was no to everything less than a day ago
        later(world, 26 * HOUR)
        assert oversight(her)


def test_wishes_of_others_change_nothing(tmp_path: Path) -> None:
    """Another report of the same words, another gate's place, a pad with a wish's looks."""
    with waiting(tmp_path, gates=2) as world:
        her, other = Her(world), Her(world)
        sister = Her(world, said=her.said, number=1)
        other.wish(1, NO_OVERSIGHT)
        sister.wish(1, NO_OVERSIGHT)
        append(world, [entry_of(world, wishes.no_wish(os.urandom))])
        assert oversight(her)
        assert not oversight(sister)


def test_each_gate_has_wishes_of_its_own(tmp_path: Path) -> None:
    """A gate's keys make no wish for another gate: one dishonest gate widens nothing elsewhere."""
    with waiting(tmp_path, gates=3, threshold=2) as world:
        her = Her(world)
        append(world, [entry_of(world, her.made(1, NO_OVERSIGHT, gate=gate)) for gate in ("gate-1", "gate-3")])
        asking = her.asking("r1", purpose="OVERSIGHT")
        answer = asking.send()
        assert released_by(asking, answer) == {"gate-1": False, "gate-2": True, "gate-3": False}


def test_as_many_wishes_as_there_are_places(tmp_path: Path) -> None:
    """The newest counts, and a record with all of their keys still has room for the longest of everything else."""
    with waiting(tmp_path) as world:
        her = Her(world)
        made = [her.made(place, ALL if place % 2 else NO_OVERSIGHT) for place in range(1, limit("wishes") + 1)]
        append(world, [entry_of(world, one) for one in made])
        assert not oversight(her)
        (found,) = audit(world).audit.decisions
        assert isinstance(found.record, WishedRecord)
        assert [place for place, _ in found.record.wishes] == list(range(1, limit("wishes") + 1))
        name, decision, request = "n" * limit("name"), found.decision, found.request
        rules = sorted(world.in_force.bundle.rules.names)
        gates = [f"{number}{name[1:]}" for number in range(limit("gates"))]
        ask = structs.replace(found.ask, sections=[0, 1, 2, 3, 4], action="recuse", purpose="P" * 24, asker=name)
        most = structs.replace(
            request, ask=ask.encode(), gates=gates, origin="o" * 64, bundle=1 << 40, directory=1 << 40
        )
        approval = Approval(ask=bytes(32), section=4, approver=name, role=1, share=bytes(32), until=1 << 31)
        body = structs.replace(
            found.record,
            decision=structs.replace(decision, gate=name, rules=rules, size=1 << 40, sequence=1 << 40).encode(),
            request=most.encode(),
            approvals=[(approval.encode(), bytes(64))] * limit("approvals"),
        )
        record = Record(kind=DECISION, salt=bytes(32), body=body.encode())
        auditors = world.in_force.directory.auditors
        sealed = seal_record(record, auditors, os.urandom)
        assert len(sealed) == record_size(len(auditors))
