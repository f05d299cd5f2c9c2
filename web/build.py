"""Build the page from its source: `python -m web.build`. Needs node and npm; what it writes is the same everywhere."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_LOCKED: Final = "node_modules/.package-lock.json"


class CannotBuildError(Exception):
    """Node, npm or the packages of the lock file are not to be had here."""


def install() -> str:
    """Return the path of node, after installing exactly what package-lock.json names unless it is there already."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotBuildError("node and npm are not installed")
    locked, lock = HERE / _LOCKED, HERE / "package-lock.json"
    if not locked.exists() or locked.stat().st_mtime < lock.stat().st_mtime:
        done = subprocess.run([npm, "ci"], cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise CannotBuildError("npm ci found neither a registry nor a cache")
        locked.touch()
    return node


def build(*arguments: str) -> str:
    """Run `build.mjs` and return what it printed."""
    command = [install(), "build.mjs", *arguments]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CannotBuildError(done.stderr)
    return done.stdout


def main(arguments: list[str]) -> int:
    """Build, print sizes."""
    try:
        sys.stdout.write(build(*arguments))
    except CannotBuildError as error:
        sys.stderr.write(f"The page cannot be built here: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
