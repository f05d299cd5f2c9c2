"""What somebody could have opened, and what she did open: two lists about one person, before and after she went.

The first list is of slots. Everybody of the directory that a report names got one (protocol 4.2), with a true share or
with noise; the plan tells which, once a decision in the log shows the slip. Whom the gates would have refused for what
her certificate says is in it all the same: her share is true. The second list is of decisions.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from client.api import House
from client.decisions import Found
from client.errors import NotFoundError, UnprovenError
from client.findings import Report
from client.history import Placed
from client.records import LATE, NO_KEY
from crypto.checkpoints import TlogProof
from crypto.envelope import Header
from crypto.errors import CryptoError, ProofError
from crypto.limits import limit
from crypto.opening import READING, WRITING
from policies.directory import AUDITOR, Directory
from policies.errors import TooFewError
from policies.narrowing import directory_narrows
from policies.plan import plan
from policies.trust import Trust

SHARE: Final = "true share"  # the plan gave her one
SLOT: Final = "slot"  # a share or noise: nobody but a gate knows
UNKNOWN: Final = "unknown"  # nothing tells under which directory it was sealed
RELEASING: Final = frozenset({*READING, *WRITING})  # permitted, these let her read or write
NO_DECISIONS: Final = (
    "Without an auditor's key nobody can say what was opened, nor whose share is true: the second list is not there."
)
LATE_KEY: Final = "This key does not open the oldest records: both lists may lack what is from before it."
NO_HOUSE: Final = "The house was not asked: of a report that nobody asked for, nothing tells who has a slot in it."
NAMELESS: Final = "{} reports that came while she was there were destroyed, and nothing here tells their ids."


@dataclass(frozen=True, slots=True)
class Served:
    """A report that the house hands out: its day of arrival, its header, and the leaf of its arrival."""

    id: bytes
    day: str
    header: Header
    leaf: int


@dataclass(frozen=True, slots=True, order=True)
class Could:
    """A report that she could have opened; `day` is empty where only the log tells of it."""

    leaf: int
    id: bytes
    day: str
    why: str


@dataclass(frozen=True, slots=True, order=True)
class Did:
    """What gates permitted her: `enough` of them to open it, or fewer. `after`: when they had read that she is gone."""

    day: int
    id: bytes
    section: str
    action: str
    purpose: str
    enough: bool
    after: bool


@dataclass(slots=True)
class Exposure:
    """Both lists. `end` is the leaf by which she was revoked or left out of the directory; None: she is there."""

    name: str
    end: int | None
    before: list[Could] = field(default_factory=list)
    after: list[Could] = field(default_factory=list)  # she has a slot, and the gates refuse her
    did: list[Did] = field(default_factory=list)
    agreed: list[Did] = field(default_factory=list)  # her share was in it, and she read nothing
    refused: int = 0  # requests of hers
    noise: int = 0  # reports in which her share is none, by the plan
    unchecked: list[str] = field(default_factory=list)


def ask_house(house: House, report: Report, trust: Trust, leaves: Sequence[bytes]) -> Iterator[Served]:
    """Yield what a house hands out of all that had arrived when its log had these leaves. Raise UnprovenError."""
    places = {envelope_id: index for index, envelope_id in report.ids.items()}
    after = ""
    while listed := house.reports(after=after):
        for one in listed:
            try:
                header = Header.decode(house.slots(one.raw).header, limit=limit("header"))
                leaf = places[one.raw] if one.raw in places else _place(house, one.raw, trust, leaves)
            except NotFoundError:
                continue  # taken back since, or in no checkpoint yet
            if leaf < len(leaves):
                yield Served(one.raw, one.day, header, leaf)
        after = listed[-1].id


def _place(house: House, envelope_id: bytes, trust: Trust, leaves: Sequence[bytes]) -> int:
    """The leaf of an arrival, as the house says it: with an auditor's key nobody needs to ask."""
    try:
        proof = TlogProof.parse(house.proof(envelope_id))
        if proof.index < len(leaves):
            proof.verify(trust.log_policy, leaves[proof.index])
    except CryptoError:
        raise UnprovenError("The house cannot prove when a report arrived.", "Tell an auditor.") from None
    return proof.index


def expose(name: str, report: Report, served: Sequence[Served] | None) -> Exposure:
    """Return both lists from an audit and, unless None, what the house hands out. ProofError: nobody of this name."""
    listed = [one for one in report.history.directories if name in one.value]
    if not listed or listed[-1].value.person(name).role == AUDITOR:
        raise ProofError("not in the directory")
    result = Exposure(name, _end(report, name))
    lists = _Slots(report, name)
    known: dict[bytes, tuple[int, str, Header | None]] = {}
    for leaf, envelope_id in report.ids.items():
        known[envelope_id] = leaf, "", None
    for one in served or ():
        known[one.id] = one.leaf, one.day, one.header
    for envelope_id, (leaf, day, header) in known.items():
        why = lists.why(envelope_id, leaf, header)
        if why is None:
            result.noise += lists.in_plan(envelope_id) is False
            continue
        late = result.end is not None and leaf > result.end
        (result.after if late else result.before).append(Could(leaf, envelope_id, day, why))
    result.before.sort()
    result.after.sort()
    _decisions(result, report)
    result.unchecked = list(_unchecked(report, listed[0].index, result.end, asked=served is not None))
    return result


