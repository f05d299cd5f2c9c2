"""What ships is what the source builds, what is served is what ships, and `amana verify-page` says when it is not."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from client.cli import main
from client.line import Answer
from client.page import differences
from crypto.relay import Publication
from policies.statements import PageCode
from tests.harness import OFFICERS, Organisation, Running
from tests.needs import need
from tests.web.street import street
from web.assets import DIST, HEADERS, assets, manifest, manifest_digest
from web.build import CannotBuildError
from web.page import build_page

FORBIDDEN = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "WebAssembly",
    "localStorage", "sessionStorage", "indexedDB", "serviceWorker", "Math.random", "sourceMappingURL",
)  # fmt: skip


def test_the_manifest_names_every_file() -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DIST.iterdir()}
    files.pop("manifest.json")
    assert manifest() == files


def test_what_ships_is_what_the_source_builds(tmp_path: Path) -> None:
    try:
        build_page(tmp_path / "dist")
    except CannotBuildError as error:
        need("the page built from its source", f"node, npm and the packages of web/package-lock.json ({error})")
    built = {path.name: path.read_bytes() for path in (tmp_path / "dist").iterdir()}
    assert built == {path.name: path.read_bytes() for path in DIST.iterdir()}


def test_the_parts_hold_nothing_of_this_machine_and_no_other_host() -> None:
    for path in DIST.iterdir():
        text = path.read_text("utf-8")
        assert "/work" not in text, path.name
        assert "node_modules" not in text, path.name
        if path.suffix in {".js", ".html", ".css"}:
            assert "http://www.w3.org/2000/svg" in text or "http://" not in text, path.name
            assert "https://" not in text, path.name
    script = "".join(path.read_text("utf-8") for path in DIST.glob("*.js"))
    for word in FORBIDDEN:
        assert word not in script, word


def test_every_part_is_served_as_it_is_with_its_headers(world: Running) -> None:
    for path, asset in assets(world.organisation.trust.to_json()).items():
        answer = world.server.get(path)
        assert answer.status_code == 200
        assert answer.content == asset.body
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-type"] == asset.media
    assert world.server.get("/leave").headers["clear-site-data"] == '"cache", "cookies", "storage"'
    for path in ("/page/", "/page/x.js", "/page/../page.js", "/page/page.js/x", "/index.html"):
        assert world.server.get(path).status_code == 404, path


def test_the_document_pins_the_officers_keys(world: Running) -> None:
    ours, other = (
        world.organisation.trust.to_json(),
        world.organisation.trust.to_json().replace("officer-1", "officer-9"),
    )
    one, two = assets(ours), assets(other)
    assert {path for path in one if one[path] != two[path]} == {"/", "/page/trust.json"}


def write_trust(organisation: Organisation, folder: Path) -> str:
    path = folder / "trust.json"
    path.write_text(organisation.trust.to_json())
    return str(path)


@pytest.fixture(scope="module")
def named(world: Running) -> Running:
    """The house, with this page named in its log."""
    name(world, 1, bytes.fromhex(manifest_digest()))
    return world


def name(world: Running, number: int, manifest: bytes) -> None:
    text = PageCode(number, manifest).text()
    world.house.publish(Publication(note=world.organisation.signed(text, *OFFICERS[:2])))


def verified(world: Running, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    with street(world.server) as way:
        code = main(["verify-page", way.url, "--trust", write_trust(world.organisation, folder), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_verify_page_says_that_it_is_the_same(
    named: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(named, tmp_path, capsys)
    assert (code, said["ok"], said["manifest"]) == (0, True, manifest_digest())
    assert said["log"] == {"leaf": 2, "version": 1, "manifest": manifest_digest()}


def test_verify_page_says_when_the_log_names_none_or_another(
    fresh: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(fresh, tmp_path, capsys)
    assert (code, said["ok"], said["log"]) == (3, False, None)
    assert said["faults"] == [{"index": 0, "path": "log", "fault": "names no page"}]
    name(fresh, 1, bytes.fromhex(manifest_digest()))
    assert verified(fresh, tmp_path, capsys)[0] == 0
    name(fresh, 2, bytes(32))
    code, said = verified(fresh, tmp_path, capsys)
    assert (code, said["log"]["version"], said["log"]["manifest"]) == (3, 2, "00" * 32)
    assert said["faults"] == [{"index": 0, "path": "log", "fault": "names another page"}]
    assert "another" in said["message"]
    with street(fresh.server) as way:
        way.bent["/trust/page/proof"] = lambda data: data.replace(b"index 3", b"index 2")
        assert main(["verify-page", way.url, "--trust", write_trust(fresh.organisation, tmp_path), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["faults"] == [{"index": 0, "path": "log", "fault": "not proven"}]


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/questions.js", "/page/trust.json", "/leave"])
def test_verify_page_finds_one_changed_byte(
    named: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    with street(named.server) as way:
        way.bent[path] = lambda data: gzip.compress(gzip.decompress(data) + b" ")
        code = main(["verify-page", way.url, "--trust", write_trust(named.organisation, tmp_path), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["ok"]) == (3, False)
    assert said["faults"] == [{"index": 0, "path": path, "fault": "changed"}]


def test_verify_page_finds_other_officers(world: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = Organisation()
    for name in ("officer-1", "officer-2", "officer-3"):
        other.key("officer", name)
    with street(world.server) as way:
        code = main(["verify-page", way.url, "--trust", write_trust(other, tmp_path), "--json"])
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert code == 3
    assert [one["path"] for one in faults] == ["/", "/page/trust.json", "log"]


def test_a_header_that_is_missing_is_found(world: Running) -> None:
    class Bare:
        def get(self, path: str) -> Answer:
            answer = world.server.get(path)
            headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
            return Answer(answer.status_code, answer.content, headers)

        def post(self, path: str, *, content: bytes) -> Answer:
            raise AssertionError(path, content)

    found = differences(Bare(), assets(world.organisation.trust.to_json()))
    assert {one.fault for one in found} == {"header Content-Security-Policy"}
