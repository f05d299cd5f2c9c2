"""Prove files of an evidence folder in a checkpoint that was stamped: the earliest that has them (protocol 19.12)."""

from collections.abc import Sequence
from pathlib import Path

from client import evidence_folder
from client.api import House
from client.evidence_folder import STAMPS, stamped_proof
from client.plain_files import inside, write
from client.stamping import Stamp, copy
from client.tiles import Tiles
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import CryptoError


def prove(folder: Path, stamps_folder: Path, stamps: Sequence[Stamp], house: House, log: LogPolicy) -> tuple[int, int]:
    """Put stamp and proof of each file into the folder. Return how many files are proven so, and of how many.

    `stamps` are those of `stamps_folder`, verified, the earliest first. Raise CryptoError where the house shows a log
    that is not the one that was stamped.
    """
    found = evidence_folder.read(folder)
    proven = 0
    for entry in found.files:
        index = _index(folder, entry.proof)
        stamp = None if index is None else next((one for one in stamps if one.head.size > index), None)
        if index is None or stamp is None:
            continue
        text = Tiles(house, stamp.head).proof(index, stamp.checkpoint)
        TlogProof.parse(text).verify(log, bytes.fromhex(entry.leaf))
        write(evidence_folder.place(folder, stamped_proof(index, stamp.head.size)), text.encode())
        copy(stamps_folder, inside(folder, STAMPS), stamp)
        proven += 1
    return proven, len(found.files)


def _index(folder: Path, name: str) -> int | None:
    try:
        return TlogProof.parse(evidence_folder.proof(folder, name)).index
    except (OSError, ValueError, CryptoError):
        return None  # `evidence verify` says what is wrong with it