def _end(report: Report, name: str) -> int | None:
    """The leaf from which on she was out: revoked, or left out of a directory that binds (8.7)."""
    ends = [index for index, revoked in report.history.revocations if revoked == name]
    left: int | None = None
    before: Placed[Directory] | None = None
    for one in report.history.directories:
        if name in one.value:
            left = None
        elif left is None and before is not None and name in before.value:
            left = _binds(report, before, one)
        before = one
    return min([*ends, *([] if left is None else [left])], default=None)


def _binds(report: Report, before: Placed[Directory], one: Placed[Directory]) -> int | None:
    """The leaf from which on a directory surely binds: its own, or the first decision that names it or a later one."""
    if one.wait == 0 or directory_narrows(before.value, one.value):
        return one.index
    later = {placed.value.digest for placed in report.history.directories if placed.value.number >= one.value.number}
    return min((found.index for found in report.decisions if found.decision.directory in later), default=None)


class _Slots:
    """Who has a slot in what, and whether its share is a true one."""

    def __init__(self, report: Report, name: str) -> None:
        self._history, self._name = report.history, name
        self._asked: dict[bytes, Found] = {found.header.id: found for found in report.decisions}

    def why(self, envelope_id: bytes, leaf: int, header: Header | None) -> str | None:
        """Say why she could have opened a report that arrived at this leaf; None: she could not."""
        found = self._asked.get(envelope_id)
        if found is not None:
            header = found.header
        if header is None:
            before = (one.value for one in self._history.directories if one.index < leaf)
            return UNKNOWN if any(self._holds(one) for one in before) else None
        try:
            directory = self._history.directory(header.directory)
        except ProofError:
            return UNKNOWN
        if not self._holds(directory):
            return None
        mine = self.in_plan(envelope_id)
        return SLOT if mine is None else SHARE if mine else None

    def in_plan(self, envelope_id: bytes) -> bool | None:
        """Whether the plan gave her a true share; None where no decision shows the slip."""
        found = self._asked.get(envelope_id)
        if found is None:
            return None
        try:
            bundle = self._history.bundle(found.header.bundle)
            directory = self._history.directory(found.header.directory)
            planned = plan(found.slip, bundle, directory)
        except (CryptoError, TooFewError):
            return None
        return self._name in planned.desk or self._name in planned.custodians

    def _holds(self, directory: Directory) -> bool:
        return self._name in directory and directory.person(self._name).role != AUDITOR


def _decisions(result: Exposure, report: Report) -> None:
    """Fill the second list. Several gates that permitted alike are one; a request counts as refused where none did."""
    did: dict[tuple[bytes, int], list[Found]] = {}
    agreed: dict[tuple[bytes, int], list[Found]] = {}
    hers: set[bytes] = set()
    for found in report.decisions:
        if found.ask.asker == result.name:
            hers.add(found.decision.request)
        if not found.decision.permitted or found.ask.action not in RELEASING:
            continue
        place = found.decision.request, found.decision.section
        if found.ask.asker == result.name:
            did.setdefault(place, []).append(found)
        if any(one.approver == result.name and one.section == found.section for one in found.approvals):
            agreed.setdefault(place, []).append(found)
    result.did = _rows(result, did, report.threshold)
    result.agreed = _rows(result, agreed, report.threshold)
    permitted = {one.decision.request for one in report.decisions if one.decision.permitted}
    result.refused = len(hers - permitted)


def _rows(result: Exposure, found: Mapping[tuple[bytes, int], Sequence[Found]], threshold: int) -> list[Did]:
    return sorted(
        Did(
            day=min(one.decision.minute for one in same) // 1440,
            id=same[0].header.id,
            section=same[0].section.label,
            action=same[0].ask.action,
            purpose=same[0].ask.purpose,
            enough=len({one.decision.gate for one in same}) >= threshold,
            # A gate that had read the revocation and permitted all the same: that is a fault, and an audit names it.
            after=result.end is not None and any(one.decision.size > result.end for one in same),
        )
        for same in found.values()
    )


def _unchecked(report: Report, start: int, end: int | None, *, asked: bool) -> Iterator[str]:
    if NO_KEY in report.unchecked:
        yield NO_DECISIONS
    if LATE in report.unchecked:
        yield LATE_KEY
    if not asked:
        yield NO_HOUSE
    nameless = _between(report.history.erased - set(report.ids), start, end)
    if nameless:
        yield NAMELESS.format(len(nameless))


def _between(indexes: AbstractSet[int], start: int, end: int | None) -> list[int]:
    return [index for index in indexes if index > start and (end is None or index < end)]
