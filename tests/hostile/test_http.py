"""HTTP itself bent: paths, methods, lengths, headers, ranges. In the process, and as bytes on a socket (P10)."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.limits import limit
from crypto.relay import OPENINGS_LIMIT, PUBLICATION_LIMIT
from deploy.rehearsal import Rehearsal
from tests.harness import Running
from tests.hostile.watching import Watch, check_answer, nothing_logged
from tests.samples import send

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
MARK = "nooneshouldeverreadthis"
LIMITS = {"/v1/reports": limit("envelope"), "/v1/openings": OPENINGS_LIMIT, "/v1/notes": PUBLICATION_LIMIT}
PATHS = [
    "/log/tile/../../server/amana.db", "/log/tile/0/../../../etc/passwd", "/log/tile/0/%2e%2e/%2e%2e/x",
    "/log/tile/0/..%2f..%2fx", "/log/tile/entries/000.p/256", "/log/tile/0/000.p/0", "/log/tile/0/٠٠٠.p/1",
    "/log/tile/8/000", "/log/tile/-1/000", "/log/tile/7/999", "/log/tile/0/x999/x999/x999/x999/999",
    "/log/records/-1", "/log/records/99999999999999999999999999", "/log/records/1e3", "/log/records/0x0",
    "/log/notices/18446744073709551616", "/log/memos/-1", f"/log/records/{'9' * 5000}",
    "/trust/bundle-0", "/trust/bundle--1", "/trust/bundle-999999999", "/trust/bundle-9999999999", "/trust/bundle-١",
    "/trust/../log.key", "/trust/%2e%2e/log.key", "/trust/directory-1%00", "/trust/current/body", "/trust/",
    f"/v1/reports/{'0' * 64}", f"/v1/reports/{'A' * 64}", f"/v1/reports/{' ' * 64}", "/v1/reports/%00",
    f"/v1/openings/{'0' * 32}", f"/v1/openings/{MARK}", "/v1/openings/%f0%28%8c%28", "/%ff%fe",
    f"/{MARK}", "/" + "a" * 7000, "/" + "a/" * 3000, "/openapi.json/x", "/health/x", "/schema", "/docs",
    "/v1/reports?since=1969-12-31", "/v1/reports?since=2026-02-30", "/v1/reports?since=%ff%00",
    f"/v1/reports?since={MARK}", "/v1/reports?since=", "/v1/reports?after=", f"/v1/reports?after={'0' * 64}",
    "/v1/reports?since=2026-01-01T00:00:00", f"/v1/reports?after={'f' * 5000}", "/v1/reports?since=٢٠٢٦-01-01",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_bent_path_leads_nowhere(world: Running, path: str) -> None:
    with nothing_logged(MARK.encode()):
        answer = world.server.get(path)
    check_answer(answer)
    assert answer.status_code in {400, 404}, answer.content[:100]
    assert MARK not in answer.text


@settings(max_examples=150, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "QUERY", "get", "X-é"[:2]]),
    st.lists(
        st.sampled_from(["v1", "reports", "log", "tile", "0", "000", "..", "trust", "bundle-1", "body", "openings",
                         "%2e", "%00", "%ff", "entries", "notes", "", "slots", "proof", "a" * 64])
        | st.text(st.characters(categories=["L", "N", "P"]), max_size=6),
        max_size=6,
    ),
)  # fmt: skip
def test_any_method_on_any_path_is_answered_in_form(world: Running, method: str, parts: list[str]) -> None:
    path = "/" + "/".join(parts).replace("#", "").replace("?", "").replace("[", "").replace("]", "").lstrip("/")
    check_answer(world.server.request(method, path, content=b"x" if method == "POST" else None))


def test_a_method_that_is_not_there_names_those_that_are(world: Running) -> None:
    answer = world.server.put("/v1/reports")
    check_answer(answer)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].replace(" ", "").split(",")) == {"GET", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", LIMITS)
def test_a_body_beyond_its_limit_is_refused_however_it_comes(world: Running, path: str) -> None:
    watch, most = Watch(world), LIMITS[path]

    def chunks() -> Any:
        for _ in range(most // 50_000 + 1):
            yield bytes(50_000)

    for answer in (world.server.post(path, content=bytes(most + 1)), world.server.post(path, content=chunks())):
        check_answer(answer)
        assert answer.status_code in {400, 413}, answer.content[:100]
    for length in ("-1", "1e3", "９", "99999999999999999999", "0x10", ""):
        answer = world.server.post(path, content=b"", headers={"content-length": length.encode()})
        check_answer(answer)
        assert answer.status_code in {400, 413}, length
    watch.nothing_changed()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "text/plain; charset=utf-7"},
        {"content-type": MARK},
        {"content-encoding": "gzip"},
        {"expect": "100-continue"},
        {"x-http-method-override": "DELETE"},
        {"cookie": MARK, "authorization": MARK, "user-agent": MARK, "x-forwarded-for": MARK},
        {"accept": "text/html"},
        {"range": "bytes=0-0,1-1,2-2"},
        {"range": "bytes=99999999999-"},
        {"host": MARK},
        {"x": "a" * 10_000},
    ],
    ids=str,
)
def test_a_header_changes_nothing(world: Running, headers: dict[str, str]) -> None:
    report, watch = send(world, "S02"), Watch(world)
    plain = world.server.get(f"/v1/reports/{report.hex()}")
    with nothing_logged(MARK.encode()):
        assert world.server.get(f"/v1/reports/{report.hex()}", headers=headers).content == plain.content
        for path in LIMITS:
            answer = world.server.post(path, content=b'{"a": 1}', headers=headers)
            check_answer(answer)
            assert answer.status_code == 400
            assert MARK not in str(answer.headers) + answer.text
    watch.nothing_changed()


RAW = {
    "a negative length": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "a huge length": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
    "a length beyond the limit": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nabc",
    "two lengths": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length and chunks": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
    b"\r\n\r\n0\r\n\r\n",
    "chunks without end": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + 6 * (b"10000\r\n" + bytes(0x10000) + b"\r\n"),
    "a chunk of no number": b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a path of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header of 100 kB": b"GET /nothing HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100_000 + b"\r\n\r\n",
    "1,000 headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: a\r\n" * 1000 + b"\r\n",
    "bytes that are no text": b"GET /trust/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "percent and no text": b"GET /trust/%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "an address of elsewhere": b"GET http://elsewhere.example/x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": b"GET /health2 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(200),
}


@pytest.mark.parametrize("name", RAW)
def test_bytes_that_are_no_good_http_are_refused_at_once(rehearsal: Rehearsal, name: str) -> None:
    """Beneath the app a refusal has no body; within it, it has the one shape. Nothing waits, nothing is 500."""
    where = urlsplit(rehearsal.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=3) as line:
        try:
            line.sendall(RAW[name])
            answer = line.recv(1 << 16)
        except (BrokenPipeError, ConnectionResetError):
            return  # hung up before all of it was sent
    if answer:
        assert answer.split(b" ", 2)[1][:1] == b"4", answer[:200]
        body = answer.partition(b"\r\n\r\n")[2]
        assert not body or b'"type":"tag:amana,2026:' in body
