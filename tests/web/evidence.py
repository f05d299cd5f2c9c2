"""She attaches files to a report on the page, and reviewers open what arrived with their own keys."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from client import contents
from client.contents import Evidence, Piece
from client.fetching_files import Reader
from client.files_house import FilesHouse
from crypto.sections import CUSTODIAL, Section
from tests.asking import Asking
from tests.harness import Running
from tests.web.visiting import Visitor

AT_MOST = 8


class Sender(Visitor):
    """One visit of hers, with files."""

    def to_files(self, text: str = "They came to the office.", tile: str = "T01") -> None:
        """Answer until the screen where files are chosen."""
        self.enter()
        self.tick(self.t("urgency.U0"))
        self.next()
        self.at("tiles.title")
        self.tick(self.t(f"tile.{tile}"))
        self.next()
        self.at("words.title")
        self.write(self.t("words.label"), text)
        self.next()
        self.at("voice.title")
        self.next()
        self.at("files.title")

    def attach(self, files: Sequence[Path | dict[str, Any]]) -> None:
        """Choose files; wait until each has been looked at."""
        before = self.page.locator("section.card").count()
        label = self.t("files.choose", count=AT_MOST)
        self.page.get_by_label(label, exact=True).set_input_files(list(files))
        self.page.wait_for_function(
            "count => document.querySelectorAll('section.card[data-done]').length === count", arg=before + len(files)
        )

    def untouched_too(self, *, yes: bool) -> None:
        self.tick(self.t(f"files.original.{'yes' if yes else 'no'}"))

    def onward(self) -> None:
        """From the files to the overview, by the shortest way."""
        self.next()
        self.at("affected.title")
        self.press("nav.enough")
        for key in ("hide", "team", "readers", "reply"):
            self.at(f"{key}.title")
            self.next()
        self.at("consent.title")
        self.tick(self.t("triage.yes_without_identity"))
        for key in ("given", "sharing", "recipients"):
            self.next()
            self.at(f"{key}.title")
        self.next()
        self.at("review.title")

    def brought(self, state: str = "proven") -> None:
        """Wait until the files are there."""
        self.appear(f'[data-files="{state}"]')


class Desk:
    """Who may open a report that arrived."""

    def __init__(self, world: Running, report: bytes, pair: str | None = None) -> None:
        self.world, self.report, self.house = world, report, FilesHouse(world.house)
        self.pair = pair  # who reads beside the first, where two must

    def pieces(self, section: Section) -> list[Piece]:
        """Open a section, with a custodian's approval where it takes one."""
        asking = Asking(self.world, "r1", self.report, [section])
        if self.pair is not None:
            asking.approve(self.pair, section)
        if section in CUSTODIAL:
            asking.approve("c1", section)
        found = contents.read(section, asking.read(asking.send(), section))
        assert isinstance(found, Evidence)
        return found.pieces

    def story(self) -> contents.Story:
        asking = Asking(self.world, "r1", self.report, [Section.STORY])
        found = contents.read(Section.STORY, asking.read(asking.send(), Section.STORY))
        assert isinstance(found, contents.Story)
        return found

    def read(self, piece: Piece) -> bytes:
        """Fetch a file, proven against its seal and the log."""
        reader = Reader(house=self.house, piece=piece, log=self.world.organisation.trust.log_policy)
        with tempfile.TemporaryDirectory() as folder:
            reader.save(Path(folder) / "file")
            return (Path(folder) / "file").read_bytes()


def report_of(paths: Sequence[str]) -> bytes:
    """Return the report whose proof was asked for on this line."""
    (found,) = {path for path in paths if path.startswith("/v1/reports/") and path.endswith("/proof")}
    return bytes.fromhex(found.split("/")[3])


def wait_for(what: Callable[[], bool], page: Any, seconds: float = 60) -> None:
    """Wait, and let the page go on meanwhile."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        page.wait_for_timeout(10)


def sent_as_it_is(sender: Sender, path: Path) -> None:
    """Attach a file that cannot be cleaned, and send."""
    sender.to_files()
    sender.attach([path])
    sender.tick(sender.t("files.asis.yes"))
    sender.onward()
    sender.at("review.title")
    sender.next()
    sender.at("send.title")
