"""`make soak`: more kills and power cuts than `make test` has time for. Ends by itself; 0 when nothing was lost."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests import lossyfs
from tests.soak.chance import Chance
from tests.soak.cutting import cut_repeatedly
from tests.soak.killing import kill_repeatedly

_STEP = 50  # kills of one organisation; each kill reads its whole world again, so a large one is slow


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Kill, cut, count."""
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs of server and gate")
    parser.add_argument("--cuts", type=int, default=60, help="power cuts of their disks")
    parser.add_argument("--seed", help="as it was printed, for the same moments again")
    options = parser.parse_args()
    began, chance = time.monotonic(), Chance(options.seed)
    done = 0
    while done < options.kills:
        with tempfile.TemporaryDirectory(prefix="amana-soak-") as folder:
            outcome = kill_repeatedly(Path(folder), min(_STEP, options.kills - done), say, chance, 1.5)
        done += outcome.kills
        say(f"== {done} kills so far; of the last organisation: {outcome}")
    if not options.cuts:
        return 0
    if not lossyfs.available():
        say("NOT RUN: power cuts, needs Linux, root and /dev/fuse")
        return 0
    done = 0
    while done < options.cuts:
        with tempfile.TemporaryDirectory(prefix="amana-soak-") as folder:
            outcome = cut_repeatedly(Path(folder), min(_STEP, options.cuts - done), say, chance)
        done += outcome.kills
        say(f"== {done} power cuts so far; of the last organisation: {outcome}")
    say(f"== nothing lost, nothing twice, nothing opened without its leaf; {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
