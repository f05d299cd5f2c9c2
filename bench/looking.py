"""(10) A full look back, and what her words find in it, over fetching the same bytes and hashing them.

The house is a folder of static pieces in memory, as a mirror would be, so that no server is measured: on a line, the
bytes are what takes the time. Every leaf of the log is of the days that are looked at.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from typing import Final

from bench.house import Founded
from bench.measure import Spread, interleaved, ratios
from bench.result import Found, Row, Scale
from client.api import House
from client.fetching import fetch
from client.inbox import read
from client.line import Answer
from client.returning import prove
from crypto import leaves, notes, words
from crypto.checkpoints import entry_bundle, head_text, tile_path
from crypto.feed import FeedFile, PublicNotes
from crypto.hashing import sha256, tag
from crypto.leaves import LEAF, NOTICE
from crypto.looking import TILE
from crypto.merkle import Frontier, leaf_hash
from crypto.notes import Signer
from policies.feeds import FeedNote
from policies.statements import Current, day_text

SIZES: Final = (1_000, 10_000, 100_000)
DAYS: Final = 30
_TODAY: Final = 20_800
_SLOTS: Final = 32
_DECISIONS: Final = 20  # about her report
_GATE: Final = "gate-1"


class Static:
    """The pieces of one log, by path."""

    def __init__(self, founded: Founded, said: str, size: int) -> None:
        self.pieces: dict[str, bytes] = {}
        self._organisation, self._size = founded.organisation, size
        keys = words.keys(said)
        at = [place * (size - 3) // (DAYS + 1) for place in range(DAYS + 1)]  # of the notes of days
        files = dict(zip(at, range(_TODAY - DAYS - 1, _TODAY), strict=True))
        hers = {1: keys.received, **{size * place // (_DECISIONS + 2) + 2: keys.gate(_GATE).log_key
                                     for place in range(1, _DECISIONS + 1)}}  # fmt: skip
        entries, told = [], []
        for index in range(size):
            if index in files:
                note = self._feed(files[index], index)
                entries.append(leaves.PUBLIC_TAG + sha256(note.encode()))
                told.append((index, note))
            else:
                noise = os.urandom(LEAF)
                key = hers.get(index)
                entries.append(noise if key is None else tag(key, noise[16:]) + noise[16:])
        for number in range(-(-size // TILE)):
            some = entries[number * TILE : (number + 1) * TILE]
            path = tile_path(0, number, len(some)).replace("tile/0/", "tile/entries/")
            self.pieces[f"/log/{path}"] = entry_bundle(some)
            mine = [one for one in told if one[0] // TILE == number]
            self.pieces[f"/log/statements/{number}"] = PublicNotes(notes=mine).encode()
            self.pieces[f"/log/notices/{number}"] = os.urandom(NOTICE * len(some))
        self._heads(entries)
        self._rules(founded)

    def _feed(self, day: int, index: int) -> str:
        slots = [os.urandom(1024) for _ in range(_SLOTS)]
        log = self._organisation.log
        note = FeedNote.of(slots, "", day=day, log=index).sign(Signer(log.name, log.identity))
        self.pieces[f"/v1/feed/{day_text(day)}"] = FeedFile(note=note, current="", slots=b"".join(slots)).encode()
        return note

    def _heads(self, entries: list[bytes]) -> None:
        tree = Frontier()
        for leaf in entries:
            tree.append(leaf_hash(leaf))
        log, bundle, directory = self._organisation.log, self._organisation.bundle, self._organisation.directory
        if bundle is None or directory is None:
            raise RuntimeError("not founded")
        text = head_text(log.name, self._size, tree.root())
        self.pieces["/log/checkpoint"] = f"{text}\n{notes.sign_ed25519(log.name, log.identity, text)}".encode()
        current = Current(
            day=_TODAY,
            bundle=(bundle.number, bundle.digest),
            directory=(directory.number, directory.digest),
            log=(self._size, tree.root()),
        ).text()
        gate = self._organisation.key("gate", _GATE)
        self.pieces["/trust/current"] = f"{current}\n{notes.sign_ed25519(_GATE, gate.identity, current)}".encode()

    def _rules(self, founded: Founded) -> None:
        for name, one in zip(("bundle-1", "directory-1"), founded.published, strict=True):
            self.pieces[f"/trust/{name}"], self.pieces[f"/trust/{name}/body"] = one.note.encode(), one.body

    def get(self, path: str) -> Answer:
        """Answer from memory."""
        found = self.pieces.get(path)
        return Answer(404, b"{}") if found is None else Answer(200, found)

    def post(self, path: str, *, content: bytes) -> Answer:  # noqa: ARG002 - nothing is sent in a look
        """Nothing is taken here."""
        return Answer(404, b"{}")


def looking(scale: Scale) -> Found:
    """Make a log of each size, and look at all of it in turns with the bare way."""
    found = Found("a full look of 30 days and what her words find, over fetching and hashing the same bytes")
    founded, said = Founded(), words.new(os.urandom)
    for size in SIZES[:1] if scale.quick else SIZES:
        static = Static(founded, said, size)
        parts: dict[str, list[float]] = {"fetch": [], "prove": [], "find": []}
        ways = {"look": _look(static, founded, said, parts), "bare": _bare(static)}
        times = interleaved(scale.rounds, ways)
        look, bare = Spread.of(times["look"]), Spread.of(times["bare"])
        total = sum(map(len, static.pieces.values()))
        found.rows.append(
            Row(
                f"{size:,} leaves, {total / 1e6:.1f} MB",
                f"{1e3 * look.median:,.0f} ms, {look.median / size * 1e6:.1f} us a leaf",
                f"bare {1e3 * bare.median:,.1f} ms; {ratios(times['look'], times['bare']).text(1)} times as long; "
                + ", ".join(f"{name} {1e3 * Spread.of(each).median:,.0f} ms" for name, each in parts.items()),
            )
        )
    return found


def _look(static: Static, founded: Founded, said: str, parts: dict[str, list[float]]) -> Callable[[], float]:
    trust, entropy = founded.organisation.trust, words.entropy_of(said)
    house = House("http://static.example", client=static)

    def look() -> float:
        marks = [time.process_time()]
        fetched = fetch(house, trust, today=_TODAY, days=DAYS, full=True)
        marks.append(time.process_time())
        proven = prove(fetched, trust)
        marks.append(time.process_time())
        inbox = read(proven, entropy)
        marks.append(time.process_time())
        if len(inbox.sent[0].decisions) != _DECISIONS:
            raise RuntimeError("not all was found")
        for name, spent in zip(parts, _between(marks), strict=True):
            parts[name].append(spent)
        return marks[-1] - marks[0]

    return look


def _between(marks: list[float]) -> Iterator[float]:
    return (after - before for before, after in itertools.pairwise(marks))


def _bare(static: Static) -> Callable[[], float]:
    def bare() -> float:
        began = time.process_time()
        for path in static.pieces:
            sha256(static.get(path).content)
        return time.process_time() - began

    return bare
