"""The reporter's page: fixed bytes, compressed once, with headers that let it do nothing but seal and send here.

Every answer is gzip: every browser reads it, and so nothing of a request has to be looked at.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from doors.problem import NotFound
from policies.trust import Trust
from web.assets import DIST, HEADERS, assets

_LEAVE: Final = "/leave"
_CLEAR: Final = '"cache", "cookies", "storage"'


@dataclass(frozen=True, slots=True)
class Page:
    """All answers, ready."""

    answers: dict[str, tuple[bytes, str]]

    @classmethod
    def of(cls, trust: Trust, folder: Path = DIST) -> "Page":
        """Compress what is served for these officers' keys."""
        found = assets(trust.to_json(), folder)
        return cls({path: (gzip.compress(one.body, 9, mtime=0), one.media) for path, one in found.items()})

    def answer(self, path: str) -> Response[bytes]:
        """Return one, or raise NotFound."""
        found = self.answers.get(path)
        if found is None:
            raise NotFound
        body, media = found
        headers = HEADERS | {"Content-Encoding": "gzip"} | ({"Clear-Site-Data": _CLEAR} if path == _LEAVE else {})
        return Response(body, media_type=media.partition(";")[0], headers=headers)


@get("/", include_in_schema=False, sync_to_thread=False)
def document(page: NamedDependency[Page]) -> Response[bytes]:
    """The document, which pins all other parts."""
    return page.answer("/")


@get(_LEAVE, include_in_schema=False, sync_to_thread=False)
def leave(page: NamedDependency[Page]) -> Response[bytes]:
    """Where quick exit leads: a page about something else, and the order to forget this address."""
    return page.answer(_LEAVE)


@get("/page/{file:str}", include_in_schema=False, sync_to_thread=False)
def part(file: FromPath[str], page: NamedDependency[Page]) -> Response[bytes]:
    """A script, the sheet, a language, a list of words, the officers' keys, or the manifest."""
    return page.answer(f"/page/{file}")


routes = Router(path="/", route_handlers=[document, leave, part])
