"""What a house destroyed and said so: an export keeps its own earlier copy apart (protocol 17.3).

So an auditor still can tell that a leaf was no arrival, and whether the house hands out what it says is gone.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from client.api import House
from client.folder import EARLIER, MEMOS, NOTICES, RECORDS, Folder
from client.plain_files import inside, write
from crypto import leaves
from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE
from policies.erasures import Erasure

_TILE: Final = 256  # leaves


def named(source: Folder, policy: LogPolicy, size: int) -> frozenset[int]:
    """Return the leaves that erasure notes of the log name, among the first `size`."""
    found: set[int] = set()
    for index, leaf in enumerate(source.leaves[:size]):
        data = source.record(index) if leaves.is_public(leaf) else None
        if data is None or not data.startswith(Label.NOTE_ERASURE.value):
            continue
        try:
            leaves.check_public(leaf, data)
            found.update(Erasure.verify(data.decode(), policy).indexes)
        except (CryptoError, UnicodeError):
            continue  # `verify` says what is wrong with it
    return frozenset(index for index in found if index < size)


def set_aside(house: House, folder: Path, erased: Iterable[int]) -> int:
    """Put apart what is not handed out any more; return how many records that were.

    What the house still hands out stays where it is, and is a finding.
    """
    source = Folder(folder)
    gone, changed = [], []
    for index in sorted(erased):
        record = source.served(index)
        if record is not None and house.record(index) is None:
            gone.append(index)
            _keep(source, index, record)
        if record is None and any(map(any, source.beside(index))):
            changed.append(index)  # notice and memo came before it was destroyed, the record did not
    wanted = sorted({*gone, *changed})
    _fetch_again(folder / NOTICES, NOTICE, house.notices, wanted)
    _fetch_again(folder / MEMOS, MEMO, house.memos, wanted)
    for index in gone:
        (folder / RECORDS / str(index)).unlink()  # last, so that an export that was broken off does this again
    return len(gone)


def _keep(source: Folder, index: int, record: bytes) -> None:
    """Write the earlier copy, unless one is there: what was seen first counts."""
    place = inside(source.path, EARLIER)
    notice, memo = source.beside(index)
    copy: Mapping[str, bytes] = {"notice": notice, "memo": memo, "record": record}
    for name, data in copy.items():
        if not (place / f"{index}.{name}").exists():
            write(place / f"{index}.{name}", data)


def _fetch_again(path: Path, size: int, fetch: Callable[[int], list[bytes]], indexes: Iterable[int]) -> None:
    """Take what the house now has beside these leaves, and of no other leaf."""
    pages: dict[int, list[bytes]] = {}
    with path.open("r+b") as file:
        for index in indexes:
            number, place = divmod(index, _TILE)
            if number not in pages:
                pages[number] = fetch(number)
            page = pages[number]
            file.seek(index * size, os.SEEK_SET)
            file.write(page[place] if place < len(page) else bytes(size))
