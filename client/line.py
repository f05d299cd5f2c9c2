"""The line to a house: HTTP over TCP, a unix socket or SOCKS, bounded answers, nothing that tells who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import urlsplit

from client.errors import UnprovenError, UnreachableError, UsageError

TOR: Final = "socks5h://127.0.0.1:9050"  # names are resolved by Tor, never here
BOUND: Final = 8 * 1024 * 1024  # bytes: the largest answer there is, a directory's certificates, is under it
_SECONDS: Final = 60.0  # an onion circuit may take half of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The content as text; UnprovenError when it is none."""
        return as_text(self.content)


class Response(Protocol):
    """The part of an HTTP library's response that is used here."""

    @property
    def status_code(self) -> int:
        """HTTP status."""

    @property
    def content(self) -> bytes:
        """Body."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers; names in lower case or case-insensitive."""


class Requester(Protocol):
    """Anything that asks a house: `Line`, or what a test injects."""

    def get(self, path: str) -> Response:
        """Ask for a path."""

    def post(self, path: str, *, content: bytes) -> Response:
        """Send bytes to a path."""


@runtime_checkable
class Carries(Protocol):
    """A requester that carries files too (protocol 19)."""

    def request(self, method: str, path: str, *, headers: Mapping[str, str], content: bytes = b"") -> Response:
        """Ask in another way."""


class Line:
    """One house over the network. Proxies of the environment are not used: only the one that is named."""

    def __init__(self, url: str, *, proxy: str | None = None) -> None:
        self._base, self._socket = _address(url)
        self._proxy = TOR if proxy is None and _is_onion(self._base) else proxy
        self._client: Any = None

    def _open(self) -> Any:  # noqa: ANN401 - httpx2 is imported only here, so that commands start fast
        if self._client is None:
            import httpx2  # noqa: PLC0415 - a fifth of a second that offline commands do not pay

            try:
                self._client = httpx2.Client(
                    base_url=self._base,
                    headers={"user-agent": "amana", "accept": "*/*"},
                    timeout=_SECONDS,
                    trust_env=False,
                    follow_redirects=False,
                    proxy=self._proxy,
                    transport=None if self._socket is None else httpx2.HTTPTransport(uds=self._socket),
                )
            except (ValueError, ImportError, httpx2.InvalidURL):
                raise UsageError("This address or proxy cannot be used.", "Check --url and --proxy.") from None
        return self._client

    def get(self, path: str) -> Answer:
        """Ask for a path."""
        return self._ask("GET", path, {}, None)

    def post(self, path: str, *, content: bytes) -> Answer:
        """Send bytes to a path."""
        return self._ask("POST", path, {"content-type": "application/octet-stream"}, content)

    def request(self, method: str, path: str, *, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Ask in another way."""
        return self._ask(method, path, headers, content or None)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        import httpx2  # noqa: PLC0415 - see _open

        client = self._open()
        try:
            with client.stream(method, path, content=content, headers=headers) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    size += len(part)
                    if size > BOUND:
                        raise UnprovenError(
                            "The house answered with more than the protocol allows.", "Tell an officer; do not go on."
                        )
                    parts.append(part)
                return Answer(response.status_code, b"".join(parts), response.headers)
        except httpx2.HTTPError:
            raise UnreachableError(
                "The house did not answer. Nothing was changed.",
                "Check the connection and the address, then try again.",
            ) from None

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _address(url: str) -> tuple[str, str | None]:
    """Return base URL and, for `unix:PATH`, the socket's path; raise UsageError for what is no address."""
    path = url.removeprefix("unix:").removeprefix("//") if url.startswith("unix:") else ""
    if path:
        return "http://localhost", path
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("This is not the address of a house.", "Give http://…, https://… or unix:PATH.")
    return url.rstrip("/"), None


def _is_onion(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(".onion")


def as_text(data: bytes) -> str:
    """Return UTF-8 text, or raise UnprovenError."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UnprovenError("The house answered with something that is not text.", "Tell an officer.") from None
