"""Fetch all of a look, before anybody is asked for words (protocol 14.2 to 14.4).

What is fetched depends on the days chosen and on the log alone. So for these words and for others, with an answer or
without, the requests are the same, in the same order and of the same size. Nothing in it is believed yet.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from client.api import House
from client.errors import NotFoundError, UnprovenError
from client.trusting import InForce, in_force, named_versions
from crypto import looking
from crypto.checkpoints import Checkpoint
from crypto.errors import CryptoError
from crypto.feed import FeedFile
from crypto.limits import limit
from crypto.looking import DAYS
from policies.feeds import FeedNote
from policies.statements import day_text
from policies.trust import Trust

Progress = Callable[[int, int], None]
"""How many of how many pieces were fetched."""
Version = tuple[str, bytes]
"""Note and body."""
_NOT_SHOWN: Final = "It cannot be shown what the log says. Nothing of it is believed."
_NEXT: Final = "Try again in a few minutes; if it stays so, tell somebody there whom you trust."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """All that came, as it came. `days` is how far back it goes; `full` says whether notices came too."""

    in_force: InForce
    head: Checkpoint
    today: int
    days: int
    full: bool
    files: Mapping[int, FeedFile]  # by day; a day without a file is not there
    start: int  # the first leaf of `pieces`
    pieces: Mapping[str, bytes]  # by path under /log/
    bundles: Mapping[int, Version]
    directories: Mapping[int, Version]


def unproven() -> UnprovenError:
    """Return what is raised where a look does not hold: one sentence, whatever it was."""
    return UnprovenError(_NOT_SHOWN, _NEXT)


def fetch(  # noqa: PLR0913 - each by name
    house: House, trust: Trust, *, today: int, days: int, full: bool, progress: Progress | None = None
) -> Fetched:
    """Make the requests of one look, one after another. Raise UnprovenError for what is not in its form.

    `days` is one of `crypto.looking.DAYS`; no client offers another number, or the number itself would tell.
    """
    if days not in DAYS:
        raise ValueError("days")
    tell = progress or (lambda _, __: None)
    found = in_force(house, trust, today=today)  # (a)
    try:
        head = _head(house, trust, found)  # (b)
        last = today if found.rehearsal else today - 1  # a rehearsal does not let an answer wait for the night
        wanted = range(today - days - 1, last + 1)
        files = {}
        for done, day in enumerate(wanted):  # (c)
            tell(done, len(wanted))
            try:
                files[day] = FeedFile.decode(house.feed(day_text(day)), limit=limit("feed"))
            except NotFoundError:
                continue  # the house is younger
        start = _start(files, wanted[0], head, trust)
        paths = looking.paths(start, head.size, full=full)
        pieces = {}
        for done, path in enumerate(paths):  # (d), (e)
            tell(len(wanted) + done, len(wanted) + len(paths))
            pieces[path] = house.log(path)
        bundles, directories = _versions(house, found, files.values())  # (f)
    except (CryptoError, NotFoundError):
        raise unproven() from None
    tell(len(wanted) + len(paths), len(wanted) + len(paths))
    return Fetched(
        in_force=found,
        head=head,
        today=today,
        days=days,
        full=full,
        files=files,
        start=start,
        pieces=pieces,
        bundles=bundles,
        directories=directories,
    )


def _head(house: House, trust: Trust, found: InForce) -> Checkpoint:
    """Return the tree head, signed with the quorum by `trust.json`, and by the bundle."""
    text = house.checkpoint()
    found.bundle.log_policy.verify(text)
    return trust.log_policy.verify(text)


def _start(files: Mapping[int, FeedFile], first: int, head: Checkpoint, trust: Trust) -> int:
    """Return the first leaf to fetch: what its day's file says, or 0 where that day had none."""
    if first not in files:
        return 0
    log = FeedNote.verify(files[first].note, trust.log_policy).log
    return min(looking.begin(log), looking.begin(head.size))


def _versions(house: House, found: InForce, files: Iterable[FeedFile]) -> tuple[dict[int, Version], dict[int, Version]]:
    """Fetch bundles and directories that the files name and that are not in force today, bundles first, by number."""
    named = [named_versions(file.current) for file in files if file.current]
    bundles = {bundle for bundle, _ in named} - {found.bundle.number}
    directories = {directory for _, directory in named} - {found.directory.number}
    return (
        {number: house.bundle(number) for number in sorted(bundles)},
        {number: house.directory(number, certificates=False)[:2] for number in sorted(directories)},
    )
