"""Bring sealed files to a house over any line: every try goes on where the last one ended (protocol 19.7).

The words have arrived before the first byte of a file is sent. What is cut is asked for again, with longer and longer
pauses; whoever stops it and starts it again loses nothing.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from client.errors import AmanaError, ClosedError, NotFoundError, RefusedError, UnprovenError, UnreachableError
from client.files_house import FilesHouse, check_length
from client.sealing_files import read_name
from crypto import leaves, objects
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import CryptoError
from crypto.objects import KEY, TRAILER

PART: Final = 4 << 20  # bytes of one body: short enough for a bad line, long enough for a good one
TRIES: Final = 30  # in a row without a byte more; about half an hour
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 90.0  # seconds
_SMALLEST: Final = 64 << 10  # bytes: parts get smaller on a line that cuts them
_PROOFS: Final = 5  # looks for a proof, a tick may pass before it is there

Progress = Callable[[int, int], None]
"""How many bytes of how many, of all files."""


@dataclass(slots=True)
class Sent:
    """How far the files of one report got."""

    whole: list[Path] = field(default_factory=list)
    proven: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    because: AmanaError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Brings the files of one report."""

    house: FilesHouse
    report: bytes
    received: bytes  # R_n, from the sealed envelope
    log: LogPolicy
    sleep: Callable[[float], None] = time.sleep
    progress: Progress | None = None

    def bring(self, files: Sequence[Path]) -> Sent:
        """Bring all of them, the smallest first. What fails does not stop the others, but a house that is away does."""
        sent, sizes = Sent(), {file: file.stat().st_size for file in files}
        order = sorted(files, key=lambda file: (sizes[file], file.name))
        before, total = 0, sum(sizes.values())
        for place, file in enumerate(order):
            try:
                self._bring(file, sizes[file], before, total)
            except (UnreachableError, ClosedError) as error:
                sent.left, sent.because = [*sent.left, *order[place:]], error
                break
            except AmanaError as error:
                sent.left.append(file)
                sent.because = error
            else:
                sent.whole.append(file)
            before += sizes[file]
        sent.proven = [file for file in sent.whole if self._is_proven(file)]
        return sent

    def _bring(self, file: Path, length: int, before: int, total: int) -> None:
        check_length(length)
        name = read_name(file)
        part, fails, offset, created = PART, 0, 0, False
        with file.open("rb") as source:
            while offset < length:
                try:
                    if not created:
                        self._create(name, length)
                        created = True
                    reached, offset = offset, self.house.offset(name, length)
                    if offset > reached:  # a body that was cut brought something
                        fails = 0
                    while offset < length:
                        offset = self.house.append(name, offset, _read(source, offset, min(part, length - offset)))
                        fails, part = 0, min(PART, part * 2)
                        if self.progress is not None:
                            self.progress(before + offset, total)
                except (UnreachableError, ClosedError):
                    fails += 1
                    if fails >= TRIES:
                        raise
                    part = max(_SMALLEST, part // 2)
                    self.sleep(_pause(fails))
                except RefusedError as error:
                    if isinstance(error, NotFoundError) or fails >= TRIES or not created:
                        raise
                    fails += 1  # another offset than we thought: ask again where it is
                    self.sleep(_pause(fails))

    def _create(self, name: bytes, length: int) -> None:
        ticket = objects.ticket(self.received, name, length)
        self.house.create(name, self.report, ticket, length)

    def _is_proven(self, file: Path) -> bool:
        """Whether the log, with its quorum, has the leaf that only this object's end makes."""
        with file.open("rb") as source:
            source.seek(-TRAILER, 2)
            end = source.read(TRAILER)
        for tried in range(_PROOFS):
            try:
                proof = TlogProof.parse(self.house.proof(read_name(file)))
                proof.verify(self.log, leaves.object_leaf(end[:KEY], end[KEY:]))
            except (NotFoundError, UnreachableError, ClosedError):
                self.sleep(_pause(tried + 1))
            except CryptoError:
                raise UnprovenError(
                    "The house cannot show that it keeps a file as it was sent.",
                    "Keep the sealed files; tell an officer.",
                ) from None
            else:
                return True
        return False


def _read(source: BinaryIO, start: int, size: int) -> bytes:
    source.seek(start)
    return source.read(size)


def _pause(tried: int) -> float:
    """Longer and longer, and never in step with others."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tried - 1, 10)) * (0.5 + secrets.randbelow(512) / 1024)
