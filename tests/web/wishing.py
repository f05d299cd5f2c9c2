"""Reports that wish for different things: who may open them, and which cannot be sealed at all."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any, Final

from msgspec import structs

from client import reporter
from client.trusting import InForce
from crypto.errors import CryptoError
from crypto.limits import limit
from crypto.sections import Section
from crypto.slip import Slip
from policies import cast
from policies.errors import TooFewError
from policies.plan import plan
from policies.slips import slip_of
from tests.samples import samples

LINKS: Final = [
    *("AREA:XS", "AREA:XS-03", "AREA:XS-03-D1", "AREA:XS-0", "AREA:XV", "ACT:POL@XS", "ACT:POL@XS-03"),
    *("ACT:POL@XS-03-D1", "ACT:POL@XS-04", "ACT:MIL@XS-03", "ACT:POL@XV"),
]


@cache
def wishes() -> list[dict[str, Any]]:
    """Return slips' wishes, so many and so different that every branch of the plan is taken."""
    exclusions: list[tuple[list[str], list[str], list[str]]] = [
        ([], [], []),
        (["ACT:POL@XS-03"], [], []),
        (["AREA:XS", "ACT:MIL@XV"], [], []),
        (["AREA:XV-02-D4"], [], ["river"]),
        ([], ["c1"], ["ombuds"]),
    ]
    people = sorted({one["name"] for one in _openers()})
    pools = sorted({pool for one in _openers() for pool in one["pools"]})
    exclusions += [([], [name], []) for name in people] + [([], people[: 2 * i], []) for i in range(1, 5)]
    exclusions += [([], [], [pool]) for pool in pools] + [([], [], pools[i:]) for i in range(len(pools))]
    shapes = [(1, 0, False, False), (3, 0, False, False), (3, 2, False, True), (2, 2, True, False), (1, 1, False, True)]
    return [
        {
            "tier": tier,
            "excludeLinks": left[0],
            "excludePeople": left[1][: limit("list")],
            "excludePools": left[2][: limit("list")],
            "preference": preference,
            "twoPerson": two,
            "emergency": emergency,
            "ring": ring,
        }
        for left, (tier, preference, two, emergency), ring in product(exclusions, shapes, (0, 1))
    ]


def _openers() -> list[Mapping[str, Any]]:
    return list(cast.openers(cast.example()))


def slip_with(wish: dict[str, Any]) -> Slip:
    """Return a slip with these wishes."""
    base = slip_of(samples()["S01"])
    snake = {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): value for key, value in wish.items()}
    return structs.replace(base, **snake)


def refused() -> list[tuple[dict[str, Any], str]]:
    """Return reports that cannot be sealed, with the error that Python has for each."""
    sample = samples()["S01"]
    slip, consent = sample["slip"], sample["consent"]
    bent: list[dict[str, Any]] = [
        {"triage": {**sample["triage"], "tiles": ["T99"]}},
        {"triage": None, "narrative": None},
        {"slip": {**slip, "urgency": "U9"}},
        {"slip": {**slip, "tier": 4}},
        {"slip": {**slip, "exclude_links": ["POL"]}},
        {"slip": {**slip, "exclude_people": [f"p{i}" for i in range(9)]}},
        {"consent": {**consent, "choices": {**consent["choices"], "TRIAGE": "no"}}},
        {"consent": {**consent, "choices": {"NOBODY": "no"}}},
        {"reply": {"safe_window": "in the evening"}},
        {"reply": {"safe_window": "20:00-20:00"}},
        {"narrative": {"text": "\ud800"}},
        {"narrative": {"text": "x" * 140_000}},
    ]
    everybody = sorted({pool for one in _openers() for pool in one["pools"]})
    return [
        *(({**sample, **change}, "MalformedError") for change in bent),
        ({**sample, "slip": {**slip, "exclude_pools": everybody}}, "TooFewError desk"),
    ]


def python_refuses(force: InForce, report: dict[str, Any]) -> str:
    """Return the name of what Python refuses this report with."""
    try:
        slip, _ = reporter.compose(report, bytes(32))
        plan(slip, force.bundle, force.directory)
    except TooFewError as error:
        return f"TooFewError {error.kind}"
    except CryptoError as error:
        return type(error).__name__
    return "sealed"


def planned(force: InForce, wish: dict[str, Any]) -> Any:
    """Return Python's plan, or its refusal, as the page writes them."""
    try:
        made = plan(slip_with(wish), force.bundle, force.directory)
    except TooFewError as error:
        return f"TooFewError {error.kind}"
    return {
        "gates": list(made.gates),
        "gatesThreshold": made.gates_threshold,
        "desk": sorted(made.desk),
        "custodians": sorted(made.custodians),
        "deskThresholds": [made.desk_thresholds[section] for section in Section],
        "custodiansThreshold": made.custodians_threshold,
    }
