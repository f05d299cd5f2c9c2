"""`python -m witness`: one witness on HOST:PORT or unix:PATH. `amana witness` runs this."""

import argparse
import os
import sys
from pathlib import Path

from litestar import Litestar

from doors.database import OneProcess
from doors.environment import SettingError
from doors.serve import serve
from witness.app import create_app
from witness.settings import Settings, listed
from witness.store import Memory

_KEY = "AMANA_WITNESS_KEY"
_LOGS = "AMANA_WITNESS_LOGS"


def application() -> Litestar:
    """Return the app for granian's worker; the key file's path and the logs come from the parent."""
    environment = dict(os.environ)
    key, logs = Path(environment.pop(_KEY)), environment.pop(_LOGS).split(" ")
    return create_app(Settings.from_environment(key, logs, environment))


def main() -> int:
    """Check the settings first, so that a mistake is one clear line, then serve."""
    parser = argparse.ArgumentParser(prog="amana witness", description=__doc__)
    parser.add_argument("--bind", required=True, metavar="HOST:PORT or unix:PATH")
    parser.add_argument("--key", required=True, type=Path, metavar="FILE", help="key file of this witness")
    parser.add_argument("--log", action="append", default=[], metavar="VKEY", help="a log to look after")
    parser.add_argument("--logs", type=Path, metavar="FILE", help="verifier keys of logs, one on each line")
    parser.add_argument("--first", action="store_true", help="begin without a memory: the key has never signed")
    options = parser.parse_args()
    try:
        logs = [*options.log, *listed(options.logs)]
        settings = Settings.from_environment(options.key, logs)
        if options.first:
            Memory.begin(settings.folder)
        Memory(settings.folder)
        OneProcess(settings.folder).release()
        os.environ[_KEY] = str(options.key.resolve())
        os.environ[_LOGS] = " ".join(logs)
        serve("witness.__main__:application", options.bind)
    except SettingError as error:
        sys.stderr.write(f"amana witness: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
