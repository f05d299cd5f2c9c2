"""The world of these vectors: words, keys, three gates, an answer, a day's file, a log to look at."""

from functools import cache
from typing import Final

from crypto import answers, feed, merkle, signing, wishes, words
from crypto.answers import Answer
from crypto.feed import FeedFile
from crypto.hashing import sha256
from crypto.hours import ANY, NEVER, hours_of
from crypto.notes import Kind, Signer, Vkey
from crypto.wishes import Wish, Wishes
from policies.feeds import FeedNote
from tests.vectors.generate import DAY, GATES, LOG_SEED, ORIGIN, at, fixed, report_words, vector
from tests.vectors.stream import Stream

__all__ = ["at", "fixed", "vector"]

ID: Final = sha256(b"the report of these vectors")
AUTHOR: Final = "desk-1"
TEXTS: Final = {
    "short": "We read what you sent. We can be reached as you asked.",
    "arabic": "قرأنا ما أرسلتِ. لا تذهبي إلى هناك وحدكِ.",
    "long": "Line of a long answer.\n" * 150,
}
HOURS: Final = {"short": hours_of("20:00-21:30"), "arabic": ANY, "long": NEVER}
LEAF: Final = 40  # leaves before the day's file
SIZES: Final = {"short": 256 * 3 + 5, "long": 256 * 259 + 7}  # of logs to look at


def keys() -> words.Keys:
    """Return the keys of the first envelope."""
    return words.keys(report_words())


def request(name: str) -> bytes:
    """Return the digest of a request; here any 32 bytes will do."""
    return fixed(f"answer request {name}")


def parts(name: str, gates: tuple[str, ...] = GATES[:2]) -> dict[str, bytes]:
    """Return the parts of some gates for a request."""
    return {gate: answers.part(keys().gate(gate).answer_key, request(name)) for gate in gates}


def answer(name: str) -> Answer:
    """Return an answer."""
    return Answer(id=ID, request=request(name), author=AUTHOR, day=DAY, text=TEXTS[name], hours=HOURS[name])


def author_seed() -> bytes:
    """Return the author's identity seed."""
    return fixed("identity desk-1")


@cache
def sealed(name: str, gates: tuple[str, ...] = GATES[:2]) -> list[bytes]:
    """Return the slots of an answer."""
    written = answer(name)
    return answers.seal_answer(written, written.sign(author_seed()), reply=keys().reply, parts=parts(name, gates))


def noise(count: int) -> list[bytes]:
    """Return slots that are nobody's."""
    return [fixed(f"noise slot {number}", answers.SLOT) for number in range(count)]


@cache
def day_file() -> FeedFile:
    """Return a file with the long answer (four slots), the short one, and noise; 8 slots, and no `current`."""
    slots, _ = feed.compose([sealed("long"), sealed("short")], 8, Stream(b"amana vectors: feed"))
    each = [slots[start : start + answers.SLOT] for start in range(0, len(slots), answers.SLOT)]
    note = FeedNote.of(each, "", day=DAY, log=LEAF).sign(Signer(ORIGIN, LOG_SEED))
    return FeedFile(note=note, current="", slots=slots)


def policy() -> str:
    """Return the log's policy."""
    return f"log {signing_vkey()}\nquorum none\n"


def signing_vkey() -> str:
    """Return the log's key as a verifier key."""
    return str(Vkey(ORIGIN, Kind.ED25519, signing.public_key(LOG_SEED)))


def wish(closed: int = wishes.OPEN) -> Wish:
    """Return a wish: fewer purposes than before."""
    return Wish(made=DAY, consent=bytes([2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), closed=closed)


def body(step: wishes.Step, name: str, place: int | None = 1) -> Wishes:
    """Return what she sends."""
    return wishes.body(
        step,
        keys=keys(),
        gates=GATES,
        place=place,
        made=DAY,
        consent=wish().consent,
        draw=Stream(b"wish " + name.encode()),
    )


@cache
def entries(size: int) -> list[bytes]:
    """Return leaves of a log, as `play` makes them too."""
    return [sha256(index.to_bytes(4, "big"))[:16] + sha256(index.to_bytes(8, "big")) for index in range(size)]


@cache
def hashes(size: int) -> list[bytes]:
    """Return their leaf hashes."""
    return [merkle.leaf_hash(entry) for entry in entries(size)]


def root(size: int, of: int) -> bytes:
    """Return the root of the first `size` leaves of a log of `of`."""
    return merkle.root(hashes(of)[:size])


def hash_tile(level: int, number: int, width: int, size: int) -> bytes:
    """Return the bytes of a hash tile of a log of `size` leaves."""
    each = 256**level
    start = number * 256 * each
    found = [hashes(size)[start + i * each : start + (i + 1) * each] for i in range(width)]
    return b"".join(merkle.fold(one) for one in found)
