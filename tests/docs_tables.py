"""Write what `docs/protocol.md` says from what it says it of: `python -m tests.docs_tables`."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crypto.labels import USES
from crypto.limits import LIMITS
from tests.vectors import replay
from tests.vectors.returning import making

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "protocol.md"


def table(head: str, rows: Iterable[Iterable[object]]) -> list[str]:
    """Return a table in Markdown."""
    columns = head.count("|") - 1
    return [head, "|" + "---|" * columns, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]


def labels() -> list[str]:
    """Return the table of labels; the newline that ends the first line of a note is shown escaped."""
    rows = ((f"`{label.value.decode()}`".replace("\n", r"\n"), use) for label, use in USES.items())
    return table("| label | used for |", rows)


def limits() -> list[str]:
    """Return the table of limits."""
    return table("| limit | value | unit | reason |", ((f"`{name}`", *one) for name, one in LIMITS.items()))


def vector(file: str, name: str) -> replay.Vector:
    """Return one vector."""
    return next(one for one in replay.load(file) if one["name"] == name)


def receipt() -> list[str]:
    """Return what a device gets back, from the vectors."""
    answer = {"id": vector("envelope", "report")["id"], "receipt": vector("notes", "receipt")["note"]}
    return ["```", json.dumps(answer, ensure_ascii=False, separators=(",", ":")), "```"]


def leaf() -> list[str]:
    """Return the leaf of that receipt."""
    made = vector("leaves", "received")["leaf"]
    return ["```", f"{made[:32]} {made[32:]}", "```"]


def feed() -> list[str]:
    """Return the note of a day's file of answers."""
    return ["```", *making.day_file().note.rstrip("\n").split("\n"), "```"]


BLOCKS: Final = {
    "labels": labels,
    "limits": limits,
    "example: receipt": receipt,
    "example: leaf": leaf,
    "example: feed": feed,
}


def rewritten(text: str) -> str:
    """Return the document with every block below its marker as it must be."""
    lines = iter(text.split("\n"))
    written: list[str] = []
    pending: str | None = None
    found = set()
    for line in lines:
        name = line.removeprefix("<!-- ").removesuffix(" -->")
        if line == f"<!-- {name} -->" and name in BLOCKS:
            found.add(name)
            written += [line, *BLOCKS[name]()]
            pending = next(lines)
            if pending == "```":
                while next(lines) != "```":
                    pass
                continue
            while pending.startswith("|"):
                pending = next(lines)
            written.append(pending)
            continue
        written.append(line)
    if found != set(BLOCKS):
        raise ValueError(f"markers missing: {set(BLOCKS) - found}")
    return "\n".join(written)


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text()))
