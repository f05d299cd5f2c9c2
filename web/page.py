"""Build the reporter's page: `python -m web.page`. Needs node and npm; what it writes into web/dist is committed."""

import argparse
import gzip
import sys
import tempfile
from pathlib import Path
from typing import Final

from web import translations
from web.build import CannotBuildError, build

DIST: Final = Path(__file__).parent / "dist"


def build_page(out: Path, *, pseudo: bool = False) -> None:
    """Write the page into `out`; with `pseudo`, English is bent to show what is not translated."""
    catalogs = translations.load()
    if pseudo:
        catalogs = [translations.pseudo(one) if one.header["Language"] == "en" else one for one in catalogs]
    with tempfile.TemporaryDirectory() as compiled:
        translations.compile_to(Path(compiled), catalogs)
        build("--page", str(out.resolve()), compiled)


def main(arguments: list[str]) -> int:
    """Build, and print what each part weighs on the line."""
    parser = argparse.ArgumentParser(prog="python -m web.page", description=__doc__)
    parser.add_argument("--out", type=Path, default=DIST)
    parser.add_argument("--pseudo", action="store_true")
    options = parser.parse_args(arguments)
    try:
        build_page(options.out, pseudo=options.pseudo)
    except CannotBuildError as error:
        sys.stderr.write(f"The page cannot be built here: {error}\n")
        return 1
    for path in sorted(options.out.iterdir()):
        data = path.read_bytes()
        sys.stdout.write(f"{path.name}: {len(data)} bytes, {len(gzip.compress(data, 9, mtime=0))} gzipped\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
