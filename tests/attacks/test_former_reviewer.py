"""She was on the desk: she opened the card, wrote answers, kept everything, was revoked. The server may help her."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from crypto import answers, feed, leaves, looking, wishes
from crypto.answers import Answer, Grant
from crypto.errors import OpenError, ProofError
from crypto.feed import AnswerPost, Found
from crypto.hashing import derive, tag
from crypto.hours import ANY
from crypto.labels import Label
from crypto.leaves import Entry, Notice
from crypto.limits import limit
from crypto.sections import Section
from crypto.wishes import CLOSED, Wish
from crypto.words import Keys
from policies import feeds
from tests.attacks.finding import log_size
from tests.attacks.gates import SaysYes
from tests.gate.her import ALL, CARD, NONE, Her, Kept, append, entry_of, faults, follow, grants, released_by
from tests.harness import Running


def written(her: Her, who: str, text: str, given: Mapping[str, Grant], asking: Kept) -> list[bytes]:
    """The slots of an honest answer."""
    threshold = her.world.organisation.threshold
    parts = {name: one.parts[0][1] for name, one in sorted(given.items())[:threshold]}
    message = Answer(id=her.report, request=asking.digest, author=who, day=her.today, text=text, hours=ANY)
    signature = message.sign(her.world.key(who).identity)
    return answers.seal_answer(message, signature, reply=her.keys.reply, parts=parts)


def answer(her: Her, who: str, text: str) -> tuple[Kept, dict[str, Grant], list[bytes]]:
    """Ask, and write."""
    asking = her.asking(who, action="answer", purpose="REPLY")
    given = grants(asking, asking.send())
    return asking, given, written(her, who, text, given, asking)


def finds(her: Her, slots: list[bytes]) -> list[Found]:
    """What she finds for herself in a day's file."""
    names = her.world.organisation.gate_names
    keys = {name: her.keys.gate(name).answer_key for name in names}
    threshold = her.world.organisation.threshold
    noise = [os.urandom(answers.SLOT) for _ in range(4)]
    return list(feed.find([*slots, *noise], reply=her.keys.reply, answer_keys=keys, thresholds=[threshold]))


@dataclass
class Former:
    """r1 after she left, with all that she ever had of one report."""

    her: Her
    reply: bytes  # from the card
    share: bytes  # of the card, from the gate
    request: Kept
    grant: Grant
    secrets: list[bytes] = field(default_factory=list)


@pytest.fixture
def former(fresh: Running) -> Former:
    her = Her(fresh)
    reading = her.asking("r1")
    card = reading.send()
    assert reading.read(card, CARD)
    asking, given, slots = answer(her, "r1", "We have read it.")
    assert [one.answer.text for one in finds(her, slots) if one.answer] == ["We have read it."]
    share = reading.released(card)[CARD][0]
    ring = fresh.key("r1")
    fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))
    follow(fresh)
    grant = given["gate-1"]
    secrets = [her.keys.reply, grant.parts[0][1], share[:32], ring.identity, ring.encryption, asking.session]
    return Former(her, her.keys.reply, share, asking, grant, secrets)


def test_reads_no_later_answer(former: Former) -> None:
    """A9: for each answer she would need the gates' parts for its own request; those of hers open nothing else."""
    her = former.her
    asking, given, slots = answer(her, "r5", "She who left must not read this.")
    assert finds(her, slots)[0].answer is not None
    parts = [former.grant.parts[0][1], *former.secrets]
    for part in parts:
        for digest in (asking.digest, former.request.digest):
            key = answers.answer_key(former.reply, digest, {"gate-1": part})
            with pytest.raises(OpenError):
                answers.open_answer(key, asking.digest, {slot[:32]: slot for slot in slots})
        assert tag(part, slots[0][:32]) != slots[0][32:48]  # nor does she know which of the slots it is
    assert given["gate-1"].parts[0][1] not in parts


@pytest.mark.parametrize(("action", "purpose"), [("answer", "REPLY"), ("thread", "TRIAGE"), ("open", "TRIAGE")])
def test_gets_nothing_more_from_a_gate(former: Former, action: str, purpose: str) -> None:
    """A9, A1: refused and logged; her old request is decided and released once, and not again."""
    her = former.her
    asking = her.asking("r1", action=action, purpose=purpose)
    reply = asking.send()
    assert asking.permitted(reply) == {CARD: False}
    if action == "open":
        assert asking.released(reply) == {}
    else:
        (given,) = grants(asking, reply).values()
        assert (given.permission, given.parts) == (b"", [])
    before = log_size(her.world)
    link = her.world.server.app.dependencies["gates"].dependency().links()["gate-1"]
    ((_, blob),) = former.request.blobs().blobs
    assert log_size(her.world) == before
    assert link.decide(blob).entries  # a new request of hers, and the gate knows her no more
    assert faults(her.world) == []


