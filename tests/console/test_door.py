"""Who comes in: a hostile program of this machine that says whatever it likes, one field at a time."""

import http.client
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from client.console.door import HEADERS
from tests.console.desks import Console

SELF = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
OURS = {**SELF, "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


class Program:
    """What can be said to the console over a socket."""

    def __init__(self, made: Console) -> None:
        self.made = made
        self.host = made.origin.removeprefix("http://")
        self.cookie, self.folder = "", ""

    def ask(self, method: str, path: str, *, body: str | None = None, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", int(self.host.partition(":")[2]), timeout=30)
        line.putrequest(method, path, skip_host=True)
        for name, value in {"Host": self.host, **fields}.items():
            if value:
                line.putheader(name, value)
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
            line.putheader("Content-Type", "application/x-www-form-urlencoded")
        line.endheaders(None if body is None else body.encode())
        with closing(line), line.getresponse() as answer:
            return Answer(answer.status, answer.headers, answer.read())

    def enter(self) -> Answer:
        answer = self.ask("GET", "/enter/" + self.made.url.partition("/enter/")[2], **SELF)
        if answer.status == 303:
            said = answer.headers["set-cookie"]
            self.cookie, self.folder = said.partition(";")[0], answer.headers["location"].rstrip("/")
        return answer


@pytest.fixture(scope="module")
def inside(consoles: Callable[..., Console]) -> Program:
    made = Program(consoles("r1"))
    answer = made.enter()
    said = answer.headers["set-cookie"]
    assert (answer.status, "HttpOnly" in said, "SameSite=Strict" in said) == (303, True, True)
    assert f"Path={made.folder};" in said  # a cookie knows no port: its path keeps it from other programs
    return made


def test_the_printed_address_opens_once(inside: Program) -> None:
    again = inside.enter()
    assert again.status == 403
    assert b"used already" in again.body
    assert inside.ask("GET", "/enter/", **SELF).status == 403


def test_with_everything_right_it_answers(inside: Program) -> None:
    assert inside.ask("GET", f"{inside.folder}/unlock", Cookie=inside.cookie, **SELF).status == 200
    assert inside.ask("GET", f"{inside.folder}/unlock", Cookie=inside.cookie, **OURS).status == 200


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (421, {"Host": "evil.example"}),
        (421, {"Host": "localhost"}),
        (421, {"Host": ""}),
        (403, {"Cookie": ""}),
        (403, {"Cookie": "amana=guessed"}),
        (403, {"Cookie": "amana;;;=,"}),
        (403, {"Sec_Fetch_Site": ""}),
        (403, {"Sec_Fetch_Site": "cross-site"}),
        (403, {"Sec_Fetch_Site": "same-site"}),
        (403, {"Sec_Fetch_Dest": "iframe"}),
        (403, {"Sec_Fetch_Dest": "empty"}),
        (403, {"Sec_Fetch_Dest": "script"}),
        (403, {"Sec_Fetch_Dest": ""}),
        (403, {"Origin": "http://127.0.0.1:1"}),
        (403, {"Origin": "null"}),
    ],
)
def test_one_thing_wrong_is_enough(inside: Program, status: int, changed: dict[str, str]) -> None:
    right = {"Cookie": inside.cookie, **{name.replace("-", "_"): value for name, value in OURS.items()}}
    answer = inside.ask("GET", f"{inside.folder}/unlock", **{**right, **changed})
    said = answer.body.decode()
    assert answer.status == status
    assert inside.folder not in said
    assert "Passphrase" not in said


def test_a_cookie_of_the_same_name_by_another_program_shuts_nobody_out(inside: Program) -> None:
    cookies = f'amana=theirs; a:b="; {inside.cookie}; amana=theirs'
    assert inside.ask("GET", f"{inside.folder}/unlock", Cookie=cookies, **OURS).status == 200


def test_without_its_folder_there_is_nothing(inside: Program) -> None:
    for path in (
        "/",
        "/unlock",
        "/favicon.ico",
        inside.folder[:-1],
        inside.folder + "x/unlock",
        "/../" + inside.folder,
    ):
        assert inside.ask("GET", path, Cookie=inside.cookie, **OURS).status == 403, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
def test_other_methods(inside: Program, method: str) -> None:
    assert inside.ask(method, f"{inside.folder}/unlock", Cookie=inside.cookie, **OURS).status == 405


@pytest.mark.parametrize("body", ["", "form=", "form=guessed", "passphrase=x", "form=%00&form=x"])
def test_a_post_without_the_secret_of_these_pages_does_nothing(inside: Program, body: str) -> None:
    right = {"Cookie": inside.cookie, "Origin": inside.made.origin, **OURS}
    for path in ("/unlock", "/lock", "/sync", "/agree", "/reports/x/aside", "/asks/x/open"):
        answer = inside.ask("POST", inside.folder + path, body=body, **right)
        assert (answer.status, answer.headers["location"]) == (303, f"{inside.folder}/unlock"), path
    del right["Origin"]
    assert inside.ask("POST", f"{inside.folder}/unlock", body=body, **right).status == 403
    assert inside.ask("POST", f"{inside.folder}/unlock", body=body, Origin="null", **right).status == 403


def test_every_answer_is_protected_and_forgotten(inside: Program) -> None:
    right = {"Cookie": inside.cookie, **OURS}
    for path in ("/", "/unlock", "/nothing", "/console.css", "/icon.svg", "/reports/x"):
        answer = inside.ask("GET", inside.folder + path, **right)
        assert {name: answer.headers[name.decode()] for name in HEADERS} == {
            name: value.decode() for name, value in HEADERS.items()
        }, path
    policy = HEADERS[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


def test_it_listens_on_loopback_alone(inside: Program) -> None:
    port = int(inside.host.partition(":")[2])
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            for line in Path(table).read_text().splitlines()[1:]:
                place, state = line.split()[1], line.split()[3]
                if state == "0A" and place.endswith(f":{port:04X}"):
                    listening.append(place.partition(":")[0])
    assert set(listening) == {"0100007F"}


def test_no_page_has_a_script_or_an_unescaped_word() -> None:
    folder = Path(__file__).parent.parent.parent / "client" / "console" / "templates"
    pages = sorted(folder.glob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text()
        assert not re.search(r"<script|\bon\w+=|javascript:|\bstyle=|\|\s*safe|autoescape|https?:", text), page.name
