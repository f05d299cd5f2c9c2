"""Exports of a house that destroys: what was there before is kept apart, and nobody is blamed for a round."""

from pathlib import Path
from typing import Any

import pytest

from client import erasures_found, exporting, records
from client.api import House
from client.findings import Fault
from client.folder import EARLIER, MEMOS, RECORDS, Folder
from client.line import Answer
from crypto.leaves import MEMO, NOTICE
from policies.erasures import Erasure
from policies.retention import WITHDRAWN
from tests.client.aging import arrival, busy_days, found, months_later, signer
from tests.client.bending import Bent
from tests.gate.her import publish
from tests.harness import Running
from tests.server.coming_back import later


def export(world: Running, name: str, house: House | None = None) -> tuple[exporting.Exported, Bent]:
    folder = world.folder / name
    done = exporting.export(house or world.house, world.organisation.trust, folder)
    return done, Bent(folder, world.organisation)


def beside(path: Path, index: int) -> tuple[bytes | None, bytes, bytes]:
    source = Folder(path)
    return source.record(index), source.notice(index), source.memo(index)


def test_what_was_there_is_kept_apart(tmp_path: Path) -> None:
    with busy_days(tmp_path) as (world, (gone, due, stays)):
        first, bent = export(world, "log")
        assert (first.erased, first.unnamed) == (0, 0)
        places = [arrival(world, gone), arrival(world, due)]
        before = [beside(bent.path, index) for index in places]
        others = [beside(bent.path, index) for index in range(first.size) if index not in places]
        months_later(world, stays)
        second, _ = export(world, "log")
        assert (second.erased, second.unnamed) == (2, 0)
        assert [beside(bent.path, index) for index in places] == before
        assert [beside(bent.path, index) for index in range(first.size) if index not in places] == others
        source = Folder(bent.path)
        for index in places:
            assert source.served(index) is None
            assert source.beside(index) == (bytes(NOTICE), bytes(MEMO))
        third, _ = export(world, "log")  # once more changes nothing
        assert (third.new, third.records, third.erased, third.unnamed) == (0, 0, 2, 0)
        assert [beside(bent.path, index) for index in places] == before
        assert found(bent) == []


@pytest.mark.parametrize("broken", [RECORDS, MEMOS])
def test_an_export_that_was_broken_off_while_it_set_aside(tmp_path: Path, broken: str) -> None:
    """What was seen first is not overwritten by the zeros of now."""
    with busy_days(tmp_path) as (world, (gone, _, stays)):
        _, bent = export(world, "log")
        index = arrival(world, gone)
        before = beside(bent.path, index)
        assert before[0] is not None
        months_later(world, stays)
        export(world, "log")
        (bent.path / RECORDS / str(index)).write_bytes(before[0])  # it was to be removed last
        if broken == MEMOS:
            bent.put(MEMOS, index, MEMO, before[2])  # and this had not been fetched
        export(world, "log")
        assert beside(bent.path, index) == before
        assert found(bent) == []


def test_a_house_that_still_hands_it_out(tmp_path: Path) -> None:
    """To an auditor who had it before, and to one who comes now."""
    with busy_days(tmp_path) as (world, (gone, _, _)):
        export(world, "log")
        index = arrival(world, gone)
        log, day = signer(world.organisation), world.clock.day
        publish(world, lambda _: Erasure(day=day, why=WITHDRAWN, indexes=(index,)).sign(log))
        for name in ("log", "new"):
            done, now = export(world, name)
            assert done.erased == 0
            assert found(now) == [Fault(index, erasures_found.STILL_THERE)]
            assert not (now.path / EARLIER).exists()


class Again:
    """A house that hands out a copy of what it said was gone."""

    def __init__(self, world: Running, place: str, data: bytes) -> None:
        self._world, self._place, self._data = world, place, data

    def get(self, path: str) -> Any:
        return Answer(200, self._data, {}) if path == self._place else self._world.server.get(path)


def test_a_record_that_comes_back(tmp_path: Path) -> None:
    with busy_days(tmp_path) as (world, (gone, _, _)):
        _, bent = export(world, "log")
        index = arrival(world, gone)
        data = world.house.record(index)
        assert data is not None
        later(world, 1)
        export(world, "log")
        assert found(bent) == []
        back: Any = Again(world, f"/log/records/{index}", data)
        export(world, "log", House("http://testserver.local", client=back))
        assert found(bent) == [Fault(index, erasures_found.STILL_THERE)]


class Nightly:
    """A house in which a round destroys while somebody exports: before the first record is asked for."""

    def __init__(self, world: Running, place: str) -> None:
        self._world, self._place, self._done = world, place, False

    def get(self, path: str) -> Any:
        if path.startswith(self._place) and not self._done:
            self._done = True
            later(self._world, 1)
        return self._world.server.get(path)


@pytest.mark.parametrize("place", ["/log/records/", "/log/notices/", "/log/memos/"])
def test_a_round_in_the_middle_of_an_export(tmp_path: Path, place: str) -> None:
    """The head that it began with names nothing; a newer one does."""
    with busy_days(tmp_path) as (world, _):
        house: Any = Nightly(world, place)
        done, bent = export(world, "log", House("http://testserver.local", client=house))
        assert (done.erased, done.unnamed) == (1, 0)
        assert found(bent) == []


def test_a_record_that_nothing_names_is_counted(tmp_path: Path) -> None:
    with busy_days(tmp_path) as (world, (gone, _, _)):
        index = arrival(world, gone)
        database = world.server.app.dependencies["database"].dependency()
        with database.writer.begin() as connection:
            connection.exec_driver_sql("UPDATE beside SET record = x'' WHERE \"index\" = ?", (index,))
        done, bent = export(world, "log")
        assert (done.erased, done.unnamed) == (1, 1)
        assert found(bent) == [Fault(index, records.MISSING)]
