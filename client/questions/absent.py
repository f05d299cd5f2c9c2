"""Questions 21, 22, 23 and 25: nothing in this log says it, and it is better to say so than to guess."""

from client.questions.case import Case
from client.questions.verdicts import Verdict, table, unprovable
from policies.directory import AUDITOR

_NOTHING = "Nothing in this log says it: "


def audits(case: Case) -> Verdict:
    """(21) The log is static files without a key to knock with. Whose keys open records is all that is known."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for one in case.audit.history.directories:
        for person in one.value.body.people:
            if person.role == AUDITOR:
                first.setdefault(person.name, one.index)
                last[person.name] = one.value.number
    newest = max((one.value.number for one in case.audit.history.directories), default=0)
    rows = [(name, index, "yes" if last[name] == newest else "no") for name, index in sorted(first.items())]
    return unprovable(
        f"{_NOTHING}the log is plain files, the same for everybody, and a house does not ask or keep who fetches "
        "them. Whose keys open records is known: those that the directory names as auditors'.",
        tables=[table("auditors", "who, since leaf, in the newest directory", rows)],
    )


def statistics(_: Case) -> Verdict:
    """(22) Bands are printed by `amana audit statistics`, and not recorded."""
    return unprovable(
        f"{_NOTHING}published numbers are not recorded. `amana audit statistics` gives bands by day and nothing finer."
    )


def incidents(_: Case) -> Verdict:
    """(23) No statement is about incidents; announcements are free text."""
    return unprovable(f"{_NOTHING}there is no statement about incidents. Announcements by officers are counted in 8.")


def complaints(_: Case) -> Verdict:
    """(25) Such a report goes to the ombudsperson's ring, and looks like any other."""
    return unprovable(
        f"{_NOTHING}a report about the service itself goes to the ombudsperson alone, and is counted like any other: "
        "to count it apart would tell that there is one."
    )
