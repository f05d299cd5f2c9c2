"""P4: what a seized server shows. All samples, several openings, then every byte on disk and everything logged."""

import logging
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from client.api import House
from client.sealing_files import Described, add_decoys, seal_file
from crypto import objects
from crypto.limits import limit
from crypto.relay import Certificates
from crypto.sections import Section
from policies.directory import DirectoryBody
from server.store import metadata
from tests.asking import Asking
from tests.harness import Organisation, Running, people_today, running
from tests.samples import samples, send
from tests.server.test_files import Sent

AGENT = "Mozilla/5.0 (cheap phone; PeaceTest/7)"
LONG = 6  # bytes: shorter words turn up in noise by chance, and are looked for in text only
NAMES = {f"r{number}": f"zulmira-{number:02d}-kestrel" for number in range(1, 9)}


def renamed() -> dict[str, Any]:
    """The cast under pseudonyms that cannot turn up by chance."""
    people = people_today()
    for one in people["reviewers"]:
        one["name"] = NAMES[one["name"]]
    return people


@contextmanager
def listening() -> Iterator[list[str]]:
    """Keep whatever is logged, at any level, but by the client: that is on the client's machine."""
    lines: list[str] = []

    class Catch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore")):
                lines.append(self.format(record))

    catch = Catch(level=logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(catch)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(catch)
        root.setLevel(level)


def days_work(world: Running, ids: dict[str, bytes]) -> None:
    """Openings, refusals, a recusal, and strangers at the door."""
    for who, name in (("r1", "S01"), ("r2", "S01"), ("r5", "S02"), ("r1", "S03")):
        Asking(world, NAMES[who], ids[name], [Section.CARD], because="because of zebra-quartz").send()
    Asking(world, NAMES["r1"], ids["S08"], [Section.STORY]).approve(NAMES["r4"], Section.STORY).send()
    Asking(world, NAMES["r1"], ids["S01"], [Section.CARD], action="recuse").send()
    world.server.post("/v1/reports", content=b"junk from 203.0.113.77")
    for path in ("/nowhere", "/v1/reports?since=" + "x" * 10):
        world.server.get(path)


@pytest.fixture(scope="module")
def seized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path, str]]:
    """Return the world after its day's work, its folder, and what was logged."""
    folder = tmp_path_factory.mktemp("seized")
    with listening() as lines, running(folder, Organisation(people=renamed())) as world:
        world.server.headers["user-agent"] = AGENT
        world.server.headers["x-forwarded-for"] = "203.0.113.77"
        days_work(world, {name: send(world, name) for name in samples()})
        yield world, folder, "\n".join(lines)


def everything(folder: Path) -> bytes:
    """Every byte of the server's folder: database, WAL, lock, whatever there is."""
    return b"\0".join(path.read_bytes() for path in sorted((folder / "server").rglob("*")) if path.is_file())


def test_of_files_only_buckets_and_days(tmp_path: Path) -> None:
    """Names are random, sizes are buckets, numbers too; no column and no file's own time says more than the day."""
    (tmp_path / "house").mkdir()
    with listening() as lines, running(tmp_path / "house") as world:
        sent = Sent(world, tmp_path, 123_456)
        (tmp_path / "plain").write_bytes(os.urandom(5))
        seal_file(tmp_path / "plain", tmp_path / "sealed", Described(kind="f", media="image/x-zebra"), draw=os.urandom)
        seal_file(tmp_path / "plain", tmp_path / "sealed", Described(kind="f", media="image/x-zebra"), draw=os.urandom)
        add_decoys(tmp_path / "sealed", draw=os.urandom)
        assert sent.carrier().bring(sent.files()).whole == sorted(sent.files(), key=lambda one: one.stat().st_size)
        coming = os.urandom(32)
        ticket = objects.ticket(sent.envelope.received, coming, len(sent.sealed))
        assert sent.create(object=coming, ticket=ticket).status_code == 201
        sent.path = f"/v1/objects/{coming.hex()}"
        assert sent.patch(0, sent.sealed[:1000]).status_code == 204
        query = "SELECT length, offset, day, leaf FROM object ORDER BY offset"
        with world.server.app.dependencies["database"].dependency().reader.connect() as connection:
            rows = [tuple(row) for row in connection.exec_driver_sql(query)]
        there = [one for part in ("objects", "uploads") for one in (world.folder / part).iterdir()]
        assert len(there) == len(rows) == 5
        assert {length for length, *_ in rows} <= set(objects.SIZES)
        assert {day for _, _, day, _ in rows} == {world.clock.day}
        assert [(offset, leaf) for _, offset, _, leaf in rows if leaf is None] == [(1000, None)]
        assert all(len(bytes.fromhex(one.name)) == 32 for one in there)
        assert {(one.stat().st_mtime, one.stat().st_atime) for one in there} == {(0, 0)}
        assert {one.stat().st_mode & 0o777 for one in there} == {0o600}
        for one in there:
            assert len(zlib.compress(one.read_bytes(), 9)) > 0.99 * one.stat().st_size
        disk = everything(world.folder) + "\n".join(lines).encode()
        for needle in (b"zebra", sent.piece.key, coming.hex().encode(), sent.piece.object.hex().encode()):
            assert needle not in disk


