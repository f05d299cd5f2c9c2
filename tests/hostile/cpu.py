"""What one request burns, in CPU of house and gate, beside a valid submission: `python -m tests.hostile.cpu`.

Real processes, CPU time of all their threads from the kernel's books, medians of rounds. An anonymous request may burn
at most `MOST` times what an honest report does, or a flood of it would be the cheapest way to silence the house.
"""

import http.client
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from client.api import House
from client.line import Line
from client.reporter import seal
from client.trusting import in_force
from crypto import words
from crypto.limits import limit
from crypto.relay import PUBLICATION_LIMIT, Publication
from deploy.rehearsal import Rehearsal
from doors import clock
from policies.trust import Trust
from tests.hostile import junk
from tests.samples import samples

MOST: Final = 3.0
PAGE: Final = 1000
LEAVES: Final = 280  # more than one full tile
VALID: Final = "a valid submission"
_SETTLED: Final = 0.0003  # seconds of CPU in a twentieth of a second: nothing more is under way


@dataclass(frozen=True, slots=True)
class Call:
    """One sort of request. `status` is what it must get, so that the table measures what it says."""

    name: str
    method: str
    path: str
    status: int
    body: Callable[[], bytes] = bytes


@contextmanager
def house() -> Iterator[Rehearsal]:
    """A real organisation with published rules."""
    rehearsal = Rehearsal()
    rehearsal.ceremony()
    try:
        rehearsal.start()
        rehearsal.run("officer", "publish")
        yield rehearsal
    finally:
        rehearsal.stop()


def fill_the_list(rehearsal: Rehearsal) -> None:
    """Write a page of rows beside the running house; only the list knows of them."""
    rows = [(os.urandom(32), os.urandom(32), clock.day(clock.system), b"", b"", 0) for _ in range(PAGE)]
    with closing(sqlite3.connect(rehearsal.home / "server" / "amana.db", timeout=10)) as database, database:
        database.executemany("INSERT INTO report (id, digest, day, content, slots, leaf) VALUES (?,?,?,?,?,?)", rows)


