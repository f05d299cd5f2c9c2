"""`amana officer`: keys and rules of an organisation. Works offline; what publishes speaks with a house."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from client.commands.exposure import exposure
from client.commands.keeping import day_of, retention
from client.commands.options import addresses, home, house_of, house_options, json_option, say, today
from client.errors import UsageError

if TYPE_CHECKING:
    from client.ceremony_folder import CeremonyFolder

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)
_EXAMPLES = """\b
Examples:
  amana officer init --people data/people.json --k 2 --rehearsal
  amana officer publish
  amana officer revoke r3
"""
_HOLD_EXAMPLES = """\b
Examples:
  amana officer hold ID --until 2027-06-30
  amana officer hold ID --end
"""
_ON_A_HOUSE_ONLY = "Put trust.json and log.key into AMANA_HOME of the house."


def _ceremony_option(command: F) -> F:
    return click.option(
        "--ceremony", type=_FILE, metavar="DIR", help="Folder of the ceremony; default AMANA_HOME/ceremony."
    )(command)


def _folder(ceremony: Path | None) -> "CeremonyFolder":
    from client.ceremony_folder import CeremonyFolder  # noqa: PLC0415 - commands start fast

    return CeremonyFolder(home() / "ceremony" if ceremony is None else ceremony)


@dataclass(frozen=True, slots=True)
class _Sending:
    """What becomes of a statement: it is kept in the folder, and goes to the house at once or later."""

    folder: "CeremonyFolder"
    at_once: bool
    url: str | None
    proxy: str | None
    as_json: bool

    def finish(self, note: str, kind: str, what: str, *, done: str = "sent", **fields: object) -> None:
        """Send the signed note if it is to be sent, and say how far `what` has come."""
        index = self._send(note) if self.at_once else None
        how = done if self.at_once else "signed; send it with `amana officer publish`"
        say(self.as_json, kind, f"{what} is {how}.", sent=self.at_once, index=index, **fields)

    def _send(self, note: str) -> int:
        from client.errors import UnreachableError  # noqa: PLC0415 - commands start fast
        from crypto.relay import Publication  # noqa: PLC0415

        try:
            return house_of(self.url, self.proxy, self.folder.trust()).publish(Publication(note=note))
        except UnreachableError:
            raise UnreachableError(
                "It is signed and kept, but the house did not answer: it does NOT bind yet.",
                "Send it with `amana officer publish` as soon as the house can be reached.",
            ) from None


def _sending_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, as its first argument, what its options say about sending."""

    @click.option("--send/--no-send", default=True, help="Send it to the house at once.")
    @_ceremony_option
    @house_options
    @json_option
    @wraps(command)
    def run(
        *, send: bool, ceremony: Path | None, url: str | None, proxy: str | None, as_json: bool, **arguments: object
    ) -> None:
        command(_Sending(_folder(ceremony), send, url, proxy, as_json), **arguments)

    return run


def _officer_option(command: F) -> F:
    return click.option("--officer", "named", metavar="NAME", help="Whose key signs; default the first that is there.")(
        command
    )


def _witness_option(command: F) -> F:
    return click.option(
        "--witness",
        "witnesses",
        nargs=2,
        multiple=True,
        metavar="VKEY URL",
        help="An outside witness, by `amana witness --vkey`, and where the house asks her.",
    )(command)


@click.group(epilog=_EXAMPLES)
def officer() -> None:
    """Make keys and rules, sign them, revoke people.

    What needs k signatures uses the key files in DIR/officers: bring k of them together for the time of signing, then
    take them away again. A revocation or a notice needs one.
    """


