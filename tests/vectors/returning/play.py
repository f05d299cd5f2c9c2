"""Run one vector through `crypto` and `policies`: its `op` says what to do, its `expect` how that must end."""

from collections.abc import Callable
from typing import Any, Final

from crypto import answers, feed, leaves, looking, opening, wished, wishes, words
from crypto.answers import Answer, Grant
from crypto.canonical import Message
from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.feed import AnswerPost, FeedFile, PublicNotes
from crypto.hashing import sha256
from crypto.hours import hours_of, within
from crypto.limits import limit
from crypto.wishes import Wish, WishEntry, Wishes
from policies import consent, feeds, retention
from policies.consent import Placed, Withdrawal
from policies.erasures import Erasure
from tests.vectors.replay import EXPECT, Vector, every, plain, raw

MESSAGES: Final[dict[str, type[Message]]] = {
    "answer": Answer,
    "answer-post": AnswerPost,
    "ask": opening.Ask,
    "decision-record": wished.WishedRecord,
    "feed-file": FeedFile,
    "grant": Grant,
    "public-notes": PublicNotes,
    "record": leaves.Record,
    "verdict": opening.Verdict,
    "wish": Wish,
    "wish-entry": WishEntry,
}


def outcome(vector: Vector) -> str:
    """Return how it ends. A wrong value is an AssertionError, and what is not of `crypto.errors` escapes."""
    try:
        OPS[vector["op"]](vector)
    except (MalformedError, OpenError, ProofError) as error:
        return EXPECT[type(error)]
    return "ok"


def _message(v: Vector) -> None:
    (encoded,) = raw(v, "encoded")
    value = MESSAGES[v["message"]].decode(encoded, limit=limit("feed"))
    assert plain(value) == v["fields"]
    assert value.encode() == encoded


def _keys(v: Vector) -> None:
    keys = words.keys(v["words"], v["number"])
    for gate, made in v["gates"].items():
        hers = keys.gate(gate)
        assert answers.part(hers.answer_key, bytes.fromhex(v["request"])).hex() == made["part"]
        assert answers.kin(hers.link).hex() == made["kin"]
        assert answers.handle(hers.gate_key).hex() == made["handle"]
        assert [key.hex() for key in place_keys(hers.consent_key)] == made["places"]
        assert [wishes.wish_tag(key).hex() for key in place_keys(hers.consent_key)] == made["tags"]
        assert len(wishes.places(hers.consent_key)) == limit("wishes")
    for turn, made in zip((1, 2), v["turns"], strict=True):
        key = wishes.turn_key(keys, turn)
        assert {"key": key.hex(), "hash": wishes.turn_hash(key).hex()} == made


def place_keys(consent_key: bytes) -> list[bytes]:
    """Return the keys of the first, the second and the last place."""
    return [wishes.place_key(consent_key, number) for number in (1, 2, limit("wishes"))]


def _permission(v: Vector) -> None:
    public, request, permission = raw(v, "public", "request", "permission")
    answers.check_permission(public, request, v["until"], permission)


def _slots(v: Vector) -> None:
    """Seal again (all of it is deterministic), then open."""
    reply, message, signature, public = raw(v, "reply", "message", "signature", "public")
    answer = Answer.decode(message, limit=limit("feed"))
    parts = {name: bytes.fromhex(one) for name, one in v["parts"].items()}
    answer.verify(public, signature)
    key = answers.answer_key(reply, answer.request, parts)
    assert key.hex() == v["key"]
    slots = answers.seal_answer(answer, signature, reply=reply, parts=parts)
    assert [slot.hex() for slot in slots] == v["slots"]
    found = answers.open_answer(key, answer.request, {slot[:32]: slot for slot in slots})
    assert found == (answer, signature)


def _open_answer(v: Vector) -> None:
    key, request = raw(v, "key", "request")
    answers.open_answer(key, request, {slot[:32]: slot for slot in every(v["slots"])})


def _find(v: Vector) -> None:
    keys = words.keys(v["words"], v["number"])
    hers = {name: keys.gate(name).answer_key for name in v["gates"]}
    (slots,) = raw(v, "slots")
    each = [slots[start : start + answers.SLOT] for start in range(0, len(slots), answers.SLOT)]
    found = list(feed.find(each, reply=keys.reply, answer_keys=hers, thresholds=v["thresholds"]))
    told = [
        {
            "request": one.request.hex(),
            "gates": list(one.gates),
            "text": None if one.answer is None else one.answer.text,
            "signature": one.signature.hex(),
        }
        for one in found
    ]
    assert told == v["found"]


