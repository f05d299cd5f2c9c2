"""Send to a house whatever it does not have yet. Doing it again changes nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from client import ceremony_folder
from client.api import House
from client.ceremony_folder import CeremonyFolder, Signed
from client.errors import NotFoundError, UnprovenError
from client.trusting import named_versions
from crypto.errors import CryptoError
from crypto.relay import Publication

_PATIENCE: Final = 15.0  # seconds for the gates to read the log
_IMPATIENCE: Final = 2.0  # seconds, where most changes wait for hours anyway
_PAUSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement; `index` is None for a version that was there already."""

    name: str
    index: int | None


def publish(folder: CeremonyFolder, house: House) -> list[Sent]:
    """Send bundles and directories that the house lacks, and every revocation and notice."""
    folder.newest()  # never send what does not verify
    sent = []
    for kind, there in ((ceremony_folder.BUNDLE, _bundle_there), (ceremony_folder.DIRECTORY, _directory_there)):
        for number, version in enumerate(folder.signed(kind), start=1):
            known = there(house, number, version)
            index = None if known else house.publish(_publication(version))
            sent.append(Sent(f"{kind}-{number}", index))
    sent += [Sent(name, house.publish(Publication(note=note))) for name, note in folder.statements()]
    return sent


def _publication(version: Signed) -> Publication:
    return Publication(note=version.note, body=version.body, certificates=version.certificates)


def _bundle_there(house: House, number: int, version: Signed) -> bool:
    try:
        _same(house.bundle(number)[1], version)
    except NotFoundError:
        return False
    return True


def _directory_there(house: House, number: int, version: Signed) -> bool:
    try:
        _same(house.directory(number, certificates=False)[1], version)
    except NotFoundError:
        return False
    return True


def _same(body: bytes, version: Signed) -> None:
    if body != version.body:
        raise UnprovenError(
            "The house has another version of this number. Nothing was sent.",
            "This is another organisation's house, or somebody signed a fork: compare with the other officers.",
        )


def wait_in_force(folder: CeremonyFolder, house: House, *, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until the gates say that the newest versions are in force. False when they do not say so (yet)."""
    bundle, listed = folder.newest()
    at_once = not bundle.body.widen_hours or bundle.number == listed.number == 1
    patience = _PATIENCE if at_once else _IMPATIENCE
    waited = 0.0
    while True:
        try:
            if named_versions(house.current()) == (bundle.number, listed.number):
                return True
        except (NotFoundError, CryptoError):
            pass
        if waited >= patience:
            return False
        sleep(_PAUSE)
        waited += _PAUSE
