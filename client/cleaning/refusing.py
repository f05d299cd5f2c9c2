"""Why a file was not cleaned, and what she can do: nothing is ever copied as it is instead."""

from typing import Final

from client.errors import RefusedError

NOT_HERE: Final = "This kind of file cannot be cleaned on this device."
_OTHERWISE: Final = "It can be sent as an untouched original, to the smaller circle only."


def cannot(why: str, instead: str = "") -> RefusedError:
    """Return the error to raise: a sentence of ours, and a way on. Neither holds the file's name or anything in it."""
    return RefusedError(f"{why} No copy was made.", f"{instead} {_OTHERWISE}".lstrip())
