"""A report arrives: durable with its leaf, once, or not at all (protocol 4.5, 7.3, 7.9)."""

import os
from typing import Any

import pytest
from msgspec import structs

from client.reporter import check_receipt, seal
from crypto import leaves, words
from crypto.checkpoints import TlogProof
from crypto.envelope import Envelope
from crypto.leaves import RECEIVED
from crypto.limits import limit
from tests.harness import Running
from tests.samples import samples


def sealed(world: Running, name: str = "S01") -> Envelope:
    return seal(samples()[name], world.in_force, words.new(os.urandom), draw=os.urandom)


def problem(answer: Any, status: int, kind: str) -> None:
    """The one shape of every refusal."""
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert set(body) == {"type", "title", "status"}
    assert (body["type"], body["status"]) == (f"tag:amana,2026:{kind}", status)


def count(world: Running) -> int:
    return len(world.house.reports())


def test_the_same_bytes_are_one_report(world: Running) -> None:
    data = sealed(world).encode()
    before = count(world)
    first = world.server.post("/v1/reports", content=data)
    again = world.server.post("/v1/reports", content=data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert count(world) == before + 1


def test_receipt_and_proof_name_her_leaf(world: Running) -> None:
    envelope = sealed(world)
    report, receipt, _ = world.house.submit(envelope.encode())
    policy = world.organisation.trust.log_policy
    index = check_receipt(receipt, report, policy)
    proof = TlogProof.parse(world.house.proof(report))
    assert proof.index == index
    proof.verify(policy, leaves.received_leaf(envelope.received, envelope.id))


def test_an_auditor_can_open_the_received_record(world: Running) -> None:
    envelope = sealed(world)
    report, receipt, _ = world.house.submit(envelope.encode())
    index = check_receipt(receipt, report, world.organisation.trust.log_policy)
    sealed_record = world.house.record(index)
    assert sealed_record is not None
    record = leaves.open_record(world.key("a1").encryption, sealed_record)
    assert (record.kind, record.salt, record.body) == (RECEIVED, envelope.received, report)
    leaves.check_record(leaves.received_leaf(envelope.received, report), record, b"", b"")


def test_another_body_under_the_same_header_is_a_conflict(world: Running) -> None:
    envelope = sealed(world)
    world.house.submit(envelope.encode())
    twisted = structs.replace(envelope, people=envelope.people[::-1])
    problem(world.server.post("/v1/reports", content=twisted.encode()), 409, "conflict")


def test_received_key_is_never_served(world: Running) -> None:
    envelope = sealed(world)
    report, _, _ = world.house.submit(envelope.encode())
    served = [world.server.get(f"/v1/reports/{report.hex()}{part}").content for part in ("", "/slots", "/proof")]
    assert not any(envelope.received in one for one in served)


@pytest.mark.parametrize("bend", ["flip", "truncate", "extend", "section", "slots", "bundle", "empty", "json"])
def test_bad_input_changes_nothing(world: Running, bend: str) -> None:
    envelope = sealed(world)
    good = envelope.encode()
    header = envelope.opened_header()
    bent: dict[str, bytes] = {
        "flip": bytes([good[0] ^ 1]) + good[1:],
        "truncate": good[:-1],
        "extend": good + b"\0",
        "section": good.replace(envelope.sections[0], os.urandom(len(envelope.sections[0]))),
        "slots": b"".join([good[:100], os.urandom(100), good[200:]]),
        "bundle": structs.replace(envelope, header=structs.replace(header, bundle=bytes(32)).encode()).encode(),
        "empty": b"",
        "json": b'{"version":1}',
    }
    before, size = count(world), world.house.checkpoint()
    problem(world.server.post("/v1/reports", content=bent[bend]), 400, "malformed")
    assert (count(world), world.house.checkpoint()) == (before, size)


def test_too_large_is_refused_unread(world: Running) -> None:
    problem(world.server.post("/v1/reports", content=bytes(limit("envelope") + 1)), 413, "too-large")


def test_too_large_in_pieces_of_unknown_number_is_refused(world: Running) -> None:
    pieces = iter([bytes(limit("envelope")), b"x"])
    problem(world.server.post("/v1/reports", content=pieces), 413, "too-large")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000])
def test_a_length_that_is_none_is_refused(world: Running, length: str) -> None:
    answer = world.server.post("/v1/reports", content=b"x", headers={"Content-Length": length})
    problem(answer, *((413, "too-large") if length.isdigit() else (400, "malformed")))


def test_slots_must_be_as_many_as_the_directory_asks_for(world: Running) -> None:
    envelope = sealed(world)
    header = structs.replace(envelope.opened_header(), people=8)
    fewer = structs.replace(envelope, header=header.encode(), people=envelope.people[:8])
    problem(world.server.post("/v1/reports", content=fewer.encode()), 400, "malformed")


def test_nothing_is_taken_before_officers_published(tmp_path_factory: pytest.TempPathFactory, world: Running) -> None:
    from tests.harness import running  # noqa: PLC0415 - a second organisation beside the module's

    data = sealed(world).encode()
    with running(tmp_path_factory.mktemp("empty"), publish=False) as other:
        problem(other.server.post("/v1/reports", content=data), 503, "closed")
        problem(other.server.get("/trust/current"), 404, "not-found")


def test_not_found_has_the_same_shape(world: Running) -> None:
    for path in ("/v1/reports/zz", "/v1/reports/" + "0" * 64, "/log/tile/9/000", "/trust/bundle-99", "/admin"):
        problem(world.server.get(path), 404, "not-found")
    problem(world.server.delete("/v1/reports"), 405, "not-found")


def test_list_goes_on_after_an_id(world: Running) -> None:
    for _ in range(3):
        world.send(sealed(world))
    everything = world.house.reports()
    assert [one.id for one in world.house.reports(after=everything[0].id)] == [one.id for one in everything[1:]]
    assert world.house.reports(since="2100-01-01") == []
    problem(world.server.get("/v1/reports?since=yesterday"), 400, "malformed")
