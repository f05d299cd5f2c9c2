"""Coverage-guided fuzzing of every decoder: `python -m tests.hostile.fuzz --seconds N`.

All targets share one process: the first two bytes of an input choose the target, the rest is its input. The corpus is
made of the vectors: for each target those that it accepts, and a few that it refuses. Nothing but `crypto.errors` may
leave a target; what breaks that is printed, as the target's name and the bytes, to make a test of.
`--target NAME` runs one alone. `atheris` only runs on Python 3.11 here.
"""

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

VECTORS: Final = Path(__file__).parent.parent / "vectors"
LONGEST: Final = 8192  # bytes of one input
ACCEPTED, REFUSED = 6, 3  # seeds of each target
BROKEN: Final = "broken on purpose"
Target = Callable[[bytes], object]


def targets() -> dict[str, Target]:
    """Every decoder and verifier by name: those of crypto, and those of policies on top."""
    from crypto.relay import note_of  # noqa: PLC0415 - after atheris stands ready to instrument what is imported
    from policies import statements  # noqa: PLC0415
    from policies.bundle import Bundle, BundleBody  # noqa: PLC0415
    from policies.directory import Certificate, Directory, DirectoryBody  # noqa: PLC0415
    from policies.trust import Trust  # noqa: PLC0415
    from tests.crypto import test_decoders as decoders  # noqa: PLC0415

    trust = Trust(tuple(decoders.KEYS[:1]), 1, decoders.POLICY, "http://house.example")

    def text(call: Callable[[str], object]) -> Target:
        return lambda data: call(data.decode("utf-8", "surrogateescape"))

    def halves(call: Callable[[str, bytes], object]) -> Target:
        def split(data: bytes) -> object:
            note, _, body = data.partition(b"\0\0")
            return call(note.decode("utf-8", "surrogateescape"), body)

        return split

    return {
        **decoders.BINARY,
        **{name: text(call) for name, call in decoders.TEXT.items()},
        "policies.Announcement": text(lambda note: statements.Announcement.verify(note, trust)),
        "policies.Bundle": halves(lambda note, body: Bundle.verify_any(note, body, trust=trust)),
        "policies.BundleBody": decoders.decoder(BundleBody),
        "policies.Certificate": decoders.decoder(Certificate),
        "policies.Directory": halves(lambda note, body: Directory.verify_any(note, body, trust=trust)),
        "policies.DirectoryBody": decoders.decoder(DirectoryBody),
        "policies.Revocation": text(lambda note: statements.Revocation.verify(note, trust)),
        "policies.Trust": Trust.parse,
        "policies.statements.day_number": text(statements.day_number),
        "policies.statements.kind": text(statements.kind),
        "policies.statements.numbered": text(statements.numbered),
        "relay.note_of": note_of,
    }


def broken(data: bytes) -> object:
    """A decoder with a fault, so that a test can see faults found."""
    return data.index(b"\x94\x01")  # ValueError


def seeds() -> Iterator[bytes]:
    """Every value of the vectors that is bytes or text."""

    def values(value: Any) -> Iterator[bytes]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from values(one)
        elif isinstance(value, str):
            try:
                yield bytes.fromhex(value)
            except ValueError:
                yield value.encode()

    for path in sorted(VECTORS.glob("*.json")):
        yield from values(json.loads(path.read_text("utf-8")))


def accepts(call: Target, data: bytes) -> bool:
    """Whether the target takes it. What is not of `crypto.errors` passes through: that is the finding."""
    from crypto.errors import CryptoError  # noqa: PLC0415 - see targets

    try:
        call(data)
    except CryptoError:
        return False
    return True


def corpus(known: dict[str, Target], folder: Path) -> int:
    """Write the seeds of each target; return how many."""
    values = sorted({one for one in seeds() if len(one) <= LONGEST}, key=len)[::4]
    written = 0
    for number, call in enumerate(known.values()):
        left = {True: ACCEPTED, False: REFUSED}
        for data in values:
            taken = accepts(call, data)
            if left[taken]:
                left[taken] -= 1
                (folder / str(written)).write_bytes(number.to_bytes(2, "big") + data)
                written += 1
            if not any(left.values()):
                break
    return written


def main() -> int:
    """Fuzz until the time is over; a finding ends with another code than 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--target", help="one alone")
    options = parser.parse_args()
    atheris: Any = importlib.import_module("atheris")  # only where it is

    with atheris.instrument_imports(include=["crypto", "policies"]):
        known = targets()
    if options.target is not None:
        known = {options.target: broken if options.target == BROKEN else known[options.target]}
    names, calls = list(known), list(known.values())

    def one(data: bytes) -> None:
        number = int.from_bytes(data[:2], "big") % len(calls)
        try:
            accepts(calls[number], data[2:])
        except Exception:
            sys.stderr.write(f"FOUND {names[number]}: {data[2:].hex()}\n")
            raise

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        count = 0 if options.target == BROKEN else corpus(known, place)
        sys.stdout.write(f"{len(known)} targets, {count} seeds, {options.seconds} s\n")
        sys.stdout.flush()
        flags = [f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", f"-artifact_prefix={folder}/"]
        atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", folder], one)
        atheris.Fuzz()  # never returns
    return 0


if __name__ == "__main__":
    sys.exit(main())