def words_of(value: object) -> Iterator[str]:
    """Every string in a report."""
    if isinstance(value, dict):
        for one in value.values():
            yield from words_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_of(one)
    elif isinstance(value, str):
        yield from value.replace(",", " ").replace(".", " ").split()


def test_no_word_of_any_report(seized: tuple[Running, Path, str]) -> None:
    _, folder, logged = seized
    disk = everything(folder) + logged.encode()
    public = public_text(folder)  # rules and vocabulary words are published on purpose
    looked = 0
    for report in samples().values():
        reported = {key: value for key, value in report.items() if key not in ("fixture", "id", "coding")}
        for word in set(words_of(reported)):
            needle = word.encode()
            if len(needle) >= LONG and needle not in public:
                assert needle not in disk, "a word of a report is on the server's disk"
                looked += 1
    assert looked > 600


def public_text(folder: Path) -> bytes:
    """Bodies of bundles and directories, which are public and say nothing about any report."""
    with sqlite3.connect(folder / "server" / "amana.db") as database:
        rows = database.execute("SELECT note, body FROM statement").fetchall()
    return b"".join(note.encode() + body for note, body in rows)


def test_no_reviewer_beyond_the_public_directory(seized: tuple[Running, Path, str]) -> None:
    """Pseudonyms stand in the public directory and nowhere else; attributes nowhere at all."""
    world, folder, _ = seized
    directory = world.organisation.directory
    assert directory is not None
    public = public_text(folder)
    disk = everything(folder)
    for name in NAMES.values():
        in_notes = public.count(name.encode())
        in_certificates = 1  # the sealed certificate is filed under the pseudonym
        pages = disk.count(name.encode())
        # Database and WAL may each hold a copy of a page; never one more than statements account for.
        assert 0 < pages <= 4 * (in_notes + in_certificates)
    for one in renamed()["reviewers"]:
        for link in one["links"]:
            if link.encode() not in public:
                assert link.encode() not in disk
    body = DirectoryBody.decode(directory.body.encode(), limit=limit("body"))
    assert {field for person in body.people for field in person.__struct_fields__} == {
        "name",
        "role",
        "identity",
        "encryption",
        "pools",
        "commitment",
    }


def test_who_opened_what_is_not_there(seized: tuple[Running, Path, str]) -> None:
    """No table of openings; what lies beside the leaves cannot be compressed: it is ciphertext or noise."""
    _, folder, _ = seized
    with sqlite3.connect(folder / "server" / "amana.db") as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == set(metadata.tables) | {"alembic_version"}
        columns = {
            (table, row[1]) for table in metadata.tables for row in database.execute(f"PRAGMA table_info({table})")
        }
        assert columns == {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}
        statements = {row[0] for row in database.execute("SELECT leaf FROM statement")}
        beside = database.execute('SELECT "index", record, notice, memo FROM beside').fetchall()
        contents = database.execute("SELECT content, slots FROM report").fetchall()
        leaves = database.execute('SELECT "index", leaf FROM leaf').fetchall()
    sealed = [record + notice + memo for index, record, notice, memo in beside if index not in statements]
    assert len({len(one) for one in sealed}) == 1
    for blob in (b"".join(sealed), *(content[400:] + slots[400:] for content, slots in contents)):
        assert len(zlib.compress(blob, 9)) > 0.995 * len(blob)
    noise = b"".join(leaf for index, leaf in leaves if index not in statements)
    assert len(zlib.compress(noise, 9)) > 0.98 * len(noise)
    assert b"zebra-quartz" not in everything(folder)


def test_no_address_and_no_agent(seized: tuple[Running, Path, str]) -> None:
    """P9. Nothing of it is logged either, at any level."""
    _, folder, logged = seized
    disk = everything(folder) + logged.encode()
    for needle in (AGENT, "PeaceTest", "203.0.113.77", "testclient", "Mozilla"):
        assert needle.encode() not in disk


def test_days_and_nothing_finer(seized: tuple[Running, Path, str]) -> None:
    _, folder, _ = seized
    with sqlite3.connect(folder / "server" / "amana.db") as database:
        days = [row[0] for row in database.execute("SELECT day FROM report")]
    assert all(20_000 < day < 40_000 for day in days)  # days since 1970, not seconds or minutes


def test_stories_of_one_size(seized: tuple[Running, Path, str]) -> None:
    """A tile and no text looks like a page of text."""
    world, _, _ = seized
    sizes = {tuple(map(len, world.house.content(one.raw).sections)) for one in world.house.reports()}
    assert len(sizes) == 1


def test_certificates_are_sealed(seized: tuple[Running, Path, str]) -> None:
    world, _, _ = seized
    house: House = world.house
    sealed = Certificates.decode(house.directory(1)[2], limit=1 << 24).sealed
    assert len(sealed) == 11
    for _, one in sealed:
        assert len(zlib.compress(one, 9)) > 0.99 * len(one)
