"""Lists say what an opening would be told, to whom it would be told, and nothing to anybody else (protocol 20)."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select

from client.triage import Queue, Standing
from crypto.hybrid import PrivateKey
from crypto.limits import LIMITS, limit
from crypto.relay import Sync
from crypto.sections import Section
from crypto.sheets import CALL_LIMIT, LIST, PAGE_LIMIT, Marked, QueueCall, QueuePage, QueueReply, Sheet
from crypto.slip import Slip
from crypto.slots import GateSlot
from gate import listing as listing_room
from gate import store
from policies.decide import decide
from policies.queues import QueueNote
from tests.asking import Asking
from tests.attacks.crafting import craft, with_gate_slot
from tests.attacks.gates import gate
from tests.harness import Organisation, Post, Running, running
from tests.samples import samples, send
from tests.server.coming_back import Her
from tests.waiting import DAY, desk, listing, made, make, read

CARD = Section.CARD


def permitted(world: Running, who: str, report: bytes) -> bool:
    """Whether the rules let her open a card, asked in earnest."""
    asking = Asking(world, who, report, [CARD])
    return asking.permitted(asking.send())[CARD]


def test_a_list_says_what_an_opening_would_be_told(world: Running) -> None:
    """For everybody of the desk, and reports that differ in links, exclusions, rings, pools and preferences."""
    reports = {name: send(world, name) for name in ("S01", "S02", "S03", "S07", "S08", "S11")}
    make(world)
    for who in desk(world):
        queue = read(world, who)
        for name, report in reports.items():
            slip = samples()[name]["slip"]
            standing = Standing.HERS if permitted(world, who, report) else Standing.NOT_HERS
            assert queue.standing(report) is standing, (who, name)
            if standing is Standing.HERS:
                assert queue.hers[report] == Marked(int(slip["urgency"][1]), slip["tier"])
    assert {read(world, who).standing(one) for who in desk(world) for one in reports.values()} == {0, 2}


def test_lists_are_of_one_size_and_one_for_each_of_the_desk(world: Running) -> None:
    """Also for whoever may ask for nothing."""
    send(world, "S01")
    make(world)
    (pair,) = world.house.queue(0).sheets
    sheet = Sheet.verify(pair, world.key("gate-1").identity_public, "gate-1")
    assert len(sheet.lists) == len(desk(world)) == 9
    assert {len(one) for one in sheet.lists} == {LIST} == {1392}
    for place, who in enumerate(desk(world)):
        assert sheet.read(PrivateKey(world.key(who).encryption))[0] == place


@pytest.mark.parametrize("kind", ["recused", "revoked", "removed"])
def test_who_may_not_ask_is_told_of_nothing(fresh: Running, kind: str) -> None:
    world, report = fresh, send(fresh, "S01")
    assert made(world, "r1").standing(report) is Standing.HERS
    match kind:
        case "recused":
            Asking(world, "r1", report, [CARD], action="recuse").send()
        case "revoked":
            world.house.publish(world.organisation.revocation("r1", world.clock.day))
        case "removed":
            world.house.publish(world.organisation.next_directory(without=("r1",)))
    queue = made(world, "r1")
    assert queue.standing(report) is not Standing.HERS
    assert queue.hers == {}


def test_recused_from_one_report_only(fresh: Running) -> None:
    first, second = send(fresh, "S01"), send(fresh, "S01")
    Asking(fresh, "r1", first, [CARD], action="recuse").send()
    queue = made(fresh, "r1")
    assert (queue.standing(first), queue.standing(second)) == (Standing.NOT_HERS, Standing.HERS)
    assert made(fresh, "r3").standing(first) is Standing.HERS


def test_excluded_by_name_and_by_ties(fresh: Running) -> None:
    slip = {**samples()["S01"]["slip"], "exclude_people": ["r1"]}
    report = send(fresh, "S01", slip=slip)
    make(fresh)
    assert read(fresh, "r1").standing(report) is Standing.NOT_HERS
    assert read(fresh, "r3").standing(report) is Standing.HERS


def test_withdrawn_is_for_nobody_whoever_hands_it_over(fresh: Running) -> None:
    """A house that hands over what was withdrawn is told nothing by it; an honest one hands it over no more."""
    her = Her(fresh)
    slots = fresh.house.slots(her.report)
    assert made(fresh, "r1").standing(her.report) is Standing.HERS
    her.withdraws()
    assert made(fresh, "r1").standing(her.report) is Standing.UNLISTED
    sheet = asked(fresh, [(slots.header, slots.gates[0])])
    assert [marks_of(fresh, sheet, who) for who in desk(fresh)] == [[None]] * 9


def sync(world: Running) -> Sync:
    """Nothing new: the gate has read the log to its head."""
    position = gate(world, "gate-1").position()
    return Sync(checkpoint=position.checkpoint, start=position.size, leaves=b"", memos=b"", statements=[])


def called(world: Running, reports: list[tuple[bytes, bytes]], **changes: Any) -> Any:
    """Ask the gate itself, over HTTP, as a server may."""
    call = QueueCall(**{"sync": sync(world), "number": 0, "count": 1, "reports": reports, **changes})
    return world.gate_clients["gate-1"].post("/v1/queue", content=call.encode())


def asked(world: Running, reports: list[tuple[bytes, bytes]]) -> Sheet:
    answer = called(world, reports)
    assert answer.status_code == 200
    (pair,) = QueueReply.decode(answer.content, limit=PAGE_LIMIT).sheet
    return Sheet.verify(pair, world.key("gate-1").identity_public, "gate-1")


def marks_of(world: Running, sheet: Sheet, who: str) -> list[Marked | None]:
    return list(sheet.read(PrivateKey(world.key(who).encryption))[1].values())


def test_rubbish_is_for_nobody_and_stops_nothing(world: Running) -> None:
    """Another gate's slot, another report's slot, a header that is none: each is 0 for everybody; the others stand."""
    good, other = world.house.slots(send(world, "S01")), world.house.slots(send(world, "S01"))
    make(world)
    parts = [
        (good.header, good.gates[0]),
        (other.header, good.gates[0]),
        (bytes(limit("header")), other.gates[0]),
    ]
    sheet = asked(world, parts)
    assert marks_of(world, sheet, "r1") == [Marked(1, 1), None, None]


@pytest.mark.parametrize("kind", ["slip", "junk", "log key"])
def test_a_slip_or_log_key_that_is_not_the_committed_one_is_for_nobody(world: Running, kind: str) -> None:
    """Facts that the header does not commit to move no report up, and show it to nobody whom it excludes."""
    good, bent = craft(world), craft(world)
    make(world)
    key = world.key("gate-1").encryption
    slip = Slip.from_bytes(GateSlot.unseal(key, bent.gates[0], "gate-1", bent.id).slip)
    worse = structs.replace(slip, urgency=3, exclude_links=[]).to_bytes(os.urandom)
    lies = {"slip": {"slip": worse}, "junk": {"slip": os.urandom(512)}, "log key": {"gate_key": os.urandom(32)}}
    bent = with_gate_slot(world, bent, "gate-1", **lies[kind])
    sheet = asked(world, [(bent.header, bent.gates[0]), (good.header, good.gates[0])])
    assert [marks_of(world, sheet, who)[0] for who in desk(world)] == [None] * 9
    assert marks_of(world, sheet, "r1")[1] == Marked(1, 1), "what stands beside it is not harmed"


def test_the_same_twice_is_refused(world: Running) -> None:
    slots = world.house.slots(send(world, "S01"))
    call = QueueCall(sync=sync(world), number=0, count=1, reports=[(slots.header, slots.gates[0])])
    data = call.encode()
    twice = data[:-2259] + b"\x92" + 2 * data[-2258:]
    with pytest.raises(Exception, match="one report twice"):
        QueueCall.decode(twice, limit=CALL_LIMIT)
    answer = world.gate_clients["gate-1"].post("/v1/queue", content=twice)
    assert (answer.status_code, answer.json()["type"]) == (400, "tag:amana,2026:malformed")


def public(world: Running) -> list[str]:
    """The notes about lists that are in the log."""
    size = gate(world, "gate-1").position().size
    found = [world.server.get(f"/trust/leaf-{index}") for index in range(size)]
    return [one.text for one in found if one.status_code == 200 and one.text.startswith("amana/1 note queue\n")]


def test_the_log_says_so_before_and_once_a_day(fresh: Running) -> None:
    report = send(fresh, "S01")
    assert public(fresh) == []
    made(fresh, "r1")
    made(fresh, "r1")
    (note,) = public(fresh)
    vkey = fresh.in_force.bundle.gate_vkeys[0]
    assert QueueNote.verify(note, [vkey]) == QueueNote(day=fresh.clock.day, gate="gate-1")
    fresh.clock.offset += DAY
    assert made(fresh, "r1").standing(report) is Standing.HERS
    assert [QueueNote.verify(one, [vkey]).day for one in public(fresh)] == [fresh.clock.day - 1, fresh.clock.day]


def test_a_gate_lists_nothing_while_the_log_is_silent(fresh: Running) -> None:
    """Whoever runs the house gets the note as often as they ask, and no list before the log has it."""
    slots = fresh.house.slots(send(fresh, "S01"))
    gates(fresh)
    for _ in range(2):
        reply = QueueReply.decode(called(fresh, [(slots.header, slots.gates[0])]).content, limit=PAGE_LIMIT)
        assert (reply.sheet, reply.note.splitlines()[0]) == ([], "amana/1 note queue")
    assert public(fresh) == []
    make(fresh)
    fresh.clock.offset += DAY  # yesterday's note is none for today
    gates(fresh)
    assert QueueReply.decode(called(fresh, []).content, limit=PAGE_LIMIT).sheet == []


def gates(world: Running) -> None:
    """Bring the gates to the head."""
    world.server.app.dependencies["gates"].dependency().tell()


def test_another_gates_note_is_not_its_own(tmp_path: Path) -> None:
    """Three gates, two of which say nothing: the third is asked, and no list of theirs follows from its note."""

    def wrap(name: str, honest: Post) -> Post:
        def call(path: str, content: bytes) -> Any:
            if path == "/v1/queue" and name != "gate-2":
                raise OSError
            return honest(path, content)

        return call

    with running(tmp_path, Organisation(gates=3, threshold=2), wrap=wrap) as world:
        report = send(world, "S01")
        assert listing(world).look()
        gates(world)
        assert [note.splitlines()[2] for note in public(world)] == ["gate gate-2"]
        assert read(world, "r1").hour is None
        assert read(world, "r1").standing(report) is Standing.UNLISTED
        assert QueueReply.decode(called(world, []).content, limit=PAGE_LIMIT).note.splitlines()[2] == "gate gate-1"


def slowly(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    """Let something happen once between a list's first question to the rules and its answer."""
    once = [True]

    def asking(rules: Any, question: Any) -> Any:
        if once.pop() if once else False:
            meanwhile()
        return decide(rules, question)

    monkeypatch.setattr(listing_room, "decide", asking)


