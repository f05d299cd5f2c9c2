"""A witness signs what continues, and nothing else; it remembers before it answers, and keeps what does not fit."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto import notes, witnessing
from crypto.checkpoints import LogPolicy
from crypto.notes import Vkey
from crypto.witnessing import PATH, AddCheckpoint
from doors.environment import SettingError
from tests.witness.growing import NOW, Log, One, ask
from witness import settings
from witness.store import KEPT, Memory


@pytest.fixture
def log() -> Log:
    return Log().grow(20)


@pytest.fixture
def one(tmp_path: Path, log: Log) -> One:
    return One(tmp_path, log)


@pytest.fixture
def client(one: One) -> Iterator[Any]:
    with one.client() as started:
        yield started


def evidence(one: One) -> list[dict[str, str]]:
    """What it kept of heads that did not fit."""
    found = sorted(one.folder.glob("*/evidence/*"))
    return [{path.name: path.read_text() for path in place.iterdir()} for place in found]


def newest(client: Any, log: Log) -> str:
    return str(client.get(witnessing.place(log.key.name)).text)


def test_it_cosigns_a_log_that_grows(client: Any, one: One, log: Log) -> None:
    before = 0
    for size in (3, 3, 4, 17, 20):
        answer = ask(client, log.asks(before, size))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        policy = LogPolicy((log.vkey,), (one.vkey,), 1)
        head = policy.verify(log.head(size) + answer.text)
        assert (head.size, head.time) == (size, NOW)
        assert policy.verify(newest(client, log)) == head
        before = size
    assert evidence(one) == []


def test_who_does_not_know_where_it_stands_is_told(client: Any, log: Log) -> None:
    assert ask(client, log.asks(0, 5)).status_code == 200
    for old, size in ((0, 9), (4, 9), (9, 9), (0, 3)):
        answer = ask(client, log.asks(old, size))
        assert (answer.status_code, answer.text) == (409, "5\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
    assert ask(client, log.asks(5, 9)).status_code == 200


def test_it_never_signs_a_smaller_head(client: Any, log: Log) -> None:
    ask(client, log.asks(0, 9))
    for old in (0, 5, 8, 9):
        assert ask(client, AddCheckpoint(old, (), log.head(8))).status_code in {400, 409}
    assert newest(client, log).startswith(f"{log.key.name}\n9\n")


def test_a_fork_is_refused_and_kept_as_two_signed_heads(client: Any, one: One, log: Log) -> None:
    ask(client, log.asks(0, 9))
    same, longer = log.fork(6).grow(9), log.fork(6).grow(14)
    assert ask(client, same.asks(9, 9)).status_code == 422
    assert ask(client, longer.asks(9, 14)).status_code == 422
    assert ask(client, longer.asks(9, 14)).status_code == 422  # the same again is kept once
    assert {one["refused"] for one in evidence(one)} == {same.head(9), longer.head(14)}
    for kept in evidence(one):
        held = LogPolicy((log.vkey,), (one.vkey,), 1).verify(kept["held"])
        refused = LogPolicy((log.vkey,)).verify(kept["refused"])
        assert (held.size, held.origin) == (9, refused.origin)
        assert kept["proof"].startswith("old 9\n")
    assert ask(client, log.asks(9, 20)).status_code == 200  # the first history goes on


def test_two_roots_of_one_size_are_kept_whatever_else_is_asked(client: Any, one: One, log: Log) -> None:
    ask(client, log.asks(0, 9))
    assert ask(client, AddCheckpoint(0, (), log.fork(6).grow(9).head(9))).status_code == 409
    assert len(evidence(one)) == 1


def test_a_proof_that_was_bent_is_refused(client: Any, log: Log) -> None:
    ask(client, log.asks(0, 9))
    honest = log.asks(9, 20)
    for proof in ((), honest.proof[:-1], (*honest.proof, bytes(32)), (bytes(32), *honest.proof[1:]), (b"x",)):
        assert ask(client, AddCheckpoint(9, proof, honest.checkpoint)).status_code == 422
    assert ask(client, AddCheckpoint(0, (bytes(32),), log.head(20))).status_code == 409
    assert newest(client, log).startswith(f"{log.key.name}\n9\n")


def test_evidence_is_bounded(client: Any, one: One, log: Log) -> None:
    ask(client, log.asks(0, 9))
    for _ in range(KEPT + 3):
        assert ask(client, AddCheckpoint(9, (os.urandom(32),), log.head(20))).status_code == 422
    assert len(evidence(one)) == KEPT


def test_a_log_that_it_does_not_know(client: Any) -> None:
    assert ask(client, Log("log.other.example").grow(3).asks(0, 3)).status_code == 404


def test_a_head_that_the_log_did_not_sign(client: Any, one: One, log: Log) -> None:
    stranger = Log(log.key.name).grow(3)  # the name, and another key
    assert ask(client, stranger.asks(0, 3)).status_code == 403
    bent = log.head(3).replace("\n3\n", "\n4\n")
    assert ask(client, AddCheckpoint(0, (), bent)).status_code == 403
    assert not list(one.folder.glob("*/checkpoint"))


def test_two_logs_are_two(tmp_path: Path, log: Log) -> None:
    other = Log("log.other.example").grow(9)
    one = One(tmp_path, log, other)
    with one.client() as client:
        assert ask(client, log.asks(0, 5)).status_code == 200
        assert ask(client, other.asks(0, 2)).status_code == 200
        assert ask(client, log.asks(5, 9)).status_code == 200
        assert ask(client, other.asks(2, 9)).status_code == 200
        assert ask(client, AddCheckpoint(9, (), other.head(9).replace(other.key.name, log.key.name))).status_code == 403
        assert newest(client, other).startswith("log.other.example\n9\n")


@pytest.mark.parametrize(
    "body", [b"", b"old 1\n", b"old x\n\nlog\n", b"\xff", b"old 5\n\nlog.test.example\n3\nAA\n\n- x\n"]
)
def test_what_is_no_request(client: Any, body: bytes) -> None:
    answer = client.post(PATH, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert body[:8].decode("utf-8", "replace") not in answer.text or not body


def test_too_long_an_old_size_past_the_head_and_what_is_not_there(client: Any, log: Log) -> None:
    assert client.post(PATH, content=b"x" * (witnessing.REQUEST + 1)).status_code == 413
    assert ask(client, AddCheckpoint(5, (), log.head(3))).status_code == 400
    assert client.get(witnessing.place(log.key.name)).status_code == 404
    assert client.get(f"/{'0' * 64}/checkpoint").status_code == 404
    assert client.get("/health").json() == {"status": "ok"}


def test_it_remembers_across_a_restart(one: One, log: Log) -> None:
    with one.client() as client:
        ask(client, log.asks(0, 9))
    with one.client() as client:
        assert ask(client, log.asks(0, 9)).text == "9\n"
        assert ask(client, log.fork(6).grow(12).asks(9, 12)).status_code == 422


def test_it_remembers_before_it_answers(one: One, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    with one.client() as client:
        ask(client, log.asks(0, 3))
        monkeypatch.setattr(Memory, "keep", full)
        assert ask(client, log.asks(3, 9)).status_code == 503
        assert ask(client, log.asks(3, 3)).status_code == 503
        monkeypatch.undo()
        assert ask(client, log.fork(3).grow(9).asks(3, 9)).status_code == 200  # nothing was signed before


def full(*_: object) -> None:
    raise OSError("no space")


def test_without_her_memory_she_does_not_start(one: One, log: Log, tmp_path: Path) -> None:
    with one.client() as client:
        ask(client, log.asks(0, 3))
    one.folder.rename(tmp_path / "away")
    with pytest.raises(SettingError):
        one.app()


def test_a_memory_that_was_changed_stops_the_start(one: One, log: Log) -> None:
    with one.client() as client:
        ask(client, log.asks(0, 9))
    (place,) = one.folder.glob("*/checkpoint")
    place.write_text(log.head(3))  # not signed by her
    with pytest.raises(SettingError):
        one.app()


def test_files_are_for_their_owner_only(client: Any, one: One, log: Log) -> None:
    ask(client, log.asks(0, 9))
    ask(client, log.fork(6).grow(9).asks(9, 9))
    for path in one.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.name == "lock", path


def test_what_she_keeps_has_the_log_s_lines_and_hers_only(client: Any, log: Log) -> None:
    line = notes.sign_cosignature("stranger", bytes(32), notes.split(log.head(3))[0], 5)
    assert ask(client, AddCheckpoint(0, (), log.head(3) + line)).status_code == 200
    assert "stranger" not in newest(client, log)


def test_logs_by_their_keys(tmp_path: Path) -> None:
    first, second = Log("a.example"), Log("b.example")
    file = tmp_path / "logs"
    file.write_text(f"{first.vkey}\n\n {second.vkey}\n")
    assert settings.listed(file) == [str(first.vkey), str(second.vkey)]
    assert settings.listed(None) == []
    with pytest.raises(SettingError):
        settings.listed(tmp_path / "nothing")
    found = settings.by_origin([str(first.vkey), str(second.vkey)])
    assert {name: policy.log for name, policy in found.items()} == {
        "a.example": (first.vkey,),
        "b.example": (second.vkey,),
    }
    for bad in ([], ["nothing"], [str(first.vkey)[:-1]]):
        with pytest.raises(SettingError):
            settings.by_origin(bad)
    assert isinstance(found["a.example"].log[0], Vkey)
