"""A reviewer's device lets go of what its reporter took back (protocol 17.7)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from client.api import House
from client.asking import Desk
from client.errors import NotFoundError, RefusedError
from client.notebook import Notebook
from client.reviewer import Report
from crypto import leaves
from crypto.checkpoints import LogPolicy
from crypto.envelope import Header
from crypto.hashing import digest
from crypto.labels import Label
from crypto.leaves import TAG


def gone(house: House, report: bytes) -> bool:
    """Whether the house does not hand this report out any more."""
    try:
        house.slots(report)
    except NotFoundError:
        return True
    return False


def withdrawn(house: House, header: Header, log: LogPolicy, *, since: int) -> bool:
    """Whether a withdrawal of this report is among the leaves from `since` on.

    What is deleted for it is not proven first: who can invent a leaf could as well answer that there is no such report.
    """
    wanted = leaves.withdrawn_tag(header.withdrawal)
    size = log.verify(house.checkpoint()).size
    return any(
        leaf[:TAG] == wanted and digest(Label.WITHDRAWAL_HASH, leaf[TAG:]) == header.withdrawal
        for leaf in house.entries(min(since, size), size)
    )


def let_go(notebook: Notebook, house: House, listed: frozenset[bytes]) -> dict[bytes, list[str]]:
    """Delete what lies here of reports that are not on the list and that the house does not hand out any more."""
    missing = [report for report in notebook.pages if report not in listed and gone(house, report)]
    return {report: notebook.forget(report) for report in missing}


Told = Callable[[bytes, int], None]
"""Hears which report was let go of, and how many files of it were deleted."""


@contextmanager
def working_on(desk: Desk, notebook: Notebook, report: bytes, told: Told) -> Iterator[Report]:
    """Give a report. What its reporter took back goes from this device as well, and it is said (protocol 17.7)."""
    try:
        fetched = desk.fetch(report)
    except NotFoundError:
        _forget(notebook, report, told)
        raise
    try:
        yield fetched
    except RefusedError:
        page = notebook.pages.get(report)  # who keeps nothing of it has nothing to look for
        if page is not None and withdrawn(desk.house, fetched.header, desk.trust.log_policy, since=page.seen):
            _forget(notebook, report, told)
        raise


def _forget(notebook: Notebook, report: bytes, told: Told) -> None:
    if report in notebook.pages:
        told(report, len(notebook.forget(report)))
