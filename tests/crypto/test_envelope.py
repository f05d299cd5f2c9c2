"""A report: sealed on her device, opened a section at a time, never moved or mixed (protocol 3, 4)."""

from dataclasses import replace
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import envelope, hybrid, slip, words
from crypto.envelope import Content, Envelope, Header, Slots
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.limits import limit
from crypto.locks import Plan
from crypto.sections import CUSTODIAL, Section
from crypto.slip import Slip
from crypto.slots import PLACES, GateSlot, PersonSlot
from tests.crypto import sample
from tests.crypto.sample import CUSTODIANS, DESK, GATES, NAMES, OUTSIDE
from tests.vectors.stream import Stream

LIMIT = limit("envelope")


@pytest.mark.parametrize("section", Section)
@pytest.mark.parametrize(("gates", "desk"), [(1, 1), (2, 1), (2, 2), (3, 2)])
def test_round_trip(section: Section, gates: int, desk: int) -> None:
    report = sample.report("one", gates, desk)
    read = Envelope.decode(report.envelope.encode(), limit=LIMIT)
    assert read == report.envelope
    assert read.opened_header() == report.header
    assert report.open(section) == sample.text(section)


@pytest.mark.parametrize("section", Section)
def test_each_lock_is_needed_and_enough_of_each(section: Section) -> None:
    report = sample.report()
    desk = 1 if section is Section.CARD else 2
    for gates in combinations(GATES, 2):
        for people in combinations(DESK, desk):
            assert report.open(section, gates=gates, desk=people, custodians=CUSTODIANS[:1]) == sample.text(section)
    missing: list[dict[str, tuple[str, ...]]] = [{"gates": GATES[:1]}, {"gates": ()}, {"desk": DESK[: desk - 1]}]
    if section in CUSTODIAL:
        missing.append({"custodians": ()})
    for who in missing:
        with pytest.raises(OpenError):
            report.open(section, **who)


def test_identity_needs_three_locks() -> None:
    report = sample.report()
    shares = report.shares(Section.IDENTITY)
    sealed, thresholds = report.envelope.sections[Section.IDENTITY], report.thresholds(Section.IDENTITY)
    for lock in ("gates", "desk", "custodians"):
        without = {name: found for name, found in shares.items() if name != lock}
        with pytest.raises(OpenError):
            envelope.open_section(Section.IDENTITY, report.header, sealed, without, thresholds)


@pytest.mark.parametrize("name", OUTSIDE)
def test_somebody_outside_the_plan_finds_a_slot_and_it_does_not_open(name: str) -> None:
    """She cannot even tell: the same size, thresholds and form."""
    report = sample.report()
    mine, hers = report.people[name], report.people[DESK[0]]
    assert mine.thresholds == hers.thresholds
    for place in PLACES:
        assert len(mine.shares[place]) == len(hers.shares[place]) == 33
        assert (mine.shares[place][-1] == 0) == (hers.shares[place][-1] == 0)
        assert (mine.shares[place][-1] == 0) == (mine.thresholds[place] == 1)
    for section in Section:
        with pytest.raises(OpenError):
            report.open(section, desk=(name, DESK[0]) if section is not Section.CARD else (name,))
        if section in CUSTODIAL:
            with pytest.raises(OpenError):
                report.open(section, custodians=(name,))


def test_nobody_has_an_x_of_somebody_else() -> None:
    report = sample.report()
    for lock, section in PLACES:
        if report.people[DESK[0]].thresholds[lock, section] > 1:
            xs = [slot.shares[lock, section][-1] for slot in report.people.values()]
            assert len(set(xs)) == len(NAMES)


def test_a_wrong_share_beside_enough_is_passed_over() -> None:
    report = sample.report()
    assert report.open(Section.STORY, desk=(OUTSIDE[0], *DESK)) == sample.text(Section.STORY)
    assert report.open(Section.CARD, desk=(OUTSIDE[0], DESK[2])) == sample.text(Section.CARD)


def test_secrets_of_one_section_open_no_other() -> None:
    report = sample.report()
    for section in Section:
        for other in Section:
            if other is section:
                continue
            shares = {**report.shares(section), "custodians": report.shares(Section.IDENTITY)["custodians"]}
            with pytest.raises(OpenError):
                envelope.open_section(
                    other, report.header, report.envelope.sections[other], shares, report.thresholds(section)
                )
            with pytest.raises(ProofError):
                envelope.open_section(
                    other, report.header, report.envelope.sections[section], shares, report.thresholds(section)
                )
    every = [share for name in NAMES for share in sample.report().people[name].shares.values()]
    true = [share for share in every if every.count(share) > 1]
    assert len({share[:32] for share in true}) == 3  # t = 1: the card's desk secret, and two of custodians


