"""What no change calls back: what people were let read, by the purpose that they named for it, as the log proves it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from client.inbox import Sent
from client.reading import visible
from crypto.leaves import Notice
from crypto.sections import Section
from policies.statements import day_text
from policies.vocabulary import PURPOSES, VALUES

STAYS: Final = "What was read stays read, and what was handed on stays where it is: no change calls it back."
UNSEEN: Final = "Who read what before cannot be said here: the log is not in sight that far back."
WHO: Final = {"desk": "a reviewer", "custodian": "a custodian"}
SECTIONS: Final = {
    Section.CARD: "the card (what you ticked)",
    Section.STORY: "your words",
    Section.IDENTITY: "names and exact place",
    Section.EVIDENCE: "working copies of files",
    Section.ORIGINALS: "untouched files",
}
DOES: Final = {  # the actions that let somebody read something
    "open": "opened",
    "copy": "took along files of",
    "export": "handed on to somebody outside:",
    "emergency": "opened alone, in an emergency,",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One thing that was read, and how often. Several gates that decided it alike are one."""

    day: int
    purpose: str
    section: int
    role: str
    action: str
    times: int

    def line(self) -> str:
        """Return it in plain words; its purpose stands above it."""
        often = f", {self.times} times" if self.times > 1 else ""
        who = WHO.get(self.role, "somebody")
        return f"{day_text(self.day)}: {who} {DOES[self.action]} {section_name(self.section)}{often}"

    def fields(self) -> dict[str, Any]:
        """Return the same for `--json`."""
        section = Section(self.section).label if self.section in set(Section) else ""
        return {
            "day": day_text(self.day),
            "purpose": self.purpose,
            "section": section,
            "role": self.role,
            "action": self.action,
            "times": self.times,
        }


def section_name(section: int) -> str:
    """Return what a section holds, in her words."""
    return SECTIONS[Section(section)] if section in set(Section) else "a part"


def disclosures(one: Sent) -> list[Disclosure]:
    """Return all that was permitted to be read of a report, oldest first."""
    by_gate: dict[tuple[int, str, int, str, str], Counter[str]] = {}
    for decision in one.decisions:
        notice = decision.notice
        if notice is not None and notice.opened and notice.action in DOES:
            by_gate.setdefault(_what(notice), Counter())[notice.gate] += 1
    return [
        Disclosure(day=day, purpose=purpose, section=section, role=role, action=action, times=max(gates.values()))
        for (day, purpose, section, role, action), gates in sorted(by_gate.items())
    ]


def _what(notice: Notice) -> tuple[int, str, int, str, str]:
    return notice.day, notice.purpose, notice.section, notice.role, notice.action


def narrowed(before: bytes | None, after: bytes) -> list[str]:
    """Return the purposes for which `after` allows less. What nobody can know of before was a yes to everything."""
    old = bytes([len(VALUES) - 1] * len(after)) if before is None else before
    return [name for name, was, now in zip(PURPOSES, old, after, strict=True) if now < was]


def told(one: Sent, *, purposes: Sequence[str] | None = None) -> list[str]:
    """Return the lines for the purposes that she takes away, or (None) for all of them."""
    if one.arrival is None:
        return [UNSEEN, STAYS]
    by_purpose: Mapping[str, list[Disclosure]] = _grouped(one)
    lines = []
    for purpose in [*by_purpose] if purposes is None else purposes:
        found = by_purpose.get(purpose, [])
        lines.append(
            f"{visible(purpose)}: {'read already, and not to be called back' if found else 'nothing was read'}"
        )
        lines += [f"  {each.line()}" for each in found]
    if not lines:
        lines.append("Nothing was read up to now, as the log proves." if purposes is None else "Nothing is taken away.")
    unread = sum(not decision.readable for decision in one.decisions)
    if unread:
        lines.append(f"{unread} decisions cannot be read here, and may be more of it: please tell an auditor.")
    return [*lines, STAYS]


def _grouped(one: Sent) -> dict[str, list[Disclosure]]:
    grouped: dict[str, list[Disclosure]] = {}
    for each in disclosures(one):
        grouped.setdefault(each.purpose, []).append(each)
    return {name: grouped[name] for name in sorted(grouped, key=_place)}


def _place(purpose: str) -> int:
    return PURPOSES.index(purpose) if purpose in PURPOSES else len(PURPOSES)
