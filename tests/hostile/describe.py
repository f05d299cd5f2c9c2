"""`python -m tests.hostile.describe` writes `docs/openapi.json` again: what the house says of itself."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.harness import running

WHERE: Final = Path(__file__).parent.parent.parent / "docs" / "openapi.json"


def description(server: Any) -> str:
    """What a running house answers at /openapi.json, in lines."""
    return json.dumps(server.get("/openapi.json").json(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Ask a house that is made for it."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), publish=False) as world:
        WHERE.write_text(description(world.server), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
