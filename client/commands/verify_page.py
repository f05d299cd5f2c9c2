"""`amana verify-page`: is the page that a house serves the one that we have?"""

from pathlib import Path

import click

from client.commands.options import fail, json_option, say, trust_of, trust_option
from client.errors import UnprovenError

_EXAMPLES = """\b
Examples:
  amana verify-page https://house.example --trust trust.json
  amana verify-page http://….onion --json
"""


@click.command("verify-page", epilog=_EXAMPLES)
@click.argument("url")
@trust_option
@click.option("--proxy", metavar="URL", help="SOCKS or HTTP proxy; .onion addresses use Tor on this device by default.")
@json_option
def verify_page(*, url: str, trust_path: Path | None, proxy: str | None, as_json: bool) -> None:
    """Fetch every part of the page at URL and compare it with this package and with your trust.json.

    Exit code 0: the same in every byte. 3: not the same; nobody should write there.
    """
    from client.line import Line  # noqa: PLC0415 - commands start fast
    from client.page import differences  # noqa: PLC0415
    from web.assets import assets, manifest_digest  # noqa: PLC0415

    expected = assets(trust_of(trust_path).to_json())
    line = Line(url, proxy=proxy)
    try:
        found = differences(line, expected)
    finally:
        line.close()
    if found:
        faults = [{"index": place, "path": one.path, "fault": one.fault} for place, one in enumerate(found)]
        if not as_json:
            for one in found:
                click.echo(f"{one.path}: {one.fault}", err=True)
        fail(
            as_json,
            UnprovenError(
                f"{len(found)} of what this house serves is not what this package has. Nobody should write there.",
                "Ask the operator which version runs there and take the same; check trust.json; then tell an officer.",
            ),
            faults=faults,
        )
    digest = manifest_digest()
    sentence = f"All {len(expected)} parts of the page are the ones of this package. Manifest {digest}."
    say(as_json, "same", sentence, parts=len(expected), manifest=digest)
