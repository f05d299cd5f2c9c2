"""`python -m server`: serve on HOST:PORT or unix:PATH. `amana serve` runs this."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from doors.database import OneProcess
from doors.environment import SettingError
from doors.reporters import App, second_door
from doors.serve import serve, split_bind
from server.app import create_app
from server.settings import Settings

_GATES = "AMANA_SERVER_GATES"
_WITNESSES = "AMANA_SERVER_WITNESSES"
_REPORTERS = "AMANA_SERVER_REPORTERS"


def application() -> App:
    """Return the app for granian's worker; addresses of others and the reporters' socket come from the parent."""
    environment = dict(os.environ)
    gates, witnesses = (_addresses(environment.pop(name, "")) for name in (_GATES, _WITNESSES))
    reporters = environment.pop(_REPORTERS, "")
    app: App = create_app(Settings.from_environment(gates, environment, witnesses=witnesses), ahead=True, lists=True)
    return second_door(app, Path(reporters)) if reporters else app


def _addresses(given: str) -> dict[str, str]:
    return dict(one.split("=", 1) for one in given.split(" ") if one)


def _socket(bind: str) -> Path:
    path = split_bind(bind)[2]
    if path is None:
        raise SettingError("--reporters takes unix:PATH")
    return path


def _named(option: str, given: Sequence[str]) -> str:
    if not all(name and url and " " not in name + url for name, _, url in (one.partition("=") for one in given)):
        raise SettingError(f"{option} takes NAME=URL")
    return " ".join(given)


def main() -> int:
    """Check the settings first, so that a mistake is one clear line, then serve."""
    parser = argparse.ArgumentParser(prog="amana serve", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1:7290", metavar="HOST:PORT or unix:PATH")
    parser.add_argument("--gate", action="append", default=[], metavar="NAME=URL", help="where a gate is")
    parser.add_argument("--witness", action="append", default=[], metavar="NAME=URL", help="where a witness is")
    parser.add_argument("--reporters", metavar="unix:PATH", help="a second socket with only what reporters need")
    options = parser.parse_args()
    try:
        OneProcess(Settings.from_environment({}).home / "server").release()
        os.environ[_GATES] = _named("--gate", options.gate)
        os.environ[_WITNESSES] = _named("--witness", options.witness)
        if options.reporters is not None:
            os.environ[_REPORTERS] = str(_socket(options.reporters))
        serve("server.__main__:application", options.bind)
    except SettingError as error:
        sys.stderr.write(f"amana serve: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
