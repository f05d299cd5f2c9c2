"""What waits, as each of the desk is told it: lists made now, and read as her client does."""

from client import triage
from client.triage import Queue
from server.listing import Listing
from tests.harness import Running

HOUR, DAY = 3600, 86400


def listing(world: Running) -> Listing:
    """The part of the house that has lists made."""
    found = world.server.app.dependencies["listing"].dependency()
    assert isinstance(found, Listing)
    return found


def minute(world: Running) -> int:
    """Of the world's clock."""
    return int(world.clock() // 60)


def read(world: Running, who: str) -> Queue:
    """Look at the lists that there are."""
    return triage.look(world.house, world.in_force.bundle, world.key(who), minute(world))


def make(world: Running) -> None:
    """Have lists made now, whatever the clock says; every gate must give them."""
    listing(world)._due.clear()  # noqa: SLF001 - as if the next hour had come
    assert not listing(world).look()


def made(world: Running, who: str) -> Queue:
    """Have lists made, and read hers."""
    make(world)
    return read(world, who)


def desk(world: Running) -> list[str]:
    """Everybody who gets a list, in the order of the directory."""
    return [one.name for one in world.in_force.directory.body.people if one.role == "desk"]
