"""What stands in each file of vectors."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from crypto import answers, leaves, looking, opening, signing, wished, wishes
from crypto.answers import Grant
from crypto.feed import AnswerPost, PublicNotes
from crypto.hours import ANY, hours_of, within
from crypto.limits import limit
from crypto.notes import Signer
from policies.erasures import Erasure
from tests.vectors.generate import CLOSED, DAY, FALSE, GATES, LOG_SEED, MALFORMED, MINUTE, OK, ORIGIN, report_words
from tests.vectors.replay import Vector, plain
from tests.vectors.returning import making
from tests.vectors.returning.making import at, fixed, vector
from tests.vectors.returning.play import place_keys
from tests.vectors.stream import Stream


def message(name: str, kind: str, value: Any, description: str) -> Vector:
    """Return a vector of one message."""
    return vector(name, "message", OK, description, message=kind, encoded=value.encode().hex(), fields=plain(value))


def bent(name: str, kind: str, encoded: bytes, description: str) -> Vector:
    """Return a vector of bytes that are no such message."""
    return vector(name, "message", MALFORMED, description, message=kind, encoded=encoded.hex(), fields=None)


def answers_vectors() -> Iterator[Vector]:
    """Keys, answers, their slots and what is refused."""
    keys = making.keys()
    hers = {gate: keys.gate(gate) for gate in GATES}
    request = making.request("short")
    made = {
        gate: {
            "part": answers.part(one.answer_key, request).hex(),
            "kin": answers.kin(one.link).hex(),
            "handle": answers.handle(one.gate_key).hex(),
            "places": [key.hex() for key in place_keys(one.consent_key)],
            "tags": [wishes.wish_tag(key).hex() for key in place_keys(one.consent_key)],
        }
        for gate, one in hers.items()
    }
    turns = [wishes.turn_key(keys, turn) for turn in (1, 2)]
    yield vector(
        "keys", "keys", OK, "what follows from the words besides protocol 2; places 1, 2 and 24",
        words=report_words(), number=0, request=request.hex(), gates=made,
        turns=[{"key": key.hex(), "hash": wishes.turn_hash(key).hex()} for key in turns],
    )  # fmt: skip
    public = signing.public_key(making.author_seed())
    for name in making.TEXTS:
        answer = making.answer(name)
        yield message(f"answer-{name}", "answer", answer, "an answer")
        parts = making.parts(name)
        yield vector(
            f"slots-{name}", "slots", OK, "signed, sealed under the reply key and the parts of two gates of three",
            reply=keys.reply.hex(), parts={gate: one.hex() for gate, one in parts.items()}, public=public.hex(),
            message=answer.encode().hex(), signature=answer.sign(making.author_seed()).hex(),
            key=answers.answer_key(keys.reply, answer.request, parts).hex(),
            slots=[slot.hex() for slot in making.sealed(name)],
        )  # fmt: skip
    encoded = making.answer("short").encode()
    yield bent("answer-version", "answer", at(encoded, 1, 3), "version 2")
    yield bent("answer-direction", "answer", encoded.replace(b"We read", b"We\xe2\x80\xaead"), "a turn of direction")
    yield bent("answer-blank", "answer", _with_text(encoded, b"   "), "nothing but spaces")
    yield from _hours(encoded)
    long_key = answers.answer_key(keys.reply, making.request("long"), making.parts("long"))
    slots = making.sealed("long")
    others: list[tuple[str, str, list[bytes], str]] = [
        ("missing", "the last of four slots is missing", slots[:-1], MALFORMED),
        ("changed", "a later slot was changed", [*slots[:3], at(slots[3], 500)], MALFORMED),
        ("first-changed", "the first slot was changed", [at(slots[0], 500), *slots[1:]], CLOSED),
        ("absent", "no slot of this request", making.noise(2), CLOSED),
    ]
    for name, description, given, ends in others:
        yield vector(
            f"open-{name}", "open-answer", ends, description, key=long_key.hex(),
            request=making.request("long").hex(), slots=[slot.hex() for slot in given],
        )  # fmt: skip
    one_gate = answers.answer_key(keys.reply, making.request("long"), making.parts("long", GATES[:1]))
    yield vector(
        "open-one-gate", "open-answer", CLOSED, "one gate's part where it takes two", key=one_gate.hex(),
        request=making.request("long").hex(), slots=[slot.hex() for slot in slots],
    )  # fmt: skip
    yield from _grants(request)


WINDOWS: Final = ("", "20:00-21:30", "22:15-05:00", "00:00-23:59", "20:00-20:00", "24:00-01:00", "evening")


def _hours(encoded: bytes) -> Iterator[Vector]:
    """Her safe hours: from the card, in the answer, and when its text shows itself."""
    moments = [None, 0, 299, 300, 301, 1199, 1200, 1289, 1290, 1334, 1335, 1438, 1439]
    for number, window in enumerate(WINDOWS):
        found = hours_of(window)
        yield vector(
            f"hours-{number}", "hours", OK, f"a card that says {window!r}; minutes of her day, null: not known",
            window=window, hours=found.hex(), moments=[[minute, within(found, minute)] for minute in moments],
        )  # fmt: skip
    hours = hours_of("20:00-21:30")
    for name, other in (
        ("equal", hours[:2] * 2), ("from", b"\5\xa0" + hours[2:]), ("until", hours[:2] + b"\5\xa0"),
        ("half", b"\xff\xff" + hours[2:]),
    ):  # fmt: skip
        yield bent(f"answer-hours-{name}", "answer", encoded[:-4] + other, "hours that are none")
    yield bent("answer-hours-short", "answer", encoded[:-6] + b"\xc4\3" + ANY[:3], "hours of three bytes")
    yield bent("answer-hours-missing", "answer", at(encoded[:-6], 0, 1), "no hours at all")


def _with_text(encoded: bytes, text: bytes) -> bytes:
    said = making.TEXTS["short"].encode()
    return encoded.replace(bytes([0xD9, len(said)]) + said, bytes([0xA0 | len(text)]) + text)


def _grants(request: bytes) -> Iterator[Vector]:
    seed = fixed("identity gate-1")
    until = MINUTE + limit("answer_minutes")
    permission = answers.permit(seed, request, until)
    part = making.parts("short")[GATES[0]]
    writes = Grant(request=request, until=until, permission=permission, parts=[(request, part)])
    thread = [(making.request(name), making.parts(name)[GATES[0]]) for name in making.TEXTS]
    yield message("grant-answer", "grant", writes, "to write one answer")
    yield message(
        "grant-thread", "grant", Grant(request=fixed("r"), until=0, permission=b"", parts=thread), "to read three"
    )
    yield message("grant-nothing", "grant", Grant(request=fixed("r"), until=0, permission=b"", parts=[]), "nothing")
    yield bent(
        "grant-other", "grant", writes.encode().replace(request + b"\xc4\x20" + part, fixed("x") + b"\xc4\x20" + part),
        "a permission to write, with a part of another request",
    )  # fmt: skip
    for name, given, ends in (("ok", until, OK), ("later", until + 1, FALSE)):
        yield vector(
            f"permission-{name}", "permission", ends, "a gate's permission, for this minute or another",
            public=signing.public_key(seed).hex(), request=request.hex(), until=given, permission=permission.hex(),
        )  # fmt: skip
    ask = opening.Ask(
        id=making.ID, sections=[0], action="answer", purpose="REPLY", asker="desk-1", session=fixed("s"),
        nonce=fixed("ask nonce"), until=MINUTE,
    )  # fmt: skip
    yield message("ask-answer", "ask", ask, "she asks to answer")
    yield bent(
        "ask-answer-story", "ask", ask.encode().replace(b"\x91\x00\xa6answer", b"\x91\x01\xa6answer"), "of the story"
    )
    echo = [b"\2", b"\3", bytes(15), bytes([1] * 15), fixed("kin", 16)]
    verdict = opening.Verdict(request=request, sections=[(0, True, fixed("leaf", 48))], echo=echo)
    yield message("verdict-kin", "verdict", verdict, "a verdict with the consent in force and the kin")
    yield bent("verdict-short-kin", "verdict", _shorter(verdict), "a kin of 15 bytes")


def _shorter(verdict: opening.Verdict) -> bytes:
    return verdict.encode()[:-17] + b"\x0f" + verdict.encode()[-16:-1]


def feed_vectors() -> Iterator[Vector]:
    """A day's file, what she finds in it, and what the server takes."""
    file, policy = making.day_file(), making.policy()
    yield message("feed-file", "feed-file", file, "eight slots: an answer of four, one of one, noise")
    yield bent("feed-file-odd", "feed-file", _shorter_slots(file.encode()), "half a slot")
    whole: dict[str, Any] = {"policy": policy, "day": DAY, "slots": 8, "log": making.LEAF, "noise": True}
    yield vector("file", "feed-file", OK, "the file of a day with its note", file=file.encode().hex(), **whole)
    changed = at(file.encode(), -1)
    yield vector("file-changed", "feed-file", FALSE, "one bit of a slot changed", file=changed.hex(), **whole)
    request = {name: making.request(name).hex() for name in making.TEXTS}
    told = [
        {
            "request": request[name], "gates": list(GATES[:2]), "text": making.TEXTS[name],
            "signature": making.answer(name).sign(making.author_seed()).hex(),
        }
        for name in ("long", "short")
    ]  # fmt: skip
    order = [slot[:32].hex() for slot in file.each()]
    hers: dict[str, Any] = {"words": report_words(), "number": 0, "gates": list(GATES), "thresholds": [2]}
    found = sorted(told, key=lambda one: order.index(str(one["request"])))
    yield vector("find", "find", OK, "she finds both", slots=file.slots.hex(), found=found, **hers)
    yield vector(
        "find-other-envelope", "find", OK, "with the keys of her second envelope she finds nothing",
        slots=file.slots.hex(), found=[], **{**hers, "number": 1},
    )  # fmt: skip
    torn = b"".join(slot for slot in file.each() if slot != making.sealed("long")[2])
    broken = [one if one["request"] != request["long"] else {**one, "text": None, "signature": ""} for one in found]
    yield vector("find-torn", "find", OK, "one of four slots is missing: said, and not shown", slots=torn.hex(),
                 found=broken, **hers)  # fmt: skip
    until = MINUTE + limit("answer_minutes")
    permissions = [
        (gate, answers.permit(fixed(f"identity {gate}"), making.request("long"), until)) for gate in GATES[:2]
    ]
    post = AnswerPost(request=making.request("long"), until=until, slots=making.sealed("long"), permissions=permissions)
    yield message("post", "answer-post", post, "what a reviewer hands in")
    yield bent("post-twice", "answer-post", _twice(post), "one gate twice")
    notes = PublicNotes(notes=[(3, "a note\n"), (255, "another\n")])
    yield message("public-notes", "public-notes", notes, "the notes of public leaves 3 and 255")
    yield bent(
        "public-notes-two-tiles", "public-notes", notes.encode().replace(b"\xcc\xff", b"\xcd\x01\x00"), "two tiles"
    )