def test_writes_no_answer_with_what_she_kept(former: Former) -> None:
    """A9: her old part and the reply key make a slot that the reporter takes for noise, or for what she saw before."""
    her, digest = former.her, os.urandom(32)
    forged = Answer(
        id=her.report, request=digest, author="r5", day=her.today, text="Meet us at the station.", hours=ANY
    )
    for part in former.secrets:
        signature = forged.sign(her.world.key("r1").identity)
        slots = answers.seal_answer(forged, signature, reply=former.reply, parts={"gate-1": part})
        assert finds(her, slots) == []
    again = Answer(
        id=her.report, request=former.request.digest, author="r1", day=her.today, text="Meet us there.", hours=ANY
    )
    signature = again.sign(her.world.key("r1").identity)
    parts = {"gate-1": former.grant.parts[0][1]}
    (found,) = finds(her, answers.seal_answer(again, signature, reply=former.reply, parts=parts))
    assert found.request == former.request.digest  # of one digest there is one answer: she saw it already
    assert found.answer is not None
    directory = her.world.in_force.directory
    with pytest.raises(ProofError):  # and whoever is revoked before the file is nobody in it
        feeds.check_author(found.answer, found.signature, directory, frozenset({"r1"}))


def test_writes_in_a_colleagues_name(former: Former) -> None:
    """A9: the answer is signed by its author's own key."""
    her, world = former.her, former.her.world
    forged = Answer(
        id=her.report, request=former.request.digest, author="r5", day=her.today, text="Call this number.", hours=ANY
    )
    signature = forged.sign(world.key("r1").identity)
    with pytest.raises(ProofError):
        feeds.check_author(forged, signature, world.in_force.directory, frozenset())


def test_puts_no_byte_into_the_feed(former: Former) -> None:
    """A9: the server takes what t gates permitted, once, and not for long."""
    world = former.her.world
    permission = former.grant.permission

    def handed_in(digest: bytes, until: int, given: bytes) -> int:
        slot = digest + os.urandom(answers.SLOT - 32)
        post = AnswerPost(request=digest, until=until, slots=[slot], permissions=[("gate-1", given)])
        return int(world.server.post("/v1/answers", content=post.encode()).status_code)

    digest, until = former.request.digest, former.grant.until
    assert handed_in(os.urandom(32), until, permission) == 403
    assert handed_in(digest, until + limit("answer_minutes"), permission) == 403
    assert handed_in(digest, until, os.urandom(64)) == 403
    world.clock.offset += (limit("request_minutes") + limit("answer_minutes") + 1) * 60
    assert handed_in(digest, until, permission) == 403


def test_forges_no_notice(former: Former) -> None:
    """A4, A9: no leaf that she can make has the tag of the reporter's log, so she is told nothing false."""
    her = former.her
    log_keys = {"gate-1": her.keys.gate("gate-1").log_key}
    start = log_size(her.world)
    told = Notice(
        salt=bytes(32), body=bytes(32), gate="gate-1", role="desk", section=0, action="answer", purpose="REPLY",
        day=her.today, opened=True,
    )  # fmt: skip
    for secret in former.secrets:
        for key in (secret, derive(secret, Label.LOG_KEY)):
            notice = leaves.seal_notice(key, told, os.urandom)
            committed = leaves.commitment(bytes(32), b"forged", notice, bytes(leaves.MEMO))
            entry = Entry(leaf=tag(key, committed) + committed, record=b"", notice=notice, memo=bytes(leaves.MEMO))
            append(her.world, [entry])
    new = her.world.house.entries(start, log_size(her.world))
    assert len(new) == 2 * len(former.secrets)
    assert looking.tagged(log_keys, start, new) == []


