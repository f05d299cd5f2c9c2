"""Compare the page that a house serves with the one of this package, byte for byte.

Whoever has other keys, or another script, shows here. Do it from another place than the house expects, best over Tor:
what it shows to one visitor it need not show to you.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from client.line import Requester
from web.assets import HEADERS, Asset

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
