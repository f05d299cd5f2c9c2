"""When an answer is due: a first one within seven days, and where it stands within three months."""

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
