"""What a form of these pages sends back. The secret that each of them carries is compared before anything is done."""

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler

from client.console.pages import Front
from client.errors import UsageError

SECRET: Final = "form"  # noqa: S105 - the name of the field
UNLOCK: Final = "/unlock"


class ForeignError(Exception):
    """A POST without the secret of these pages."""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by name: each once, as text; a chosen file as bytes."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field; the empty string where it was not sent. Lines end as in the rest of the world."""
        return self.texts.get(name, "").replace("\r\n", "\n")

    def file(self, name: str) -> bytes:
        """Return a chosen file. Raise UsageError where none was chosen."""
        found = self.files.get(name, b"")
        if not found:
            raise UsageError("No file was chosen.", "Choose the file that your colleague sent you.")
        return found


async def _read(request: Request[Any, Any, Any]) -> Form:
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            texts[name] = str(value)
    return Form(texts, files)


async def from_these_pages(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raise ForeignError for a POST that no form of these pages made (a guard, so that no handler can forget it)."""
    if connection.scope.get("method") != "POST":
        return
    front: Front = connection.app.state.front
    expected = front.form if connection.scope["path"] == UNLOCK else front.lock.work().form
    form = await _read(Request(connection.scope, connection.receive))
    if not compare_digest(form.text(SECRET).encode(), expected.encode()):
        raise ForeignError
    connection.state.form = form


def provide_form(request: Request[Any, Any, Any]) -> Form:
    """Return what the guard read."""
    found = request.state.form
    return found if isinstance(found, Form) else Form()
