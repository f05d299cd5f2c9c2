"""The log's one writer: a thread, group commit, one signed tree head a batch (DESIGN 5 step 3, protocol 7, 9.4).

Everything durable goes through here, so that a report and its leaf, or a decision's leaf and its record, are one
transaction. A job runs inside the transaction and says what to append; it must look before it writes. When a batch
fails, the tree is read back from disk, because a commit that failed may have been kept all the same; then its jobs are
tried one by one, so that one bad job harms only itself.
"""

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, select

from crypto import checkpoints, leaves, notes
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.leaves import Entry
from crypto.merkle import Frontier
from doors.clock import Clock
from doors.database import Database, insert_rows, run
from doors.problem import Closed, Refusal
from doors.scrub import scrub
from server import tree
from server.heads import NONE, Head, Heads
from server.store import beside, head, leaf

_BESIDE: Final = ("index", "record", "notice", "memo")
_MOVE_HEAD: Final = 'UPDATE "head" SET "size" = ?, "checkpoint" = ? WHERE "id" = ?'
_SIGNED, _PUBLISHED = 0, 1  # rows of `head`
BATCH: Final = 256  # jobs of one commit
PACE: Final = 4  # leaves: at a tick the batch is filled to a multiple of it
_HOUR: Final = 3600
_SOON: Final = 0.5  # seconds until what could not be scrubbed is tried again
_CROWD: Final = 4  # jobs of one commit after which the next one waits for more
_ENOUGH: Final = 16  # jobs that are worth a commit
_PATIENCE: Final = 0.001  # seconds that it waits
_COMPARING: Final = 10.0  # seconds that jobs wait, after a start, until witnesses were asked

Job = Callable[[Connection, int], tuple[Sequence[Entry], Any]]
"""Called in the transaction with the index of its first leaf; returns what to append, and its result."""

ManyJob = Callable[[Connection, int, Sequence[Any]], tuple[Sequence[Entry], Sequence[Any]]]
"""The same for all things that were handed in for it one after another: a result, or a refusal, for each of them."""


@dataclass(slots=True)
class _Task:
    job: ManyJob
    thing: Any
    urgent: bool
    done: "Future[Any] | asyncio.Future[Any]"

    def begin(self) -> bool:
        """Whether it is still wanted. From here on nobody can take it back."""
        if isinstance(self.done, Future):
            return self.done.set_running_or_notify_cancel()
        return not self.done.cancelled()


