"""Name the page's code: k officers sign the hash of the build's manifest, and the note becomes a public leaf.

So a house cannot serve one page today and another tomorrow in the officers' name: `client.page_log` reads the newest.
"""

from typing import Final

from client.ceremony_folder import CeremonyFolder, sign
from client.errors import UnprovenError
from client.keys import write_new
from crypto.errors import CryptoError
from policies.statements import PageCode

PAGE: Final = "page-"


def file_name(number: int) -> str:
    """Return the name of a version's note; sorted by name they are in order."""
    return f"{PAGE}{number:04d}"


def name_page(folder: CeremonyFolder, manifest: bytes) -> tuple[PageCode, str]:
    """Return what is named and the note, which k officers sign now unless the newest one names this page already."""
    trust = folder.trust()
    newest: PageCode | None = None
    note = ""
    try:
        for name, one in folder.statements():
            if name.startswith(PAGE):
                newest = PageCode.verify(one, trust, after=0 if newest is None else newest.number)
                note = one
    except CryptoError:
        raise UnprovenError(
            "What lies in the ceremony's folder is not what the officers signed.", "Restore it from a copy."
        ) from None
    if newest is not None and newest.manifest == manifest:
        return newest, note
    page = PageCode(1 if newest is None else newest.number + 1, manifest)
    note = sign(page.text(), folder.officers(trust.threshold))
    write_new(folder.statement(file_name(page.number)), note.encode())
    return page, note