def _twice(post: AnswerPost) -> bytes:
    return post.encode().replace(GATES[1].encode(), GATES[0].encode())


def _shorter_slots(encoded: bytes) -> bytes:
    size = 8 * answers.SLOT
    head = b"\xc5" + size.to_bytes(2, "big")
    return encoded.replace(head, b"\xc5" + (size - 512).to_bytes(2, "big"))[:-512]


def wishes_vectors() -> Iterator[Vector]:
    """Bodies of one size, and what gates read in them."""
    keys = making.keys()
    draw = Stream(b"amana vectors: steps")
    steps = {
        "change": (wishes.change(wishes.OPEN, draw), "a change of consent"),
        "withdraw": (wishes.withdraw(keys, draw, now=False), "a withdrawal, that she may take back for a while"),
        "withdraw-now": (wishes.withdraw(keys, draw, now=True), "a withdrawal at once"),
        "open-again": (wishes.open_again(keys), "she changes her mind"),
        "withdraw-again": (wishes.withdraw_again(keys, draw, now=False), "and again, for ever"),
    }
    for place, (name, (step, description)) in enumerate(steps.items(), 1):
        body = making.body(step, name, place)
        used = [wishes.place_key(keys.gate(gate).consent_key, place) for gate in GATES]
        yield vector(
            f"body-{name}", "wishes", OK, description, body=body.to_body().hex(), shown=body.shown.hex(),
            next=body.next.hex(), now=body.now, leaves=[entry.leaf.hex() for entry in body.entries],
            keys=[key.hex() for key in used], wish=plain(making.wish(step.closed)),
        )  # fmt: skip
    body = making.body(steps["change"][0], "change", 1)
    good = body.to_body()
    entry, key = body.entries[0], wishes.place_key(keys.gate(GATES[0]).consent_key, 1)
    for name, description, data in (
        ("short", "4,095 bytes", good[:-1]),
        ("padding", "padding that is not zero", at(good, -1)),
        ("leaf", "a leaf that does not commit to its memo", good.replace(entry.memo, at(entry.memo, 30))),
    ):
        yield vector(f"body-{name}", "wishes", MALFORMED, description, body=data.hex())
    for name, description, leaf, memo, ends in (
        ("ok", "as its gate reads it", entry.leaf, entry.memo, OK),
        ("other-leaf", "under the leaf of another gate", body.entries[1].leaf, entry.memo, FALSE),
        ("other-memo", "with the memo of another gate", entry.leaf, body.entries[1].memo, CLOSED),
    ):
        yield vector(f"read-{name}", "read-wish", ends, description, key=key.hex(), leaf=leaf.hex(), memo=memo.hex())
    yield message("wish", "wish", making.wish(), "a wish")
    no_triage = making.wish().encode().replace(b"\xc4\x0f\2\2", b"\xc4\x0f\1\2")
    yield bent("wish-no-triage", "wish", no_triage, "whoever wants nobody to read withdraws")
    record = leaves.Record(kind=leaves.WISH, salt=entry.salt, body=leaves.WISH_BODY)
    yield message("record-wish", "record", record, "what auditors open beside the leaf of a wish")
    plain_record = opening.DecisionRecord(
        decision=b"d", signature=b"s", request=b"r", request_signature=b"q", header=b"h", slip=b"l", approvals=[],
        justification=b"j", log_key=b"k",
    )  # fmt: skip
    given = {name: getattr(plain_record, name) for name in plain_record.__struct_fields__}
    with_wishes = wished.WishedRecord(**given, wishes=[(1, key)])
    yield message("decision-record", "decision-record", with_wishes, "a decision's body with a wish that was found")
    yield bent(
        "decision-record-place", "decision-record", with_wishes.encode().replace(b"\x01\xc4\x20", b"\x00\xc4\x20"), "0"
    )
    for name, value, is_wished in (("ten", plain_record, False), ("eleven", with_wishes, True)):
        yield vector(
            f"body-{name}", "body", OK, f"a body of {name} elements", body=value.encode().hex(), wished=is_wished
        )


