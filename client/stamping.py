"""Stamps: an authority's word (RFC 3161) that a checkpoint was there at a moment (protocol 19.12).

The authority learns one hash a day. Nobody has to believe it: a stamp says when, which log and witnesses do not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.x509 import Certificate, load_pem_x509_certificates

from client.errors import RefusedError, UnprovenError, UsageError
from client.evidence_folder import CHECKPOINT, TOKEN, stamp_names
from client.plain_files import write
from crypto.checkpoints import Checkpoint, LogPolicy
from crypto.errors import CryptoError

MEDIA: Final = "application/timestamp-query"
_LARGEST: Final = 1 << 16  # bytes of a token or a checkpoint
_DAY: Final = 24 * 3600

Ask = Callable[[bytes], bytes]
"""Hands a query to an authority and returns its answer."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checkpoint, and when an authority saw it."""

    checkpoint: str
    head: Checkpoint
    time: datetime


def roots_of(paths: Sequence[Path]) -> list[Certificate]:
    """Read authorities' certificates (PEM). Raise UsageError where there are none."""
    found: list[Certificate] = []
    for path in paths:
        try:
            found += load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            raise UsageError(f"{path} holds no certificates.", "Name a PEM file of an authority.") from None
    return found


def stamp(checkpoint: str, log: LogPolicy, roots: Sequence[Certificate], ask: Ask) -> tuple[Stamp, bytes]:
    """Ask an authority for a stamp of a checkpoint; return it, proven, and the token."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - commands start fast

    query = TimestampRequestBuilder().data(checkpoint.encode()).hash_algorithm(HashAlgorithm.SHA256)
    token = ask(query.cert_request(cert_request=True).build().as_bytes())
    return verify(checkpoint, token, log, roots), token


def verify(checkpoint: str, token: bytes, log: LogPolicy, roots: Sequence[Certificate]) -> Stamp:
    """Return a stamp. Raise UnprovenError unless log, witnesses and an authority of `roots` say so."""
    from rfc3161_client import VerifierBuilder, decode_timestamp_response  # noqa: PLC0415
    from rfc3161_client.errors import VerificationError  # noqa: PLC0415

    try:
        head = log.verify(checkpoint)
        answer = decode_timestamp_response(token)
        VerifierBuilder(roots=list(roots)).build().verify_message(answer, checkpoint.encode())
    except (CryptoError, VerificationError, ValueError):
        raise UnprovenError(
            "A stamp does not hold: it is not of this checkpoint, or by none of these authorities.", "Leave it out."
        ) from None
    return Stamp(checkpoint, head, answer.tst_info.gen_time)


def save(folder: Path, stamp: Stamp, token: bytes) -> None:
    """Keep a stamp: the checkpoint and the token beside it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(stamp.head.size)
    write(folder / (name + CHECKPOINT), stamp.checkpoint.encode())
    write(folder / (name + TOKEN), token)


def load(folder: Path, log: LogPolicy, roots: Sequence[Certificate]) -> list[Stamp]:
    """Return all stamps of a folder, the earliest first. Raise UnprovenError for one that does not hold."""
    found = []
    for name in stamp_names(folder):
        checkpoint, token = folder / (name + CHECKPOINT), folder / (name + TOKEN)
        if max(checkpoint.stat().st_size, token.stat().st_size) > _LARGEST:
            raise UnprovenError("A stamp is too large to be one.", "Leave it out.")
        found.append(verify(checkpoint.read_text("utf-8", "replace"), token.read_bytes(), log, roots))
    return sorted(found, key=lambda one: (one.head.size, one.time))


def check_pace(stamps: Sequence[Stamp], now: float) -> None:
    """Raise RefusedError where there is a stamp of the last day: an authority that is asked often learns a pace."""
    if stamps and now - stamps[-1].time.timestamp() < _DAY:
        when = stamps[-1].time.astimezone(UTC).strftime("%Y-%m-%d")
        raise RefusedError(f"There is a stamp of {when} already.", "One a day is enough; ask again tomorrow.")


def copy(source: Path, target: Path, stamp: Stamp) -> None:
    """Put one stamp of a folder into another."""
    for end in (CHECKPOINT, TOKEN):
        name = f"{stamp.head.size}{end}"
        write(target / name, (source / name).read_bytes())
