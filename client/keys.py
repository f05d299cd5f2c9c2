"""Key files on disk: written once, readable by their owner only, opened with a passphrase that is never an argument."""

import getpass
import os
import sys
from pathlib import Path
from typing import Final

from client.errors import RefusedError, UsageError
from crypto import keyfile
from crypto.errors import MalformedError, OpenError
from crypto.hybrid import Draw
from crypto.keyfile import Cost, KeyRing
from doors import environment

SHORTEST: Final = 12  # characters of a new passphrase


def write_key(path: Path, ring: KeyRing, passphrase: str, *, draw: Draw, cost: Cost = keyfile.STANDARD) -> None:
    """Write a new key file. It is on disk when this returns; a file that is there is never overwritten."""
    write_new(path, keyfile.lock(ring, passphrase, draw, cost))


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet, mode 0600, in a folder of mode 0700, down to the disk."""
    environment.closed_folder(path.parent)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise RefusedError(f"{path} is already there; it was not changed.", "Choose another folder.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_key(path: Path, passphrase: str) -> KeyRing:
    """Open a key file. Raise UsageError when it is not there, not a key file, or the passphrase is another."""
    try:
        data = path.read_bytes()
    except OSError:
        raise UsageError(f"There is no key file at {path}.", "Check the path.") from None
    try:
        return keyfile.unlock(data, passphrase)
    except MalformedError:
        raise UsageError(f"{path} is not a key file.", "Check the path.") from None
    except OpenError:
        raise UsageError(f"This passphrase does not open {path}.", "Try it again; there is no way around it.") from None


def open_key(path: Path) -> KeyRing:
    """Open a key file with the passphrase from AMANA_PASSPHRASE_FILE, or from a hidden prompt."""
    if not path.is_file():
        raise UsageError(f"There is no key file at {path}.", "Check the path.")
    return read_key(path, passphrase(f"Passphrase of {path.name}: "))


def passphrase(prompt: str = "Passphrase: ") -> str:
    """Return the first line of AMANA_PASSPHRASE_FILE, or what is typed at a terminal."""
    settings = environment.read()
    if "AMANA_PASSPHRASE_FILE" in settings or not sys.stdin.isatty():
        return environment.passphrase(settings)
    return getpass.getpass(prompt)


def new_passphrase() -> str:
    """Return a passphrase for new key files: from the file, or typed twice."""
    settings = environment.read()
    if "AMANA_PASSPHRASE_FILE" in settings or not sys.stdin.isatty():
        return environment.passphrase(settings)
    return typed_twice()


def typed_twice() -> str:
    """Return a new passphrase that was typed twice. Raise UsageError where there is no terminal to type at."""
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to type a passphrase at.", "Give --new-from FD.")
    first = long_enough(getpass.getpass("New passphrase: "))
    if getpass.getpass("The same again: ") != first:
        raise UsageError("The two were different.", "Start again.")
    return first


def long_enough(new: str) -> str:
    """Return it, or raise UsageError for one that is too short."""
    if len(new) < SHORTEST:
        raise UsageError(f"This passphrase is shorter than {SHORTEST} characters.", "Six words make a good one.")
    return new


def replace_key(path: Path, ring: KeyRing, passphrase: str, *, draw: Draw, cost: Cost = keyfile.STANDARD) -> None:
    """Lock a key file again under another passphrase. The old file is there until the new one is on disk."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    write_key(new, ring, passphrase, draw=draw, cost=cost)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
