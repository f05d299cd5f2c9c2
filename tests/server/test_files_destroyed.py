"""Files go with their report: closed, destroyed with it, or given up when nobody comes back (protocol 19.7, 19.9)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto import objects, words
from doors.problem import NotFound
from server.arriving import Uploads
from tests.checking import check_world
from tests.harness import Running
from tests.server.coming_back import Her, later, rounds, rows, serious
from tests.server.test_destroyed import on_disk, scrubbed
from tests.server.test_files import TUS, Sent
from tests.server.test_files_half_done import size, until


class Back(Her):
    """She whose files they are, come back with her words."""

    def __init__(self, sent: Sent) -> None:
        self.world, self.words, self.report = sent.world, sent.words, sent.report
        self.keys = words.keys(sent.words)


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    (tmp_path / "house").mkdir()
    with serious(tmp_path / "house") as world:
        for _ in range(2):  # the calendar begins; then today's files are looked after, and no thread does it in between
            rounds(world).tick()
        yield Sent(world, tmp_path)


def lying(world: Running) -> list[str]:
    """Names of all files of files that there are."""
    return sorted(path.name for part in ("uploads", "objects") for path in (world.folder / part).iterdir())


def another(sent: Sent, part: int) -> str:
    """Announce one more object and send a part of it; return its path."""
    name = os.urandom(32)
    ticket = objects.ticket(sent.envelope.received, name, len(sent.sealed))
    assert sent.create(object=name, ticket=ticket).status_code == 201
    path = f"/v1/objects/{name.hex()}"
    headers = TUS | {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
    assert sent.world.server.patch(path, content=os.urandom(part), headers=headers).status_code == 204
    return path


def answers(sent: Sent, *paths: str) -> set[int]:
    """How all questions about these are answered."""
    server: Any = sent.world.server
    headers = TUS | {"content-type": "application/offset+octet-stream", "upload-offset": "100"}
    said = set()
    for path in paths:
        said.add(server.get(path).status_code)
        said.add(server.get(path, headers={"range": "bytes=0-9"}).status_code)
        said.add(server.head(path, headers=TUS).status_code)
        said.add(server.patch(path, content=b"more", headers=headers).status_code)
    return said


def test_withdrawn_at_once_and_destroyed_when_it_is_due(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    coming = another(sent, 100)
    her = Back(sent)
    assert her.withdraws().status_code == 202
    assert answers(sent, sent.path, coming) == {404}
    assert sent.create().status_code == 403
    assert sent.world.server.get(f"{sent.path}/proof").status_code == 200  # that it came stays provable
    assert len(lying(sent.world)) == 2
    assert her.opens_again().status_code == 202
    assert sent.world.server.get(sent.path).content == sent.sealed
    assert sent.world.server.head(coming, headers=TUS).headers["upload-offset"] == "100"
    assert her.withdraws_again().status_code == 202
    later(sent.world, 8)
    assert lying(sent.world) == []
    assert rows(sent.world, "SELECT * FROM object") == []
    assert answers(sent, sent.path, coming) == {404}
    assert sent.world.server.get(f"{sent.path}/proof").status_code == 404
    scrubbed(sent.world)
    assert sent.piece.object not in on_disk(sent.world.folder)
    check_world(sent.world.folder, sent.world.organisation.trust.log_policy, sent.world.key("a1"))


def test_now_is_now(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    coming = another(sent, 100)
    stranger = Sent(sent.world, sent.folder)
    stranger.create()
    stranger.patch(0, stranger.sealed)
    assert Back(sent).withdraws(now=True).status_code == 202
    assert answers(sent, sent.path, coming) == {404}
    until(lambda: lying(sent.world) == [stranger.piece.object.hex()])  # no round is waited for
    assert sent.world.server.get(stranger.path).content == stranger.sealed


def test_a_report_that_falls_due(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    later(sent.world, 3 * 366)
    assert lying(sent.world) == []
    assert answers(sent, sent.path) == {404}


def test_reading_ends_when_she_takes_it_back(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    files = rounds(sent.world)._files  # noqa: SLF001 - each step of a download asks this
    assert files.read(sent.piece.object, 5, 10) == sent.sealed[5:15]
    Back(sent).withdraws()
    with pytest.raises(NotFound):
        files.read(sent.piece.object, 15, 10)


def test_an_object_whose_report_goes_while_its_last_step_is_done(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.create()
    files, before = rounds(sent.world)._files, size(sent.world)  # noqa: SLF001
    storage = files._storage  # noqa: SLF001
    put = storage.put

    def meanwhile(name: str, path: Path) -> None:
        assert Back(sent).withdraws(now=True).status_code == 202
        put(name, path)

    monkeypatch.setattr(storage, "put", meanwhile)
    assert sent.patch(0, sent.sealed).status_code == 404
    assert lying(sent.world) == []
    assert size(sent.world) == before + 2  # her withdrawal and her wish; no object


def test_a_report_that_goes_while_a_body_comes(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.create()
    state = Uploads.state

    async def late(self: Uploads, name: bytes) -> Any:
        found = await state(self, name)
        rows_gone(sent.world)
        return found

    monkeypatch.setattr(Uploads, "state", late)
    assert sent.patch(0, sent.sealed).status_code == 404
    assert lying(sent.world) == []


def rows_gone(world: Running) -> None:
    """What destroying does to rows."""
    ledger = world.server.app.dependencies["ledger"].dependency()

    def job(connection: Any, _: int) -> tuple[list[Any], None]:
        connection.exec_driver_sql("DELETE FROM object")
        return [], None

    ledger.submit(job).result(10)


def test_nobody_came_back(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    coming = another(sent, 100)
    later(sent.world, 2)
    assert sent.world.server.head(coming, headers=TUS).headers["upload-offset"] == "100"
    late = TUS | {"content-type": "application/offset+octet-stream", "upload-offset": "100"}
    assert sent.world.server.patch(coming, content=b"x", headers=late).status_code == 204
    later(sent.world, 2)
    assert sent.world.server.head(coming, headers=TUS).status_code == 200
    later(sent.world, 1)
    assert sent.world.server.head(coming, headers=TUS).status_code == 404
    assert lying(sent.world) == [sent.piece.object.hex()]


def test_what_lets_her_add_is_forgotten_after_a_week(sent: Sent) -> None:
    later(sent.world, 7)
    assert sent.create().status_code == 201
    assert sent.envelope.received in on_disk(sent.world.folder)
    later(sent.world, 1)
    scrubbed(sent.world)
    assert sent.envelope.received not in on_disk(sent.world.folder)
    assert sent.create().status_code == 403
    assert sent.patch(0, sent.sealed).status_code == 204  # what was announced in time may still come


def test_bytes_without_a_row_go_and_nothing_else(sent: Sent) -> None:
    """Of a crash between rows and bytes. What has another name than an object is not the house's."""
    sent.create()
    sent.patch(0, sent.sealed)
    folder = sent.world.folder
    (folder / "objects" / ("ab" * 32)).write_bytes(b"left")
    (folder / "uploads" / ("cd" * 32)).write_bytes(b"left")
    (folder / "objects" / "somebody's notes.txt").write_bytes(b"stays")
    rounds(sent.world)._files.tidy()  # noqa: SLF001
    assert lying(sent.world) == sorted([sent.piece.object.hex(), "somebody's notes.txt"])


def test_a_round_forgets_when_a_file_came(sent: Sent) -> None:
    """A file system notes by itself when a file was made: so the round makes it anew, once."""
    sent.create()
    sent.patch(0, sent.sealed)
    file = sent.world.folder / "objects" / sent.piece.object.hex()
    first = file.stat()
    later(sent.world, 1)
    anew = file.stat()
    assert (first.st_mtime, anew.st_mtime) == (0, 1)
    assert anew.st_ino != first.st_ino
    assert anew.st_ctime > first.st_ctime
    assert anew.st_mode & 0o777 == 0o600
    assert sent.world.server.get(sent.path).content == sent.sealed
    later(sent.world, 1)
    assert file.stat().st_ino == anew.st_ino
    assert lying(sent.world) == [file.name]
