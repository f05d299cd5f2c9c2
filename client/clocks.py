"""When an answer is due: a first one within seven days, and where it stands within three months; when to look first."""

from dataclasses import dataclass
from typing import Final

FIRST: Final = 7  # days after arrival, whatever else there is to do
STANDS: Final = 92  # days after the first answer was due or given: three months
_SOON: Final = 3  # days before, in which it is said


@dataclass(frozen=True, slots=True)
class Due:
    """What is due and when. `late` is how many days ago that was; below 0, how many are left."""

    what: str
    day: int
    late: int

    @property
    def pressing(self) -> bool:
        """Whether it is said without being asked."""
        return self.late >= -_SOON


def due(arrived: int, answered: int, today: int) -> Due:
    """Return the next that is due for a report. `answered` is the day of the newest answer, or 0 for none known."""
    first = not answered
    day = arrived + FIRST if first else answered + STANDS
    return Due("a first answer" if first else "word of where it stands", day, today - day)


@dataclass(frozen=True, slots=True)
class Urgency:
    """What an urgency of the slip means: in plain words, and within how many hours somebody should have looked."""

    words: str
    hours: int

    def look_by(self, arrived: int) -> int:
        """Return the day on which somebody should have looked; of arrivals only the day is known."""
        return arrived + self.hours // 24


URGENCIES: Final = (  # 0 to 3; the hours are those of the vocabulary
    Urgency("for the record", 168),
    Urgency("risk goes on", 72),
    Urgency("danger in the next days", 24),
    Urgency("DANGER NOW", 2),
)


def look(arrived: int, urgency: int, today: int) -> Due:
    """Return when a person looks at a report of this urgency. Arrival is known to the day, so hours round down."""
    day = URGENCIES[urgency].look_by(arrived)
    return Due("a first look", day, today - day)
