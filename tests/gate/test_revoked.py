"""Who leaves opens nothing new: at every gate, with the next thing that it is asked (protocol 8.5).

No test here waits. What binds, binds in the order of the log and not by a clock.
"""

import pytest

from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Running, post_to
from tests.samples import send

CARD, STORY = Section.CARD, Section.STORY


def verdicts(asking: Asking, world: Running) -> dict[str, bool]:
    """What each gate says about the card."""
    from crypto import opening  # noqa: PLC0415

    answer = asking.send()
    said = {}
    for one in answer.gates:
        public = world.in_force.bundle.gate(one.gate).key.public
        verdict = opening.open_verdict(
            one.verdict[0], request=asking.digest, gate=one.gate, public=public, session_seed=asking.session
        )
        said[one.gate] = verdict.sections[0][1]
    assert asking.released(answer) == {} or any(said.values())
    return said


def test_at_all_gates_with_the_next_request(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    assert set(verdicts(Asking(three_gates, "r4", report, [CARD]), three_gates).values()) == {True}
    three_gates.house.publish(three_gates.organisation.revocation("r4", three_gates.clock.day))
    said = verdicts(Asking(three_gates, "r4", report, [CARD]), three_gates)
    assert said == dict.fromkeys(three_gates.organisation.gate_names, False)


def test_at_a_gate_that_the_house_did_not_tell(three_gates: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is lost changes nothing: a gate reads the log to its head before it decides."""
    report = send(three_gates, "S01")
    links = three_gates.server.app.dependencies["gates"].dependency().links()
    honest = post_to(three_gates.gate_clients["gate-3"])

    def deaf(path: str, content: bytes) -> object:
        if path == "/v1/sync":
            raise OSError
        return honest(path, content)

    monkeypatch.setattr(links["gate-3"], "_post", deaf)
    three_gates.house.publish(three_gates.organisation.revocation("r5", three_gates.clock.day))
    assert verdicts(Asking(three_gates, "r5", report, [CARD]), three_gates)["gate-3"] is False


def test_by_versions_that_she_kept_from_before(fresh: Running) -> None:
    """Her client remembers the bundle and directory in which she was: what a request names is no permission."""
    report = send(fresh, "S01")
    fresh.house.publish(fresh.organisation.next_directory(without=("r1",)))
    assert fresh.in_force.directory.number == 2
    asking = Asking(fresh, "r1", report, [CARD])
    assert asking.permitted(asking.send(asking.blobs(bundle=1, directory=1))) == {CARD: False}


def test_by_an_ask_and_a_session_from_before(fresh: Running) -> None:
    """What was begun, signed and agreed to while she was there opens nothing after it."""
    report = send(fresh, "S08")
    asking = Asking(fresh, "r1", report, [STORY]).approve("r4", STORY)
    request = asking.blobs()
    fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))
    answer = asking.send(request)
    assert asking.permitted(answer) == {STORY: False}
    assert asking.released(answer) == {}


def test_by_an_agreement_from_before(fresh: Running) -> None:
    """A share that she gave does not count when she is gone, although her signature holds."""
    report = send(fresh, "S08")
    asking = Asking(fresh, "r1", report, [STORY]).approve("r4", STORY)
    request = asking.blobs()
    fresh.house.publish(fresh.organisation.revocation("r4", fresh.clock.day))
    assert asking.permitted(asking.send(request)) == {STORY: False}


def test_what_was_sent_after_it_under_old_people_is_closed_to_her_too(fresh: Running) -> None:
    """A reporter who seals by people of yesterday gives her a slot, and the gates none of theirs."""
    fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))
    report = send(fresh, "S01")
    asking = Asking(fresh, "r1", report, [CARD])
    assert asking.permitted(asking.send()) == {CARD: False}
    other = Asking(fresh, "r5", report, [CARD])
    assert other.permitted(other.send()) == {CARD: True}
