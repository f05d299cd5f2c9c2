"""Show each signed head to all witnesses at once, and publish what meets the rules (protocol 9.4, 9.5).

A thread for each witness asks; one more gives out rounds, so that all of them sign the same head: with a head for each
of them a busy log would never have a quorum. Who is slow joins the next round. Nothing here holds up the ledger.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError, ProofError
from crypto.notes import Vkey
from doors.database import Database
from doors.problem import Closed
from policies.trust import Trust
from server.cosigning import AheadError, Call, Line, WitnessLink, is_here
from server.heads import Head
from server.inforce import InForce
from server.ledger import Ledger
from server.trust import TrustStore

AHEAD: Final = "ahead"
"""File in the server's folder: the head that proves that this is an old copy. `amana doctor` reads it."""
DEADLINE: Final = 10.0  # seconds of a round
REFRESH: Final = 120.0  # seconds after which a head is cosigned anew: gates want it younger than ten minutes
_PAUSE, _LONGEST = 0.5, 15.0  # seconds after a round that was short of the quorum; twice as long each time
_EVERY: Final = 30.0  # seconds between two looks at what the bundle says

_log = logging.getLogger("amana")


@dataclass(eq=False, slots=True)
class _Round:
    """One head, and who has signed it."""

    head: Head
    lines: dict[Vkey, str] = field(default_factory=dict)
    answered: set[Vkey] = field(default_factory=set)
    met: bool = False


