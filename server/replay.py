"""`python -m server.replay FOLDER`: bring a restored database up to an auditor's export, leaf by leaf (protocol 9.6).

The house must not run. The folder is what `amana audit export` wrote. Nothing of it is believed: its checkpoint must
meet the policy of `trust.json`, its tree must have that root, begin with every leaf that is here, and reach what a
witness has shown. Everything happens in one transaction, or nothing does.

What comes back: leaves, and what lies beside them; statements; and what the leaves say of reports that are here: that
they were withdrawn, or destroyed. What does not: sealed reports, answers and files that came after the copy was made.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from crypto import leaves, merkle
from crypto.checkpoints import Checkpoint
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.labels import Label
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.limits import limit
from doors import clock, environment
from doors.database import OneProcess, insert_rows, open_database
from doors.environment import SettingError
from doors.scrub import scrub
from policies.trust import Trust
from server import migrate, tree
from server.redo import redo
from server.store import beside, head, leaf
from server.witnesses import AHEAD

_RECORD: Final = 1 << 20  # bytes; a record is under 20 kB, a note under 64 kB


@dataclass(frozen=True, slots=True)
class Export:
    """An auditor's folder, as far as it was verified: the head, and every leaf below it."""

    path: Path
    note: str
    head: Checkpoint
    leaves: Sequence[bytes]

    @classmethod
    def verified(cls, path: Path, trust: Trust) -> "Export":
        """Read it. Raise ProofError unless the checkpoint meets the policy and the leaves have its root."""
        note = _file(path / "checkpoint", limit("note")).decode("utf-8", "replace")
        found = trust.log_policy.verify(note)
        data = _beginning(path / "leaves.bin", found.size * LEAF)  # there may be more, of an export that broke off
        every = [data[start : start + LEAF] for start in range(0, found.size * LEAF, LEAF)]
        frontier = merkle.Frontier()
        for one in every:
            frontier.append(merkle.leaf_hash(one))
        if (frontier.size, frontier.root()) != (found.size, found.root) or any(len(one) != LEAF for one in every):
            raise ProofError("the leaves are not those of the checkpoint")
        return cls(path, note, found, every)

    def beside(self, index: int) -> tuple[bytes, bytes, bytes]:
        """Return record, notice and memo of a leaf; empty and zeros where they were destroyed before the export."""
        record = self.path / "records" / str(index)
        data = _file(record, _RECORD) if record.exists() else b""
        if leaves.is_public(self.leaves[index]):
            leaves.check_public(self.leaves[index], data)
        return data, self._page("notices.bin", index, NOTICE), self._page("memos.bin", index, MEMO)

    def version(self, kind: Label, number: int) -> tuple[bytes, bytes]:
        """Return body and certificates of a bundle or directory; nothing for other kinds."""
        names = {Label.NOTE_BUNDLE: "bundles", Label.NOTE_DIRECTORY: "directories"}
        if kind not in names:
            return b"", b""
        base = self.path / names[kind] / str(number)
        sealed = base.with_suffix(".certificates")
        return (
            _file(base.with_suffix(".body"), limit("body")),
            _file(sealed, 1 << 24) if kind is Label.NOTE_DIRECTORY else b"",
        )

    def _page(self, name: str, index: int, size: int) -> bytes:
        with (self.path / name).open("rb") as file:
            file.seek(index * size)
            data = file.read(size)
        if len(data) != size:
            raise MalformedError("the export is cut short")
        return data


def _beginning(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        raise MalformedError("a file of the export is missing") from None


def _file(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise MalformedError("a file of the export is too long")
        return path.read_bytes()
    except OSError:
        raise MalformedError("a file of the export is missing") from None


def replay(connection: Connection, export: Export, trust: Trust, today: int, ahead: Checkpoint | None) -> int:
    """Append what is missing, and do again what it says. Return how many leaves came. Raise ProofError for a fork.

    `ahead` is the head that a witness has shown.
    """
    last = connection.execute(select(leaf.c.index).order_by(leaf.c.index.desc()).limit(1)).scalar()
    size = 0 if last is None else int(last) + 1
    if size > export.head.size:
        raise ProofError("the database has more leaves than the export")
    if tree.entries(connection, 0, size) != list(export.leaves[:size]):
        raise ProofError("the database went on by itself since the copy was made")
    new = export.leaves[size:]
    tree.append(connection, tree.Reader(connection).frontier(size), new)
    rows = [(index, *export.beside(index)) for index in range(size, export.head.size)]
    insert_rows(connection, beside, ("index", "record", "notice", "memo"), rows)
    redo(connection, export, trust, size, today)
    if ahead is not None:
        if ahead.size > export.head.size:
            raise ProofError("the export ends before the head that a witness holds")
        if tree.Reader(connection).root(ahead.size) != ahead.root:
            raise ProofError("a witness holds another history than the export")
    connection.execute(delete(head))
    values = {"size": export.head.size, "checkpoint": export.note}
    connection.execute(insert(head), [{"id": 0, **values}, {"id": 1, **values}])
    return len(new)


def _ahead(path: Path, trust: Trust) -> Checkpoint | None:
    return trust.log_policy.alone.verify(path.read_text("utf-8")) if path.exists() else None


def run(folder: Path, given: Mapping[str, str], *, now: clock.Clock = clock.system) -> int:
    """Do all of it in AMANA_HOME. Return how many leaves came."""
    found = environment.read(given)
    home = environment.home(found)
    try:
        trust = Trust.parse((home / "trust.json").read_bytes())
    except OSError:
        raise SettingError(f"{home} has no trust.json") from None
    lock = OneProcess(home / "server")
    database = open_database(found.get("AMANA_DATABASE_URL", f"sqlite:///{home / 'server' / 'amana.db'}"))
    try:
        export = Export.verified(folder, trust)
        with database.writer.begin() as connection:
            migrate.upgrade(connection)
            ahead = _ahead(home / "server" / AHEAD, trust)
            count = replay(connection, export, trust, clock.day(now), ahead)
        scrub(database.writer)
        return count
    finally:
        database.dispose()
        lock.release()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it, and say in one line how it ended: 0 done, 2 wrong use, 3 not proven."""
    parser = argparse.ArgumentParser(prog="python -m server.replay", description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `amana audit export` wrote")
    options = parser.parse_args(arguments)
    try:
        count = run(options.folder, os.environ)
    except SettingError as error:
        sys.stderr.write(f"server.replay: {error}\n")
        return 2
    except CryptoError as error:
        sys.stderr.write(f"server.replay: not replayed: {error}. Nothing was changed.\n")
        return 3
    sys.stdout.write(f"{count} leaves came back. Start the house: it compares itself with the witnesses again.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