@officer.command()
@click.option("--people", required=True, type=_FILE, metavar="FILE", help="Who takes part; see data/people.json.")
@click.option("--k", "needed", type=click.IntRange(1), help="How many officers must sign; default by the file.")
@click.option("--origin", default="", metavar="NAME", help="Name of the log; it never changes.")
@click.option("--url", "address", default="http://127.0.0.1:7290", show_default=True, help="Where the house will be.")
@click.option("--rehearsal", is_flag=True, help="Practise: no waiting times, and every client says so.")
@click.option("--tick", type=click.IntRange(0, 3600), metavar="SECONDS", help="Pace of checkpoints; 0: at once.")
@click.option("--gate-url", "gate_urls", multiple=True, callback=addresses, metavar="NAME=URL", help="Where a gate is.")
@click.option("--gates-needed", type=click.IntRange(1), help="How many gates must agree; default more than half.")
@click.option("--quorum", type=click.IntRange(0), default=0, help="How many witnesses must cosign; default none.")
@_witness_option
@click.option("--install/--no-install", default=True, help="Put trust.json and log.key into AMANA_HOME as well.")
@_ceremony_option
@json_option
def init(  # noqa: PLR0913 - the options of a command
    *,
    people: Path,
    needed: int | None,
    origin: str,
    address: str,
    rehearsal: bool,
    tick: int | None,
    gate_urls: Mapping[str, str],
    gates_needed: int | None,
    quorum: int,
    witnesses: tuple[tuple[str, str], ...],
    install: bool,
    ceremony: Path | None,
    as_json: bool,
) -> None:
    """Make all keys, the first rules and the first directory.

    Do it on a machine without a network. All key files get one passphrase.
    """
    from client import ceremony as making  # noqa: PLC0415 - commands start fast
    from client.keys import new_passphrase  # noqa: PLC0415
    from client.trusting import REHEARSAL  # noqa: PLC0415

    folder = _folder(ceremony)
    if install and (home() / "trust.json").exists():
        raise UsageError(f"{home()} already has an organisation.", "Set AMANA_HOME to a new folder, or --no-install.")
    cast = making.load_people(people)
    made = making.init(
        cast,
        folder.path,
        making.Choices(
            k=needed or int(cast.get("threshold", 1)),
            rehearsal=rehearsal,
            origin=origin,
            url=address,
            tick=tick,
            gate_urls=gate_urls,
            gates_needed=gates_needed,
            quorum=quorum,
            witnesses=witnesses,
        ),
        passphrase=new_passphrase(),
        draw=os.urandom,
        tell=lambda text: None if as_json else click.echo(text, err=True),
    )
    if install:
        making.install(made, home())
    if rehearsal:
        click.echo(REHEARSAL, err=True)
    next_step = "Start the house with `amana serve --with-gate`, then `amana officer publish`."
    say(
        as_json,
        "made",
        f"The ceremony is in {made.path}. {next_step if install else _ON_A_HOUSE_ONLY}",
        ceremony=str(made.path),
        rehearsal=rehearsal,
    )


@officer.command("add-reviewer")
@click.argument("name")
@click.option("--people", type=_FILE, metavar="FILE", help="File of people that has an entry of this name.")
@click.option("--entry", type=_FILE, metavar="FILE", help="File with just her entry.")
@_ceremony_option
@json_option
def add_reviewer(*, name: str, people: Path | None, entry: Path | None, ceremony: Path | None, as_json: bool) -> None:
    """Make the key of NAME and the next directory with her in it, signed by k officers.

    It binds when it is published and the waiting time of the bundle has passed.
    """
    from client.amending import add_reviewer as add  # noqa: PLC0415 - commands start fast
    from client.keys import new_passphrase  # noqa: PLC0415

    folder = _folder(ceremony)
    number = add(folder, _entry(name, people, entry), passphrase=new_passphrase(), draw=os.urandom)
    say(
        as_json,
        "added",
        f"{name} is in directory {number}. Send it with `amana officer publish`.",
        name=name,
        directory=number,
    )


@officer.command("words")
@click.option("--people", type=_FILE, metavar="FILE", required=True, help="File of people; its `words` are taken.")
@_ceremony_option
@json_option
def words(*, people: Path, ceremony: Path | None, as_json: bool) -> None:
    """Make the next bundle with the words that reporters read: hours, duty to report, help near them.

    Signed by k officers. It binds when it is published and the waiting time of the bundle has passed.
    """
    from client.amending import reword  # noqa: PLC0415 - commands start fast
    from client.ceremony import load_people  # noqa: PLC0415

    number = reword(_folder(ceremony), load_people(people))
    say(as_json, "words", f"The words are in bundle {number}. Send it with `amana officer publish`.", bundle=number)


@officer.command("witnesses")
@_witness_option
@click.option("--quorum", type=click.IntRange(0), required=True, help="How many of them must cosign each head.")
@_ceremony_option
@json_option
def witnesses(*, witnesses: tuple[tuple[str, str], ...], quorum: int, ceremony: Path | None, as_json: bool) -> None:
    """Make the next bundle with these witnesses, signed by k officers, and trust.json anew.

    Choose more than half of them, and so few that one may be away: 3 of 4, or 2 of 3. Everybody needs the new
    trust.json, also the house; who keeps the old one goes on asking for the witnesses of before.
    """
    from client.witness_policy import rewitness  # noqa: PLC0415 - commands start fast

    number = rewitness(_folder(ceremony), witnesses, quorum)
    what = f"{quorum} of {len(witnesses)} witnesses are asked for in bundle {number}, and in the new trust.json."
    say(as_json, "witnesses", f"{what} Send it with `amana officer publish`.", bundle=number, quorum=quorum)


