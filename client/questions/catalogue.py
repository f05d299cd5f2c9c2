"""The catalogue: what people who check such a service ask, by numbers that stay (never re-used, never moved)."""

from dataclasses import dataclass
from typing import Final

from client.questions.verdicts import NO, YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: how it reads, what a clean answer proves, and the function that answers it."""

    number: int
    question: str
    proves: str
    answered_by: str  # module:function
    clean: str  # the answer of a house in order; empty where both are
    always: bool  # also of a log that does not verify: it is about just that
    public: bool  # needs no records; whoever became auditor later answers the others for her own time only

    @property
    def command(self) -> str:
        """What to type."""
        return f"amana audit ask FOLDER {self.number} --as KEY"


# Number, module:function, question, what a clean answer proves, and what is special about it.
_ROWS: Final = (
    (
        1,
        "log:whole",
        "Is the log whole, only appended to, and what its witnesses saw?",
        "every leaf, record, statement, signature and journal is as it must be; all else rests on it",
        "always",
    ),
    (
        2,
        "openings:who",
        "Is it known who opened which section, when, and under which rules?",
        "each decision names asker, section, purpose, rules and versions; add --report ID for one report",
        "",
    ),
    (
        3,
        "openings:allowed",
        "Was each decision what the signed rules of that time give?",
        "the rules, run again on the recorded facts, give the same answer for the same reasons",
        "",
    ),
    (
        4,
        "openings:reasons",
        "Was a purpose and a reason given each time?",
        "each request to read has a purpose of the vocabulary and a reason that auditors can read; a sample is shown",
        "",
    ),
    (
        5,
        "conflicts:conflicts",
        "Did anybody take part who was excluded, tied, revoked, untrained or had stepped aside?",
        "checked person by person from certificates and slips, without the rules that permitted it",
        "",
    ),
    (
        6,
        "quorum:quorum",
        "Was anything that needs two people opened by fewer?",
        "two different people of the desk stand behind each; emergencies are named one by one",
        "",
    ),
    (
        7,
        "openings:refusals",
        "Was anybody refused, and how often?",
        "refusals are in the log like openings, by person and by rule",
        "",
    ),
    (
        8,
        "rules:changes",
        "Were rules and people changed only by officers, with the delay that the rules ask for?",
        "who signed each version, what it changed, and when it was first used",
        "",
    ),
    (
        9,
        "keeping:deletions",
        "Was anything destroyed otherwise than by the reporter's wish or the calendar?",
        "each missing record is named by a signed erasure with its reason; holds are listed",
        "public",
    ),
    (
        10,
        "keeping:reconcile",
        "Do the counts reconcile: received = open + closed + erased?",
        "every leaf is of one kind, and no report is counted twice or lost",
        "",
    ),
    (
        11,
        "exports:exports",
        "Did every export match consent, recipient and level of identity?",
        "purpose and level of identity were what she had agreed to; recipient and what was asked first are written",
        "",
    ),
    (
        12,
        "keeping:withdrawals",
        "Was each withdrawal honoured?",
        "nothing was opened that its gate knew as withdrawn; what was destroyed since",
        "",
    ),
    (
        13,
        "keeping:clocks",
        "Was each report looked at within 7 days?",
        "days between arrival and first opening, as bounds from the log's own days",
        "",
    ),
    (
        14,
        "people:lifecycle",
        "Is it known when each person was added, changed, last trained, and removed?",
        "every version of the directory is signed and public; certificates open to auditors",
        "",
    ),
    (
        15,
        "people:certified",
        "Did two officers look at everybody's access each quarter?",
        "nothing yet: the verdict says why",
        "public",
    ),
    (
        16,
        "people:duties",
        "Does anybody hold two duties that exclude each other?",
        "no key of a reviewer, custodian, auditor, officer, gate, log or witness is also another's",
        "public",
    ),
    (
        17,
        "unusual:unusual",
        "Is anything unusual: many in a day, one person far above the others, after closing?",
        "hints by simple rules, for somebody to ask about; never a verdict on anybody",
        "",
    ),
    (
        18,
        "openings:identities",
        "Were identities or untouched originals opened, how often and for what?",
        "each has a custodian's signature beside the asker's",
        "",
    ),
    (
        19,
        "people:keys",
        "Is it known who holds which keys, and were they changed or recovered?",
        "keys of officers, gates, log and people over time",
        "public",
    ),
    (
        20,
        "log:gaps",
        "Did writing to the log ever fail, and did nothing open then?",
        "each gate's journal is in the log without a gap; what came too late could not be released",
        "always",
    ),
    (
        21,
        "absent:audits",
        "Is it known who looked at the audit data?",
        "nothing yet: the verdict says why",
        "public",
    ),
    (
        22,
        "absent:statistics",
        "Did published numbers keep to the threshold?",
        "nothing yet: the verdict says why",
        "public",
    ),
    (
        23,
        "absent:incidents",
        "Were incidents and breaches told?",
        "nothing yet: the verdict says why",
        "public",
    ),
    (
        24,
        "rules:software",
        "Is it known which page code and rule engine were in use?",
        "versions of the reporter's page and of the engine, as officers signed them",
        "public",
    ),
    (
        25,
        "absent:complaints",
        "Did reporters say that they were treated badly?",
        "nothing yet: the verdict says why",
        "public",
    ),
)

_NO: Final = {5, 6, 9, 16, 17, 20, 25}
_EITHER: Final = {7, 18}
CATALOGUE: Final = tuple(
    Question(
        number=number,
        question=question,
        proves=proves,
        answered_by=f"client.questions.{place}",
        clean="" if number in _EITHER else NO if number in _NO else YES,
        always=special == "always",
        public=special == "public",
    )
    for number, place, question, proves, special in _ROWS
)
