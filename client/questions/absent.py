"""Questions 11, 21, 22, 23 and 25: nothing in this log says it, and it is better to say so than to guess."""

from client.questions.case import Case
from client.questions.verdicts import Verdict, unprovable

_NOTHING = "Nothing in this log says it: "


def exports(case: Case) -> Verdict:
    """(11) Handing on is no action yet; what was read or copied is known by purpose."""
    copied = sum(one.found.ask.action == "copy" for one in case.openings)
    return unprovable(
        f"{_NOTHING}handing a report on to somebody outside is no action of this version. Files that were taken along "
        "are logged as `copy`; what becomes of them after is not. Purposes were held against consent in question 3.",
        counts={"files taken along": copied, "openings": len(case.openings)},
    )


def audits(_: Case) -> Verdict:
    """(21) The log is static files without a key to knock with."""
    return unprovable(
        f"{_NOTHING}the log is plain files, the same for everybody, and a house does not ask or keep who fetches "
        "them. Who can open records is known: those whom the directory names as auditors (question 14)."
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
