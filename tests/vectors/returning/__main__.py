"""Write the files again, or with `--check` compare them. All of it is deterministic: nothing here is frozen."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.vectors.generate import ABOUT
from tests.vectors.returning.files import FILES

HERE: Final = Path(__file__).parent


def written(file: str) -> str:
    """Return what the file must be."""
    title, make = FILES[file]
    vectors = list(make())
    names = [one["name"] for one in vectors]
    if len(set(names)) != len(names):
        raise ValueError(f"{file}: a name twice")
    whole: dict[str, Any] = {"description": f"Amana protocol 1, {title}. {ABOUT}", "vectors": vectors}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check. Return 1 where a file differs."""
    wrong = []
    for file in FILES:
        path, text = HERE / f"{file}.json", written(file)
        if arguments != ["--check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(f"{file}.json is not what tests.vectors.returning writes\n")
    sys.stderr.write("".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
