"""Questions 8 and 24: who changed the rules and the list of people, what each version changed, and when it bound."""

from typing import Final, TypeVar

from client.decisions import Found
from client.history import Placed
from client.questions import differences
from client.questions.case import Case
from client.questions.verdicts import YES, Cell, Verdict, table
from crypto import notes
from crypto.errors import CryptoError
from policies.bundle import Bundle
from policies.directory import Directory
from policies.statements import day_text

_HOUR: Final = 60  # minutes
_REHEARSAL: Final = "This organisation only practises: its delays may be 0."
_KEPT: Final = (
    "Each version has the signatures that it needs, and none was used sooner than it had to wait, as far as what gates "
    "said of the time can show."
)
V = TypeVar("V", Bundle, Directory)


def changes(case: Case) -> Verdict:
    """(8) That k officers signed, and that nothing bound too early, was checked with the log and with each decision."""
    history = case.audit.history
    versions: list[tuple[Cell, ...]] = []
    told: list[tuple[Cell, ...]] = []
    for rules, last in differences.pairs(history.bundles):
        versions.append(_row(case, rules, "bundle", _wait(rules, last)))
        told += [(rules.index, "bundle", rules.value.number, what) for what in differences.of_bundle(rules, last)]
    for people, earlier in differences.pairs(history.directories):
        versions.append(_row(case, people, "directory", _wait(people, earlier)))
        told += [
            (people.index, "directory", people.value.number, what) for what in differences.of_directory(people, earlier)
        ]
    other = [(index, "revocation", signers(case, index), name) for index, name in history.revocations]
    other += [
        (index, "hold", signers(case, index), f"{day_text(one.day)} to {day_text(one.until)}")
        for index, one in history.holds
    ]
    other += [(index, "page", signers(case, index), manifest.hex()) for index, manifest in history.pages]
    rehearsal = any(one.value.body.rehearsal for one in history.bundles)
    return Verdict(
        answer=YES,
        sentence=_KEPT,
        counts={
            "bundles": len(history.bundles),
            "directories": len(history.directories),
            "revocations": len(history.revocations),
            "announcements": history.announcements,
        },
        tables=(
            table(
                "versions",
                "leaf, kind, version, officers, hours to wait, first used at leaf, waited at least, at most",
                sorted(versions),
            ),
            table("changes", "leaf, kind, version, change", sorted(told, key=lambda row: int(row[0]))),
            differences.lines(history.bundles),
            table("statements", "leaf, kind, officers, what", sorted(other)),
        ),
        unsaid=(_REHEARSAL,) if rehearsal else (),
    )


def software(case: Case) -> Verdict:
    """(24) What officers sign of it."""
    pages = [(index, number, manifest.hex()) for number, (index, manifest) in enumerate(case.audit.history.pages, 1)]
    engines = [(one.index, one.value.number, one.value.body.engine) for one in case.audit.history.bundles]
    return Verdict(
        answer=YES,
        sentence="Engine and page are in the log." if pages else "The engine is in the log; no page code was signed.",
        counts={"versions of the page": len(pages), "bundles": len(engines)},
        tables=(
            table("page", "leaf, version, hash of its manifest", pages),
            table("engine", "leaf, bundle, engine", engines),
        ),
        unsaid=("Which program the house, the gates and the reviewers run is not in the log.",),
    )


def signers(case: Case, index: int) -> str:
    """Return which officers signed, by the names of their keys; who must sign was checked with the log."""
    try:
        _, signed = notes.verify((case.source.record(index) or b"").decode(), case.trust.officers)
    except (CryptoError, UnicodeError):
        return ""
    return " ".join(sorted({one.key.name for one in signed}))


def _row(case: Case, one: Placed[V], kind: str, wait: int) -> tuple[Cell, ...]:
    first = one.index, kind, one.value.number, signers(case, one.index), wait
    return first + _used(case, one.index, one.value.digest)


def _wait(one: Placed[V], before: Placed[V] | None) -> int:
    return 0 if before is None or differences.narrows(before.value, one.value) else one.wait // _HOUR


def _used(case: Case, index: int, digest: bytes) -> tuple[Cell, ...]:
    """Return the leaf of the first decision under a version, and how long its gate had waited; empty where none is."""
    users = [each for each in case.decided() if digest in (each.decision.bundle, each.decision.directory)]
    return (users[0].index, *_waited(case, users[0], index)) if users else ("", "", "")


def _waited(case: Case, first: Found, index: int) -> tuple[Cell, Cell]:
    """Return how many hours a gate had known a version when it first used it: at least and at most, by its clock."""
    mine = [one.decision for one in case.decided() if one.decision.gate == first.decision.gate]
    known = min(one.minute for one in mine if one.size > index)
    unknown = [one.minute for one in mine if one.size <= index]
    now = first.decision.minute
    return max(now - known, 0) // _HOUR, -(-max(now - max(unknown), 0) // _HOUR) if unknown else ""