def tree(process: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended meanwhile
            children.setdefault(parent, []).append(int(entry.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def burnt(processes: list[int]) -> float:
    """Seconds of CPU that the threads of these processes have used so far."""
    tasks = [task for process in processes for task in Path(f"/proc/{process}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


class Meter:
    """Sends requests over one connection and reads the books around each round."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        assert rehearsal.house is not None
        where = urlsplit(rehearsal.url)
        self._host, self._port = where.hostname or "", where.port
        self._connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        self._processes = tree(rehearsal.house.pid)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, call: Call, body: bytes) -> bytes:
        """Send it; it must get the answer that it should get."""
        try:
            self._connection.request(call.method, call.path, body or None)
            answer = self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError):
            self._connection.close()  # refused before all of it was sent
            assert call.status >= 400, call.name
            return b""
        said = answer.read()
        assert answer.status == call.status, (call.name, answer.status, said[:200])
        return said

    def round(self, call: Call, count: int) -> float:
        """CPU seconds a request, with everything that it sets off."""
        bodies = [call.body() for _ in range(count)]
        self._connection.close()  # an idle one is hung up on after ten seconds; the next request opens another
        self._settle()
        before = burnt(self._processes)
        for body in bodies:
            self.ask(call, body)
        self._settle()
        return (burnt(self._processes) - before) / count

    def _settle(self) -> None:
        last = -1.0
        while (now := burnt(self._processes)) - last > _SETTLED:
            last = now
            time.sleep(0.05)


def calls(rehearsal: Rehearsal, leaves: int) -> list[Call]:
    """The valid submission first; then everything that a stranger could think of."""
    wire = Line(rehearsal.url)
    line = House(rehearsal.url, client=wire)
    trust = Trust.parse((rehearsal.home / "trust.json").read_bytes())
    known = in_force(line, trust, today=clock.day(clock.system))
    sample = samples()["S01"]

    def sealed() -> bytes:
        return seal(sample, known, words.new(os.urandom), draw=os.urandom).encode()

    one = seal(sample, known, words.new(os.urandom), draw=os.urandom)
    report, _, _ = line.submit(one.encode())
    slots, gates = line.slots(report), [gate.name for gate in known.bundle.body.gates]
    note, body = line.bundle(1)
    asker = next(person.name for person in known.directory.body.people if person.role == "desk")
    text = note.rpartition("\n\n")[0] + "\n"
    next_text = text.replace("version 1", "version 2")
    forged_note = junk.signed_by_nobody(next_text, trust.officers)

    def publication(note: str, body: bytes = b"", certificates: bytes = b"") -> Callable[[], bytes]:
        data = Publication(note=note, body=body, certificates=certificates).encode()
        return lambda: data

    wire.close()
    largest = limit("body")
    part = "" if leaves >= 256 else f".p/{leaves}"
    shown, listed = report.hex(), "/v1/reports"
    return [
        Call(VALID, "POST", listed, 201, sealed),
        Call("the same report again", "POST", listed, 200, one.encode),
        Call("noise of the largest size", "POST", listed, 400, lambda: os.urandom(limit("envelope"))),
        Call("one byte more than that", "POST", listed, 413, lambda: os.urandom(limit("envelope") + 1)),
        Call("report, a section changed", "POST", listed, 400, lambda: junk.wrong_section(one)),
        Call("report under unknown rules", "POST", listed, 400, lambda: junk.unknown_rules(one)),
        Call("opening of noise", "POST", "/v1/openings", 202, lambda: junk.noise(gates).encode()),
        Call("opening, eight gates of noise", "POST", "/v1/openings", 202,
             lambda: junk.noise([*gates, *(f"g{number}" for number in range(8 - len(gates)))]).encode()),
        Call("opening, sealed and unsigned", "POST", "/v1/openings", 202,
             lambda: junk.forged(known, slots, asker, clock.minute(clock.system)).encode()),
        Call("note, 64 bad signatures", "POST", "/v1/notes", 400, publication(forged_note, body)),
        Call("note, the same, largest body", "POST", "/v1/notes", 400, publication(forged_note, os.urandom(largest))),
        Call("note, all parts largest", "POST", "/v1/notes", 400,
             publication("amana/1 note bundle\n" + "é" * (limit("note") - 40), os.urandom(largest),
                         os.urandom(PUBLICATION_LIMIT - 4 * limit("note") - largest))),
        Call("note, published before", "POST", "/v1/notes", 200, publication(note, body)),
        Call("note, published, 64 lines", "POST", "/v1/notes", 200, publication(junk.repeated(note), body)),
        Call("list of 1,000", "GET", listed, 200),
        Call("list, from a day to come", "GET", f"{listed}?since=9999-12-31", 200),
        Call("content", "GET", f"{listed}/{shown}", 200),
        Call("slots", "GET", f"{listed}/{shown}/slots", 200),
        Call("proof", "GET", f"{listed}/{shown}/proof", 200),
        Call("tile", "GET", f"/log/tile/0/000{part}", 200),
        Call("tile of entries", "GET", f"/log/tile/entries/000{part}", 200),
        Call("notices", "GET", "/log/notices/0", 200),
        Call("memos", "GET", "/log/memos/0", 200),
        Call("record", "GET", "/log/records/3", 200),
        Call("current", "GET", "/trust/current", 200),
        Call("directory's certificates", "GET", "/trust/directory-1/certificates", 200),
        Call("an opening that is not there", "GET", f"/v1/openings/{'0' * 32}", 404),
        Call("a long path", "GET", "/" + "a/" * 3000, 404),
        Call("the description", "GET", "/openapi.json", 200),
    ]  # fmt: skip


def measure(
    rehearsal: Rehearsal, *, rounds: int = 5, count: int = 20, leaves: int = LEAVES, only: Collection[str] = ()
) -> dict[str, float]:
    """Median CPU seconds of each sort of request, in rounds that take turns."""
    known = [call for call in calls(rehearsal, leaves) if not only or call.name in {VALID, *only}]
    meter = Meter(rehearsal)
    for _ in range(leaves):
        meter.ask(known[0], known[0].body())
    fill_the_list(rehearsal)
    found: dict[str, list[float]] = {call.name: [] for call in known}
    for number in range(rounds + 1):
        for call in known:
            spent = meter.round(call, count)
            if number:  # the first warms up
                found[call.name].append(spent)
    meter.close()
    return {name: statistics.median(values) for name, values in found.items()}


def table(found: dict[str, float]) -> str:
    """The figures, dearest first."""
    valid = found[VALID]
    lines = [f"{'request':34}{'CPU ms':>8}{'of valid':>10}"]
    for name, seconds in sorted(found.items(), key=lambda one: -one[1]):
        lines.append(f"{name:34}{seconds * 1000:8.2f}{seconds / valid:10.2f}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure and print; 1 when something is too dear."""
    with house() as rehearsal:
        found = measure(rehearsal)
    sys.stdout.write(table(found))
    return int(max(found.values()) > MOST * found[VALID])


if __name__ == "__main__":
    sys.exit(main())