def _feed_file(v: Vector) -> None:
    (data,) = raw(v, "file")
    file = FeedFile.decode(data, limit=limit("feed"))
    note = feeds.check_file(file, LogPolicy.parse(v["policy"]))
    assert (note.day, note.slots, note.log, note.current is None) == (v["day"], v["slots"], v["log"], v["noise"])


def _wishes(v: Vector) -> None:
    (body,) = raw(v, "body")
    value = Wishes.from_body(body)
    assert value.to_body() == body
    assert [value.shown.hex(), value.next.hex(), value.now] == [v["shown"], v["next"], v["now"]]
    assert [entry.leaf.hex() for entry in value.entries] == v["leaves"]
    for entry, key in zip(value.entries, every(v["keys"]), strict=True):
        expected = plain(wishes.read_wish(key, entry.leaf, entry.memo))
        assert expected == v["wish"] == plain(wishes.read_back(key, entry.notice))
        record = leaves.Record(kind=leaves.WISH, salt=entry.salt, body=leaves.WISH_BODY)
        leaves.check_record(entry.leaf, record, entry.notice, entry.memo)


def _read_wish(v: Vector) -> None:
    wishes.read_wish(*raw(v, "key", "leaf", "memo"))


def placed(v: Vector) -> list[Placed]:
    """Return the wishes of a vector: index, minute, place, day made, consent, closed; or null for what is garbled."""
    found = []
    for index, minute, place, made, said, closed in v["wishes"]:
        wish = None if said is None else Wish(made=made, consent=bytes.fromhex(said), closed=closed)
        found.append(Placed(index=index, minute=minute, place=place, wish=wish))
    return found


def _hours(v: Vector) -> None:
    hours = hours_of(v["window"])
    assert hours.hex() == v["hours"]
    for minute, shown in v["moments"]:
        assert within(hours, minute) is shown, minute


def _in_force(v: Vector) -> None:
    counted = consent.taken(placed(v), [(leaf, day) for leaf, day in v["feeds"]])
    assert [one.index for one in counted] == v["taken"]
    gone = None if v["withdrawal"] is None else Withdrawal(minute=v["withdrawal"][0], index=v["withdrawal"][1])
    for minute, said, closed in v["moments"]:
        assert consent.in_force(bytes.fromhex(v["slip"]), counted, minute, v["consent_hours"]).hex() == said, minute
        assert consent.closed(gone, counted, minute, v["withdraw_hours"]) is closed, minute


def _due(v: Vector) -> None:
    assert [retention.due_day(arrived, months) for arrived, months, _ in v["days"]] == [day for _, _, day in v["days"]]


def _look(v: Vector) -> None:
    assert looking.paths(v["start"], v["size"], full=v["full"]) == v["paths"]
    tiles = {path: bytes.fromhex(data) for path, data in v["tiles"].items()}
    edge = looking.frontier(v["start"], v["size"], tiles)
    entries = [sha256(index.to_bytes(4, "big"))[:16] + sha256(index.to_bytes(8, "big")) for index in range(v["size"])]
    looking.check(edge, entries[v["start"] :], [(size, bytes.fromhex(root)) for size, root in v["heads"]])


def _erasure(v: Vector) -> None:
    found = Erasure.verify(v["note"], LogPolicy.parse(v["policy"]))
    assert [found.day, found.why, list(found.indexes)] == [v["day"], v["why"], v["indexes"]]


def _body(v: Vector) -> None:
    (data,) = raw(v, "body")
    assert isinstance(wished.read_body(data, limit=limit("feed")), wished.WishedRecord) is v["wished"]


OPS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "body": _body,
    "due": _due,
    "erasure": _erasure,
    "feed-file": _feed_file,
    "find": _find,
    "hours": _hours,
    "in-force": _in_force,
    "keys": _keys,
    "look": _look,
    "message": _message,
    "open-answer": _open_answer,
    "permission": _permission,
    "read-wish": _read_wish,
    "slots": _slots,
    "wishes": _wishes,
}
