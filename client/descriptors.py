"""Words come and go through file descriptors or a terminal: never in arguments, environment, files or logs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import click

from client.errors import UsageError

_LONGEST: Final = 64 * 1024  # characters


@contextmanager
def words_out(descriptor: int | None) -> Iterator[IO[str] | None]:
    """Give a stream for words: the descriptor, or the terminal (None). Raise UsageError when there is neither."""
    if descriptor is None:
        if not sys.stderr.isatty():
            raise UsageError(
                "There is no terminal to show the words on, and without them nobody can return to the report.",
                "Give --words-to FD, for example --words-to 3 3>words.",
            )
        yield None
        return
    with _opened(descriptor, "w") as stream:
        yield stream


def write_words(stream: IO[str] | None, name: str, said: str) -> None:
    """Write one line of words; `name` tells which report they belong to, where there are several."""
    if stream is not None:
        stream.write(f"{name}\t{said}\n" if name else f"{said}\n")
        stream.flush()
        return
    heading = f"Words for {name}:" if name else "These words are the only way back to your report:"
    click.echo(f"\n{heading}\n\n    {said}\n", err=True)
    click.echo("They are shown once. Keep them where nobody looks, or learn them by heart.\n", err=True)


def words_in(descriptor: int) -> list[str]:
    """Read words, a line for each report or one line for all."""
    with _opened(descriptor, "r") as stream:
        lines = [line.strip() for line in stream.read(_LONGEST).splitlines() if line.strip()]
    if not lines:
        raise UsageError("No words came.", "Write them as one line to the descriptor of --words-from.")
    return lines


def _opened(descriptor: int, mode: str) -> IO[str]:
    try:
        return os.fdopen(os.dup(descriptor), mode, encoding="utf-8")
    except (OSError, ValueError):
        raise UsageError("This file descriptor is not open.", "For example: --words-to 3 3>words.") from None