SAID: Final = bytes([3] * 15)
LESS: Final = bytes([2] * 15)
MIXED: Final = bytes([3, 0, *[2] * 13])
HOUR: Final = 60


def in_force_vectors() -> Iterator[Vector]:
    """What is in force of several wishes, at several minutes."""
    base: dict[str, Any] = {
        "slip": LESS.hex(),
        "feeds": [],
        "withdrawal": None,
        "consent_hours": 24,
        "withdraw_hours": 168,
    }

    def one(name: str, description: str, **fields: Any) -> Vector:
        wished_for = [[*row[:4], None if row[4] is None else row[4].hex(), row[5]] for row in fields.pop("wishes")]
        moments = [[minute, said.hex(), closed] for minute, said, closed in fields.pop("moments")]
        found = fields.pop("taken", [row[0] for row in wished_for])
        return vector(
            name, "in-force", OK, description, **{**base, **fields}, wishes=wished_for, moments=moments, taken=found
        )

    start = MINUTE
    day = 24 * HOUR
    nothing = bytes(15)
    mixed = bytes(map(min, LESS, MIXED))
    yield one("none", "she said nothing more: what the slip says", wishes=[], moments=[(start, LESS, False)])
    yield one(
        "narrow-and-wide", "narrowing at once, widening after a day", wishes=[[9, start, 1, DAY, MIXED, 0]],
        moments=[(start, mixed, False), (start + day - 1, mixed, False), (start + day, MIXED, False)],
    )  # fmt: skip
    yield one(
        "taken-back", "a widening that she takes back within the day never counts; and the next waits again",
        wishes=[
            [9, start, 1, DAY, SAID, 0], [12, start + day - 1, 2, DAY, LESS, 0], [20, start + day, 3, DAY, SAID, 0],
        ],
        moments=[(start + day, LESS, False), (start + 2 * day - 1, LESS, False), (start + 2 * day, SAID, False)],
    )  # fmt: skip
    yield one(
        "asked-twice", "asking again for the same does not start the day anew", consent_hours=24,
        wishes=[[9, start, 1, DAY, SAID, 0], [12, start + day - 1, 2, DAY, SAID, 0]],
        moments=[(start + day - 1, LESS, False), (start + day, SAID, False)],
    )  # fmt: skip
    yield one(
        "rehearsal", "no delay: at once", consent_hours=0, wishes=[[9, start, 1, DAY, SAID, 0]],
        moments=[(start, SAID, False)],
    )  # fmt: skip
    yield one(
        "held-back", "a wish behind the feed note of the third day after it was made is void; one before it is not",
        feeds=[[10, DAY + 2], [11, DAY + 3]], consent_hours=0, taken=[10],
        wishes=[[10, start, 1, DAY, MIXED, 0], [12, start, 2, DAY, SAID, 0]], moments=[(start, MIXED, False)],
    )  # fmt: skip
    yield one(
        "lower-place", "a lower place behind a higher one was held back: it does not count", consent_hours=0, taken=[9],
        wishes=[[9, start, 2, DAY, MIXED, 0], [12, start, 1, DAY, SAID, 0]], moments=[(start, MIXED, False)],
    )  # fmt: skip
    yield one(
        "garbled", "what cannot be read closes, until a later wish", consent_hours=0,
        wishes=[[9, start, 1, DAY, None, 1], [12, start + 5, 2, DAY, SAID, 0]],
        moments=[(start + 5, SAID, False)],
    )  # fmt: skip
    yield one(
        "garbled-only", "and nothing is agreed to", consent_hours=0, wishes=[[9, start, 1, DAY, None, 1]],
        moments=[(start, nothing, True)],
    )  # fmt: skip
    yield one(
        "withdrawn", "closed by its leaf, opened again within the week", withdrawal=[start, 9],
        wishes=[[10, start, 1, DAY, LESS, 1], [30, start + 100, 2, DAY, LESS, 0]], moments=[(start + 100, LESS, False)],
    )  # fmt: skip
    yield one(
        "withdrawn-week", "after a week nothing opens it", withdrawal=[start, 9],
        wishes=[[30, start + 7 * day, 2, DAY, LESS, 0]],
        moments=[(start + 7 * day, LESS, True), (start + 8 * day, LESS, True)],
    )  # fmt: skip
    yield one(
        "withdrawn-own-address", "told to the gate alone, and nowhere in the log", withdrawal=[start, None],
        wishes=[[9, start - 1, 1, DAY, LESS, 0]], moments=[(start, LESS, True)],
    )  # fmt: skip
    yield one(
        "withdrawn-late-leaf", "she told the gate, changed her mind, and the leaf was held back until then",
        withdrawal=[start, 40], wishes=[[30, start + 100, 1, DAY, LESS, 0]], moments=[(start + 100, LESS, False)],
    )  # fmt: skip
    yield one(
        "final", "for ever is for ever", wishes=[[9, start, 1, DAY, LESS, 2], [30, start + 1, 2, DAY, LESS, 0]],
        moments=[(start + 1, LESS, True)],
    )  # fmt: skip
    yield vector(
        "retention", "due", OK, "the day so many months later; the last of the month where there is no such day",
        days=[
            [20781, 3, 20873], [20787, 3, 20877], [21152, 3, 21243],
            [21243, 12, 21608], [20818, 36, 21914], [20454, 12, 20819],
        ],
    )  # fmt: skip


