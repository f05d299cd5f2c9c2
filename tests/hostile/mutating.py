"""Bytes and text that are nearly right: real ones with a few small hurts, which is where decoders and checks fail."""

import struct
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

_HURTS: Final = ("flip", "cut", "insert", "double", "end", "extreme")
_EXTREMES: Final = (b"\xff" * 9, b"\x00" * 9, b"\xcf" + b"\xff" * 8, b"\xdb\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff")
ODD: Final[dict[str, bytes]] = {
    "nothing": b"",
    "nil": b"\xc0",
    "an array in an array, 100,000 times": b"\x91" * 100_000,
    "a map in a map": b"\x81\xa1a" * 50_000,
    "an array of 4 billion": b"\xdd\xff\xff\xff\xff",
    "a map of 4 billion": b"\xdf\xff\xff\xff\xff",
    "a string of 4 GB": b"\x94\x01\xdb\xff\xff\xff\xff",
    "bytes of 4 GB": b"\x94\x01\xc6\xff\xff\xff\xff",
    "a map with one key twice": b"\x82\xa1a\x01\xa1a\x02",
    "a version beyond 64 bits": b"\x94\xcf" + b"\xff" * 8,
    "a negative version": b"\x94\xd3" + struct.pack(">q", -(2**63)),
    "a version that is a fraction": b"\x94\xcb" + struct.pack(">d", float("nan")),
    "a lone surrogate": b"\x94\x01\xa3\xed\xa0\x80\xc4\x00\xc4\x00",
    "half a character": b"\x94\x01\xa1\xe2\xc4\x00\xc4\x00",
    "an extension": b"\xd4\x01\x00",
    "a time": b"\xd6\xff" + bytes(4),
    "the version, written longer": b"\x94\xcc\x01\xa0\xc4\x00\xc4\x00",
    "JSON": b'{"version": 1, "version": 2}',
    "JSON, deep": b'{"a":' * 20_000,
    "JSON, a lone surrogate": b'"\\ud800"',
    "a number without end": b"1" * 50_000,
    "zeros": bytes(60_000),
}
"""Name to bytes; each is refused everywhere."""


@st.composite
def hurt(draw: DrawFn, data: bytes) -> bytes:
    """`data` with one to three small hurts; never as it was."""
    changed = data
    for kind in draw(st.lists(st.sampled_from(_HURTS), min_size=1, max_size=3)):
        place = draw(st.integers(0, max(len(changed) - 1, 0)))
        length = draw(st.integers(1, 40))
        rest = changed[place + length :]
        match kind:
            case "flip" if changed:
                flipped = changed[place] ^ draw(st.integers(1, 255))
                changed = changed[:place] + bytes([flipped]) + changed[place + 1 :]
            case "cut":
                changed = changed[:place] + rest
            case "insert":
                changed = changed[:place] + draw(st.binary(min_size=1, max_size=40)) + changed[place:]
            case "double":
                changed = changed[: place + length] + changed[place:]
            case "end":
                changed = changed[:place]
            case _:
                extreme = draw(st.sampled_from(_EXTREMES))
                changed = changed[:place] + extreme + changed[place + len(extreme) :]
    return changed if changed != data else data + b"\0"


def hurt_text(text: str) -> st.SearchStrategy[str]:
    """Text with small hurts, still text."""
    return hurt(text.encode()).map(lambda data: data.decode("utf-8", "replace"))
