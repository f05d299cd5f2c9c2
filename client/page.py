"""Compare the page that a house serves with the one of this package, byte for byte.

Whoever has other keys, or another script, shows here. Do it from another place than the house expects, best over Tor:
what it shows to one visitor it need not show to you.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from client.errors import UnprovenError
from client.line import Requester
from web.assets import DIST, HEADERS, Asset, manifest, manifest_digest

_OK = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be."""

    path: str
    fault: str  # missing, changed, or header and its name


def differences(line: Requester, expected: Mapping[str, Asset]) -> list[Difference]:
    """Fetch every path and compare bodies, kinds and protective headers. UnreachableError passes through."""
    found = []
    for path, asset in sorted(expected.items()):
        answer = line.get(path)
        if answer.status_code != _OK:
            found.append(Difference(path, "missing"))
            continue
        if answer.content != asset.body:
            found.append(Difference(path, "changed"))
        wanted = {**HEADERS, "Content-Type": asset.media}
        headers = {name.lower(): value for name, value in answer.headers.items()}
        found += [
            Difference(path, f"header {name}") for name, value in wanted.items() if headers.get(name.lower()) != value
        ]
    return found


def package_manifest(folder: Path = DIST) -> bytes:
    """Return SHA-256 of this package's manifest, after comparing every file with it. Raise UnprovenError otherwise."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    files.pop("manifest.json", None)
    if files != manifest(folder):
        raise UnprovenError(
            "The page in this package is not the one that its manifest names: the package is damaged.",
            "Install it again from where its signature can be checked.",
        )
    return bytes.fromhex(manifest_digest(folder))
