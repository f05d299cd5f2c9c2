"""The page as an installed package serves it: files of web/dist, and the officers' keys of one organisation.

The document pins everything else: scripts and sheet by SRI, later parts by hashes inside the script, and `trust.json`
by its hash, which alone differs between organisations. So who has compared the document has compared all of it.

What this protects from: a server that swaps one file, or one key, stops the page. What it does not: a server that hands
another document to one visitor. Against that there is `amana verify-page`, from elsewhere, and the installed client.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).parent / "dist"
_MEDIA: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
_HOLE: Final = b"%trust%"
_ADDRESSES: Final = {"index.html": "/", "leave.html": "/leave"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_DENIED: Final = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation",
    "gyroscope", "hid", "identity-credentials-get", "idle-detection", "magnetometer", "midi", "payment",
    "publickey-credentials-get", "serial", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
HEADERS: Final[dict[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join([*(f"{name}=()" for name in _DENIED), "microphone=(self)"]),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex",
}
"""What every answer of the page says: it may do nothing but seal and send to where it came from."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One answer."""

    body: bytes
    media: str

    @property
    def digest(self) -> str:
        """SHA-256, in hex."""
        return hashlib.sha256(self.body).hexdigest()


@cache
def _files(folder: Path) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _MEDIA}


def assets(trust: str, folder: Path = DIST) -> dict[str, Asset]:
    """Return what is served for these officers' keys (`Trust.to_json`), by path."""
    pinned = trust.encode()
    found = {}
    for name, data in _files(folder).items():
        body = data
        if name == "index.html":
            body = data.replace(_HOLE, base64.b64encode(hashlib.sha256(pinned).digest()))
        found[_ADDRESSES.get(name, f"/page/{name}")] = Asset(body, _MEDIA[Path(name).suffix])
    found["/page/trust.json"] = Asset(pinned, _MEDIA[".json"])
    return found


def manifest(folder: Path = DIST) -> dict[str, str]:
    """Return name and SHA-256 of every file, as the build wrote them down."""
    found: dict[str, str] = json.loads(_files(folder)["manifest.json"])
    return found


def manifest_digest(folder: Path = DIST) -> str:
    """Return SHA-256 of the manifest, in hex: one short value to read to somebody over the phone."""
    return hashlib.sha256(_files(folder)["manifest.json"]).hexdigest()
