"""The page's languages: PO files are the only source, read here without any package, compiled to JSON for the page."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "locales"
_FIELDS: Final = {
    "code": "Language",
    "name": "X-Name",
    "direction": "X-Direction",
    "word": "X-Word",
    "leave": "X-Leave",
    "stop": "X-Stop",
}
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\[\\"nt])*"\Z')
_HIDDEN: Final = re.compile(r"(\{\w+\})")


class PoError(Exception):
    """A PO file is not in the form that we read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One language."""

    header: dict[str, str]
    texts: dict[str, str]

    def described(self) -> dict[str, str]:
        """What the page knows of it before it is chosen."""
        return {name: self.header[field] for name, field in _FIELDS.items()}


def parse(text: str, name: str = "po") -> Catalog:
    """Read entries of one msgid and one msgstr, over several lines or not. Plurals and contexts are not used here."""
    found: dict[str, str] = {}
    entry: dict[str, str] = {}
    part = ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        keyword, _, quoted = line.partition(" ") if line.startswith("msg") else ("", "", line)
        if keyword == "msgid" or not line:
            _keep(found, entry, f"{name}:{number}")
        if keyword:
            part = keyword
        if line.startswith("#") or not line:
            continue
        if part not in {"msgid", "msgstr"} or not _QUOTED.match(quoted):
            raise PoError(f"{name}:{number} is not understood")
        entry[part] = entry.get(part, "") + ast.literal_eval(quoted)
    header = dict(line.split(": ", 1) for line in found.pop("", "").splitlines())
    return Catalog(header, found)


def _keep(found: dict[str, str], entry: dict[str, str], where: str) -> None:
    if not entry:
        return
    if set(entry) != {"msgid", "msgstr"} or entry["msgid"] in found:
        raise PoError(f"{where}: an entry is not whole, or there twice")
    found[entry["msgid"]] = entry["msgstr"]
    entry.clear()


def load(folder: Path = FOLDER) -> list[Catalog]:
    """Read all languages, in the order that their headers give."""
    catalogs = [parse(path.read_text(encoding="utf-8"), path.name) for path in sorted(folder.glob("*.po"))]
    return sorted(catalogs, key=lambda one: int(one.header["X-Order"]))


_LETTERS: Final = str.maketrans("aceinorsuyzACEINORSUYZ", "åçéîñöřšûýžÅÇÉÎÑÖŘŠÛÝŽ")


def pseudo(catalog: Catalog) -> Catalog:
    """Return English as no language has it: accents and a third more letters, to see what is not translated or cut."""

    def bent(text: str) -> str:
        parts = [part if _HIDDEN.fullmatch(part) else part.translate(_LETTERS) for part in _HIDDEN.split(text)]
        return f"[{''.join(parts)}{'~' * (len(text) // 3)}]"

    return Catalog(catalog.header, {key: bent(text) for key, text in catalog.texts.items()})


def compile_to(folder: Path, catalogs: list[Catalog]) -> None:
    """Write `<code>.json` of every language, and `locales.json` with what describes them."""
    for one in catalogs:
        (folder / f"{one.header['Language']}.json").write_text(_json(one.texts), encoding="utf-8")
    (folder / "locales.json").write_text(_json([one.described() for one in catalogs]), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=isinstance(value, dict))
