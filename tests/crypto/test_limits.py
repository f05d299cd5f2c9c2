"""The limits, as the page gets them (protocol 12)."""

import json
import subprocess
import sys

from crypto import limits


def test_the_page_gets_the_same_limits_in_order() -> None:
    told = json.loads(limits.as_json())
    assert list(told) == list(limits.LIMITS)
    assert all(told[name] == {"value": limits.limit(name), "unit": one.unit, "reason": one.reason}
               for name, one in limits.LIMITS.items())  # fmt: skip
    said = subprocess.run([sys.executable, "-m", "crypto.limits"], capture_output=True, text=True, check=True)
    assert said.stdout == limits.as_json()