class Ledger:
    """Owns the writing connection, the tree's right edge and the log's key. All of them belong to its thread."""

    def __init__(self, database: Database, log: KeyRing, draw: Draw, clock: Clock) -> None:
        self._database, self._log, self._draw, self._clock = database, log, draw, clock
        self._signer = notes.Signer(log.name, log.identity)
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._mldsa_hour = -1
        self._unscrubbed = True  # whoever was killed may have destroyed something just before
        self._crowd = False  # whether many came at once the last time
        self.tick = 0.0
        self.auditors: tuple[bytes, ...] = ()
        self._edge, signed, published = self._load()
        self.heads = Heads(signed, published)
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    # -- for others ------------------------------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self._log.name

    @property
    def head(self) -> Head:
        """The last published tree head."""
        return self.heads.published

    def publish(self, cosigned: Head) -> None:
        """Publish a head with what witnesses signed, and keep it. Raise ProofError unless it is enough."""
        self.heads.publish(cosigned)

        def job(connection: Connection, _: int) -> tuple[Sequence[Entry], None]:
            _keep(connection, _PUBLISHED, cosigned)
            return [], None

        self.submit(job)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was handed in, then end."""
        self.heads.give_up()
        self._queue.put(None)
        self._thread.join(timeout=30)

    def submit(self, job: Job, *, urgent: bool = False) -> "Future[Any]":
        """Hand in a job. Its future is done when the job is durable; `urgent` asks for a checkpoint at once."""

        def alone(connection: Connection, first: int, _: Sequence[Any]) -> tuple[Sequence[Entry], Sequence[Any]]:
            entries, result = job(connection, first)
            return entries, [result]

        done: Future[Any] = Future()
        self._queue.put(_Task(alone, None, urgent, done))
        return done

    async def enter(self, job: ManyJob, thing: Any) -> Any:  # noqa: ANN401 - whatever the job gives for it
        """From a handler: have `job` take this thing, with all others that wait for it; return when it is durable."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.put(_Task(job, thing, urgent=False, done=done))
        return await done

    def append(self, entries: Sequence[Entry], *, urgent: bool = False) -> "Future[int]":
        """Append; the future gives the index of the first leaf."""
        return self.submit(lambda _, first: (entries, first), urgent=urgent)

    def wait_published(self, size: int, seconds: float) -> Head:
        """Return a published head of at least `size` leaves, or raise Closed."""
        return self.heads.wait(size, seconds)

    def destroyed(self) -> None:
        """From a job: something was destroyed in its transaction, so that its bytes must leave the database's log."""
        self._unscrubbed = True

    @property
    def scrubbed(self) -> bool:
        """Whether all that was destroyed and committed has left the database's log as well."""
        return not self._unscrubbed

    # -- in the thread ---------------------------------------------------------------------------------------------

    def _load(self) -> tuple[Frontier, Head, Head]:
        """Read the tree back and compare it with the head that was signed. A difference is fatal: never sign a fork.

        Return its right edge, that head, and the one that was last published with cosignatures.
        """
        with self._database.reader.connect() as connection:
            rows = {row.id: Head(row.size, row.checkpoint) for row in connection.execute(select(head))}
            row = rows.get(_SIGNED)
            last = connection.execute(select(leaf.c.index).order_by(leaf.c.index.desc()).limit(1)).scalar()
            size = 0 if last is None else int(last) + 1
            reader = tree.Reader(connection)
            edge = reader.frontier(size)
            if row is None:
                if size:
                    raise RuntimeError("the log has leaves but no signed head")
                return edge, NONE, NONE
            key = notes.Vkey(self._log.name, notes.Kind.ED25519, self._log.identity_public)
            signed = checkpoints.LogPolicy((key,)).verify(row.checkpoint)
            if signed.size != row.size or signed.size > size or signed.root != reader.root(signed.size):
                raise RuntimeError("the log on disk is not the one that was signed")
            return edge, row, rows.get(_PUBLISHED, NONE)

    def _run(self) -> None:
        deadline = self._clock() + self.tick
        compared = time.monotonic() + _COMPARING
        while True:
            batch = self._collect(deadline)
            if batch is None:
                return
            now = self._clock()
            # A clock that went back must not hold back checkpoints until it has caught up.
            on_time = deadline - self.tick <= now < deadline
            due = self.tick == 0 or not on_time or any(task.urgent for task in batch)
            if due:
                deadline = now + self.tick
            if not self.heads.may_write(compared - time.monotonic() if batch else 0):
                _settle(batch, [Closed()] * len(batch))
            elif batch or (due and self._edge.size > self.heads.signed.size):
                self._commit(batch, checkpoint=due)
            self._scrub()

    def _scrub(self) -> None:
        if not self._unscrubbed:
            return
        with suppress(Exception):  # a disk that is full now may not be so later
            self._unscrubbed = not scrub(self._database.writer)

    def _collect(self, deadline: float) -> list[_Task] | None:
        timeout = None if self.tick == 0 else max(0.0, min(deadline - self._clock(), self.tick))
        if self._unscrubbed:
            timeout = _SOON if timeout is None else min(timeout, _SOON)
        batch: list[_Task] = []
        going = self._take(batch, timeout)
        if going and self._crowd and len(batch) < _ENOUGH and not any(task.urgent for task in batch):
            # A commit for each few costs all of them more than to wait for the others does: it is a flush, a signed
            # head, and Python's lock taken from those who still check what was sent. Alone, nobody waits.
            time.sleep(_PATIENCE)
            going = self._take(batch, 0)
        self._crowd = len(batch) >= _CROWD
        if not going:
            if not batch:
                return None
            self._queue.put(None)  # commit these first
        return batch

    def _take(self, batch: list[_Task], timeout: float | None) -> bool:
        """Add what is there, waiting so long for the first. False when it is time to end."""
        with suppress(queue.Empty):
            while len(batch) < BATCH:
                task = self._queue.get(timeout=timeout) if timeout != 0 else self._queue.get_nowait()
                if task is None:
                    return False
                if task.begin():
                    batch.append(task)
                timeout = 0
        return True

    def _commit(self, batch: list[_Task], *, checkpoint: bool) -> None:
        try:
            results, edge, new = self._write(batch, checkpoint=checkpoint)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told to the senders; nothing is released
            self._reload()
            if len(batch) > 1:
                for task in batch:
                    self._commit([task], checkpoint=checkpoint)
            else:
                _settle(batch, [error])
            return
        self._edge = edge
        if new is not None:
            self.heads.sign(new)
        _settle(batch, results)

    def _reload(self) -> None:
        """After a failed commit: believe the disk. Where it cannot be read, nothing more is written until it can."""
        try:
            self._edge, signed, _ = self._load()
            if signed.size > self.heads.signed.size:
                self.heads.sign(signed)
        except Exception:  # noqa: BLE001 - the next batch tries again, and fails before it writes
            self._edge = self._edge.copy()

    def _write(self, batch: list[_Task], *, checkpoint: bool) -> tuple[list[Any], Frontier, Head | None]:
        """One transaction. Nothing of this object changes before it is committed."""
        edge = self._edge.copy()
        first = edge.size
        pending: list[Entry] = []
        results: list[Any] = []
        with self._database.writer.begin() as connection:
            for job, tasks in itertools.groupby(batch, key=attrgetter("job")):
                things = [task.thing for task in tasks]
                try:
                    entries, found = job(connection, first + len(pending), things)
                except Refusal as refusal:  # it looked before it wrote, so the others may go on
                    results.extend([refusal] * len(things))
                    continue
                pending.extend(entries)
                results.extend(found)
            if checkpoint and self.tick and self.auditors:
                while (first + len(pending)) % PACE:
                    pending.append(leaves.pad_entry(self.auditors, self._draw))
            if pending:
                tree.append(connection, edge, [entry.leaf for entry in pending])
                rows = [(first + i, one.record, one.notice, one.memo) for i, one in enumerate(pending)]
                insert_rows(connection, beside, _BESIDE, rows)
            new = None
            if checkpoint and edge.size > self.heads.signed.size:
                new = Head(edge.size, self._sign(edge))
                _keep(connection, _SIGNED, new)
        return results, edge, new

    def _sign(self, edge: Frontier) -> str:
        text = checkpoints.head_text(self._log.name, edge.size, edge.root())
        lines = self._signer.sign(text)
        now = int(self._clock())
        if now // _HOUR != self._mldsa_hour:  # a steady pace: 1.3 ms each, so not with every batch
            lines += notes.sign_mldsa44(self._log.name, self._log.extra, text, now)
            self._mldsa_hour = now // _HOUR
        return f"{text}\n{lines}"


def _keep(connection: Connection, row: int, new: Head) -> None:
    if not run(connection, _MOVE_HEAD, (new.size, new.checkpoint, row)).rowcount:
        insert_rows(connection, head, ("id", "size", "checkpoint"), [(row, new.size, new.checkpoint)])


def _settle(batch: Sequence[_Task], results: Sequence[Any]) -> None:
    """Tell whoever waits: threads at once, each event loop with one call for all that wait in it."""
    for_loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for task, result in zip(batch, results, strict=False):
        if isinstance(task.done, Future):
            _finish(task.done, result)
        else:
            for_loops.setdefault(task.done.get_loop(), []).append((task.done, result))
    for loop, waiting in for_loops.items():
        with suppress(RuntimeError):  # it is closed: nobody waits any more
            loop.call_soon_threadsafe(_finish_all, waiting)


def _finish_all(waiting: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for done, result in waiting:
        if not done.done():  # she may have hung up
            _finish(done, result)


def _finish(done: "Future[Any] | asyncio.Future[Any]", result: Any) -> None:  # noqa: ANN401
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
