"""Give up memory, time and room, then become another program: `python narrow.py MEMORY SECONDS BYTES PROGRAM…`.

A file of its own, run by itself and importing nothing of ours: what a hostile file could misuse is given up first.
"""

import os
import resource
import sys
from typing import Final

_OPEN_FILES: Final = 64


def main() -> None:
    """Bound ourselves and all that we start, and never return."""
    memory, seconds, size, *program = sys.argv[1:]
    for what, most in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, int(size)),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),  # what was in memory is never left on a disk
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
    os.umask(0o077)
    os.execv(program[0], program)  # noqa: S606 - no shell, and the program is named by its whole path


if __name__ == "__main__":
    main()
