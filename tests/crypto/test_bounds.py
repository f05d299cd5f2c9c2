"""What an envelope, what is served of it, and a slip may hold, and not one byte more (protocol 4, 12)."""

from typing import Any

import msgspec
import pytest

from crypto.envelope import Slots
from crypto.errors import MalformedError
from crypto.limits import limit
from tests.crypto import sample

LIMIT = limit("envelope")
BAD_SIZES: dict[str, list[Any]] = {
    "header": [b"", sample.report().envelope.header[:-1], sample.report().envelope.header + b"\0"],
    "sections": [sample.report().envelope.sections[:4], [*sample.report().envelope.sections, b""],
                 [b"", *sample.report().envelope.sections[1:]],
                 [sample.report().envelope.sections[0] + b"\0", *sample.report().envelope.sections[1:]]],
    "gates": [[], [bytes(1904)] * 9, [bytes(1903)], [bytes(1904), bytes(1905)]],
    "people": [[bytes(1392)] * 121, [bytes(1391)], [bytes(1392), bytes(1393)]],
    "received": [b"", bytes(31), bytes(33)],
    "version": [0, 2],
}  # fmt: skip


@pytest.mark.parametrize(("field", "bad"), [(field, bad) for field, all_ in BAD_SIZES.items() for bad in all_])
def test_sizes_are_checked_before_anything_is_hashed(field: str, bad: Any) -> None:
    whole = sample.report().envelope
    for part in (whole, whole.content(), whole.slots()):
        if field in part.__struct_fields__:
            changed = msgspec.structs.replace(part, **{field: bad})
            with pytest.raises(MalformedError):
                type(part).decode(msgspec.msgpack.encode(changed), limit=LIMIT)


def test_what_is_in_bounds_travels() -> None:
    whole = sample.report().envelope
    for part in (whole, whole.content(), whole.slots()):
        assert type(part).decode(part.encode(), limit=LIMIT) == part
    for gates, people in ((1, 0), (limit("gates"), limit("people"))):
        slots = msgspec.structs.replace(whole.slots(), gates=[bytes(1904)] * gates, people=[bytes(1392)] * people)
        assert Slots.decode(slots.encode(), limit=LIMIT) == slots


def test_a_slip_s_lists_may_be_full() -> None:
    link, name = "ACT:ABCD@XS-ABCD-ABCD-AB", "n" * limit("name")
    assert len(link) == limit("link")
    sample.slip(exclude_links=[link], log_keys=[bytes(32)] * limit("gates"), thread=bytes(32)).check()
    sample.slip(exclude_people=[name] * limit("list"), log_keys=[bytes(32)]).check()
    wrong: list[dict[str, object]] = [
        {"exclude_links": [link + "H"]},
        {"exclude_links": ["AREA:XV"] * (limit("list") + 1)},
        {"exclude_people": ["n"] * (limit("list") + 1)},
        {"exclude_pools": [name + "n"]},
        {"log_keys": []},
        {"log_keys": [bytes(32)] * (limit("gates") + 1)},
        {"log_keys": [bytes(31)]},
        {"thread": bytes(31)},
        {"consent": bytes(14)},
        {"consent": bytes(14) + b"\4"},
        {"urgency": 4},
        {"urgency": -1},
        {"tier": 0},
        {"preference": 3},
        {"ring": 2},
        {"language": "E"},
    ]
    for changes in wrong:
        with pytest.raises(MalformedError):
            sample.slip(**({"log_keys": [bytes(32)]} | changes)).check()
