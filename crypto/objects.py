"""Evidence: one file as a sealed object of pieces that open each by itself (protocol 19). Bytes in, bytes out."""

from dataclasses import dataclass
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from crypto import merkle
from crypto.canonical import require
from crypto.errors import OpenError, ProofError
from crypto.hashing import derive, digest, mac
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE, OBJECT, TAG, Entry, Record, object_leaf, seal_wrapped
from crypto.limits import limit
from crypto.sections import sealed_size

PIECE: Final = 1 << 20  # bytes of a file in one piece; the last one may be shorter
NAME: Final = 32  # bytes of `object`
KEY: Final = 32
TRAILER: Final = 64  # bytes: arrival key and seal
_UNIT: Final = 16384  # bytes; every bucket is a multiple
_QUARTERS: Final = (4, 5, 6, 7)
SEALED: Final = sealed_size(PIECE)  # bytes of a whole piece, sealed


def _buckets() -> list[int]:
    most, found, step = limit("file"), [], _UNIT
    while 4 * step <= most:
        found += [quarter * step for quarter in _QUARTERS if quarter * step <= most]
        step *= 2
    return found


BUCKETS: Final = tuple(_buckets())


def bucket(size: int) -> int:
    """Return the smallest bucket for a file of so many bytes. Raise MalformedError outside of 1 byte to `file`."""
    require(1 <= size <= limit("file"), "size of a file")
    return next(one for one in BUCKETS if size <= one)


def object_size(filled: int) -> int:
    """Return the bytes of an object: all its pieces, sealed, and the trailer."""
    whole, rest = divmod(filled, PIECE)
    return whole * SEALED + (sealed_size(rest) if rest else 0) + TRAILER


SIZES: Final = {object_size(one): one for one in BUCKETS}
"""Bucket by the bytes of an object; an object of another size is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one piece lies: its number, its bytes among those of the (filled) file, and in the object."""

    number: int
    start: int
    size: int
    sealed_start: int
    sealed_size: int


def places(size: int, start: int = 0, stop: int | None = None) -> list[Place]:
    """Return the pieces of a file of `size` bytes that hold its bytes from `start` to before `stop`."""
    filled = bucket(size)
    first, last = start // PIECE, -(-min(filled, filled if stop is None else stop) // PIECE)
    return [
        Place(
            number=number,
            start=number * PIECE,
            size=min(PIECE, filled - number * PIECE),
            sealed_start=number * SEALED,
            sealed_size=sealed_size(min(PIECE, filled - number * PIECE)),
        )
        for number in range(first, last)
    ]


