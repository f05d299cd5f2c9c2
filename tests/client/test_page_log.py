"""What the log names as the page: a house that shows an older note, none, or another log is found (protocol 8.8)."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from client.api import House
from client.errors import UnprovenError, UsageError
from client.line import Answer
from client.naming import file_name, name_page
from client.page import package_manifest
from client.page_log import Named, named
from crypto import merkle
from crypto.checkpoints import TlogProof
from crypto.hashing import sha256
from crypto.relay import Publication
from policies.statements import Current, PageCode
from tests.client.conftest import Rehearsal
from tests.harness import OFFICERS, Running
from tests.samples import send
from web.assets import DIST


def publish(world: Running, number: int, manifest: bytes) -> int:
    signed = world.organisation.signed(PageCode(number, manifest).text(), *OFFICERS[:2])
    return world.house.publish(Publication(note=signed))


def looked(world: Running, house: House | None = None) -> Named | None:
    return named(house or world.house, world.organisation.trust, world.in_force.current)


@dataclass
class Lying:
    """A line to a house that answers something else on some paths."""

    server: Any
    bent: Mapping[str, Answer]

    def get(self, path: str) -> Answer:
        if path in self.bent:
            return self.bent[path]
        real = self.server.get(path)
        return Answer(real.status_code, real.content, real.headers)

    def post(self, path: str, *, content: bytes) -> Answer:
        raise AssertionError(path, content)


def lying(world: Running, bent: Mapping[str, Answer]) -> House:
    return House("http://testserver.local", client=Lying(world.server, bent))


MISSING = Answer(404, b"", {})


def text(body: str) -> Answer:
    return Answer(200, body.encode(), {})


def test_the_newest_is_found_among_all_that_came_after(fresh: Running) -> None:
    assert looked(fresh) is None
    publish(fresh, 1, bytes(32))
    index = publish(fresh, 2, bytes([7]) * 32)
    for name in ("S01", "S02", "S03"):
        send(fresh, name)
    fresh.house.publish(fresh.organisation.revocation("r4", fresh.clock.day))
    assert looked(fresh) == Named(index, PageCode(2, bytes([7]) * 32))


def test_an_older_note_or_none_is_found_out(fresh: Running) -> None:
    publish(fresh, 1, bytes(32))
    old = fresh.house.page_proof()
    head = fresh.house.checkpoint()
    publish(fresh, 2, bytes([7]) * 32)
    index, size = TlogProof.parse(old).index, 4
    # the older note, proven in the newest head
    hashes = [merkle.leaf_hash(one) for one in fresh.house.entries(0, size)]
    again = TlogProof(index, tuple(merkle.inclusion(hashes, index)), fresh.house.checkpoint()).encode()
    for shown in ({"/trust/page/proof": text(again)}, {"/trust/page/proof": MISSING}):
        with pytest.raises(UnprovenError):
            looked(fresh, lying(fresh, shown))
    # the older note in the older head, which gates have read past
    send(fresh, "S01")
    with pytest.raises(UnprovenError):
        looked(fresh, lying(fresh, {"/trust/page/proof": text(old), "/log/checkpoint": text(head)}))


def test_a_statement_that_is_withheld_or_another_is_found_out(fresh: Running) -> None:
    index = publish(fresh, 1, bytes(32))
    later = fresh.house.publish(fresh.organisation.revocation("r4", fresh.clock.day))
    other = fresh.house.statement(0)
    for path in (f"/trust/leaf-{index}", f"/trust/leaf-{later}"):
        for shown in (MISSING, text(other)):
            with pytest.raises(UnprovenError):
                looked(fresh, lying(fresh, {path: shown}))
    assert looked(fresh, lying(fresh, {}))


def test_leaves_that_are_not_those_of_the_head_are_found_out(fresh: Running) -> None:
    publish(fresh, 1, bytes(32))
    send(fresh, "S01")
    path = "/log/tile/entries/000.p/4"
    data = bytearray(fresh.server.get(path).content)
    data[-1] ^= 1
    with pytest.raises(UnprovenError):
        looked(fresh, lying(fresh, {path: Answer(200, bytes(data), {})}))


def test_a_log_that_is_not_the_one_gates_have_read_is_found_out(fresh: Running) -> None:
    publish(fresh, 1, bytes(32))
    send(fresh, "S01")
    honest = fresh.in_force.current
    trust = fresh.organisation.trust
    for size, root in ((4, sha256(b"another")), (5, honest.log[1])):
        current = Current(day=honest.day, bundle=honest.bundle, directory=honest.directory, log=(size, root))
        with pytest.raises(UnprovenError):
            named(fresh.house, trust, current)


# Naming


def test_the_ceremony_names_the_page_and_a_new_one_is_the_next_version(unpublished: Rehearsal) -> None:
    folder = unpublished.folder
    trust, ours = folder.trust(), package_manifest()
    first = dict(folder.statements())[file_name(1)]
    assert PageCode.verify(first, trust, after=0) == PageCode(1, ours)
    assert name_page(folder, ours) == (PageCode(1, ours), first)
    for number in (2, 3):
        page, note = name_page(folder, sha256(bytes([number])))
        assert PageCode.verify(note, trust, after=number - 1) == page == PageCode(number, sha256(bytes([number])))
    assert name_page(folder, ours)[0].number == 4  # back to the first page is a new version


def test_one_officer_names_no_page(unpublished: Rehearsal) -> None:
    folder = unpublished.folder
    for name in ("officer-2", "officer-3"):
        folder.key("officers", name).unlink()
    with pytest.raises(UsageError, match="takes 2 officers"):
        name_page(folder, bytes(32))
    assert file_name(2) not in dict(folder.statements())
    path = folder.statement(file_name(1))
    path.chmod(0o600)
    path.write_text(path.read_text().replace("version 1", "version 2"))
    with pytest.raises(UnprovenError):
        name_page(folder, package_manifest())


def test_a_damaged_package_is_named_by_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    shutil.copytree(DIST, folder)
    assert package_manifest(folder) == package_manifest()
    (folder / "page.js").write_bytes((folder / "page.js").read_bytes() + b" ")
    with pytest.raises(UnprovenError):
        package_manifest(folder)
