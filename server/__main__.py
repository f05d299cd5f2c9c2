"""`python -m server`: serve on HOST:PORT or unix:PATH. `amana serve` runs this."""

import argparse
import os
import sys

from litestar import Litestar

from doors.environment import SettingError
from doors.serve import serve
from server.app import create_app
from server.settings import Settings

_GATES = "AMANA_SERVER_GATES"


def application() -> Litestar:
    """Return the app for granian's worker; gates' addresses come from the parent."""
    environment = dict(os.environ)
    given = environment.pop(_GATES, "")
    gates = dict(one.split("=", 1) for one in given.split(" ") if one)
    return create_app(Settings.from_environment(gates, environment))


def main() -> int:
    """Check the settings first, so that a mistake is one clear line, then serve."""
    parser = argparse.ArgumentParser(prog="amana serve", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1:7290", metavar="HOST:PORT or unix:PATH")
    parser.add_argument("--gate", action="append", default=[], metavar="NAME=URL", help="where a gate is")
    options = parser.parse_args()
    try:
        Settings.from_environment({})
        os.environ[_GATES] = " ".join(options.gate)
        serve("server.__main__:application", options.bind)
    except SettingError as error:
        sys.stderr.write(f"amana serve: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
