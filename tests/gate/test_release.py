"""What a server may try between decision and release: other proofs, other leaves, other reports (protocol 11.8)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from crypto.checkpoints import TlogProof
from crypto.relay import SYNC_LIMIT, DecisionsReply, ReleasesCall
from crypto.sections import Section
from doors.problem import Denied, Malformed
from tests.asking import Asking
from tests.harness import Post, running
from tests.samples import send

CARD = Section.CARD


def bending(bend: Callable[[ReleasesCall], ReleasesCall], answers: list[Any]) -> Callable[[str, Post], Post]:
    """A server that changes what it hands over for the release."""

    def wrap(_: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            if path != "/v1/releases":
                return honest(path, content)
            call = bend(ReleasesCall.decode(content, limit=SYNC_LIMIT))
            answers.append(honest(path, call.encode()))
            return answers[-1]

        return post

    return wrap


def other_index(call: ReleasesCall) -> ReleasesCall:
    proof = TlogProof.parse(call.proofs[0])
    return structs.replace(call, proofs=[TlogProof(proof.index - 1, proof.hashes, proof.checkpoint).encode()])


def no_proof(call: ReleasesCall) -> ReleasesCall:
    return structs.replace(call, proofs=[])


def without_hashes(call: ReleasesCall) -> ReleasesCall:
    proof = TlogProof.parse(call.proofs[0])
    return structs.replace(call, proofs=[TlogProof(proof.index, (), proof.checkpoint).encode()])


@pytest.mark.parametrize("bend", [other_index, no_proof, without_hashes])
def test_a_proof_that_is_not_of_this_leaf(tmp_path: Path, bend: Callable[[ReleasesCall], ReleasesCall]) -> None:
    answers: list[Any] = []
    with running(tmp_path, wrap=bending(bend, answers)) as world:
        report = send(world, "S01")
        asking = Asking(world, "r1", report, [CARD])
        answer = asking.send()
        assert asking.released(answer) == {}
        assert [one.status_code for one in answers] == [400]


def test_a_proof_moved_from_another_report(tmp_path: Path) -> None:
    """The proof of one report's opening does not release another's."""
    proofs: list[str] = []
    answers: list[Any] = []

    def bend(call: ReleasesCall) -> ReleasesCall:
        proofs.extend(call.proofs)
        return structs.replace(call, proofs=proofs[:1])

    with running(tmp_path, wrap=bending(bend, answers)) as world:
        first, second = send(world, "S01"), send(world, "S03")
        one = Asking(world, "r1", first, [CARD])
        assert one.released(one.send())
        other = Asking(world, "r1", second, [CARD])
        assert other.released(other.send()) == {}
        assert [one.status_code for one in answers] == [200, 400]


def test_release_without_any_decision(tmp_path: Path) -> None:
    """A server that skips step 2 gets nothing: the gate never decided this request."""
    with running(tmp_path) as world:
        report = send(world, "S01")
        asking = Asking(world, "r1", report, [CARD])
        ((_, blob),) = asking.blobs().blobs
        link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
        with pytest.raises(Denied):
            link.release(blob, [])


def test_release_before_the_leaf_is_in_the_log(tmp_path: Path) -> None:
    """A server that keeps the leaf back and asks for the release with the proof of something else."""
    with running(tmp_path) as world:
        report = send(world, "S01")
        asking = Asking(world, "r1", report, [CARD])
        ((_, blob),) = asking.blobs().blobs
        link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
        reply: DecisionsReply = link.decide(blob)
        assert len(reply.entries) == 1
        proof = TlogProof.parse(world.house.proof(report))
        with pytest.raises(Malformed):
            link.release(blob, [proof.encode()])


def test_too_late(tmp_path: Path) -> None:
    """Half an hour after the decision nothing is released any more."""
    late: list[Any] = []

    def wrap(_: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            if path == "/v1/releases":
                late[0].clock.offset += 31 * 60
            return honest(path, content)

        return post

    with running(tmp_path, wrap=wrap) as world:
        late.append(world)
        report = send(world, "S01")
        asking = Asking(world, "r1", report, [CARD])
        assert asking.released(asking.send()) == {}
