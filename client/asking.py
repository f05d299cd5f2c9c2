"""Talk with the house about one opening: fetch, hand over, wait. What comes back is judged by `client.opened`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from client import opened, reviewer
from client.api import House, Listed
from client.errors import RefusedError
from client.notebook import Notebook
from client.opened import Result
from client.reviewer import Report, Session
from client.trusting import InForce, in_force
from crypto.envelope import find_slot
from crypto.errors import OpenError, ProofError
from crypto.hybrid import Draw, PrivateKey
from crypto.keyfile import KeyRing
from crypto.opening import Approval
from crypto.slots import PersonSlot
from policies.bundle import Bundle
from policies.trust import Trust


@dataclass(frozen=True, slots=True)
class Desk:
    """A reviewer at work: her house, whom she trusts, what is in force, her keys."""

    house: House
    trust: Trust
    in_force: InForce
    ring: KeyRing
    draw: Draw

    def fetch(self, envelope_id: bytes) -> Report:
        """Fetch one report and find her slot in it."""
        return reviewer.take(envelope_id, self.house.content(envelope_id), self.house.slots(envelope_id), self.ring)

    def sealed_under(self, digest: bytes) -> Bundle:
        """Return the bundle that a report was sealed under; it may be an older one. Raise ProofError for none."""
        newest = self.in_force.bundle
        if newest.digest == digest:
            return newest
        for number in range(newest.number - 1, 0, -1):
            bundle = Bundle.verify_any(*self.house.bundle(number), trust=self.trust)
            if bundle.digest == digest:
                return bundle
        raise ProofError("bundle of the report")

    def ask(
        self,
        session: Session,
        report: Report,
        given: Sequence[tuple[reviewer.Given, Approval, bytes]],
        because: str,
        minute: int,
    ) -> Result:
        """Ask the gates, wait, prove what they say, open."""
        asked = reviewer.request(
            session,
            report,
            ring=self.ring,
            in_force=self.in_force,
            sealed_under=self.sealed_under(report.header.bundle),
            given=[one for one, _, _ in given],
            because=because,
            minute=minute,
            draw=self.draw,
        )
        if not asked.request.gates:
            raise RefusedError("No gate of today holds a share of this report.", "Ask an officer.")
        answer = self.house.wait(self.house.open(asked.openings))
        return opened.open_answer(
            answer,
            asked=asked,
            session=session,
            report=report,
            role=reviewer.entry(self.in_force, self.ring).role,
            shares=[(approval, share) for _, approval, share in given],
            bundle=self.in_force.bundle,
            log=self.trust.log_policy,
        )

    def reports(self, since: str = "") -> list[tuple[Listed, bool]]:
        """List all reports since a day, and whether each has a slot that opens to her."""
        key = PrivateKey(self.ring.encryption)  # made once for all slots of all reports
        found: list[tuple[Listed, bool]] = []
        while True:
            page = self.house.reports(since=since, after=found[-1][0].id if found else "")
            if not page:
                return found
            found += [(one, self._has_slot(one.raw, key)) for one in page]

    def slot(self, envelope_id: bytes, key: PrivateKey) -> PersonSlot | None:
        """Fetch the slots of a report, and return the one that opens to her; None where none does."""
        try:
            return find_slot(self.house.slots(envelope_id), envelope_id, key)
        except OpenError:
            return None

    def _has_slot(self, envelope_id: bytes, key: PrivateKey) -> bool:
        return self.slot(envelope_id, key) is not None


def at_work(house: House, trust: Trust, ring: KeyRing, *, today: int) -> Desk:
    """Return somebody at work with these keys, by the rules in force. Raise RefusedError unless she is in them."""
    found = in_force(house, trust, today=today)
    reviewer.entry(found, ring)
    return Desk(house, trust, found, ring, os.urandom)


def remember(desk: Desk, notebook: Notebook, report: bytes, result: Result) -> list[bytes]:
    """Note what the gates said; return other reports of the same words that she keeps a page of."""
    notebook.note(
        report,
        seen=1 + max(index for indices in result.leaves.values() for index in indices),
        threshold=desk.in_force.bundle.body.threshold,
        kin=sorted(result.kin.items()),
    )
    return notebook.same_reporter(report)
