"""P8 and P2: `kill -9` at random moments loses nothing that was promised and opens nothing that is not written down."""

from pathlib import Path

from tests.soak.chance import Chance
from tests.soak.killing import kill_repeatedly

KILLS = 20


def test_kill_server_and_gate_under_load(tmp_path: Path) -> None:
    outcome = kill_repeatedly(tmp_path, KILLS, print, Chance(), 0.6)
    assert outcome.kills >= KILLS
    assert outcome.reports > KILLS  # it was under load
    assert outcome.opened > 0
