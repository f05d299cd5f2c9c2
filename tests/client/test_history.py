"""Which versions were in force, as an auditor sees it from the log alone (protocol 8.7 and 13)."""

from pathlib import Path

import pytest

from client import exporting, history, records
from client.auditor import verify
from client.findings import Fault
from client.history import Naming, Sightings
from crypto.relay import Publication
from crypto.sections import Section
from policies import cast
from policies import directory as directories
from policies.directory import Directory, DirectoryBody
from tests.asking import Asking
from tests.client.aging import audited, hold, signer
from tests.client.bending import Bent
from tests.harness import OFFICERS, ORIGIN, Organisation, Running, running
from tests.samples import send

CARD = Section.CARD


def without(world: Running, name: str) -> Publication:
    """The same directory but for one person: nothing else may change, or it is no narrowing."""
    organisation = world.organisation
    before = organisation.directory
    assert before is not None
    people = [person for person in before.body.people if person.name != name]
    body = DirectoryBody(number=before.number + 1, people=people)
    note = organisation.signed(directories.unsigned(body, before), *OFFICERS[:2])
    organisation.directory = Directory.verify(note, body.encode(), trust=organisation.trust, previous=before)
    sealed = world.house.directory(before.number)[2]
    return Publication(note=note, body=body.encode(), certificates=sealed)


def test_versions_wait_and_are_not_waited_for_longer(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(without(world, "r3"))  # narrows: binds at once
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(world.organisation.next_directory())  # widens: waits
        Asking(world, "r1", report, [CARD]).send()
        world.clock.offset += 25 * 3600
        Asking(world, "r1", report, [CARD]).send()
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        bent = Bent(tmp_path / "log", world.organisation)
        found = verify(bent.path, world.organisation.trust, auditor=bent.auditor)
    assert found.faults == []
    versions = [one.value.digest for one in found.history.directories]
    named = [one.decision.directory for one in found.decisions]
    assert [versions.index(one) for one in named] == [0, 1, 1, 2]
    sightings = [(one.decision.size, one.decision.minute) for one in found.decisions]

    def wrong(version: int, decision: int) -> str | None:
        size, minute = sightings[decision]
        naming = Naming(digest=versions[version], size=size, minute=minute, sightings=Sightings(sightings))
        return history.wrong_directory(found.history, naming)

    assert wrong(0, 1) == history.OVERRULED
    assert wrong(2, 2) == history.EARLY
    assert wrong(1, 3) == history.OUTDATED
    assert wrong(2, 0) == history.ABSENT


def test_narrower_than_what_still_waits_binds_nothing_early(tmp_path: Path) -> None:
    """Two versions in a row, the first widens, the second takes away a little: both have to wait (protocol 8.7)."""
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(world.organisation.next_directory())
        world.house.publish(without(world, "r3"))
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        found = verify(
            tmp_path / "log", world.organisation.trust, auditor=Bent(tmp_path / "log", world.organisation).auditor
        )
    sightings = [(one.decision.size, one.decision.minute) for one in found.decisions]
    third = found.history.directories[2].value.digest

    def wrong(minutes: int) -> str | None:
        now = sightings[0][1] + minutes
        naming = Naming(digest=third, size=found.size, minute=now, sightings=Sightings([*sightings, (found.size, now)]))
        return history.wrong_directory(found.history, naming)

    assert wrong(1) == history.EARLY
    assert wrong(24 * 60) is None


def test_what_a_gate_said_of_itself() -> None:
    """It has read leaf 5 where it speaks of six leaves or more; its clock may have gone back."""
    said = Sightings([(6, 100), (5, 90), (9, 95), (2, 97)])
    assert [said.first_with(index) for index in (1, 4, 5, 8, 9)] == [90, 90, 95, 95, None]
    assert [said.last_without(index) for index in (1, 2, 5, 6, 9)] == [None, 97, 97, 100, 100]
    assert Sightings([]).first_with(0) is Sightings([]).last_without(0) is None


def test_who_became_auditor_later_is_told_what_she_cannot_check(fresh: Running) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    people = {**fresh.organisation.people}
    people["auditors"] = [*people["auditors"], {"name": "a9"}]
    fresh.organisation.people = people
    fresh.house.publish(fresh.organisation.next_directory())
    Asking(fresh, "r1", report, [CARD]).send()
    folder = fresh.folder / "log"
    exporting.export(fresh.house, fresh.organisation.trust, folder)
    trust = fresh.organisation.trust
    late = verify(folder, trust, auditor=fresh.key("a9"))
    assert late.faults == []
    assert records.LATE in late.unchecked
    assert late.counts["not for this auditor"] == 2
    assert len(late.decisions) == 1
    early = verify(folder, trust, auditor=fresh.key(cast.example()["auditors"][0]["name"]))
    assert early.faults == []
    assert len(early.decisions) == 2


@pytest.mark.parametrize(
    ("officers", "faults"),
    [
        (OFFICERS[:2], []),
        (OFFICERS[1:], []),
        (OFFICERS[:1], [history.UNSIGNED]),
        ((OFFICERS[0], OFFICERS[0]), [history.UNSIGNED]),
        ((OFFICERS[0], "gate-1"), [history.UNSIGNED]),
        (("gate-1", ORIGIN), [history.UNSIGNED]),
    ],
)
def test_two_officers_hold(bent: Bent, officers: tuple[str, ...], faults: list[str]) -> None:
    place = bent.say(hold(bent.organisation, bytes(32), 20000, 20366, *officers))
    report = audited(bent)
    assert report.faults == [Fault(place, one) for one in faults]
    assert [at for at, _ in report.history.holds] == ([] if faults else [place])


def test_a_hold_that_was_kept_back(bent: Bent) -> None:
    """An end that was signed before a newer hold ends nothing; that of another report is another matter."""
    organisation, officers = bent.organisation, OFFICERS[:2]
    bent.say(hold(organisation, bytes(32), 20001, 20050, *officers))
    late = bent.say(hold(organisation, bytes(32), 20000, 20000, *officers))
    bent.say(hold(organisation, b"1" * 32, 20000, 20000, *officers))
    bent.say(hold(organisation, bytes(32), 20001, 20001, *officers))
    report = audited(bent)
    assert report.faults == [Fault(late, history.HELD_BACK)]
    assert [one.until for _, one in report.history.holds] == [20050, 20000, 20001]


def test_a_public_leaf_of_no_known_kind(bent: Bent) -> None:
    """Nor does the log's own signature make a receipt or a `current` a statement."""
    log = signer(bent.organisation)
    text = "amana/1 note receipt\nid 00\nindex 1\n"
    first = bent.say(f"{text}\n{log.sign(text)}")
    text = "amana/1 note secret\nday 2026-01-01\n"
    second = bent.say(f"{text}\n{log.sign(text)}")
    assert {Fault(first, history.UNKNOWN_KIND), Fault(second, history.UNSIGNED)} == set(audited(bent).faults)
