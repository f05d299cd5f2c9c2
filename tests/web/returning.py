"""Somebody who comes back to the page with her words, and a desk that answers her through the gates."""

import time
from typing import Any

from crypto import answers
from crypto.answers import Answer
from crypto.feed import AnswerPost
from crypto.hours import ANY
from tests.gate.her import CARD, Her, Kept, grants
from tests.harness import Running
from tests.server.coming_back import rounds
from tests.web.street import Street
from tests.web.visiting import Visitor


def write_to(world: Running, her: Her, text: str, who: str = "r1", hours: bytes = ANY) -> str:
    """A reviewer asks, is permitted, writes, hands in; return the day in whose file it will be."""
    asking = Kept(world, who, her.report, [CARD], purpose="REPLY", action="answer", kept=her.kept)
    given = grants(asking, asking.send())
    gates = sorted(given)[: world.organisation.threshold]
    parts = {name: given[name].parts[0][1] for name in gates}
    day = world.clock.day
    answer = Answer(id=her.report, request=asking.digest, author=who, day=day, text=text, hours=hours)
    signature = answer.sign(world.key(who).identity)
    slots = answers.seal_answer(answer, signature, reply=her.keys.reply, parts=parts)
    permissions = [(name, given[name].permission) for name in gates]
    post = AnswerPost(request=asking.digest, until=given[gates[0]].until, slots=slots, permissions=permissions)
    said = world.server.post("/v1/answers", content=post.encode())
    assert said.status_code == 202, said.text
    rounds(world).tick()  # a rehearsal shows it in today's file
    in_file: str = said.json()["day"]
    return in_file


class Returner(Visitor):
    """One visit of hers, from the first screen to what her words found."""

    def begin(self) -> None:
        """Choose the language, and that she has been here before."""
        self.page.goto(self.url)
        self.page.locator(f'button[lang="{self.language}"]').click()
        self.at("safety.title")
        self.appear("html[data-whole]")
        self.press("safety.back")
        self.at("far.title")

    def fetch(self, back: str = "7", *, full: bool = True) -> None:
        """Choose how far, fetch, wait until all is proven."""
        name = self.t(f"back.far.{back}")
        self.page.locator("label.choice", has_text=name).first.locator("input").check()
        box = self.page.get_by_label(self.t("far.full"), exact=True)
        box.set_checked(full)
        self.next()
        self.at("enter.title")

    def type(self, words: str) -> float:
        """Type them, look, wait for what they found; return the seconds it took."""
        self.write(self.t("enter.label"), words)
        began = time.monotonic()
        self.next()
        self.at("inbox.title")
        return time.monotonic() - began

    def come_back(self, words: str, back: str = "7", *, full: bool = True) -> float:
        self.begin()
        self.fetch(back, full=full)
        return self.type(words)

    @property
    def text(self) -> str:
        found: str = self.page.locator("main").inner_text()
        return found

    @property
    def status(self) -> str:
        found: str = self.page.get_by_role("status").inner_text()
        return found

    def button(self, key: str) -> Any:
        """The first button whose text begins as this one, whatever day it names."""
        return self.page.get_by_role("button", name=self.t(key).partition("{")[0].strip()).first


def line(way: Street) -> list[tuple[str, str, int, int, int]]:
    """What an observer of the line sees: kind, place and sizes of all that passed, in order.

    What comes before the look, while the page loads, comes side by side.
    """
    seen = [(one.method, one.path, one.sent, one.status, one.answered) for one in way.passed]
    look = len(seen) - [path for _, path, *_ in seen][::-1].index("/trust/current") - 1
    return sorted(seen[:look]) + seen[look:]
