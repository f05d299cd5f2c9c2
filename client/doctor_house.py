"""The house as anybody sees it: does it answer, what is in force, who could open, and what nothing here can tell."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from client import doctor_witnesses
from client.api import WAITING, House
from client.doctor import FAULT, HOUSE, OK, WARNING, Check
from client.doctor_folder import is_log_of
from client.errors import AmanaError, NotFoundError, UnprovenError, UnreachableError
from client.trusting import REHEARSAL, InForce, in_force
from crypto import leaves
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.labels import Label
from policies import statements
from policies.bundle import Gate
from policies.directory import ROLES
from policies.statements import Revocation
from policies.trust import Trust

_FEWEST: Final = 2  # of each role: one person may be ill, revoked or accused
_COUNTED: Final = 20_000  # leaves that are fetched to know who was revoked: a megabyte
_LOCAL: Final = ("127.0.0.1", "::1", "localhost")


def look(house: House, trust: Trust, today: int) -> tuple[list[Check], InForce | None]:
    """Return what there is to say about the house, and what is in force if that can be shown."""
    try:
        state = house.health()
        if not state:
            text = "The house answers that it does not work. Look at its lines, and run this, on its machine."
            return [Check(HOUSE, FAULT, text)], None
        checks = [_answers(house, waiting=state == WAITING)]
    except UnreachableError as error:
        return [Check(HOUSE, FAULT, f"{error.sentence} {error.next_step}")], None
    try:
        found = in_force(house, trust, today=today)
    except NotFoundError:
        text = "The gates have signed nothing for today: nobody can seal or ask."
        return [*checks, Check("current", FAULT, f"{text} Are the gates running, and has an officer published?")], None
    except AmanaError as error:
        return [*checks, Check("current", FAULT, f"{error.sentence} {error.next_step}")], None
    try:
        checks += [*_in_force(found, today), *_log(house, trust, found)]
    except AmanaError as error:
        checks.append(Check("log", FAULT, f"{error.sentence} {error.next_step}"))
    return checks, found


def _answers(house: House, *, waiting: bool) -> Check:
    if waiting:
        text = "takes reports, and waits for witnesses: nothing opens before they cosign again."
        return Check("waiting", FAULT, f"The house at {house.url} {text}")
    return Check(HOUSE, OK, f"The house at {house.url} answers.")


def _in_force(found: InForce, today: int) -> Iterator[Check]:
    day = statements.day_text(found.current.day)
    if found.current.day == today:
        yield Check("current", OK, f"The gates have signed for {day}, as this device says it is.")
    else:
        text = f"The gates have signed for {day} and not yet for today; tomorrow nobody can seal or ask."
        yield Check("current", WARNING, f"{text} Are the gates running, and is this device's date right?")
    text = f"Bundle {found.bundle.number} and directory {found.directory.number} are in force, signed by the officers."
    yield Check("in force", OK, text)
    if found.rehearsal:
        yield Check("rehearsal", WARNING, REHEARSAL)
    yield _gates(found)
    yield Check(
        "clock",
        OK,
        "Only the day was compared: a house tells no time. A request lives ten minutes, so keep clocks right by NTP.",
    )
    yield Check(
        "certificates",
        OK,
        "Until when training and declarations are valid is sealed to gates and auditors, and was not looked at."
        " Ask an officer, who has the roster.",
    )


def _gates(found: InForce) -> Check:
    body = found.bundle.body
    where = ", ".join(f"{gate.name} at {gate.url}" for gate in body.gates)
    text = f"{body.threshold} of {len(body.gates)} gates must agree: {where}."
    bare = [gate.name for gate in body.gates if _is_bare(gate)]
    if bare:
        advice = "by plain HTTP over a network, which shows who talks to whom. Put an onion service or TLS in front."
        return Check("gates", WARNING, f"{text} {', '.join(bare)} is reached {advice}")
    if body.threshold == 1:
        advice = "Whoever runs one gate and the house opens reports of tier 1 and 2 together with one reviewer, unseen."
        return Check("gates", WARNING, f"{text} {advice} Gates at several organisations change that.")
    return Check("gates", OK, text)


def _is_bare(gate: Gate) -> bool:
    parts = urlsplit(gate.url)
    host = parts.hostname or ""
    return parts.scheme == "http" and host not in _LOCAL and not host.endswith(".onion")


def _log(house: House, trust: Trust, found: InForce) -> Iterator[Check]:
    note = house.checkpoint()
    yield doctor_witnesses.count(found.bundle.log_policy, note)
    try:
        head = found.bundle.log_policy.verify(note)
    except CryptoError:
        yield Check(
            "log", FAULT, "The log's head is not signed as the rules ask. Rely on nothing here; tell an auditor."
        )
        return
    if head.size < found.current.log[0]:
        yield Check("log", FAULT, "The log is shorter than the gates have read. Rely on nothing here; tell an auditor.")
        return
    yield Check("log", OK, f"The log's head of {head.size} leaves is signed.")
    counted = head.size <= _COUNTED
    revoked = _revoked(house, trust, head.size) if counted else frozenset()
    said = "" if counted else " Revocations were not looked for: the log is long, see `amana audit export`."
    yield _people(found, revoked, said)


def _revoked(house: House, trust: Trust, size: int) -> frozenset[str]:
    names = set()
    for index, leaf in enumerate(house.entries(0, size)):
        note = house.record(index) if leaves.is_public(leaf) else None
        if note is None:
            continue
        try:
            leaves.check_public(leaf, note)
            if statements.kind(note.decode()) is Label.NOTE_REVOCATION:
                names.add(Revocation.verify(note.decode(), trust).name)
        except (CryptoError, UnicodeError):
            raise UnprovenError("A public line of the log is not what its leaf says.", "Tell an auditor.") from None
    return frozenset(names)


def _people(found: InForce, revoked: frozenset[str], said: str) -> Check:
    live = [person.role for person in found.directory.body.people if person.name not in revoked]
    counts = {role: live.count(role) for role in ROLES}
    text = ", ".join(f"{count} {role}" for role, count in counts.items())
    few = [role for role, count in counts.items() if count < _FEWEST]
    if few:
        advice = f"Fewer than two: {', '.join(few)}. If one is away, work stops; add somebody with `amana officer`."
        return Check("people", WARNING, f"Living entries of the directory: {text}. {advice}{said}")
    return Check("people", OK, f"Living entries of the directory: {text}.{said}")


def own_key(ring: KeyRing, trust: Trust, found: InForce | None) -> Check:
    """Whether a key that opens is one that others know, by the trust file, the bundle or the directory."""
    known = _known(ring, trust, found)
    if known is None:
        return Check(
            "key", WARNING, f"The key of {ring.name} opens; without the house nobody can say if it is in force."
        )
    if known:
        return Check("key", OK, f"The key of {ring.name} ({ring.role}) opens, and is the one that others know.")
    text = f"The key of {ring.name} ({ring.role}) opens, but it is not the one that others know."
    return Check("key", FAULT, f"{text} Ask an officer which key is in force.")


def _known(ring: KeyRing, trust: Trust, found: InForce | None) -> bool | None:
    mine = ring.identity_public
    if ring.role == "officer":
        return any((key.name, key.public) == (ring.name, mine) for key in trust.officers)
    if ring.role == "log":
        return is_log_of(ring, trust)
    if ring.role == "witness":
        return any(key.public == mine for key in trust.log_policy.witnesses)
    if found is None:
        return None
    if ring.role == "gate":
        gates = [(gate.name, gate.key.public, gate.encryption) for gate in found.bundle.body.gates]
        return (ring.name, mine, ring.encryption_public) in gates
    people = [(one.name, one.role, one.identity, one.encryption) for one in found.directory.body.people]
    return (ring.name, ring.role, mine, ring.encryption_public) in people
