"""What the rules say no with, beside the three errors of `crypto`."""

from typing import Final

DESK: Final = "desk"
CUSTODIANS: Final = "custodians"


class TooFewError(Exception):
    """Too few people could open this report, so it is not sealed; the reporter is told (protocol 5.5).

    `kind` is `desk` or `custodians`: what there is too little of. Nothing about the report is in it.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"too few {kind}")
        self.kind = kind
