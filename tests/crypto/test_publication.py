"""The note is read off the first bytes of a publication, before the megabytes behind it."""

import pytest

from crypto.errors import MalformedError
from crypto.limits import limit
from crypto.relay import PUBLICATION_LIMIT, Publication, note_of


@pytest.mark.parametrize("size", [0, 1, 31, 32, 255, 256, 65535, limit("note")])
def test_the_note_is_there_as_soon_as_its_last_byte_is(size: int) -> None:
    made = Publication(note="n" * size, body=b"body" * 10).encode()
    assert note_of(made) == "n" * size == Publication.decode(made, limit=PUBLICATION_LIMIT).note
    needed = next(end for end in range(len(made) + 1) if note_of(made[:end]) is not None)
    assert all(note_of(bytearray(made[:end])) is None for end in range(min(needed, 300)))
    assert needed <= size + 8


@pytest.mark.parametrize(
    "start",
    [
        b"\x93\x01\xa4note\0",  # three fields
        b"\x94\x02\xa4note\0",  # another version
        b"\x94\x01\xc4\4note",  # bytes for a text
        b"\x94\x01\x05note\0",  # a number for a text
        b"\x94\x01\xdb\xff\xff\xff\xff\0",  # longer than any note
        b"\x94\x01\xa4\xff\xfe\xff\xfe\0",  # no text
    ],
)
def test_what_begins_no_publication_is_refused_at_once(start: bytes) -> None:
    with pytest.raises(MalformedError):
        note_of(start)
    assert note_of(start[:7]) is None