@pytest.mark.parametrize("people", [2, 7, 8, 9, 16, 17])
def test_slots_have_one_size_and_come_in_eights(people: int) -> None:
    names = tuple(f"p{i}" for i in range(people))
    plan = sample.plan()
    few = Plan(
        gates=GATES, gates_threshold=2, desk=frozenset(names[:1]), custodians=frozenset(names[1:2]),
        desk_thresholds=dict.fromkeys(Section, 1), custodians_threshold=1,
    )  # fmt: skip
    made = seal(few, names)
    assert plan.gates == few.gates
    assert len(made.people) == -(-people // 8) * 8
    assert {len(one) for one in made.people} == {limit("person_slot")}
    assert {len(one) for one in made.gates} == {limit("gate_slot")}
    for name in names:
        envelope.find_slot(made.slots(), made.id, sample.seed(name))
    with pytest.raises(OpenError):
        envelope.find_slot(made.slots(), made.id, sample.seed("a stranger"))


def seal(plan: Plan, names: tuple[str, ...], facts: Slip | None = None, retention: int = 12, size: int = 9) -> Envelope:
    draw = Stream(b"seal %d" % len(names))
    return envelope.seal(
        contents=dict.fromkeys(Section, b"x" * size),
        slip_facts=facts or sample.slip(),
        plan=plan,
        to=sample.recipients(names),
        keys=words.keys(words.new(draw)),
        retention=retention,
        draw=draw,
    )


def test_slots_are_shuffled() -> None:
    orders = set()
    for i in range(4):
        report = sample.report(f"shuffle {i}")
        places = []
        for name in NAMES:
            found = [k for k, one in enumerate(report.envelope.people) if opens(one, name, report.header.id)]
            places += found
        assert len(places) == len(NAMES)
        orders.add(tuple(places))
    assert len(orders) == 4


def opens(slot: bytes, name: str, envelope_id: bytes) -> bool:
    try:
        PersonSlot.unseal(sample.seed(name), slot, envelope_id)
    except OpenError:
        return False
    return True


@pytest.mark.parametrize("retention", envelope.RETENTION)
@pytest.mark.parametrize("size", [0, 1, 900])
def test_the_header_says_nothing_by_its_size(retention: int, size: int) -> None:
    slips = [
        sample.slip(),
        sample.slip(tier=1, two_person=False, exclude_people=["anan"] * 8, exclude_links=["AREA:XS"] * 8, urgency=3),
    ]
    for facts in slips:
        made = seal(sample.plan(), NAMES, facts, retention, size)
        assert len(made.header) == limit("header") == 347
        assert len(made.encode()) == len(sample.report().envelope.encode())


def test_long_stories_fit() -> None:
    for size, sealed in ((8189, 32872), (32765, 131272)):
        draw = Stream(b"long")
        made = envelope.seal(
            contents={**dict.fromkeys(Section, b""), Section.STORY: bytes(size)},
            slip_facts=sample.slip(), plan=sample.plan(), to=sample.recipients(),
            keys=words.keys(words.new(draw)), draw=draw,
        )  # fmt: skip
        assert len(made.sections[Section.STORY]) == sealed
        assert Envelope.decode(made.encode(), limit=LIMIT).opened_header().id == made.id


def test_the_largest_envelope_is_within_its_limit() -> None:
    names = tuple(f"p{i}" for i in range(120))
    draw = Stream(b"largest")
    gates = tuple(f"gate-{i}" for i in range(8))
    people = dict.fromkeys(names, sample.public("p0"))
    plan = Plan(
        gates=gates, gates_threshold=5, desk=frozenset(names[:60]), desk_thresholds=dict.fromkeys(Section, 2),
        custodians=frozenset(names[60:]), custodians_threshold=1,
    )  # fmt: skip
    made = envelope.seal(
        contents={**dict.fromkeys(Section, b""), Section.STORY: bytes(limit("story_bucket_large") - 4)},
        slip_facts=sample.slip(), plan=plan, draw=draw, keys=words.keys(words.new(draw)),
        to=envelope.Recipients(
            gates=dict.fromkeys(gates, sample.public("gate-1")), people=people, bundle=bytes(32), directory=bytes(32)
        ),
    )  # fmt: skip
    assert len(made.encode()) <= LIMIT
    assert Envelope.decode(made.encode(), limit=LIMIT) == made


def test_what_cannot_be_sealed() -> None:
    plan, names = sample.plan(), NAMES
    for bad_plan, bad_names in (
        (plan, NAMES[1:]),  # somebody of the plan has no key
        (plan, tuple(f"p{i}" for i in range(121)) + NAMES),
        (sample.plan(gates=4), names),
        (sample.plan(desk=4), names),
    ):
        with pytest.raises(MalformedError):
            seal(bad_plan, bad_names)
    for facts in (
        sample.slip(tier=4),
        sample.slip(exclude_links=["ACT:ABCD@XS-ABCD-ABCD"] * 8, exclude_people=["x" * 24] * 8),
    ):
        with pytest.raises(MalformedError):
            seal(plan, names, facts)
    for contents, gates in ((dict.fromkeys(list(Section)[1:], b""), GATES), (dict.fromkeys(Section, b""), GATES[::-1])):
        to = replace(sample.recipients(), gates={name: sample.public(name) for name in gates})
        draw = Stream(b"bad")
        with pytest.raises(MalformedError):
            envelope.seal(
                contents=contents,
                slip_facts=sample.slip(),
                plan=plan,
                to=to,
                keys=words.keys(words.new(draw)),
                draw=draw,
            )
    with pytest.raises(MalformedError):
        seal(plan, names, retention=13)
    with pytest.raises(MalformedError):
        seal(plan, names, size=1021)


def test_every_gate_gets_the_committed_slip_and_its_own_keys() -> None:
    report = sample.report()
    assert {slip.commitment(slot.slip) for slot in report.gates.values()} == {report.header.slip}
    assert len({slot.gate_key for slot in report.gates.values()}) == len(GATES)
    assert len(Slip.from_bytes(report.gates[GATES[0]].slip).log_keys) == len(GATES)


# Nothing moves from one report to another (protocol 4.6).


def test_a_slot_of_another_report_does_not_open() -> None:
    one, two = sample.report("one"), sample.report("two")
    for number, gate in enumerate(GATES):
        with pytest.raises(OpenError):
            GateSlot.unseal(sample.seed(gate), two.envelope.gates[number], gate, one.header.id)
        for other in GATES:
            if other != gate:
                with pytest.raises(OpenError):
                    GateSlot.unseal(sample.seed(gate), one.envelope.gates[number], other, one.header.id)
    mixed = Slots(header=one.envelope.header, gates=one.envelope.gates, people=two.envelope.people)
    mixed.verified(one.header.id)
    for name in NAMES:
        with pytest.raises(OpenError):
            envelope.find_slot(mixed, one.header.id, sample.seed(name))


def test_a_slip_of_another_report_is_refused() -> None:
    one, two = sample.report("one"), sample.report("two")
    moved = two.gates[GATES[0]]
    sealed = GateSlot(
        thresholds=moved.thresholds, slip=moved.slip, shares=moved.shares, gate_key=moved.gate_key, link=moved.link
    ).seal(GATES[0], sample.public(GATES[0]), one.header.id)
    opened = GateSlot.unseal(sample.seed(GATES[0]), sealed, GATES[0], one.header.id)
    assert slip.commitment(opened.slip) != one.header.slip  # what a gate compares (protocol 11.5)


@pytest.mark.parametrize("section", Section)
def test_a_section_of_another_report_is_refused(section: Section) -> None:
    one, two = sample.report("one"), sample.report("two")
    sections = list(one.envelope.sections)
    sections[section] = two.envelope.sections[section]
    moved = Content(header=one.envelope.header, sections=sections)
    with pytest.raises(ProofError):
        moved.verified(one.header.id)
    with pytest.raises(MalformedError):
        msgspec.structs.replace(one.envelope, sections=sections).opened_header()
    with pytest.raises(ProofError):
        envelope.open_section(section, one.header, sections[section], two.shares(section), two.thresholds(section))
    forged = msgspec.structs.replace(one.header, sections=two.header.sections)
    assert forged.id != one.header.id
    with pytest.raises(OpenError):  # even under a header that names it: the nonce is another
        envelope.open_section(section, forged, sections[section], two.shares(section), two.thresholds(section))


def test_content_and_slots_of_another_id_are_refused() -> None:
    one, two = sample.report("one"), sample.report("two")
    for part in (one.envelope.content(), one.envelope.slots()):
        assert part.verified(one.header.id) == one.header
        with pytest.raises(ProofError):
            part.verified(two.header.id)
    fewer = Slots(header=one.envelope.header, gates=one.envelope.gates, people=one.envelope.people[:8])
    with pytest.raises(ProofError):
        fewer.verified(one.header.id)
    with pytest.raises(MalformedError):
        msgspec.structs.replace(one.envelope, people=one.envelope.people[:8]).opened_header()


ENCODED = sample.report().envelope.encode()
HEADER = sample.report().envelope.header


def look(data: bytes) -> None:
    """Do all that a server, a gate and a reviewer do with an envelope; they were told the true id."""
    report = sample.report()
    whole = Envelope.decode(data, limit=LIMIT)
    whole.opened_header()
    whole.content().verified(report.header.id)
    whole.slots().verified(report.header.id)
    for number, gate in enumerate(GATES):
        GateSlot.unseal(sample.seed(gate), whole.gates[number], gate, report.header.id)
    for name in NAMES:
        envelope.find_slot(whole.slots(), report.header.id, sample.seed(name))


def test_unchanged_it_is_taken() -> None:
    look(ENCODED)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(ENCODED) - 1) | st.integers(0, 500), change=st.integers(1, 255))