def test_forges_no_wish_and_no_withdrawal(former: Former) -> None:
    """A8, A17: wishes under every key that she has, and an invented preimage: consent is as it was, and it opens."""
    her, world = former.her, former.her.world
    narrow = Wish(made=her.today, consent=NONE, closed=CLOSED)
    for secret in former.secrets:
        for key in (secret, derive(secret, Label.CONSENT_KEY)):
            made = [wishes.seal_wish(narrow, wishes.place_key(key, place), os.urandom) for place in (1, 2)]
            append(world, [entry_of(world, one) for one in made])
        append(world, [leaves.withdrawal_entry(secret, 1, os.urandom)])
        shown = wishes.Step(shown=secret, next=secret, now=True, closed=CLOSED)
        guess = Keys(entropy=secret[:16], number=0)
        body = wishes.body(
            shown, keys=guess, gates=["gate-1"], place=1, made=her.today, consent=NONE, draw=os.urandom
        ).to_body()
        assert world.server.post("/v1/withdrawals", content=body).status_code == 202
        assert world.gate_clients["gate-1"].post("/v1/withdrawals", content=body).status_code == 202
    assert her.opens("r5")
    assert her.opens("r5", purpose="OVERSIGHT")
    assert world.house.content(her.report) == her.kept[0]


def test_replays_a_wish_to_another_report(fresh: Running) -> None:
    """A17: her wish for one report, in the log, closes no other of the same words."""
    her = Her(fresh)
    sister = Her(fresh, said=her.said, number=1)
    entry = entry_of(fresh, her.made(1, NONE))
    append(fresh, [entry, Entry(leaf=entry.leaf, record=entry.record, notice=entry.notice, memo=os.urandom(156))])
    assert not her.opens(purpose="OVERSIGHT")
    assert sister.opens(purpose="OVERSIGHT")


def test_claims_to_be_the_same_reporter(fresh: Running) -> None:
    """A10: a slip may claim what it likes; what gates call kin follows from the words, and she has not got them."""
    her = Her(fresh)
    stranger = Her(fresh)
    hers, others = (answers.kin(one.keys.gate("gate-1").link) for one in (her, stranger))
    asking = stranger.asking("r1")
    gate = asking.send().gates[0]
    assert hers != others
    assert asking.echo_of(gate)[4] == others


# -- what was withdrawn stays closed, also to those who kept everything ------------------------------------------------


def test_kept_ciphertext_and_shares_open_nothing_more(fresh: Running) -> None:
    """A8, P6: a reviewer with her slot, a server with the bytes, and the gate's share of the card from before."""
    her = Her(fresh)
    asking = her.asking("r1")
    before = asking.send()
    card = asking.read(before, CARD)
    her.withdraw(now=True)
    for section in Section:
        again = Kept(fresh, "r1", her.report, [section], kept=her.kept)
        reply = again.send()
        assert again.permitted(reply) == {section: False}
        with pytest.raises(OpenError):
            again.read(reply, section)
    with pytest.raises(OpenError):
        asking.read(before, Section.STORY)
    assert asking.read(before, CARD) == card  # what was read is read (SECURITY.md)
    assert faults(fresh) == []


def test_one_dishonest_gate_does_not_open_it(three_gates: Running) -> None:
    """A8, P6: it says yes and gives its share; two are needed, and the others have read the log."""
    her = Her(three_gates)
    her.withdraw()
    liar = three_gates.gate_clients["gate-2"].app.dependencies["gate"].dependency()
    honest = liar._decider, liar._releaser  # noqa: SLF001 - put back: the house is shared by a module
    SaysYes(three_gates, "gate-2")
    try:
        asking = her.asking("r1")
        reply = asking.send()
        assert released_by(asking, reply) == {"gate-1": False, "gate-2": True, "gate-3": False}
        with pytest.raises(OpenError):
            asking.read(reply, CARD)
    finally:
        liar._decider, liar._releaser = honest  # noqa: SLF001


def test_a_server_that_keeps_a_withdrawal_to_itself(fresh: Running) -> None:
    """A8: she tells a gate at its own address; the server that answered 202 and logged nothing opens nothing."""
    her = Her(fresh)
    body = her.body().to_body()
    before = log_size(fresh)
    assert fresh.gate_clients["gate-1"].post("/v1/withdrawals", content=body).status_code == 202
    assert not her.opens()
    assert log_size(fresh) == before + 1


def test_a_forced_withdrawal_is_taken_back(fresh: Running) -> None:
    """B3: a week to change her mind, at every gate; what was forced is in the log for her to see."""
    her = Her(fresh)
    her.withdraw()
    assert not her.opens()
    her.wish(2, ALL, closed=wishes.OPEN)
    assert her.opens()
    assert faults(fresh) == []
