"""`make demo`: the main job, end to end, as a short story. Real processes, key files and HTTP on loopback."""

import argparse
import json
import os
import shutil
import sys
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

from deploy.rehearsal import Failed, Rehearsal

REFUSED, NOT_YET = 1, 5  # exit codes of `amana`


def say(text: str = "") -> None:
    """Tell one line of the story."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Story:
    """The steps, in order. Each runs the command that a person would."""

    def __init__(self, house: Rehearsal) -> None:
        self.house = house
        self.ids: dict[str, str] = {}
        self.said: dict[str, str] = {}  # in memory only; hers would be in her head

    def part(self, number: int, title: str) -> None:
        """Begin a part."""
        say(f"\n{number}. {title}")

    def tell(self) -> None:
        """All of it."""
        self.officers()
        self.reporters()
        self.one_reviewer()
        self.refused()
        self.two_reviewers()
        self.custodian()
        self.coming_back()
        self.auditor()

    def officers(self) -> None:
        """Ceremony, house, publication."""
        self.part(1, "Three officers hold a ceremony; two of them must sign everything.")
        self.house.ceremony()
        say("   They made keys, the rules (Cedar, for lawyers too) and a directory of people under pseudonyms.")
        url = self.house.start()
        say(f"   A house that cannot read answers at {url}, and a gate with the second lock beside it.")
        self.house.run("officer", "publish")
        say("   Rules and directory are public leaves of the log now, and the gate has signed that they are in force.")
        page = self.house.run("verify-page", url)
        say(
            f"   So is the hash of the reporter's page (leaf {page['log']['leaf']}): fetched from the house, all "
            f"{page['parts']} parts of it are the ones that the officers signed."
        )

    def reporters(self) -> None:
        """Seal and send all samples."""
        self.part(2, "Fifteen people seal what happened, each on her own device, and send it.")
        samples = json.loads(files("data").joinpath("sample_reports.json").read_text("utf-8"))["reports"]
        excluding = {**next(one for one in samples if one["id"] == "S11"), "id": "S15"}
        excluding["slip"] = {**excluding["slip"], "exclude_people": ["r3"]}
        both = self.house.folder / "reports.json"
        both.write_text(json.dumps({"reports": [*samples, excluding]}), encoding="utf-8")
        sealed = self.house.folder / "sealed"
        began = time.monotonic()
        words = self._seal(both, sealed)
        self.said = {one["id"]: said for one, said in zip([*samples, excluding], words, strict=True)}
        sent = self.house.run("report", "send", str(sealed))["reports"]
        self.ids = {one["id"]: got["id"] for one, got in zip([*samples, excluding], sent, strict=True)}
        sizes = {path.stat().st_size for path in sealed.iterdir()}
        say(
            f"   {len(sent)} reports in twelve languages, {time.monotonic() - began:.1f} s; every sealed file has "
            f"{', '.join(map(str, sizes))} bytes, a tile or a page."
        )
        say("   Each got a receipt: the log's signed promise of a leaf that only she can recognise.")
        again = self.house.run("report", "send", str(sealed / "0001.amana"))["reports"][0]
        say(f"   The first is sent again by mistake: {'still one report' if not again['new'] else 'DOUBLED'}.")

    def one_reviewer(self) -> None:
        """Card and story of S01."""
        self.part(3, "A reviewer asks to open. The gate decides, the log writes it down, and only then it opens.")
        card = self.open("S01", "card", "r1")
        say(f"   r1 opens the card: {brief(card)}")
        story = self.open("S01", "story", "r1", because="asked for by the triage meeting")
        say(f"   and, as a second logged opening, the story: “{text_of(story)[:68]}…”")

    def refused(self) -> None:
        """Conflict, exclusion, recusal, revocation."""
        self.part(4, "Some may not, and that is logged too. What they see is one sentence, always the same.")
        self.deny("S01", "r2", "has a tie to the police that the report accuses")
        self.deny("S15", "r3", "was named by the reporter under “who must not see this?”")
        self.house.run("review", "recuse", self.ids["S01"], "--as", self.house.key("r5"))
        self.deny("S01", "r5", "stepped aside from this report a moment ago")
        self.house.run("officer", "revoke", "r7")
        self.deny("S01", "r7", "was revoked by one officer a moment ago")
        self.deny("S13", "r1", "wants to read a report about this service: only the ombudsperson may")
        card = self.open("S13", "card", "o1")
        say(f"   o1, the ombudsperson, opens that one: {brief(card)}")

    def two_reviewers(self) -> None:
        """The story of S08 needs two women."""
        self.part(5, "A story of the third tier opens to two people together, never to one.")
        folder = self.house.folder / "case"
        ask = folder / "story.ask"
        folder.mkdir()
        self.open("S08", "story", "r1", "--ask", str(ask), expect=NOT_YET)
        say("   r1 alone gets nothing but an ask file to send to a colleague.")
        approval = folder / "r4.approval"
        self.house.run("review", "approve", str(ask), "--as", self.house.key("r4"), "-o", str(approval), "--yes")
        say("   r4 agrees: her share of the lock travels sealed, with a signature over this ask alone.")
        story = self.open("S08", "story", "r1", "--ask", str(ask), "--approval", str(approval))
        say(f"   Together it opens: “{text_of(story)[:60]}…”")

    def custodian(self) -> None:
        """The names in S03."""
        self.part(6, "Names and exact places need a custodian besides.")
        ask, approval = self.house.folder / "case" / "names.ask", self.house.folder / "case" / "c1.approval"
        self.open("S03", "identity", "r1", "--ask", str(ask), expect=NOT_YET)
        self.house.run("review", "approve", str(ask), "--as", self.house.key("c1"), "-o", str(approval), "--yes")
        self.open("S03", "identity", "r1", "--ask", str(ask), "--approval", str(approval))
        say("   r1 alone is refused; with custodian c1, who reads nothing herself, the names open.")

    def coming_back(self) -> None:
        """She is answered, comes back with twelve words, and takes her report back."""
        self.part(7, "A reviewer answers, and the reporter of S01 comes back with twelve words and nothing else.")
        done = self.house.run("review", "answer", self.ids["S01"], "--use", "received", "--as", self.house.key("r1"))
        say(f"   r1 answers; it waits for the file of {done['day']}, the same for everybody, most of it noise.")
        found = self._answered("S01")
        report = found["reports"][0]
        opened = [one for one in report["decisions"] if one["opened"]]
        say(
            f"   She fetches {found['size']} lines of the log first; then her words find {len(report['decisions'])} "
            f"decisions about it, {len(opened)} permitted: she sees role, section and day."
        )
        say(f"   And the answer: “{report['letters'][0]['text'][:58]}…”")
        other = self._as_her("S09", "opened")["reports"][0]
        say(f"   The reporter of S09: {'nobody has opened it, proven' if other['nobody_has_opened_it'] else 'OPENED'}.")
        self._as_her("S01", "consent", "--set", "REPLY=no", "--rest", "no")
        again = ("review", "answer", self.ids["S01"], "--use", "received", "--as", self.house.key("r3"))
        self.house.run(*again, expect=REFUSED)
        say("   She wants no more answers: the gate refuses the next one, from the next decision on.")
        self._as_her("S01", "withdraw", "--yes")
        self.open("S01", "card", "r1", expect=REFUSED)
        say(
            "   She takes it back: the house hands it out no more, the gates are closed, and r1's device lets go of it."
        )

    def _answered(self, report: str) -> dict[str, Any]:
        """Look until the day's file is there; a rehearsal makes it within seconds."""
        for _ in range(40):
            found = self._as_her(report, "look", "--answers")
            if found["reports"][0]["letters"]:
                return found
            time.sleep(0.5)
        raise Failed("no answer came")

    def _as_her(self, report: str, command: str, *more: str) -> dict[str, Any]:
        """Run a command that asks for her words; they go through a pipe, never an argument."""
        reading, writing = os.pipe()
        try:
            os.write(writing, self.said[report].encode() + b"\n")
            os.close(writing)
            words = ("report", command, *more, "--words-from", str(reading))
            return self.house.run(*words, pass_fds=(reading,))
        finally:
            os.close(reading)

    def _seal(self, reports: Path, sealed: Path) -> list[str]:
        """Seal all of a file; return the words, a line each, that came by a pipe of their own."""
        reading, writing = os.pipe()
        try:
            words = ("--words-to", str(writing))
            self.house.run("report", "seal", str(reports), "-o", str(sealed), *words, pass_fds=(writing,))
        finally:
            os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as stream:
            return [line.rpartition("\t")[2].strip() for line in stream if line.strip()]

    def auditor(self) -> None:
        """Export, verify, opened, replay."""
        self.part(8, "An auditor takes the whole log home and trusts nobody.")
        folder, key = self.house.folder / "audit", self.house.key("a1")
        self.house.run("audit", "export", str(folder))
        self.house.stop()
        say("   The house is switched off now; all that follows is offline.")
        checked = self.house.run("audit", "verify", str(folder), "--as", key)
        say(f"   verify: {summary(checked)}")
        opened = self.house.run("audit", "opened", str(folder), "--as", key)["decisions"]
        permitted = sum(bool(one["permitted"]) for one in opened)
        say(
            f"   opened: {len(opened)} decisions, {permitted} permitted and {len(opened) - permitted} refused, "
            "each with its rules."
        )
        replayed = self.house.run("audit", "replay", str(folder), "--as", key)
        say(f"   replay: {summary(replayed)}")
        asked = self.house.run("audit", "ask", str(folder), "--as", key)["questions"]
        answers = Counter(str(one["answer"]) for one in asked)
        told = ", ".join(f"{count} {answer}" for answer, count in sorted(answers.items()))
        say(f"   ask: {len(asked)} questions of auditors: {told}; nothing to explain.")
        leaf = folder / "leaves.bin"
        data = bytearray(leaf.read_bytes())
        data[48 * 5 + 20] ^= 1
        leaf.write_bytes(bytes(data))
        found = self.house.run("audit", "verify", str(folder), "--as", key, expect=3)
        say(
            f"   One bit changed by hand: {len(found['faults'])} faults, first at leaf {found['faults'][0]['index']}: "
            f"{found['faults'][0]['fault']}."
        )

    def open(self, report: str, section: str, who: str, *more: str, because: str = "triage",
             expect: int = 0) -> dict[str, Any]:  # fmt: skip
        """Ask for one section; return what the command printed."""
        words = ("review", "open", self.ids[report], section, "--purpose", "TRIAGE", "--as", self.house.key(who))
        return self.house.run(*words, "--because", because, *more, expect=expect)

    def deny(self, report: str, who: str, why: str) -> None:
        """See somebody refused."""
        self.open(report, "card", who, expect=REFUSED)
        say(f"   {who} {why}: refused.")