class Witnesses:
    """All witnesses of `trust.json`, of the bundle in force and of the newest one."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self,
        ledger: Ledger,
        store: TrustStore,
        in_force: InForce,
        trust: Trust,
        database: Database,
        folder: Path,
        addresses: Mapping[str, str],
        calls: Mapping[str, Call] | None = None,
    ) -> None:
        self._ledger, self._store, self._in_force, self._trust = ledger, store, in_force, trust
        self._database, self._file = database, folder / AHEAD
        self._addresses, self._calls = addresses, dict(calls or {})
        self._askers: dict[Vkey, threading.Thread] = {}
        self._agreed: set[bytes] = set()  # public keys that cosigned what is here, since the start
        self._good: dict[Vkey, bool] = {}  # how each last answered: a change is worth a line
        self._round: _Round | None = None
        self._ended = threading.Event()
        self._changed, self._wake = threading.Condition(), threading.Event()
        self._failed, self._began = 0, -REFRESH
        self._read: tuple[tuple[object, object], list[LogPolicy]] | None = None
        self._thread = threading.Thread(target=self._run, name="witnesses", daemon=True)
        self._say_who_is_missing()
        ledger.heads.witnessed(self._meets, self._wake.set, compare=bool(self._needed()))
        self._remember()

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """End. Who waits for a slow witness is waited for a moment only."""
        self._ended.set()
        self._wake.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout=30)
        for asker in self._askers.values():
            asker.join(timeout=_PAUSE)

    # -- what the rules ask --------------------------------------------------------------------------------------------

    def _needed(self) -> list[LogPolicy]:
        """Each policy with a quorum, once: clients hold `trust.json`, gates the bundle in force, soon the newest."""
        newest = self._store.state.bundle
        bundles = (None if newest is None else self._in_force.bundle(), newest)
        if self._read is None or self._read[0] != bundles:
            policies = [self._trust.log_policy, *(one.log_policy for one in bundles if one is not None)]
            by_text = {policy.lines: policy for policy in policies if policy.quorum}
            self._read = bundles, list(by_text.values())
        return self._read[1]

    def _say_who_is_missing(self) -> None:
        for policy in self._needed():
            there = sum(bool(self._addresses.get(name, url) or name in self._calls) for name, url in policy.named)
            if there < policy.quorum:
                _log.error("%d witnesses must cosign, and %d have an address: see --witness", policy.quorum, there)

    def _meets(self, checkpoint: str) -> bool:
        for policy in self._needed():
            try:
                policy.verify(checkpoint)
            except CryptoError:
                return False
        return True

    def _compared(self) -> bool:
        """Whether enough witnesses agreed to be sure that no quorum has signed anything newer (protocol 9.5)."""
        for policy in self._needed():
            keys = {key.public for key in policy.witnesses}
            if len(keys & self._agreed) < min(policy.quorum, len(keys) - policy.quorum + 1):
                return False
        return True

    # -- rounds --------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.clear()
            try:
                pause = self._look()
            except Exception as error:  # noqa: BLE001 - a thread that died would publish nothing any more
                _log.warning("witnesses: %s", type(error).__name__)
                pause = _EVERY
            self._wake.wait(pause)

    def _look(self) -> float:
        """Make a round if one is due; return after how many seconds to look again."""
        heads, keys = self._ledger.heads, self._ask_all()
        head, waited = heads.signed, time.monotonic() - self._began
        if heads.closed or not keys:
            return _EVERY
        if heads.writes and heads.published.size == head.size and (waited < REFRESH or not head.size):
            return min(_EVERY, max(_PAUSE, REFRESH - waited))
        self._began = time.monotonic()
        with self._changed:
            self._round = current = _Round(head)
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: current.met or keys <= current.answered or self._ended.is_set(), timeout=DEADLINE
            )
        if current.met if head.size else heads.writes:
            self._failed = 0
            return 0.0
        heads.miss(head.size)
        self._failed += 1
        self._ended.wait(min(_PAUSE * 2 ** (self._failed - 1), _LONGEST))  # whoever wakes it does not hurry it
        return 0.0

    def _ask_all(self) -> set[Vkey]:
        """Have a thread for each witness that the policies name and that has an address; return their keys."""
        found: dict[Vkey, tuple[str, str]] = {}
        for policy in self._needed():
            found |= dict(zip(policy.witnesses, policy.named, strict=True))
        keys = set()
        for key, (name, url) in found.items():
            call = self._calls.get(name)
            address = self._addresses.get(name, url)
            if call is None and not address:
                continue
            keys.add(key)
            if key not in self._askers:
                log = LogPolicy(self._trust.log_policy.log)
                link = WitnessLink(key, call or Line(address), log, self._ledger.heads, self._database)
                self._askers[key] = threading.Thread(target=self._ask, args=(link,), name="witness", daemon=True)
                self._askers[key].start()
        return keys

    def _ask(self, link: WitnessLink) -> None:
        """In a thread of its own: ask one witness for the head of each round, as long as the house runs."""
        seen: _Round | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended.is_set() or self._round is not seen)  # noqa: B023
                seen = self._round
            if self._ended.is_set() or seen is None:
                link.close()
                return
            good = False
            try:
                self._take(link, seen, link.ask(seen.head))
                good = True
            except AheadError as error:
                self._stop(error.note)
            except (Closed, ProofError):
                pass
            except Exception as error:  # noqa: BLE001 - one witness must not take the others with it
                _log.warning("witness: %s", type(error).__name__)
            self._note(link.key, good=good)
            with self._changed:
                seen.answered.add(link.key)
                self._changed.notify_all()

    def _take(self, link: WitnessLink, current: _Round, line: str) -> None:
        """She agrees; publish as soon as it is enough, and again with each one who comes later."""
        with self._changed:  # to the end: one who has fewer lines must not come after one who has more
            self._agreed.add(link.key.public)
            if self._compared():
                self._ledger.heads.agree()
            if not line:
                return
            current.lines[link.key] = line
            cosigned = Head(current.head.size, current.head.checkpoint + "".join(current.lines.values()))
            if current.met:
                self._ledger.heads.publish(cosigned)
            elif self._meets(cosigned.checkpoint):
                self._ledger.publish(cosigned)
                current.met = True

    def _note(self, key: Vkey, *, good: bool) -> None:
        if self._good.get(key, True) != good:
            _log.warning("witness %s %s", key.name, "signs again" if good else "does not sign")
        self._good[key] = good

    # -- an old copy ---------------------------------------------------------------------------------------------------

    def _stop(self, note: str) -> None:
        """A head by the log's key that is not one of this log: keep it, and sign nothing any more, ever."""
        self._ledger.heads.close()
        with self._changed:
            if self._file.exists():
                return
            _log.error("a witness holds a head of this log that is not here: nothing is signed; run `amana doctor`")
            fresh = self._file.with_name(f"{AHEAD}.new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)

    def _remember(self) -> None:
        """Closed before, closed again, unless what was missing is here now."""
        with suppress(FileNotFoundError):
            note = self._file.read_text("utf-8")
            with suppress(CryptoError):
                if is_here(note, LogPolicy(self._trust.log_policy.log), self._ledger.heads, self._database):
                    self._file.unlink()
                    return
            self._ledger.heads.close()
