"""What one signed version changed against the one before: by name, and of rules line by line."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

from client.history import Placed
from client.questions.verdicts import Cell, Table, table
from client.reading import visible
from crypto.canonical import Message
from policies import narrowing
from policies.bundle import Bundle, BundleBody
from policies.directory import Directory

_TEXTS: Final = ("schema", "policies")  # shown line by line
_LISTS: Final = ("gates", "pools")  # told by name
_FIRST: Final = "first version"
V = TypeVar("V", Bundle, Directory)


def pairs(versions: Sequence[Placed[V]]) -> list[tuple[Placed[V], Placed[V] | None]]:
    """Return each version with the one before it."""
    before: list[Placed[V] | None] = [None]
    return list(zip(versions, before + list(versions), strict=False))


def narrows(old: Bundle | Directory, new: Bundle | Directory) -> bool:
    """Whether a version only takes away, and so binds at once (protocol 8.7)."""
    if isinstance(old, Bundle) and isinstance(new, Bundle):
        return narrowing.bundle_narrows(old, new)
    return isinstance(old, Directory) and isinstance(new, Directory) and narrowing.directory_narrows(old, new)


def of_bundle(one: Placed[Bundle], before: Placed[Bundle] | None) -> Iterator[str]:
    """Say in one phrase each what a bundle changed."""
    if before is None:
        yield _FIRST
        return
    old, new = before.value.body, one.value.body
    for name in BundleBody.__struct_fields__:
        was, now = getattr(old, name), getattr(new, name)
        if name == "number" or was == now:
            continue
        if name in _LISTS:
            yield from _by_name(name.removesuffix("s"), {x.name: x for x in was}, {x.name: x for x in now})
        elif name in _TEXTS:
            yield f"{name}: see the lines"
        elif isinstance(was, int):
            yield f"{name}: {was} to {now}"
        else:
            yield f"{name}: changed"


def of_directory(one: Placed[Directory], before: Placed[Directory] | None) -> Iterator[str]:
    """Say whom a directory added, removed or changed, and in what."""
    if before is None:
        yield _FIRST
        return
    old, new = ({person.name: person for person in each.value.body.people} for each in (before, one))
    yield from _by_name("person", old, new)


def _by_name(kind: str, old: Mapping[str, Message], new: Mapping[str, Message]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield f"{kind} {name}: added"
        elif name not in new:
            yield f"{kind} {name}: removed"
        elif old[name] != new[name]:
            yield f"{kind} {name}: {', '.join(different(old[name], new[name]))} changed"


def different(old: Message, new: Message) -> list[str]:
    """Return the fields in which two entries of one name differ: of a person, pools, keys, role, commitment."""
    return [name for name in old.__struct_fields__ if getattr(old, name) != getattr(new, name)]


def lines(bundles: Sequence[Placed[Bundle]]) -> Table:
    """Rules and schema line by line, as `diff -u` shows them."""
    rows: list[tuple[Cell, ...]] = []
    for one, before in pairs(bundles):
        if before is None:
            continue
        for part in _TEXTS:
            old, new = (getattr(each.value.body, part).splitlines() for each in (before, one))
            was, now = (f"{part} {each.value.number}" for each in (before, one))
            found = difflib.unified_diff(old, new, was, now, lineterm="")
            rows += [(one.index, one.value.number, part, visible(line)) for line in found]
    return table("diff", "leaf, version, part, line", rows)
