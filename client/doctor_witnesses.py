"""Witnesses, as anybody can count them on the head that a house shows; and, on its machine, what they told it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from client.doctor import FAULT, OK, WARNING, Check
from crypto import notes
from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError
from crypto.limits import limit
from policies.trust import Trust

NAME: Final = "witnesses"
NONE: Final = (
    "No witness is needed: there is no log guarantee against the operator, who can show two people two logs."
    " Find outside organisations that witness."
)
FRESH: Final = 10  # minutes: for gates, a head may not be older
_AHEAD: Final = Path("server") / "ahead"


def count(policy: LogPolicy, checkpoint: str, now: Callable[[], float] = time.time) -> Check:
    """Say who has cosigned this head, and how long ago. The clock is this device's."""
    if not policy.quorum:
        return Check(NAME, WARNING, NONE)
    try:
        text, signed = notes.verify(checkpoint, (*policy.log, *policy.witnesses))
        size = notes.parse_tree_head(text)[1]
    except CryptoError:
        return Check(NAME, FAULT, "The log's head has a signature that does not hold. Rely on nothing here.")
    times = {one.key.public: one.time or 0 for one in signed if one.key in policy.witnesses}
    absent = sorted(
        name for key, (name, _) in zip(policy.witnesses, policy.named, strict=True) if key.public not in times
    )
    there, all_of_them = len(times), len({key.public for key in policy.witnesses})
    said = f"{there} of {all_of_them} witnesses have cosigned the log's head of {size} leaves; {policy.quorum} must."
    if there < policy.quorum:
        return Check(NAME, FAULT, f"{said} Not: {', '.join(absent)}. Nothing opens before they do.")
    age = int(now() - sorted(times.values(), reverse=True)[policy.quorum - 1]) // 60
    said += f" Enough of them {_ago(age)}."
    if not -FRESH < age < FRESH:
        text = f"Gates refuse a head that is not younger than {FRESH} minutes: nothing opens. Can the house reach them,"
        return Check(NAME, FAULT, f"{said} {text} and are the clocks right?")
    if absent:
        spare = there - policy.quorum
        more = f"{spare} more may be away" if spare else "if one more is away, nothing opens"
        return Check(NAME, WARNING, f"{said} Not: {', '.join(absent)}; {more}. Ask whoever runs them.")
    return Check(NAME, OK, said)


def _ago(minutes: int) -> str:
    if minutes < 0:
        return "by a clock that is ahead of this one"
    return "just now" if minutes < 1 else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


def told(home: Path, trust: Trust | None) -> list[Check]:
    """Say whether a witness has shown this house a head that it does not have. Then the house signs nothing."""
    path = home / _AHEAD
    try:
        note = path.read_bytes()[: limit("note")].decode("utf-8", "replace")
    except OSError:
        return []
    size = "more"
    if trust is not None:
        try:
            size = str(trust.log_policy.alone.verify(note).size)
        except CryptoError:
            return [Check("ahead", FAULT, f"{path} is not a head of this log. Keep it, and ask an auditor.")]
    text = (
        f"A witness holds a head of this log with {size} leaves, signed by its key, that the database here does not"
        " have: this is an older copy, or somebody else signs with log.key. The house signs nothing any more, and takes"
        " nothing. Two ways out: bring back what is missing from an auditor's export (`python -m server.replay FOLDER`)"
        ', or begin a new log. Read "Backups" in docs/operating.md before either.'
    )
    return [Check("ahead", FAULT, text)]
