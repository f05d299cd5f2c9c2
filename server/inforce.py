"""In force: what the gates' `current` says today, checked; where there is none yet, what officers published last."""

from dataclasses import dataclass

from crypto import notes
from crypto.errors import CryptoError
from crypto.labels import Label
from doors.problem import Closed
from policies import statements
from policies.bundle import Bundle
from policies.statements import Current, day_number
from server.trust import TrustStore

_FIELDS = ("day", "bundle", "directory", "log")


@dataclass(frozen=True, slots=True)
class Named:
    """A `current` that t gates of the bundle that it names signed, and its day."""

    note: str
    bundle: Bundle
    day: int


class InForce:
    """Checks each `current` once. The server shows it to everybody unread; here it acts by it."""

    def __init__(self, trust: TrustStore) -> None:
        self._trust = trust
        self._seen: tuple[str | None, int, Named | None] = (None, 0, None)

    def named(self) -> Named | None:
        """Return the newest `current`, or None where there is none that holds."""
        note, known = self._trust.current, len(self._trust.state.bundles)
        if (note, known) != self._seen[:2]:
            self._seen = note, known, None if note is None else _check(note, self._trust.state.bundles)
        return self._seen[2]

    def bundle(self) -> Bundle:
        """Return the bundle in force. Raise Closed before officers published one."""
        named = self.named()
        newest = self._trust.state.bundle
        if named is not None:
            return named.bundle
        if newest is None:
            raise Closed
        return newest

    def note(self, day: int) -> str:
        """Return the `current` for the file of a day: of that day or the next (protocol 15.7); empty for none."""
        named = self.named()
        return named.note if named is not None and named.day in (day, day + 1) else ""


def _check(note: str, bundles: tuple[Bundle, ...]) -> Named | None:
    try:
        day = day_number(statements.fields(notes.split(note)[0], Label.NOTE_CURRENT, _FIELDS)["day"])
    except CryptoError:
        return None
    for bundle in reversed(bundles):
        try:
            Current.verify(note, bundle, day)
        except CryptoError:
            continue
        return Named(note, bundle, day)
    return None
