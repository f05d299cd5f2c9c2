"""Many questions out of a seed: near the ordinary, each wrong in a few places, so that a good part is permitted.

No `hypothesis`: another engine is to be given the same questions, today and in a year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, TypeVar

from crypto.hashing import sha256
from crypto.opening import EXPORTED
from crypto.sections import Section
from policies.directory import Certificate
from policies.facts import Colleague, Question
from policies.vocabulary import PURPOSES, VALUES, consent_bytes
from tests.policies.building import NOON, TODAY, question, slip

One = TypeVar("One")
PLACES: Final = ("XV", "XV-01", "XV-02", "XV-02-D4", "XB", "XB-01")
LINKS: Final = [f"ACT:{actor}@{place}" for actor in ("POL", "MIL") for place in PLACES] + [f"AREA:{p}" for p in PLACES]
POOLS: Final = ("outside", "women", "home", "ombuds")
NAMES: Final = ("asha", "bea", "cleo", "dara")  # nobody is dara
EDGE: Final = (-400, -1, 0, 1, 200)  # days from today


@dataclass
class Dice:
    """Choices that a seed determines."""

    seed: bytes

    def __post_init__(self) -> None:
        self._numbers = (int.from_bytes(sha256(self.seed + n.to_bytes(8, "big"))[:8], "big") for n in count())

    def below(self, end: int) -> int:
        return next(self._numbers) % end

    def rarely(self, of: int = 8) -> bool:
        return self.below(of) == 0

    def one(self, of: Sequence[One]) -> One:
        return of[self.below(len(of))]

    def some(self, of: Sequence[One], at_most: int) -> list[One]:
        """Return a few different ones."""
        left = list(of)
        return [left.pop(self.below(len(left))) for _ in range(self.below(min(at_most, len(left)) + 1))]


def questions(seed: bytes, number: int) -> Iterator[Question]:
    """Yield that many questions; the n-th of one seed is always the same."""
    for n in range(number):
        yield _question(Dice(seed + n.to_bytes(8, "big")))


def _question(dice: Dice) -> Question:
    asker, second, custodian = _colleague(dice, "asha", "desk"), _colleague(dice, "bea", "desk"), None
    if dice.below(3):
        custodian = _colleague(dice, "cleo", "custodian")
    facts: dict[str, Any] = {
        "action": dice.one(["recuse", "justify"]) if dice.rarely(16) else dice.one(["open", "open", "emergency"]),
        "section": dice.one(list(Section)),
        "purpose": dice.one(PURPOSES) if dice.rarely(3) else "TRIAGE",
        "minute": NOON + dice.one([0, 719, 720, -721, 1440 * 300]) if dice.rarely(6) else NOON,
        "asker": asker,
        "second": dice.one([None, second]) if dice.below(16) else asker,
        "custodian": custodian if dice.below(16) else dice.one([asker, second]),
        "pools": frozenset(dice.some(POOLS, 4) if dice.rarely(6) else ["outside", "women"]),
        "recused": frozenset(dice.some(NAMES, 2) if dice.rarely() else []),
        "withdrawn": dice.rarely(24),
        "slip": slip(
            language="fr" if dice.rarely(12) else "en",
            urgency=dice.below(4),
            tier=1 + dice.below(3),
            exclude_links=dice.some(LINKS, 3) if dice.below(2) else [],
            exclude_people=dice.some(NAMES, 2) if dice.rarely() else [],
            preference=dice.below(3),
            two_person=dice.rarely(4),
            emergency=dice.rarely(3),
            consent=consent_bytes({p: dice.one(VALUES[2:] if dice.below(3) else VALUES) for p in PURPOSES}),
        ),
    }
    if dice.rarely(12):
        facts |= {"action": dice.one(["answer", "thread"]), "purpose": dice.one(["REPLY", "TRIAGE"])}
    elif facts["section"] in EXPORTED and dice.rarely(6):
        facts["action"] = "export"
    return question(**facts, expired=dice.rarely(24))


def _colleague(dice: Dice, name: str, role: str) -> Colleague:
    certificate = Certificate(
        name=name,
        woman=not dice.rarely(6),
        languages=dice.some(["fr", "ar", "sw"], 2) + ([] if dice.rarely(12) else ["en"]),
        links=dice.some(LINKS, 3) if dice.rarely(3) else [],
        trained_until=TODAY + (dice.one(EDGE) if dice.rarely(12) else 200),
        declared_until=TODAY + (dice.one(EDGE) if dice.rarely(12) else 200),
        duty=not dice.rarely(12),
    )
    if dice.rarely(20):
        role = dice.one(["desk", "custodian"])
    pools: list[str] = dice.some(POOLS, 3) if dice.rarely(6) else ["outside"] if role == "desk" else []
    return Colleague(name=name, role=role, pools=tuple(pools), certificate=certificate, revoked=dice.rarely(24))
