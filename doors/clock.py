"""The time, coarse on purpose: days for the server, minutes for the gate's decisions."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since 1970; an argument of every app, so that tests can move it."""

system: Clock = time.time


def minute(clock: Clock) -> int:
    """Minutes since 1970."""
    return int(clock() // 60)


def day(clock: Clock) -> int:
    """Days since 1970, UTC."""
    return int(clock() // 86400)
