"""The sample reports, sealed by hand or by the reporter's code."""

import json
import os
from functools import cache
from importlib.resources import files
from typing import Any

from client.reporter import seal
from crypto import words
from crypto.envelope import Envelope
from tests.harness import Running


@cache
def samples() -> dict[str, dict[str, Any]]:
    text = files("data").joinpath("sample_reports.json").read_text("utf-8")
    return {report["id"]: report for report in json.loads(text)["reports"]}


def sealed(world: Running, name: str, said: str | None = None, **changes: Any) -> Envelope:
    """Seal one sample to the people in force."""
    return seal({**samples()[name], **changes}, world.in_force, said or words.new(os.urandom), draw=os.urandom)


def send(world: Running, name: str, said: str | None = None, **changes: Any) -> bytes:
    """Seal one sample and send it; return its id."""
    return world.send(sealed(world, name, said, **changes))
