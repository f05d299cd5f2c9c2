"""R10: widening waits, narrowing binds at once, and nothing slips through between the two (protocol 8.7)."""

from pathlib import Path

from msgspec import structs

from crypto.relay import Publication
from crypto.sections import Section
from policies import directory as directories
from policies.directory import Directory, DirectoryBody
from tests.asking import Asking
from tests.harness import OFFICERS, Organisation, Running, running
from tests.samples import send

HOUR = 3600


def following(world: Running, body: DirectoryBody) -> Publication:
    """The next directory with exactly these people, their certificates unchanged."""
    organisation = world.organisation
    assert organisation.directory is not None
    _, _, certificates = world.house.directory(1)
    note = organisation.signed(directories.unsigned(body, organisation.directory), *OFFICERS[:2])
    organisation.directory = Directory.verify(
        note, body.encode(), trust=organisation.trust, previous=organisation.directory
    )
    return Publication(note=note, body=body.encode(), certificates=certificates)


def allowed(world: Running, who: str, report: bytes) -> bool:
    asking = Asking(world, who, report, [Section.CARD])
    return asking.permitted(asking.send())[Section.CARD]


def widened(world: Running) -> DirectoryBody:
    """Directory 2: r3 gets another pool."""
    assert world.organisation.directory is not None
    old = world.organisation.directory.body
    people = [structs.replace(one, pools=["outside", "sister"]) if one.name == "r3" else one for one in old.people]
    return DirectoryBody(number=2, people=people)


def test_widening_waits_and_narrowing_does_not(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        wide = widened(world)
        world.house.publish(following(world, wide))
        assert world.in_force.directory.number == 1
        # Directory 3 only takes away from 2, which still waits: it waits as well.
        fewer = DirectoryBody(number=3, people=[one for one in wide.people if one.name != "r5"])
        world.house.publish(following(world, fewer))
        assert world.in_force.directory.number == 1
        assert allowed(world, "r5", report)
        world.clock.offset += 25 * HOUR
        world.server.app.dependencies["gates"].dependency().tell()
        assert world.in_force.directory.number == 3
        assert not allowed(world, "r5", report)


def test_narrowing_what_binds_is_immediate_and_drops_what_waits(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        assert world.organisation.directory is not None
        first = world.organisation.directory.body
        world.house.publish(following(world, widened(world)))
        fewer = DirectoryBody(number=3, people=[one for one in first.people if one.name != "r5"])
        world.house.publish(following(world, fewer))
        assert world.in_force.directory.number == 3
        assert not allowed(world, "r5", report)
        world.clock.offset += 25 * HOUR
        world.server.app.dependencies["gates"].dependency().tell()
        assert world.in_force.directory.number == 3
