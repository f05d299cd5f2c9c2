"""`python -m tests.mutation`: bend crypto/ and policies/ in one place at a time; list what no test notices.

Everything takes about four hours of one CPU. `--one-in 24` takes every 24th change of each module, and `--from 0` to
`--from 23` says which; `crypto.notes` and the like, as arguments, are the modules to look at; `--line 41` one line.
"""

import argparse
import ast
import os
import sys
from collections import Counter

from tests.mutation.bending import bends
from tests.mutation.running import ROOT, Fate, fate, modules, read_before, source, tests_of, used


def main() -> int:
    """Run; it ends with 0 whatever it finds: what lives is to be judged by a person."""
    reader = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    reader.add_argument("modules", nargs="*", help="modules such as crypto.notes; all of both rooms without")
    reader.add_argument("--one-in", type=int, default=1)
    reader.add_argument("--from", type=int, default=0, dest="start")
    reader.add_argument("--line", type=int, help="changes of this line only")
    given = reader.parse_args()
    os.nice(10)
    os.chdir(ROOT)
    read_before()
    total: Counter[Fate] = Counter()
    for module in given.modules or [*modules("crypto"), *modules("policies")]:
        total += look_at(module, given.one_in, given.start, given.line)
    say(f"all: {counted(total)}")
    return 0


def look_at(module: str, one_in: int, start: int, line: int | None) -> Counter[Fate]:
    """Bend one module; print each change that lives. The file is read once: it may be edited meanwhile."""
    tests, tree = tests_of(module), ast.parse(source(module).read_text())
    before, found = used(), Counter[Fate]()
    if fate(module, tree, tests) is not Fate.LIVED:
        say(f"{module}: the unchanged program does not pass its tests; nothing was tried")
        return found
    enough = 10 + 3 * int(used() - before)
    for bend in bends(tree)[start::one_in]:
        if line is not None and bend.line != line:
            continue
        end = fate(module, bend.apply(tree), tests, enough)
        found[end] += 1
        if end is not Fate.SEEN:
            say(f"{module}:{bend.line}: {end.value}: {bend.what}")
    say(f"{module}: {counted(found)} in {used() - before:.0f} s of CPU")
    return found


def counted(found: Counter[Fate]) -> str:
    """Return the counts in words."""
    return ", ".join(f"{found[one]} {one.value}" for one in Fate)


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
