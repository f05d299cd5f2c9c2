"""The page's protocol in node: all vectors, and reports that each side sealed and the other opens."""

import json
import subprocess
import sys
from pathlib import Path

from tests.needs import need
from tests.vectors import replay
from tests.web import driving, wishing
from tests.web.exchange import Exchange
from web import build


def test_tables_are_those_of_python() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "web.generate", "--check"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_vector_and_every_exchange(bundle: Path, exchange: Exchange, tmp_path: Path) -> None:
    found = driving.in_node(bundle, exchange.tasks(len(exchange.names)), tmp_path)
    assert found.replayed["wrong"] == []
    assert found.replayed["count"] == driving.vectors()
    exchange.check(found.exchanged, len(exchange.names))
    sizes = {len(one["envelope"]) for one in found.exchanged[5]["sealed"]}
    assert sizes == {len(one.encode().hex()) for one in exchange.sealed}


def test_python_refuses_the_same_reports(exchange: Exchange) -> None:
    assert [wishing.python_refuses(exchange.force, report) for report, _ in wishing.refused()] == [
        error for _, error in wishing.refused()
    ]


def test_what_the_page_sealed_the_server_takes(bundle: Path, exchange: Exchange, tmp_path: Path) -> None:
    task = next(one for one in exchange.tasks(1) if one["task"] == "seal")
    folder = tmp_path / "none"
    folder.mkdir()
    (sealed,) = driving.in_node(bundle, [task], tmp_path, folder).exchanged[0]["sealed"]
    report, _, _ = exchange.world.house.submit(bytes.fromhex(sealed["envelope"]))
    assert report.hex() == sealed["id"]


def test_a_wrong_value_and_a_wrong_ending_are_noticed(bundle: Path, tmp_path: Path) -> None:
    """The replay can fail: for each way of ending, a vector that is said to end otherwise."""
    broken = tmp_path / "broken"
    broken.mkdir()
    padding, hybrid, merkle = (replay.load(name) for name in ("padding", "hybrid", "merkle"))
    bad = [
        {**padding[0], "padded": padding[0]["padded"][:-2] + "01"},
        {**next(one for one in padding if one["expect"] == "malformed"), "expect": "ok"},
        {**next(one for one in hybrid if one["expect"] == "cannot-open"), "expect": "malformed"},
        {**next(one for one in merkle if one["expect"] == "bad-proof"), "expect": "ok"},
        {**next(one for one in merkle if one["op"] == "root"), "root": "00" * 32},
    ]
    (broken / "padding.json").write_text(json.dumps({"vectors": bad}))
    assert len(driving.in_node(bundle, [], tmp_path, broken).replayed["wrong"]) == len(bad)


def test_types_hold() -> None:
    try:
        node = build.install()
    except build.CannotBuildError as error:
        need("types of the page", str(error))
    compiler = build.HERE / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [node, str(compiler), "--noEmit"], cwd=build.HERE, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_protocol_stays_small() -> None:
    try:
        said = build.build("--sizes")
    except build.CannotBuildError as error:
        need("sizes of the protocol", str(error))
    first = said.splitlines()[0]
    assert int(first.split()[-2]) < 60_000, first
    lists = [line for line in said.splitlines() if "wordlists/" in line]
    assert len(lists) == 10, "each list is fetched by itself"