def test_a_changed_byte_gives_a_crypto_error_or_touches_nobody(place: int, change: int) -> None:
    bad = bytearray(ENCODED)
    bad[place] ^= change
    try:
        look(bytes(bad))
    except (MalformedError, OpenError, ProofError):
        return
    whole = Envelope.decode(bytes(bad), limit=LIMIT)
    own = sample.report().envelope
    fillers = [one for one in own.people if not any(opens(one, name, own.id) for name in NAMES)]
    changed = [one for one in own.people if one not in whole.people]
    assert set(changed) <= set(fillers)  # a slot to a throw-away key, or R_n, which the server alone uses
    assert changed or whole.received != own.received


@settings(max_examples=100, deadline=None)
@given(
    start=st.integers(0, len(ENCODED)), cut=st.integers(0, 2000), new=st.binary(max_size=40), data=st.data()
)  # fmt: skip
def test_cut_and_spliced_it_gives_a_crypto_error(start: int, cut: int, new: bytes, data: st.DataObject) -> None:
    bad = ENCODED[:start] + new + ENCODED[start + cut :]
    if data.draw(st.booleans()):
        bad = bad[: data.draw(st.integers(0, len(bad)))]
    try:
        look(bad)
    except (MalformedError, OpenError, ProofError):
        return
    assert len(bad) == len(ENCODED)