def pieces(size: int) -> int:
    """Number of pieces of a file of `size` bytes."""
    return -(-bucket(size) // PIECE)


def _context(name: bytes, number: int, count: int) -> bytes:
    require(len(name) == NAME and 0 <= number < count, "piece")
    return Label.OBJECT_PIECE.value + name + number.to_bytes(4, "big") + count.to_bytes(4, "big")


def seal_piece(key: bytes, name: bytes, number: int, count: int, plain: bytes) -> bytes:
    """Seal piece `number` of `count` (19.3), filled already. Cobblestone draws its own salt."""
    sealed = bytearray(sealed_size(len(plain)))
    seal_into(memoryview(sealed), key, name, number, count, plain)
    return bytes(sealed)


def seal_into(target: memoryview, key: bytes, name: bytes, number: int, count: int, plain: bytes) -> int:  # noqa: PLR0913, PLR0917 - the words of a piece
    """Seal a piece into memory that is used again for the next (new memory takes longer than sealing): `SEALED` bytes.

    Return how many of them it took.
    """
    encryptor = Cobblestone256Encryptor(key, context=_context(name, number, count))
    size = encryptor.update_into(plain, target)
    end = encryptor.finalize()
    target[size : size + len(end)] = end
    return size + len(end)


def open_piece(key: bytes, name: bytes, number: int, count: int, sealed: bytes) -> bytes:
    """Open one piece. Raise OpenError for any other piece, object, order, number of pieces, key, or changed bytes."""
    try:
        decryptor = Cobblestone256Decryptor(key, context=_context(name, number, count))
        return decryptor.update(sealed) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise OpenError from error


def unfill(plain: bytes, place: Place, size: int) -> bytes:
    """Return what of an opened piece is the file. Raise MalformedError for a wrong length or filling."""
    require(len(plain) == place.size, "piece")
    mine = max(0, min(place.size, size - place.start))
    require(not any(plain[mine:]), "filling")
    return plain[:mine]


class FileRoot:
    """The file root (19.4), piece by piece: `add` each whole piece of 1 MiB in order, the last as short as it is."""

    def __init__(self) -> None:
        self._hashes: list[bytes] = []
        self._ended = False
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece. Raise MalformedError after a short one, or for one too long or empty."""
        require(not self._ended and 1 <= len(piece) <= PIECE, "piece")
        self._ended = len(piece) < PIECE
        self._hashes.append(merkle.leaf_hash(piece))
        self.size += len(piece)

    @property
    def value(self) -> bytes:
        """Return the root over what was added."""
        return merkle.root(self._hashes)


def salt(key: bytes) -> bytes:
    """Salt of a file's seal; told to whoever must check it."""
    return derive(key, Label.FILE_SALT)


def arrival_key(key: bytes) -> bytes:
    """`A`: opens the leaf of an object."""
    return derive(key, Label.OBJECT_ARRIVAL_KEY)


def seal_of(salted: bytes, root: bytes, size: int) -> bytes:
    """Seal of a file: the commitment to its bytes (19.4)."""
    return digest(Label.FILE_COMMITMENT, salted, root, size.to_bytes(8, "big"))


def check_seal(seal: bytes, salted: bytes, root: bytes, size: int) -> None:
    """Raise ProofError unless a seal is the one of a file of this root and size."""
    if seal != seal_of(salted, root, size):
        raise ProofError("not the file that was sealed")


def trailer(key: bytes, seal: bytes) -> bytes:
    """Return the end of an object: arrival key and seal."""
    require(len(seal) == NAME, "seal")
    return arrival_key(key) + seal


def decoy(sealed: int, draw: Draw) -> bytes:
    """Return an object that is none (19.6): random bytes of the size of another. Raise MalformedError for no size."""
    require(sealed in SIZES, "size of an object")
    return draw(sealed)


def objects_count(real: int) -> int:
    """Return how many objects travel where `real` were made: none, or the next power of two (19.6)."""
    require(0 <= real <= limit("objects_report"), "objects")
    return 1 << (real - 1).bit_length() if real else 0


def ticket(received: bytes, name: bytes, length: int) -> bytes:
    """What lets her, and nobody else, add an object of this length to the report whose `R_n` this is (19.7)."""
    require(len(received) == len(name) == NAME, "ticket")
    return mac(received, Label.OBJECT_TICKET, name, length.to_bytes(8, "big"))


def object_entry(end: bytes, wrapped: bytes, draw: Draw) -> Entry:
    """Return the leaf of an object with its record, from the object's trailer (19.5); notice and memo are random."""
    require(len(end) == TRAILER, "trailer")
    arrival, seal = end[:KEY], end[KEY:]
    record = Record(kind=OBJECT, salt=arrival, body=seal)
    return Entry(
        leaf=object_leaf(arrival, seal), record=seal_wrapped(record, wrapped), notice=draw(NOTICE), memo=draw(MEMO)
    )


def check_arrived(leaf: bytes, arrival: bytes, seal: bytes) -> None:
    """Raise ProofError unless a leaf is the one of this object."""
    if len(leaf) <= TAG or leaf != object_leaf(arrival, seal):
        raise ProofError("not the leaf of this file")
