"""Numbers one can believe on a machine that is shared: ratios of neighbours in time, and a word when it was noisy."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOISY: Final = 0.25  # a probe that moved by more than this between the ends of an item
_PROBE_SECONDS: Final = 0.3
_PAGE: Final = bytes(4096)


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of measured values; of a single one, itself."""
        found = sorted(values)
        if len(found) == 1:
            return cls(found[0], found[0], found[0])
        low, median, high = statistics.quantiles(found, n=4, method="inclusive")
        return cls(median, low, high)

    def text(self, digits: int = 2) -> str:
        """Return `median [quartile to quartile]`."""
        return f"{self.median:,.{digits}f} [{self.low:,.{digits}f} to {self.high:,.{digits}f}]"


@dataclass(frozen=True, slots=True)
class Probe:
    """How fast the machine is now: flushes of the disk a second, Ed25519 signatures a CPU-second."""

    syncs: float
    signs: float

    def moved(self, later: "Probe") -> bool:
        """Whether the machine changed too much in between for numbers to be compared with another run's."""
        pairs = ((self.syncs, later.syncs), (self.signs, later.signs))
        return any(abs(after - before) > NOISY * before for before, after in pairs)


def probe(folder: Path, seconds: float = _PROBE_SECONDS) -> Probe:
    """Measure disk and CPU, each for a moment."""
    return Probe(_syncs(folder / "probe", seconds), _signs(seconds))


def _syncs(path: Path, seconds: float) -> float:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        count, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            os.pwrite(file, _PAGE, count % 64 * len(_PAGE))
            os.fdatasync(file)
            count += 1
        return count / spent
    finally:
        os.close(file)
        path.unlink()


def _signs(seconds: float) -> float:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        key.sign(_PAGE[:64])
        count += 1
    return count / spent


def interleaved(rounds: int, ways: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Run each way once a round, in turning order, so that no way always follows the same one."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            found[name].append(ways[name]())
    return found


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Return the spread of the ratios of each round."""
    return Spread.of(above / below for above, below in zip(over, under, strict=True))


def cpu_seconds(work: Callable[[], object], times: int) -> float:
    """Return CPU seconds of one call, over several."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times
