"""A reporter's device: seal a report to the people and gates in force, and check what came back for it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from client import contents
from client.contents import Report
from client.errors import AmanaError, RefusedError, UnprovenError, UsageError
from client.trusting import InForce
from crypto import envelope, notes, words
from crypto.checkpoints import LogPolicy
from crypto.envelope import Envelope, Recipients
from crypto.errors import CryptoError, MalformedError
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.limits import limit
from crypto.notes import Kind
from crypto.sections import Section
from crypto.slip import Slip
from crypto.words import Keys
from policies import statements, vocabulary
from policies.errors import DESK, TooFewError
from policies.plan import plan
from policies.slips import slip_of

DIGITS: Final = "digits"
"""The language of words that are forty digits, for every script."""

_LARGEST: Final = 16 * 1024 * 1024  # bytes of a file with reports; one hundred of the longest


def load_reports(path: Path) -> list[Report]:
    """Read one report, or a file of many under `reports`. Raise UsageError for anything else."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is too large.", "Seal fewer reports at a time.")
        found: Any = json.loads(path.read_bytes())
    except OSError:
        raise UsageError(f"{path} cannot be read.", "Check the path.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not a report in JSON.", "See data/sample_reports.json for the form.") from None
    reports = found.get("reports", [found]) if isinstance(found, dict) else None
    if not isinstance(reports, list) or not reports or not all(isinstance(one, dict) for one in reports):
        raise UsageError(f"{path} is not a report in JSON.", "See data/sample_reports.json for the form.")
    return reports


def compose(
    sample: Report, reply_key: bytes, files: contents.Files = contents.NO_FILES
) -> tuple[Slip, dict[Section, bytes]]:
    """Return slip and contents of all sections. Raise MalformedError that names fields, never what is in them."""
    vocabulary.check_report(sample)
    slip = slip_of(sample)
    written = contents.write(sample, urgency=slip.urgency, consent=slip.consent, reply_key=reply_key, files=files)
    return slip, written


def new_words(language: str, draw: Draw) -> str:
    """Return new words in a language that has a list, or forty digits for `digits` and every other language."""
    return words.new(draw, language) if language in words.LANGUAGES else words.new_digits(draw)


def keys_of(said: str, number: int) -> Keys:
    """Return the keys of the words for their envelope `number`. Raise UsageError for a typo."""
    try:
        return words.keys(said, number)
    except MalformedError:
        raise UsageError("These are not the words: one of them may be mistyped.", "Say them again, slowly.") from None


def seal(  # noqa: PLR0913 - each is a different thing, most by name
    sample: Report,
    in_force: InForce,
    said: str,
    *,
    number: int = 0,
    thread: bytes = b"",
    retention: int = 12,
    files: contents.Files = contents.NO_FILES,
    draw: Draw,
) -> Envelope:
    """Seal a report under these words. `thread` is the id of an earlier one of the same words that it follows.

    Raise UsageError where the report cannot be read, RefusedError where too few people could open it.
    """
    keys = keys_of(said, number)
    bundle, directory = in_force.bundle, in_force.directory
    try:
        slip, written = compose(sample, keys.reply, files)
        slip = structs.replace(slip, thread=thread)
        slip.check()
        return envelope.seal(
            contents=written,
            slip_facts=slip,
            plan=plan(slip, bundle, directory),
            to=Recipients(
                gates={gate.name: gate.encryption for gate in bundle.body.gates},
                people=directory.recipients(),
                bundle=bundle.digest,
                directory=directory.digest,
            ),
            keys=keys,
            retention=retention,
            draw=draw,
        )
    except MalformedError as error:
        raise UsageError(
            f"This report cannot be sealed as it is: {error}.",
            "Change that part, or leave it out: most can be skipped.",
        ) from None
    except TooFewError as error:
        raise _too_few(error) from None


def _too_few(error: TooFewError) -> AmanaError:
    who = "people who may read it" if error.kind == DESK else "people who guard names"
    return RefusedError(
        f"With these wishes there are too few {who}. Nothing was sealed or sent.",
        "You can leave out fewer people or pools, or ask an officer for a sister organisation.",
    )


def check_receipt(receipt: str, envelope_id: bytes, log: LogPolicy) -> int:
    """Return the index of the report's leaf. Raise UnprovenError unless the log signed it for exactly this report."""
    keys: Sequence[notes.Vkey] = [key for key in log.log if key.kind is Kind.ED25519]
    try:
        found = statements.fields(notes.need(receipt, keys, 1), Label.NOTE_RECEIPT, ("id", "index"))
        index = notes.decimal(found["index"])
    except CryptoError:
        found, index = {}, -1
    if found.get("id") != envelope_id.hex():
        raise UnprovenError(
            "The receipt does not hold: the log did not sign it for this report.",
            "Keep the sealed file and send it again later; tell an officer.",
        )
    return index


def load_envelope(path: Path) -> tuple[bytes, bytes]:
    """Return a sealed file's bytes and id. Raise RefusedError for a damaged one, UsageError for none."""
    try:
        if path.stat().st_size > limit("envelope"):
            raise _damaged(path)
        data = path.read_bytes()
    except OSError:
        raise UsageError(f"{path} cannot be read.", "Check the path.") from None
    try:
        sealed = Envelope.decode(data, limit=limit("envelope"))
        sealed.opened_header()
    except CryptoError:
        raise _damaged(path) from None
    return data, sealed.id


def _damaged(path: Path) -> RefusedError:
    return RefusedError(
        f"{path.name} did not go through: it is damaged, or no sealed report. Nothing was saved there.",
        "Copy it again from where it was sealed.",
    )
