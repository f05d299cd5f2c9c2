"""Write the tables that the page shares with `crypto` and `data`: `python -m web.generate`, or `--check` them."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from crypto.labels import Label
from crypto.limits import LIMITS
from policies import vocabulary

HERE: Final = Path(__file__).parent / "protocol"
_ABOUT: Final = "// Written by `python -m web.generate`; a test compares. Do not edit.\n"
_SINGLE: Final = (  # lists of the vocabulary that a reporter's words are checked against
    "actors", "context_flags", "count_band", "harm_dimension", "harm_effect", "harm_level", "identification_basis",
    "involvement", "location_precision", "place_type", "reviewer_preference", "source_link", "tiles", "time_precision",
    "urgency", "who_affected",
)  # fmt: skip


def labels() -> str:
    """Return labels.ts."""
    lines = "".join(f"  {label.name}: {json.dumps(label.value.decode())},\n" for label in Label)
    return (
        f"{_ABOUT}// The one table of labels (protocol 11).\nexport const Label = {{\n{lines}}} as const;\n"
        "export type Label = (typeof Label)[keyof typeof Label];\n"
    )


def limits() -> str:
    """Return limits.ts."""
    lines = "".join(f"  {name}: {one.value}, // {one.unit}: {one.reason}\n" for name, one in LIMITS.items())
    return f"{_ABOUT}// Every size and limit (protocol 12).\nexport const LIMIT = {{\n{lines}}} as const;\n"


def codes() -> str:
    """Return codes.ts: codes alone, in the vocabulary's order; what people read is translated elsewhere."""
    words: dict[str, Any] = json.loads(vocabulary._DATA)  # noqa: SLF001 - the very bytes that the digest is of
    listed = {part: [one if isinstance(one, str) else str(one["code"]) for one in words[part]] for part in _SINGLE}
    defaults = {one["code"]: one["default"] for one in words["consent_purposes"]}
    lines = "".join(f"  {part}: {json.dumps(found)},\n" for part, found in listed.items())
    return (
        f"{_ABOUT}// The codes of data/vocabulary.json that a report may use.\n"
        f"export const CODES = {{\n{lines}}} as const;\n"
        f"// Purposes of consent in the order of the wire, each with what counts when she does not answer.\n"
        f"export const PURPOSES = {json.dumps(list(defaults))} as const;\n"
        f"export const CONSENT_DEFAULTS = {json.dumps(list(defaults.values()))} as const;\n"
        f"export const CONSENT_VALUES = {json.dumps(list(vocabulary.VALUES))} as const;\n"
        f"// SHA-256 of the whole file, as the signed bundle names it.\n"
        f'export const VOCABULARY_DIGEST = "{vocabulary.digest().hex()}";\n'
    )


FILES: Final = {"labels.ts": labels, "limits.ts": limits, "codes.ts": codes}


def main(arguments: list[str]) -> int:
    """Write or check. Return 1 where a file differs."""
    wrong = []
    for name, made in FILES.items():
        path = HERE / name
        if arguments != ["--check"]:
            path.write_text(made(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made():
            wrong.append(name)
    sys.stderr.write("".join(f"{name} is not what web.generate writes\n" for name in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
