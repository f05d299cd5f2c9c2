"""What tells that somebody wrote to her: shown within the hours that she named, or because she asks (protocol 15.12).

Outside of them a screen is that of a report to which nobody wrote. What she can do to see it stands there in any case.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from client.inbox import Decision, Inbox, Sent
from crypto.hours import within
from crypto.opening import WRITING

QUIET: Final = "No answer is shown now."
ANYWAY: Final = (
    "An answer shows itself only in the hours that you named, if you named some, by this machine's clock; where that "
    "clock has no zone of its own, at no hour. `amana report look --answers` shows at any hour what there is. These "
    "lines are always here, whether somebody wrote to you or not."
)
_NO_ZONE: Final = ("UTC", "Etc/UTC")  # what machines say that hide where they are, or were never told


def her_minute() -> int | None:
    """Return the minute of her day by this machine's clock; None where its zone says nothing of where she is."""
    now = time.localtime()
    return None if now.tm_zone in _NO_ZONE else now.tm_hour * 60 + now.tm_min


def quiet(inbox: Inbox, minute: int | None) -> Inbox:
    """Return what may be on a screen at this minute of her day without her asking for more."""
    return replace(inbox, sent=[one if _may_show(one, minute) else _without(one) for one in inbox.sent])


def _may_show(one: Sent, minute: int | None) -> bool:
    """Only an answer that holds says her hours. Without one they are not known, so nothing shows itself."""
    real = [letter.answer for letter in one.letters if letter.answer is not None]
    return bool(real) and all(within(answer.hours, minute) for answer in real)


def _without(one: Sent) -> Sent:
    left = _not_of_writing(one.decisions)
    return replace(one, letters=[], decisions=left, aside=len(one.decisions) - len(left), shown=False)


def _not_of_writing(decisions: Sequence[Decision]) -> list[Decision]:
    return [one for one in decisions if one.notice is None or not one.notice.opened or one.notice.action not in WRITING]
