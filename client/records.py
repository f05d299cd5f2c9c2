"""What lies beside the leaves: every record opens and opens its commitment (protocol 13, auditor (4)).

Nothing need lie beside a leaf that an erasure names, and nothing may any more. Of what lay there an auditor may have an
earlier copy; then she judges by it (17.3).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from client import decisions
from client.erasures_found import NO_ARRIVAL, STILL_THERE
from client.findings import Progress, Report
from client.folder import Folder
from crypto import leaves
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.leaves import MEMO, NOTICE

MISSING: Final = "no record beside the leaf"
CLOSED: Final = "a record that does not open to the auditors"
OTHER: Final = "a record that is not the one of its leaf"
FORM: Final = "a record that is not in its form"
BESIDE: Final = "no notice or memo beside the leaf"
_STEP: Final = 64  # leaves between two words of progress

NO_KEY: Final = (
    "Without an auditor's key no record was opened: decisions, notices, journals and rules were NOT checked "
    "(protocol 13, auditor 4 to 9). Name the key with --as to check them."
)
LATE: Final = "Records from before you were named auditor do not open to you; what they say was NOT checked."


def check(
    source: Folder,
    all_leaves: Sequence[bytes],
    auditor: KeyRing | None,
    report: Report,
    progress: Progress | None = None,
) -> Mapping[int, bytes]:
    """Open every record and fill the report's decisions; without a key, look at the form alone.

    Return the ids of destroyed reports, by the leaf of their arrival, as far as earlier copies tell.
    """
    if auditor is None:
        report.unchecked.append(NO_KEY)
    own = None if auditor is None else PrivateKey(auditor.encryption)  # made once: it costs as much as to open with it
    closed: list[int] = []
    first: int | None = None
    erased, ids = report.history.erased, dict[int, bytes]()
    for index, leaf in enumerate(all_leaves):
        if progress is not None and index % _STEP == 0:
            progress(index, len(all_leaves))
        _look_beside(source, report, index, erased=index in erased)
        if leaves.is_public(leaf) or leaves.is_withdrawal(leaf):
            report.count("public" if leaves.is_public(leaf) else "withdrawal")
        elif index in erased:
            ids.update(_read_copy(source, report, (index, leaf), own))
            report.ids.update(ids)
        else:
            opened = _read(source, report, (index, leaf), own)
            if opened and first is None:
                first = index
            elif opened is False:
                closed.append(index)
    if auditor is not None:
        _judge_closed(report, closed, first, auditor)
    report.ids.update(ids)
    return ids


def _look_beside(source: Folder, report: Report, index: int, *, erased: bool) -> None:
    """Notice and memo: there, each of its size; of what was destroyed there are zeros, and no record."""
    notice, memo = source.beside(index)
    if (len(notice), len(memo)) != (NOTICE, MEMO):
        report.blame(index, BESIDE)
    elif erased and (any(notice) or any(memo) or source.served(index) is not None):
        report.blame(index, STILL_THERE)
    elif not erased and not (any(notice) and any(memo)):
        report.blame(index, BESIDE)


def _read_copy(source: Folder, report: Report, place: tuple[int, bytes], own: PrivateKey | None) -> Mapping[int, bytes]:
    """Look at what lay beside an erased leaf: an arrival tells its id, a decision is judged like any other."""
    index, leaf = place
    report.count("erased")
    sealed = source.record(index)
    if sealed is None or own is None:
        return {}
    try:
        record = leaves.open_record(own, sealed)
        leaves.check_record(leaf, record, source.notice(index), source.memo(index))
        if record.kind == leaves.RECEIVED:
            return {index: record.body}
        if record.kind == leaves.DECISION:
            report.decisions.append(decisions.read(index, leaf, record))
    except OpenError:
        return {}  # from before she was auditor: it tells her nothing
    except CryptoError:
        pass  # it opens to her, and not as an arrival
    report.blame(index, NO_ARRIVAL)
    return {}


def _read(source: Folder, report: Report, place: tuple[int, bytes], own: PrivateKey | None) -> bool | None:
    """Look at one sealed record. Return whether it opens to the auditor; None where that was not tried."""
    index, leaf = place
    sealed = source.served(index)
    if sealed is None:
        report.blame(index, MISSING)
        return None
    if own is not None:
        return _open(source, report, (index, leaf, sealed), own)
    report.count("sealed")
    if not sealed or not sealed[0] or len(sealed) != leaves.record_size(sealed[0]):
        report.blame(index, FORM)
    return None


def _judge_closed(report: Report, closed: Sequence[int], first: int | None, auditor: KeyRing) -> None:
    """Whoever became auditor later reads from her first record on; before it, nothing can be held against anybody."""
    versions = report.history.directories
    from_start = not versions or auditor.encryption_public in versions[0].value.auditors
    since = 0 if from_start or first is None else first
    if any(index < since for index in closed):
        report.unchecked.append(LATE)
        report.counts["not for this auditor"] = sum(index < since for index in closed)
    for index in closed:
        if index >= since:
            report.blame(index, CLOSED)


def _open(source: Folder, report: Report, beside: tuple[int, bytes, bytes], own: PrivateKey) -> bool:
    """Open one record and compare it with its leaf; False where it does not open at all."""
    index, leaf, sealed = beside
    try:
        record = leaves.open_record(own, sealed)
    except OpenError:
        return False
    except MalformedError:
        report.blame(index, FORM)
        return True
    report.count(record.kind)
    try:
        leaves.check_record(leaf, record, source.notice(index), source.memo(index))
        if record.kind == leaves.DECISION:
            report.decisions.append(decisions.read(index, leaf, record))
        elif record.kind == leaves.RECEIVED:
            report.arrived.add(index)
            report.ids[index] = record.body
    except ProofError:
        report.blame(index, OTHER)
    except MalformedError:
        report.blame(index, FORM)
    return True
