"""After the ceremony: one more person, one fewer, other words to reporters, one line to everybody."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from client import ceremony_folder
from client.ceremony import person_of, seal_certificates
from client.ceremony_folder import CeremonyFolder, Signed, sign
from client.errors import RefusedError, UsageError
from client.keys import write_key, write_new
from crypto import keyfile
from crypto.errors import MalformedError
from crypto.hybrid import Draw
from crypto.keyfile import Cost, KeyRing
from policies import bundle, cast, directory
from policies.directory import DirectoryBody
from policies.statements import Announcement, Revocation, day_text

REVOCATION: Final = "revocation-"
NOTICE: Final = "notice-"


def add_reviewer(
    folder: CeremonyFolder, entry: Mapping[str, Any], *, passphrase: str, draw: Draw, cost: Cost = keyfile.STANDARD
) -> int:
    """Make her key and the next directory with her in it; those who were revoked are left out. Return its number."""
    trust = folder.trust()
    rules, before = folder.newest()
    try:
        certificate, role = cast.certificate_of(entry), cast.role_of(entry)
        pools = [str(one) for one in entry["pools"]]
    except (MalformedError, KeyError, TypeError, AttributeError):
        raise UsageError("This person's entry is not complete.", "See data/people.json for the form.") from None
    if certificate.name in before or _revoked(folder, certificate.name):
        raise RefusedError(f"The name {certificate.name} was given before.", "A new person needs a new name.")
    if not set(pools) <= {pool.name for pool in rules.body.pools}:
        raise UsageError("The entry names a pool that the bundle does not have.", "Choose one of the bundle's pools.")
    officers = folder.officers(trust.threshold)
    roster = folder.roster() | {certificate.name: (certificate, draw(32))}
    ring = KeyRing.new(role, certificate.name, draw)
    kept = [one for one in before.body.people if not _revoked(folder, one.name)]
    added = person_of(ring, pools, roster[certificate.name], draw)
    try:
        body = DirectoryBody(number=before.number + 1, people=sorted([*kept, added], key=lambda one: one.name))
        data = body.encode()
        sealed = seal_certificates(roster, rules.body.gates, body, draw)
    except MalformedError as error:
        raise UsageError(f"This cannot be signed: {error}.", "Change the entry.") from None
    write_key(folder.key(ceremony_folder.PEOPLE, ring.name), ring, passphrase, draw=draw, cost=cost)
    folder.write_roster(roster)
    note = sign(directory.unsigned(body, before), officers)
    folder.write(ceremony_folder.DIRECTORY, body.number, Signed(note, data, sealed))
    folder.newest()
    return body.number


def reword(folder: CeremonyFolder, people: Mapping[str, Any]) -> int:
    """Write the next bundle with the operator's words of this file and all else as it is. Return its number."""
    before, _ = folder.newest()
    body = structs.replace(before.body, number=before.number + 1, words=cast.wording_of(people))
    try:
        data = body.encode()
    except MalformedError as error:
        raise UsageError(f"This cannot be signed: {error}.", "Change the words in the file.") from None
    note = sign(bundle.unsigned(body, before), folder.officers(folder.trust().threshold))
    folder.write(ceremony_folder.BUNDLE, body.number, Signed(note, data))
    folder.newest()
    return body.number


def revoke(folder: CeremonyFolder, name: str, *, officer: str | None, day: int) -> str:
    """Write a revocation signed by one officer. Return the note; the one that is there when it was made before."""
    path = folder.statement(REVOCATION + name)
    if path.is_file():
        return path.read_text("utf-8")
    _, listed = folder.newest()
    if name not in listed:
        raise UsageError(f"Nobody in the directory is called {name}.", "Check the name.")
    note = sign(Revocation(name, day).text(), folder.officers(1, officer))
    write_new(path, note.encode())
    return note


def announce(folder: CeremonyFolder, line: str, *, officer: str | None, day: int) -> tuple[str, str]:
    """Write an announcement signed by one officer. Return its name and the note."""
    try:
        text = Announcement(day, line).text()
    except MalformedError:
        raise UsageError("A notice is one line of text.", "Leave out line breaks and spaces at its ends.") from None
    note = sign(text, folder.officers(1, officer))
    number = 1
    while folder.statement(name := f"{NOTICE}{day_text(day)}-{number}").exists():
        number += 1
    write_new(folder.statement(name), note.encode())
    return name, note


def _revoked(folder: CeremonyFolder, name: str) -> bool:
    return folder.statement(REVOCATION + name).is_file()
