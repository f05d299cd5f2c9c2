"""An organisation as a page gets it from the network, and bent in every way that a server could try."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import msgpack

from crypto import notes
from crypto.errors import CryptoError
from crypto.labels import Label
from policies import versions
from policies.bundle import Bundle
from policies.directory import Directory
from policies.statements import Current
from policies.trust import Trust
from tests.harness import OFFICERS, Running

World = dict[str, Any]


def described(world: Running) -> World:
    """Return all that a page fetches, and the day."""
    house, organisation = world.house, world.organisation
    force = world.in_force
    bundle, bundle_body = house.bundle(force.bundle.number)
    directory, directory_body, _ = house.directory(force.directory.number)
    return {
        "trust": organisation.trust.to_json(),
        "current": house.current(),
        "bundle": bundle,
        "bundle_body": bundle_body.hex(),
        "directory": directory,
        "directory_body": directory_body.hex(),
        "today": world.clock.day,
    }


def verdict(bent: World) -> str | None:
    """Return the name of the error with which Python refuses this, or None."""
    try:
        trust = Trust.parse(bent["trust"])
        bundle = Bundle.verify_any(bent["bundle"], bytes.fromhex(bent["bundle_body"]), trust=trust)
        directory = Directory.verify_any(bent["directory"], bytes.fromhex(bent["directory_body"]), trust=trust)
        Current.verify(bent["current"], bundle, bent["today"]).check_directory(directory)
    except CryptoError as error:
        return type(error).__name__
    return None


def bent(world: Running, honest: World) -> Iterator[tuple[str, World]]:
    """Yield the honest organisation, then it with one thing changed, each with what was done."""
    yield "honest", honest
    for days in (-1, 1, 2, 400):
        yield f"the device's day moved by {days}", {**honest, "today": honest["today"] + days}
    for part in ("bundle_body", "directory_body"):
        data = bytes.fromhex(honest[part])
        for at in (0, 1, len(data) // 2, len(data) - 1):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            yield f"{part}: a bit at {at}", {**honest, part: changed.hex()}
        yield f"{part}: cut", {**honest, part: data[:-1].hex()}
    for part in ("current", "bundle", "directory"):
        yield from _bent_note(honest, part)
    yield "bundle for directory", {**honest, "bundle": honest["directory"], "bundle_body": honest["directory_body"]}
    yield from _bent_trust(honest)
    yield from _signed_nonsense(world, honest)
    yield from _not_in_force(world, honest)


def _bent_note(honest: World, part: str) -> Iterator[tuple[str, World]]:
    note: str = honest[part]
    text, _, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines(keepends=True)
    yield f"{part}: one signature", {**honest, part: f"{text}\n\n{lines[0]}"}
    yield f"{part}: one signature twice", {**honest, part: f"{text}\n\n{lines[0]}{lines[0]}"}
    yield f"{part}: no signature", {**honest, part: f"{text}\n"}
    yield f"{part}: a number changed", {**honest, part: note.replace(" 1", " 2", 1)}
    yield f"{part}: another kind", {**honest, part: note.replace("amana/1 note ", "amana/1 node ", 1)}
    yield f"{part}: no newline at its end", {**honest, part: note[:-1]}
    yield f"{part}: a control character", {**honest, part: note.replace("\n\n", "\r\n\n", 1)}
    at = note.rindex("=") - 6
    yield (
        f"{part}: a bit of a signature",
        {**honest, part: note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]},
    )


def _bent_trust(honest: World) -> Iterator[tuple[str, World]]:
    file: dict[str, Any] = json.loads(honest["trust"])
    changes: dict[str, dict[str, Any]] = {
        "threshold 0": {"threshold": 0},
        "threshold true": {"threshold": True},
        "threshold 4": {"threshold": 4},
        "threshold 3": {"threshold": 3},
        "one officer twice": {"officers": [file["officers"][0], *file["officers"]]},
        "other officers": {"officers": file["officers"][1:]},
        "an officer mistyped": {"officers": ["x" + file["officers"][0], *file["officers"][1:]]},
        "no log": {"log": "quorum none\n"},
        "a field more": {"more": 1},
        "url no text": {"url": 1},
    }
    for what, change in changes.items():
        yield f"trust.json: {what}", {**honest, "trust": json.dumps({**file, **change})}
    for what, text in {"no JSON": "{", "a list": "[]", "null": "null", "empty": ""}.items():
        yield f"trust.json: {what}", {**honest, "trust": text}


def _resigned(world: Running, label: Label, body: bytes) -> str:
    organisation = world.organisation
    return organisation.signed(versions.unsigned(label, 1, None, body), *OFFICERS[:2])


def _signed_nonsense(world: Running, honest: World) -> Iterator[tuple[str, World]]:
    """Bodies that enough officers signed and that are wrong all the same."""

    def changed(part: str, change: Callable[[list[Any]], Any]) -> bytes:
        fields: list[Any] = msgpack.decode(bytes.fromhex(honest[f"{part}_body"]))
        change(fields)
        return msgpack.encode(fields)

    bundles: dict[str, Callable[[list[Any]], Any]] = {
        "version 2": lambda f: f.__setitem__(0, 2),
        "number 2": lambda f: f.__setitem__(1, 2),
        "number as text": lambda f: f.__setitem__(1, "1"),
        "rehearsal 1": lambda f: f.__setitem__(2, 1),
        "no rehearsal and no wait": lambda f: f.__setitem__(2, False),  # noqa: FBT003 - the field
        "no gate": lambda f: f.__setitem__(5, []),
        "one gate twice": lambda f: f[5].append(f[5][0]),
        "a gate's name": lambda f: f[5][0].__setitem__(0, "Gate 1"),
        "a gate's key cut": lambda f: f[5][0].__setitem__(2, f[5][0][2][:-1]),
        "a gate's vkey of another": lambda f: f[5][0].__setitem__(1, f[5][1][1]),
        "a gate's url": lambda f: f[5][0].__setitem__(3, "\u200b"),
        "threshold 4": lambda f: f.__setitem__(6, 4),
        "origin": lambda f: f.__setitem__(7, "log.other.example"),
        "no log keys": lambda f: f.__setitem__(8, []),
        "witness policy": lambda f: f.__setitem__(9, "quorum none\n"),
        "tick": lambda f: f.__setitem__(10, 3601),
        "vocabulary": lambda f: f.__setitem__(11, bytes(31)),
        "a pool twice": lambda f: f[15].append(f[15][0]),
        "a pool's ring": lambda f: f[15][0].__setitem__(1, 2),
        "a pool's link": lambda f: f[15][0].__setitem__(2, ["AREA:xs"]),
        "words: one language twice": lambda f: f[16].append(f[16][0]),
        "words: no language": lambda f: f[16][0].__setitem__(0, "English"),
        "words: none": lambda f: f.__setitem__(16, []),
        "words: no hours": lambda f: f[16][0].__setitem__(1, ""),
        "words: hours of spaces": lambda f: f[16][0].__setitem__(1, "  "),
        "words: too long": lambda f: f[16][0].__setitem__(2, "\U00010330" * 601),
        "words: as long as they may be": lambda f: f[16][0].__setitem__(2, "\U00010330" * 600),
        "words: a line break": lambda f: f[16][0].__setitem__(2, "a\nb"),
        "words: a turn of direction": lambda f: f[16][0].__setitem__(2, "a\u202eb"),
        "words: an isolate": lambda f: f[16][0][3][0].__setitem__(1, "a\u2067b"),
        "words: a joiner": lambda f: f[16][0].__setitem__(2, "\u0645\u06cc\u200c\u062e"),
        "words: help without a name": lambda f: f[16][0][3][0].__setitem__(0, ""),
        "words: help without a way": lambda f: f[16][0][3][0].__setitem__(1, " "),
        "words: a day before days": lambda f: f[16][0][3][0].__setitem__(2, -1),
        "words: a day too far": lambda f: f[16][0][3][0].__setitem__(2, 65536),
        "words: too much help": lambda f: f[16][0].__setitem__(3, f[16][0][3] * 5),
        "words: too many languages": lambda f: f.__setitem__(16, [[f"x{chr(97 + i)}", "", "", []] for i in range(17)]),
        "a field more": lambda f: f.append(0),
        "a field less": lambda f: f.pop(),
    }
    people: dict[str, Callable[[list[Any]], Any]] = {
        "not sorted": lambda f: f[2].reverse(),
        "somebody twice": lambda f: f[2].insert(0, f[2][0]),
        "a key twice": lambda f: f[2][0].__setitem__(3, f[2][1][3]),
        "a role": lambda f: f[2][0].__setitem__(1, "chief"),
        "a pool twice": lambda f: f[2][0].__setitem__(4, ["a", "a"]),
        "a key cut": lambda f: f[2][0].__setitem__(3, f[2][0][3][1:]),
        "no auditor": lambda f: f.__setitem__(2, [one for one in f[2] if one[1] != "auditor"]),
        "nil": lambda f: f.__setitem__(2, None),
        "number 2": lambda f: f.__setitem__(1, 2),
    }
    for what, change in bundles.items():
        body = changed("bundle", change)
        note = _resigned(world, Label.NOTE_BUNDLE, body)
        yield f"signed bundle: {what}", {**honest, "bundle": note, "bundle_body": body.hex()}
    for what, change in people.items():
        body = changed("directory", change)
        note = _resigned(world, Label.NOTE_DIRECTORY, body)
        yield f"signed directory: {what}", {**honest, "directory": note, "directory_body": body.hex()}
    data = bytes.fromhex(honest["bundle_body"])
    for what, body in {
        "a long integer": data[:1] + data[1:].replace(b"\x01", b"\xcc\x01", 1),
        "bytes after it": data + b"\0",
        "a bomb": b"\xdd\xff\xff\xff\xff",
        "nothing": b"",
        "nested": b"\x91" * 5000 + b"\x01",
    }.items():
        note = _resigned(world, Label.NOTE_BUNDLE, body)
        yield f"signed bundle: {what}", {**honest, "bundle": note, "bundle_body": body.hex()}


def _not_in_force(world: Running, honest: World) -> Iterator[tuple[str, World]]:
    """Versions that officers signed and that no gate says are in force: old, or made for one person."""
    organisation = world.organisation
    kept = organisation.bundle, organisation.directory
    bundle, directory = organisation.next_bundle(), organisation.next_directory()
    organisation.bundle, organisation.directory = kept
    yield "a private bundle", {**honest, "bundle": bundle.note, "bundle_body": bundle.body.hex()}
    yield "a private directory", {**honest, "directory": directory.note, "directory_body": directory.body.hex()}
    text = notes.split(honest["current"])[0]
    yield "current by officers", {**honest, "current": organisation.signed(text, *OFFICERS)}
