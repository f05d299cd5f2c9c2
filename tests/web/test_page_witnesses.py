"""Witnesses on the page: where the bundle asks for a quorum, a head without it stops her before she types (P7, 13).

The house here hands out heads that two of three witnesses cosigned; the street takes cosignatures away.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from crypto import notes
from crypto.checkpoints import LogPolicy
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey
from policies.trust import Trust
from tests.harness import Organisation, Running, running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser
from tests.witness.house import Outside, published

NOBODY = "http://127.0.0.1:9"  # where nothing answers: the page passes over addresses, the house gets others
WITNESSES = [KeyRing.new("witness", f"witness-{number}", os.urandom) for number in (1, 2, 3)]


@dataclass
class Witnessed(Organisation):
    """Two of three witnesses must cosign: bundle and `trust.json` say so."""

    @property
    def policy_text(self) -> str:
        keys = {one.name: Vkey(one.name, Kind.COSIGNATURE, one.identity_public) for one in WITNESSES}
        lines = [
            f"log {self.vkey('log', self.log.name)}",
            *(f"witness {name} {key} {NOBODY}" for name, key in keys.items()),
        ]
        return "\n".join([*lines, f"group outside 2 {' '.join(keys)}", "quorum outside", ""])


@dataclass
class WitnessedLater(Witnessed):
    """`trust.json` is from before there were witnesses; the bundle asks for them."""

    @property
    def trust(self) -> Trust:
        alone = LogPolicy.parse(f"log {self.vkey('log', self.log.name)}\nquorum none\n")
        return replace(super().trust, log_policy=alone)


def cosigned(note: str, *witnesses: KeyRing) -> str:
    text, _ = notes.split(note)
    return note + "".join(notes.sign_cosignature(one.name, one.identity, text, int(time.time())) for one in witnesses)


@contextmanager
def witnessed(folder: Path, organisation: Organisation) -> Iterator[Running]:
    """A house whose first two witnesses can be reached; gates and proofs get their cosignatures too."""
    log = organisation.vkey("log", organisation.log.name)
    with ExitStack() as stack:
        there = [stack.enter_context(Outside(folder / one.name, one, log)) for one in WITNESSES[:2]]
        calls = {one.settings.key.name: one.call for one in there}
        yield stack.enter_context(running(folder, organisation, witnesses=calls))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with witnessed(tmp_path_factory.mktemp("witnessed"), Witnessed()) as started:
        yield started


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def without(*names: str) -> Callable[[bytes], bytes]:
    """Take away every line that one of these signed."""

    def bend(data: bytes) -> bytes:
        lines = data.decode().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(tuple(f"— {name} " for name in names))).encode()

    return bend


def by(*witnesses: KeyRing) -> Callable[[bytes], bytes]:
    """Have just these cosign."""
    bare = without("witness-1", "witness-2")
    return lambda data: cosigned(bare(data).decode(), *witnesses).encode()


def stopped(chrome: Any, way: Street) -> bool:
    """Open the page; return whether it stops. Either way she has typed nothing, and nothing was sent."""
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').click()
    page.get_by_role("heading", level=1).filter(has_not_text=visitor.t("check.title")).wait_for()
    titles = {visitor.t("stop.title"): True, visitor.t("safety.title"): False}
    page.wait_for_function("titles => titles.includes(document.querySelector('h1').textContent)", arg=list(titles))
    found = titles[page.locator("h1").inner_text()]
    if found:
        assert page.get_by_text(visitor.t("stop.unproven")).is_visible()
        assert page.locator("input, textarea, select").count() == 0
    page.context.close()
    assert not [one for one in way.passed if one.sent]
    return found


def test_with_enough_cosignatures_she_goes_on_and_it_is_proven(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    visitor.tell(samples()["S01"])
    visitor.send()  # waits for the proof, whose head needs the quorum too
    # Her proof is not there before witnesses have signed: the page asks again, and the browser notes that.
    assert [one for one in visitor.errors if "404" not in one] == []
    page.context.close()


BENT = {
    "none": (by(), True),
    "one": (by(WITNESSES[0]), True),
    "one of them twice": (by(WITNESSES[1], WITNESSES[1]), True),
    "one and a stranger": (by(WITNESSES[0], KeyRing.new("witness", "witness-2", os.urandom)), True),
    "two others": (by(*WITNESSES[1:]), False),
    "all three": (by(*WITNESSES), False),
}


@pytest.mark.parametrize("case", BENT)
def test_a_head_without_its_quorum_stops_her_before_she_types(chrome: Any, way: Street, case: str) -> None:
    bend, stops = BENT[case]
    way.bent["/log/checkpoint"] = bend
    assert stopped(chrome, way) is stops


def test_a_quorum_that_the_bundle_alone_asks_for_counts_as_much(chrome: Any, tmp_path: Path) -> None:
    with witnessed(tmp_path, WitnessedLater()) as later, street(later.server) as way:
        assert not stopped(chrome, way)
        way.bent["/log/checkpoint"] = by(WITNESSES[0])
        assert stopped(chrome, way)


def test_a_head_that_is_older_than_what_gates_have_read_stops_her(chrome: Any, world: Running, way: Street) -> None:
    size = published(world)
    old = world.house.checkpoint()
    world.house.publish(world.organisation.revocation("r4", world.clock.day))
    deadline = time.monotonic() + 20
    while world.in_force.current.log[0] <= size:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not stopped(chrome, way)
    way.bent["/log/checkpoint"] = lambda _: old.encode()
    assert stopped(chrome, way)
