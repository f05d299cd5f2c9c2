"""A house as its clients see it: the one place that speaks HTTP with a server.

Bytes that come back are decoded, and compared with the id that was asked for. Signatures are the caller's to verify:
see `client.trusting`. MalformedError and ProofError of `crypto` pass through; the command line ends with 3 for both.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import msgspec

from client.errors import AmanaError, ClosedError, NotFoundError, RefusedError, UnprovenError
from client.line import Carries, Line, Requester, Response, as_text
from crypto.checkpoints import parse_entry_bundle, tile_path
from crypto.envelope import Content, Slots
from crypto.feed import AnswerPost
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.limits import limit
from crypto.relay import OPENINGS_LIMIT, WORKING, OpeningAnswer, Openings, Publication
from crypto.sheets import PAGE_LIMIT, QueuePage

WAITING: Final = "waiting"
"""Reports are taken, and nothing opens before enough witnesses cosign again."""
TRIES: Final = 4  # when the house is busy
_LONGEST_PAUSE: Final = 10.0  # seconds that a Retry-After may ask for
_FIRST_POLL, _LONGEST_POLL, _PATIENCE = 0.05, 1.0, 120.0  # seconds
_TILE: Final = 256  # leaves
_OK: Final = (200, 201, 202, 204, 206)

ReportId = bytes
T = TypeVar("T", bound=msgspec.Struct)


class Listed(msgspec.Struct, frozen=True):
    """One line of the list of reports."""

    id: str
    day: str

    @property
    def raw(self) -> ReportId:
        """The id as bytes. Raise UnprovenError when it is none."""
        return _unhex(self.id)


class _Submitted(msgspec.Struct, frozen=True):
    id: str
    receipt: str


class _Reports(msgspec.Struct, frozen=True):
    reports: list[Listed]


class _Opening(msgspec.Struct, frozen=True):
    opening: str


class _Index(msgspec.Struct, frozen=True):
    index: int


class _Waits(msgspec.Struct, frozen=True):
    day: str
    late: bool


class _Taken(msgspec.Struct, frozen=True):
    status: str


class _Problem(msgspec.Struct, frozen=True):
    type: str = ""


class House:
    """One server. `client` lets a test put in anything that has `get` and `post`."""

    def __init__(
        self,
        url: str,
        *,
        client: Requester | None = None,
        proxy: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self._line: Requester = Line(url, proxy=proxy) if client is None else client
        self._sleep = sleep

    # Reports

    def submit(self, envelope: bytes) -> tuple[ReportId, str, bool]:
        """Send a sealed report. Return its id, the receipt (a signed note) and whether it was new here."""
        response = self._post("/v1/reports", envelope)
        answer = _json(response, _Submitted)
        return _unhex(answer.id), answer.receipt, response.status_code == 201  # noqa: PLR2004 - Created

    def reports(self, since: str = "", after: str = "") -> list[Listed]:
        """List at most 1,000 reports in order of arrival: since a day YYYY-MM-DD, after an id in hex."""
        wanted = [f"{key}={value}" for key, value in (("since", since), ("after", after)) if value]
        return _json(self._get("/v1/reports" + ("?" if wanted else "") + "&".join(wanted)), _Reports).reports

    def content(self, report: ReportId) -> Content:
        """Return header and sealed sections; they are the ones that the id names."""
        content = Content.decode(self._get(f"/v1/reports/{report.hex()}").content, limit=limit("envelope"))
        content.verified(report)
        return content

    def slots(self, report: ReportId) -> Slots:
        """Return header and sealed slots; the header is the one that the id names."""
        slots = Slots.decode(self._get(f"/v1/reports/{report.hex()}/slots").content, limit=limit("envelope"))
        slots.verified(report)
        return slots

    def proof(self, report: ReportId) -> str:
        """Return the tlog-proof of the received leaf; NotFoundError until it is in a checkpoint."""
        return _text(self._get(f"/v1/reports/{report.hex()}/proof"))

    def queue(self, number: int) -> QueuePage:
        """Return sheet `number` of every gate: sealed lists of what each of the desk may ask for (protocol 20.5)."""
        return QueuePage.decode(self._get(f"/v1/queue?sheet={number}").content, limit=PAGE_LIMIT)

    # Openings

    def open(self, openings: Openings) -> str:
        """Hand over sealed openings. Return the name under which the answer is waited for."""
        return _json(self._post("/v1/openings", openings.encode()), _Opening).opening

    def answer(self, opening: str) -> OpeningAnswer:
        """Return how far an opening is."""
        size = OPENINGS_LIMIT + limit("gates") * 5 * 2 * limit("note")  # proofs are notes, with some hashes
        return OpeningAnswer.decode(self._get(f"/v1/openings/{opening}").content, limit=size)

    def wait(self, opening: str) -> OpeningAnswer:
        """Return the answer as soon as its state is `done`, `closed` or `refused`; ClosedError after two minutes."""
        pause, waited = _FIRST_POLL, 0.0
        while True:
            answer = self.answer(opening)
            if answer.state != WORKING:
                return answer
            if waited >= _PATIENCE:
                raise ClosedError("The gates did not answer in two minutes. Nothing was opened.", "Ask again later.")
            self._sleep(pause)
            waited += pause
            pause = min(pause * 1.5, _LONGEST_POLL)

    # Coming back

    def feed(self, day: str) -> bytes:
        """Return the file of answers of one day (YYYY-MM-DD). NotFoundError where there is none, or none yet."""
        return self._get(f"/v1/feed/{day}").content

    def log(self, path: str) -> bytes:
        """Return what lies under a path of the log, e.g. `statements/3`."""
        return self._get(f"/log/{path}").content

    def hand_in(self, answer: AnswerPost) -> tuple[str, bool]:
        """Hand in a sealed answer. Return in which day's file it will be, and whether that is later than today's."""
        waits = _json(self._post("/v1/answers", answer.encode()), _Waits)
        return waits.day, waits.late

    def wish(self, body: bytes, *, withdraws: bool) -> None:
        """Send what she wants from now on (4,096 bytes). What is taken is told to nobody; her next look shows it."""
        _json(self._post("/v1/withdrawals" if withdraws else "/v1/consents", body), _Taken)

    # Statements

    def publish(self, publication: Publication) -> int:
        """Send a signed statement. Return the index of its public leaf; the same again gives the same index."""
        return _json(self._post("/v1/notes", publication.encode()), _Index).index

    def current(self) -> str:
        """Return the note that says what is in force today."""
        return _text(self._get("/trust/current"))

    def bundle(self, version: int) -> tuple[str, bytes]:
        """Return note and body of a bundle."""
        path = f"/trust/bundle-{version}"
        return _text(self._get(path)), self._get(f"{path}/body").content

    def directory(self, version: int, *, certificates: bool = True) -> tuple[str, bytes, bytes]:
        """Return note, body and certificates (a `relay.Certificates` message) of a directory; they are large."""
        path = f"/trust/directory-{version}"
        sealed = self._get(f"{path}/certificates").content if certificates else b""
        return _text(self._get(path)), self._get(f"{path}/body").content, sealed

    def page_proof(self) -> str:
        """Return the tlog-proof of the newest note that names the page's code. NotFoundError where there is none."""
        return _text(self._get("/trust/page/proof"))

    def statement(self, index: int) -> str:
        """Return the signed note of one public leaf."""
        return _text(self._get(f"/trust/leaf-{index}"))

    # The log

    def checkpoint(self) -> str:
        """Return the newest published checkpoint."""
        return _text(self._get("/log/checkpoint"))

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return leaves `start` to `end - 1`, of 48 bytes; `end` is at most the size of the checkpoint."""
        found: list[bytes] = []
        for number in range(start // _TILE, -(-end // _TILE)):
            width = min(end - number * _TILE, _TILE)
            leaves = self._bundle(number, width)
            found += leaves[max(start - number * _TILE, 0) : width]
        return found

    def _bundle(self, number: int, width: int) -> list[bytes]:
        try:
            data = self._get("/log/" + _entries_path(number, width)).content
        except NotFoundError:
            if width == _TILE:
                raise
            data = self._get("/log/" + _entries_path(number, _TILE)).content  # it has grown full since
        leaves = parse_entry_bundle(data)
        if len(leaves) < width or any(len(leaf) != LEAF for leaf in leaves):
            raise UnprovenError("The log's leaves are not in their form.", "Tell an auditor.")
        return leaves

    def record(self, index: int) -> bytes | None:
        """Return what lies beside a leaf: a sealed record, or the note of a public leaf. None when it was erased."""
        try:
            return self._get(f"/log/records/{index}").content
        except NotFoundError:
            return None

    def notices(self, number: int) -> list[bytes]:
        """Return the notices of leaves 256n and on, 224 bytes each; an empty list where there are none."""
        return self._fixed(f"/log/notices/{number}", NOTICE)

    def memos(self, number: int) -> list[bytes]:
        """Return the memos of leaves 256n and on, 156 bytes each; an empty list where there are none."""
        return self._fixed(f"/log/memos/{number}", MEMO)

    def _fixed(self, path: str, size: int) -> list[bytes]:
        try:
            data = self._get(path).content
        except NotFoundError:
            return []
        if len(data) % size or len(data) > _TILE * size:
            raise UnprovenError("What lies beside the log is not in its form.", "Tell an auditor.")
        return [data[at : at + size] for at in range(0, len(data), size)]

    def health(self) -> str:
        """What the house says of itself: `ok`, or WAITING; empty where it does not work. UnreachableError: nothing."""
        try:
            return _json(self._get("/health"), _Taken).status
        except (ClosedError, RefusedError):
            return ""

    # Asking

    def ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> Response:
        """Ask in the way of files (client/files_house.py); raise for every answer that is no yes."""
        line = self._line
        if not isinstance(line, Carries):
            raise TypeError("this line carries no files")
        return self._asked(lambda: line.request(method, path, headers=headers, content=content))

    def _get(self, path: str) -> Response:
        return self._asked(lambda: self._line.get(path))

    def _post(self, path: str, content: bytes) -> Response:
        return self._asked(lambda: self._line.post(path, content=content))

    def _asked(self, ask: Callable[[], Response]) -> Response:
        for tried in range(1, TRIES + 1):
            response = ask()
            if response.status_code in _OK:
                return response
            kind = _kind(response)
            if kind != "busy" or tried == TRIES:
                raise _error(kind)
            self._sleep(_pause(response.headers.get("retry-after", ""), tried))
        raise _error("busy")


def _entries_path(number: int, width: int) -> str:
    return "tile/entries/" + tile_path(0, number, width).removeprefix("tile/0/")


def _pause(asked: str, tried: int) -> float:
    seconds = float(asked) if asked.isascii() and asked.isdigit() else float(tried)
    return min(seconds, _LONGEST_PAUSE)


_BY_STATUS: Final = {404: "not-found", 413: "too-large", 409: "conflict", 403: "denied"}


def _kind(response: Response) -> str:
    try:
        kind = msgspec.json.decode(response.content, type=_Problem).type.removeprefix("tag:amana,2026:")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        kind = ""
    if kind:
        return kind
    return _BY_STATUS.get(response.status_code, "closed" if response.status_code >= 500 else "malformed")  # noqa: PLR2004


_PROBLEMS: Final[dict[str, tuple[type[AmanaError], str, str]]] = {
    "not-found": (
        NotFoundError,
        "There is nothing here by this name.",
        "Check the id; what is new may take a minute.",
    ),
    "denied": (RefusedError, "This was not allowed.", "Ask an officer if you think it should be."),
    "conflict": (
        RefusedError,
        "This contradicts what the house already has. Nothing was changed.",
        "Fetch what is in force, and look again at what you want to send.",
    ),
    "too-large": (
        RefusedError,
        "This is larger than the house takes. Nothing was saved there.",
        "Make it smaller.",
    ),
    "busy": (ClosedError, "Too many people ask the house at once.", "Try again in a few minutes."),
    "closed": (
        ClosedError,
        "The house is closed until its log can be written and checked. Nothing was opened.",
        "Try again later; if it stays so, tell the operator.",
    ),
    "malformed": (
        RefusedError,
        "This did not go through: the house does not take it in this form. Nothing was saved there.",
        "Make it again from the original; an interrupted copy may be damaged.",
    ),
}


def _error(kind: str) -> AmanaError:
    """Return what to raise for a kind of problem; the text is ours, nothing of the answer is repeated."""
    error, sentence, next_step = _PROBLEMS.get(kind, _PROBLEMS["malformed"])
    return error(sentence, next_step)


def _json(response: Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise UnprovenError("The house answered in a form that is not the protocol's.", "Check the address.") from None


def _text(response: Response) -> str:
    return as_text(response.content)


def _unhex(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != 32 or raw.hex() != text:  # noqa: PLR2004 - SHA-256
        raise UnprovenError("The house answered with an id that is none.", "Check the address.")
    return raw