def brief(found: dict[str, Any]) -> str:
    """A card in one line."""
    card = found["sections"]["card"]
    return f"tiles {', '.join(card['tiles'])}; urgency {card['urgency']}; language {card['language']}."


def text_of(found: dict[str, Any]) -> str:
    """A story's words."""
    return str(found["sections"]["story"]["text"])


def summary(found: dict[str, Any]) -> str:
    """Counts of an audit, in words."""
    counts = ", ".join(f"{value} {name}" for name, value in found.items() if isinstance(value, int) and name != "ok")
    return f"{'no fault' if found['ok'] else 'FAULTS'} ({counts})"


def main() -> int:
    """Run the story; leave nothing behind unless asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the rehearsal organisation running")
    keep = parser.parse_args().keep
    began = time.monotonic()
    house = Rehearsal()
    say("Amana: a thing given in trust. This is a rehearsal with invented people; nothing leaves this machine.")
    try:
        Story(house).tell()
    except (Failed, KeyError, OSError) as error:
        say(f"\nThe story broke off: {error}")
        house.stop()
        return 1
    finally:
        if not keep:
            house.stop()
            shutil.rmtree(house.folder, ignore_errors=True)
    say(f"\nDone in {time.monotonic() - began:.0f} s.")
    if keep:
        url = house.start()
        assert house.house is not None  # noqa: S101
        say(f"Left running for you at {url} (end it with `kill {house.house.pid}`). To look around:")
        say(f"  export AMANA_HOME={house.home} AMANA_PASSPHRASE_FILE={house.folder / 'passphrase'} AMANA_URL={url}")
        say(f"  .venv/bin/amana review list --as {house.key('r1')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