def _entry(name: str, people: Path | None, entry: Path | None) -> Mapping[str, Any]:
    import json  # noqa: PLC0415 - commands start fast

    if (people is None) == (entry is None):
        raise UsageError(
            "Give her entry with --people FILE or with --entry FILE.", "See data/people.json for the form."
        )
    path = people or entry or Path()
    try:
        found = json.loads(path.read_bytes())
        every = [found] if people is None else [*found["reviewers"], *found["custodians"], *found["ombudsperson"]]
        matching = [one for one in every if one["name"] == name]
    except OSError:
        raise UsageError(f"{path} cannot be read.", "Check the path.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        matching = []
    if len(matching) != 1 or not isinstance(matching[0], dict):
        raise UsageError(f"{path} has no entry of {name}.", "See data/people.json for the form.")
    return matching[0]


@officer.command()
@click.argument("name")
@_officer_option
@_sending_options
def revoke(sending: _Sending, *, name: str, named: str | None) -> None:
    """Revoke NAME: from the moment that the gates have it, she opens nothing any more. One officer is enough."""
    from client.amending import revoke as sign_revocation  # noqa: PLC0415 - commands start fast

    note = sign_revocation(sending.folder, name, officer=named, day=today())
    sending.finish(note, "revoked", f"The revocation of {name}", done="sent and binding", name=name)


@officer.command()
@click.argument("text")
@_officer_option
@_sending_options
def notice(sending: _Sending, *, text: str, named: str | None) -> None:
    """Sign one line of TEXT for everybody; it is public for ever."""
    from client.amending import announce  # noqa: PLC0415 - commands start fast

    name, note = announce(sending.folder, text, officer=named, day=today())
    sending.finish(note, "noticed", name, name=name)


@officer.command(epilog=_HOLD_EXAMPLES)
@click.argument("report", metavar="ID")
@click.option("--until", metavar="DAY", help="Last day, YYYY-MM-DD; at most 366 days from today.")
@click.option("--end", is_flag=True, help="End a hold today.")
@_sending_options
def hold(sending: _Sending, *, report: str, until: str | None, end: bool) -> None:
    """Have the sealed bytes of report ID kept through a day. Two officers sign; it is public for ever.

    It opens nothing: what is withdrawn or over stays closed, and the reporter finds the hold when she looks.
    """
    from client.holding import sign_hold  # noqa: PLC0415 - commands start fast
    from client.reading import report_id  # noqa: PLC0415

    if (until is None) != end:
        raise UsageError("Say through which day, or that it ends.", "Give --until DAY, or --end.")
    last = today() if until is None else day_of(until)
    name, note = sign_hold(sending.folder, report_id(report), day=today(), until=last)
    sending.finish(note, "held", f"The hold ({name})", id=report, until=until)


for _one in (retention, exposure):
    officer.add_command(_one)


@officer.command()
@_sending_options
def page(sending: _Sending) -> None:
    """Name the page of this package: k officers sign the hash of its manifest, and the log shows it to everybody.

    Do it with each new version of the program, from a copy whose signature you have checked. Until then
    `amana verify-page` says that the log names another page.
    """
    from client.naming import name_page  # noqa: PLC0415 - commands start fast
    from client.page import package_manifest  # noqa: PLC0415

    named, note = name_page(sending.folder, package_manifest())
    manifest = named.manifest.hex()
    what = f"Page {named.number}, whose manifest is {manifest},"
    sending.finish(note, "page", what, done="signed and sent", version=named.number, manifest=manifest)


@officer.command()
@_ceremony_option
@house_options
@json_option
def publish(*, ceremony: Path | None, url: str | None, proxy: str | None, as_json: bool) -> None:
    """Send to the house whatever it does not have: bundles, directories, revocations, notices, the page's hash."""
    from client.publishing import publish as send_all  # noqa: PLC0415 - commands start fast
    from client.publishing import wait_in_force  # noqa: PLC0415

    folder = _folder(ceremony)
    trust = folder.trust()
    house = house_of(url, proxy, trust)
    sent = send_all(folder, house)
    binds = wait_in_force(folder, house)
    when = "They are in force." if binds else "The gates do not name them yet: new people and rules wait first."
    say(
        as_json,
        "published",
        f"The house has {', '.join(one.name for one in sent)}. {when}",
        in_force=binds,
        sent=[{"name": one.name, "index": one.index} for one in sent],
    )