@settings(max_examples=200)
@given(place=st.integers(0, len(HEADER) - 1), change=st.integers(1, 255))
def test_a_changed_header_is_malformed_or_another_report(place: int, change: int) -> None:
    bad = bytearray(HEADER)
    bad[place] ^= change
    try:
        assert Header.decode(bytes(bad), limit=limit("header")).id != sample.report().header.id
    except MalformedError:
        return


def test_slots_that_opened_are_checked_within() -> None:
    one = sample.report()
    info = b"amana/1 person slot" + one.header.id
    for payload in (bytes(256), b"\1" * 7 + bytes(231) + b"\1" * 18, b"\1" * 255, b"", b"\1" * 300):
        sealed = hybrid.seal(sample.public("anan"), payload, info)
        with pytest.raises(MalformedError):
            PersonSlot.unseal(sample.seed("anan"), sealed, one.header.id)
    info = b"amana/1 gate slot\0\6gate-1" + one.header.id
    good = b"\1" * 5 + bytes(741)
    for payload in (b"\0" + b"\1" * 4 + bytes(763), good + b"\1" * 22, good + bytes(21) + b"\1", good + bytes(23)):
        sealed = hybrid.seal(sample.public("gate-1"), payload, info)
        with pytest.raises((MalformedError, OpenError)):
            GateSlot.unseal(sample.seed("gate-1"), sealed, "gate-1", one.header.id)
    sealed = hybrid.seal(sample.public("gate-1"), good + bytes(22), info)
    assert GateSlot.unseal(sample.seed("gate-1"), sealed, "gate-1", one.header.id).thresholds == b"\1" * 5