def looking_vectors() -> Iterator[Vector]:
    """What a look fetches, and whether the log is the one."""
    for name, start, full in (
        ("short", 512, True),
        ("long", 256 * 258, False),
        ("long", 256 * 3, False),
        ("short", 0, False),
    ):
        size = making.SIZES[name]
        blocks = looking.left_edge(start, size)
        tiles = {one.path: making.hash_tile(one.level, one.number, one.width, size).hex() for one in blocks}
        heads = [(at_size, making.root(at_size, size).hex()) for at_size in (size - 2, size)]
        whole: dict[str, Any] = {
            "start": start, "size": size, "full": full, "tiles": tiles, "paths": looking.paths(start, size, full=full),
        }  # fmt: skip
        yield vector(f"look-{name}-{start}", "look", OK, "from a tile on to the head", heads=heads, **whole)
        wrong = [(size - 2, heads[0][1]), (size, fixed("another root").hex())]
        yield vector(f"look-{name}-{start}-fork", "look", FALSE, "another root", heads=wrong, **whole)
        late = [(size + 1, heads[1][1])]
        yield vector(f"look-{name}-{start}-missing", "look", FALSE, "a leaf is missing", heads=late, **whole)


def erasures_vectors() -> Iterator[Vector]:
    """Notes of what was destroyed."""
    log = Signer(ORIGIN, LOG_SEED)
    good = Erasure(day=DAY, why="withdrawn", indexes=(3, 17, 4000))
    same: dict[str, Any] = {"policy": making.policy(), "day": DAY, "why": "withdrawn", "indexes": [3, 17, 4000]}
    note = good.sign(log)
    yield vector("erasure", "erasure", OK, "three reports were destroyed", note=note, **same)
    yield vector(
        "erasure-changed", "erasure", FALSE, "another index than was signed", note=note.replace("17", "18"), **same
    )
    for name, lines in (
        ("order", "17 3"), ("twice", "3 3"), ("zero", "03"), ("why", None),
    ):  # fmt: skip
        text = good.text().replace("3 17 4000", lines) if lines else good.text().replace("withdrawn", "forgotten")
        yield vector(
            f"erasure-{name}",
            "erasure",
            MALFORMED,
            "signed, and not in its form",
            note=f"{text}\n{log.sign(text)}",
            **same,
        )


FILES: Final[dict[str, tuple[str, Callable[[], Iterator[Vector]]]]] = {
    "answers": ("answers: keys, slots, grants (protocol 14.1, 15.1 to 15.5)", answers_vectors),
    "feed": ("the file of a day (protocol 15.6 to 15.8)", feed_vectors),
    "wishes": ("wishes: consent, withdrawal (protocol 16)", wishes_vectors),
    "in-force": ("what is in force of wishes, and retention (protocol 16.5, 17.1)", in_force_vectors),
    "looking": ("looking at the log without words (protocol 14.4, 14.5)", looking_vectors),
    "erasures": ("notes of what was destroyed (protocol 17.3)", erasures_vectors),
}
