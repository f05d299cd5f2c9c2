"""`amana`: one command for everybody. Each group is imported only when it is used."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from client.commands.options import JSON_FLAG, report
from client.errors import AmanaError
from crypto.errors import CryptoError
from doors import environment
from doors.environment import SettingError
from policies.errors import TooFewError

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "report": ("client.commands.report:report", "Seal a report on this device, and send it."),
    "review": ("client.commands.review:review", "Open what the rules let you open; agree, or step back."),
    "console": ("client.commands.console:console", "Open a reviewer's own pages on this machine."),
    "audit": ("client.commands.audit:audit", "Check offline that nobody opened anything silently."),
    "evidence": ("client.commands.evidence:evidence", "Check files that were taken along, offline."),
    "officer": ("client.commands.officer:officer", "Make keys and rules, sign them, revoke people."),
    "serve": ("client.commands.house:serve", "Run a house that takes sealed reports."),
    "gate": ("client.commands.house:gate", "Run a gate, the second lock."),
    "witness": ("client.commands.house:witness", "Run a witness of somebody else's log."),
    "verify-page": (
        "client.commands.verify_page:verify_page",
        "Compare the page that a house serves with this package.",
    ),
    "passphrase": ("client.commands.passphrase:passphrase", "Give a key file a passphrase of its own."),
    "doctor": ("client.commands.doctor:doctor", "Look whether all is well here, and say what to do."),
}
FAULT: Final = 70  # exit code of a fault of ours: none of the six that mean something


class LazyGroup(click.Group):
    """A group that knows the names of its commands, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


_EXAMPLES: Final = """\b
Examples:
  amana officer init --people data/people.json --k 2 --rehearsal
  amana serve --with-gate
  amana officer publish
  amana report seal report.json -o sealed.amana
  amana report send sealed.amana

\b
Exit codes: 0 done, 1 refused, 2 wrong use, 3 not proven, 4 not reachable, 5 closed.
"""


@click.group(
    cls=LazyGroup, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
def cli() -> None:
    """Sealed reports, strict rules about who opens them, and a log that anybody can check."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = JSON_FLAG in given
    try:
        environment.read()
        result = cli.main(given, prog_name="amana", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else FAULT
    except (click.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:  # noqa: BLE001 - the last place: every end has a sentence and a code
        code, kind, sentence, next_step = explain(error)
        report(as_json, kind, sentence, next_step)
        return code
    return result if isinstance(result, int) else 0


_FROM_BELOW: Final[tuple[tuple[type[Exception], int, str, str, str], ...]] = (
    (TooFewError, 1, "refused", "Too few people could open this.", "Ask an officer."),
    (CryptoError, 3, "unproven", "This is not in its form, or not signed as it must be.", "Do not rely on it."),
    (OSError, 2, "usage", "A file could not be read or written.", "Check paths, permissions and space."),
)


def explain(error: Exception) -> tuple[int, str, str, str]:
    """Return exit code, kind, sentence and next step. What came in from outside is not repeated."""
    if isinstance(error, AmanaError):
        return error.code, error.kind, error.sentence, error.next_step
    if isinstance(error, click.ClickException):
        return 2, "usage", error.format_message(), "Add --help to see what this command takes."
    if isinstance(error, SettingError):
        return 2, "usage", f"{error}.", ""
    for kind, code, name, sentence, next_step in _FROM_BELOW:
        if isinstance(error, kind):
            return code, name, sentence, next_step
    sentence = f"A fault of this program: {type(error).__name__} {_place(error)}."
    return FAULT, "fault", sentence, "Please report it; nothing of what you entered is in this line."


def _place(error: Exception) -> str:
    """Return where it happened, and nothing of what it was about."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


if __name__ == "__main__":
    sys.exit(main())
