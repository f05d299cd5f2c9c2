"""From a report as she wrote it to the slip that gates decide on."""

from typing import Final

from crypto.canonical import require
from crypto.errors import MalformedError
from crypto.slip import Preference, Ring, Slip
from policies.vocabulary import Report, consent_bytes

_URGENCIES: Final = ("U0", "U1", "U2", "U3")
_PREFERENCES: Final = {one.name: one for one in Preference}
_RINGS: Final = {"desk": Ring.DESK, "ombuds": Ring.OMBUDS}
_PLACEHOLDER: Final = bytes(32)  # the envelope puts in the real hashes, one a gate


def slip_of(sample: Report) -> Slip:
    """Return the slip of a report in sample format. Raise MalformedError where it cannot be one."""
    try:
        given, choices = sample["slip"], sample["consent"]["choices"]
        require(given["urgency"] in _URGENCIES, "urgency")
        slip = Slip(
            language=given["lang"],
            urgency=_URGENCIES.index(given["urgency"]),
            tier=given["tier"],
            exclude_links=list(given.get("exclude_links", ())),
            exclude_people=list(given.get("exclude_people", ())),
            exclude_pools=list(given.get("exclude_pools", ())),
            preference=_PREFERENCES[given.get("reviewer_preference", "ANY")].value,
            two_person=bool(given.get("two_person", False)),
            emergency=bool(given.get("emergency", False)),
            ring=_RINGS[given.get("ring", "desk")].value,
            consent=consent_bytes(choices),
            log_keys=[_PLACEHOLDER],
        )
        slip.check()
    except (AttributeError, KeyError, TypeError) as error:
        raise MalformedError("form of the report") from error
    return slip
