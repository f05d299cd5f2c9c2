"""Start node and real browsers on the page's protocol; say aloud what this machine lacks."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.needs import need
from tests.vectors import generate, replay
from tests.vectors.returning.files import FILES
from web import build

HERE: Final = Path(__file__).parent
VECTORS: Final = HERE.parent / "vectors"
BROWSERS: Final = {"chromium": "chromium", "firefox": "firefox-esr"}
MODES: Final = (("chromium", "plain"), ("chromium", "hidden"), ("firefox", "plain"), ("firefox", "safer"))
_SECONDS: Final = 300


@dataclass(frozen=True)
class Found:
    """What one run printed."""

    replayed: dict[str, Any]
    ms: int
    exchanged: list[Any]
    whole: dict[str, Any]


def bundled(folder: Path) -> Path:
    """Build the one script that node and browsers run."""
    try:
        build.build("--tests", str(folder))
    except build.CannotBuildError as error:
        need("the page's protocol", f"node, npm and the packages of web/package-lock.json ({error})")
    return folder / "protocol.mjs"


def vectors() -> int:
    """How many vectors there are, those of coming back included."""
    first = [replay.load(file) for file in generate.FILES]
    later = [replay.load(f"returning/{file}") for file in FILES]
    return sum(map(len, first + later))


def in_node(bundle: Path, tasks: list[Any], folder: Path, vectors: Path = VECTORS) -> Found:
    """Replay the vectors and do the tasks in node."""
    return _finished(_started(["run_node.mjs"], bundle, tasks, folder, vectors))


def start_browser(browser: str, mode: str, bundle: Path, tasks: list[Any], folder: Path) -> subprocess.Popen[str]:
    """Begin the same in a browser; `finish` waits for it, so that several can run side by side."""
    return _started(["run_browser.mjs", browser, mode], bundle, tasks, folder, VECTORS)


def finish(running: subprocess.Popen[str]) -> Found:
    """Wait for a browser, no longer than it may take."""
    return _finished(running)


def installed(browser: str) -> bool:
    """Whether the browser is there."""
    return shutil.which(BROWSERS[browser]) is not None


def need_browser(browser: str) -> None:
    """Skip, aloud, where the browser is not installed."""
    if not installed(browser):
        need(f"the page's protocol in {browser}", f"Debian's {BROWSERS[browser]}")


def _started(command: list[str], bundle: Path, tasks: list[Any], folder: Path, vectors: Path) -> subprocess.Popen[str]:
    written = folder / "tasks.json"
    written.write_text(json.dumps(tasks))
    script, *rest = command
    return subprocess.Popen(
        ["node", str(HERE / script), *rest, str(bundle), str(vectors), str(written)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finished(running: subprocess.Popen[str]) -> Found:
    try:
        out, err = running.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        running.terminate()  # node closes its browser
        running.communicate(timeout=20)
        raise
    assert running.returncode == 0, err
    whole: dict[str, Any] = json.loads(out)
    return Found(whole["replayed"], whole["ms"], whole["exchanged"], whole)