def test_openings_go_on_while_lists_are_made(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    report = send(fresh, "S01")
    opened: list[bool] = []
    slowly(monkeypatch, lambda: opened.append(permitted(fresh, "r3", report)))
    assert made(fresh, "r1").standing(report) is Standing.HERS
    assert opened == [True]


def test_revoked_meanwhile_gets_zeros(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    report = send(fresh, "S01")
    make(fresh)
    slowly(monkeypatch, lambda: void(fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))))
    assert made(fresh, "r1").hers == {}
    assert read(fresh, "r3").standing(report) is Standing.HERS


def test_other_people_meanwhile_and_it_is_begun_anew(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    report = send(fresh, "S01")
    make(fresh)
    slowly(monkeypatch, lambda: void(fresh.house.publish(fresh.organisation.next_directory(without=("r8",)))))
    listing(fresh)._due.clear()  # noqa: SLF001
    assert listing(fresh).look()
    assert made(fresh, "r1").standing(report) is Standing.HERS
    (pair,) = fresh.house.queue(0).sheets
    assert len(Sheet.verify(pair, fresh.key("gate-1").identity_public, "gate-1").lists) == 8


def void(_: object) -> None:
    """Nothing is returned."""


def test_one_at_a_time(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    send(fresh, "S01")
    make(fresh)
    busy: list[Any] = []
    slowly(monkeypatch, lambda: busy.append(called(fresh, []).json()["type"]))
    make(fresh)
    assert busy == ["tag:amana,2026:busy"]
    assert called(fresh, []).status_code == 200


def test_a_bounded_number_a_day(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fresh)
    monkeypatch.setitem(LIMITS, "queue_day", LIMITS["queue_day"]._replace(value=3))
    answers = [called(fresh, []).status_code for _ in range(4)]
    assert answers == [200, 200, 503, 503]
    fresh.clock.offset += DAY
    make(fresh)
    assert called(fresh, []).status_code == 200


def test_a_gate_that_was_put_back_lists_nothing(fresh: Running) -> None:
    """It may have forgotten who stepped aside (protocol 11.10)."""
    make(fresh)
    with gate(fresh, "gate-1")._database.writer.begin() as connection:  # noqa: SLF001
        connection.exec_driver_sql("INSERT INTO rollback VALUES (0, ?)", (int(fresh.clock() // 60),))
    answer = called(fresh, [])
    assert (answer.status_code, answer.json()["type"]) == (503, "tag:amana,2026:closed")


def test_nothing_of_a_list_is_kept(fresh: Running) -> None:
    """After sheets as before, in every table of the gate but what it read of the log."""
    report = send(fresh, "S01")
    make(fresh)

    def tables() -> dict[str, int]:
        with gate(fresh, "gate-1")._database.writer.begin() as connection:  # noqa: SLF001
            tables = store.metadata.tables
            return {name: len(connection.execute(select(table)).all()) for name, table in tables.items()}

    before = tables()
    assert made(fresh, "r1").standing(report) is Standing.HERS
    assert tables() == before


def test_many_reports_newest_first_in_several_sheets(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.listing.limit", lambda name: {"queue_reports": 2}.get(name) or limit(name))
    reports = [send(fresh, "S01") for _ in range(5)]
    make(fresh)
    pages = [fresh.house.queue(number) for number in range(3)]
    public = fresh.key("gate-1").identity_public
    sheets = [Sheet.verify(page.sheets[0], public, "gate-1") for page in pages]
    assert [one for sheet in sheets for one in sheet.ids] == reports[::-1]
    assert [(one.number, one.count) for one in sheets] == [(0, 3), (1, 3), (2, 3)]
    assert set(read(fresh, "r1").hers) == set(reports)
    answer = fresh.server.get("/v1/queue?sheet=3")
    assert (answer.status_code, answer.json()["type"]) == (404, "tag:amana,2026:not-found")


def test_everybody_gets_the_same_bytes_and_nothing_keeps_them(fresh: Running) -> None:
    answer = fresh.server.get("/v1/queue")
    assert QueuePage.decode(answer.content, limit=PAGE_LIMIT).sheets == []
    send(fresh, "S01")
    make(fresh)
    answers = [fresh.server.get("/v1/queue", headers={"if-none-match": "x"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    assert not {"etag", "last-modified"} & set(answers[0].headers)
    for wrong in ("-1", "x", "41"):
        assert fresh.server.get(f"/v1/queue?sheet={wrong}").status_code == 400


def test_by_the_clock_and_only_then(tmp_path: Path) -> None:
    """Once an hour where it is no rehearsal, whatever comes; in a rehearsal also when the log has grown."""
    with running(tmp_path, Organisation(), publish=False) as world:
        world.house.publish(world.organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=1))
        world.house.publish(world.organisation.next_directory())
        gates(world)
        world.clock.offset += 3600 - world.clock() % 3600 + 600
        assert not listing(world).look()
        report = send(world, "S01")
        assert not listing(world).look()
        assert read(world, "r1").standing(report) is Standing.UNLISTED
        world.clock.offset += 3600
        assert not listing(world).look()
        assert read(world, "r1").standing(report) is Standing.HERS


def test_a_rehearsal_lists_what_came(fresh: Running) -> None:
    assert not listing(fresh).look()
    report = send(fresh, "S01")
    assert not listing(fresh).look()
    queue: Queue = read(fresh, "r1")
    assert queue.standing(report) is Standing.HERS


def test_the_thread_does_it_by_itself_and_ends(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.listing._PAUSE", 0.01)
    report = send(fresh, "S01")
    looked = threading.Event()
    true = listing(fresh).look

    def look() -> bool:
        lacking = true()
        looked.set()
        return lacking

    monkeypatch.setattr(listing(fresh), "look", look)
    listing(fresh).start()
    assert looked.wait(60)
    listing(fresh).stop()
    assert read(fresh, "r1").standing(report) is Standing.HERS
