"""Delete a file, and write zeros over it before."""

import os
from pathlib import Path


def overwrite(path: Path) -> bool:
    """Return whether it is gone. A flash disk may keep a copy all the same; docs/operating.md says so."""
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError:
        return False
    return True
