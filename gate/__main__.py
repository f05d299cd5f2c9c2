"""`python -m gate`: one gate on HOST:PORT or unix:PATH. `amana gate` runs this."""

import argparse
import os
import sys
from pathlib import Path

from litestar import Litestar

from doors.database import OneProcess
from doors.environment import SettingError
from doors.serve import serve
from gate.app import create_app
from gate.settings import Settings

_KEY = "AMANA_GATE_KEY"


def application() -> Litestar:
    """Return the app for granian's worker; the key file's path comes from the parent."""
    environment = dict(os.environ)
    return create_app(Settings.from_environment(Path(environment.pop(_KEY)), environment))


def main() -> int:
    """Check the settings first, so that a mistake is one clear line, then serve."""
    parser = argparse.ArgumentParser(prog="amana gate", description=__doc__)
    parser.add_argument("--bind", required=True, metavar="HOST:PORT or unix:PATH")
    parser.add_argument("--key", required=True, type=Path, metavar="FILE", help="key file of this gate")
    options = parser.parse_args()
    try:
        OneProcess(Settings.from_environment(options.key).folder).release()
        os.environ[_KEY] = str(options.key.resolve())
        serve("gate.__main__:application", options.bind)
    except SettingError as error:
        sys.stderr.write(f"amana gate: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
