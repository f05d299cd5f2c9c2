"""Pages from templates. Whatever stands in one is escaped by itself, and a name that is not there is an error."""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import jinja2
from litestar import MediaType, Response

from client.console.lock import Lock
from client.console.marks import runs
from client.console.shelf import OPEN_FOR
from client.console.work import SOFT_LIMIT, Work

_GRACE: Final = 2  # seconds after which a page that rested is taken away


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("client.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["runs"] = runs
    return made


@dataclass(slots=True)
class Front:
    """What all pages stand on: the lock, the templates, and under which path they are."""

    lock: Lock
    base: str
    rehearsal: str
    key: str  # the name of her key file, for the passphrase page
    form: str  # the secret of the passphrase form, where nobody is at work yet
    environment: jinja2.Environment = field(default_factory=_environment)

    @property
    def stays(self) -> int:
        """Seconds after which a page is taken away: when she rests, and never later than what opened is closed."""
        return int(min(self.lock.rest, OPEN_FOR)) + _GRACE

    def page(self, name: str, work: Work | None, /, *, status: int = 200, **values: object) -> Response[str]:
        """Return one page. While somebody is at work it is taken away by itself when she rests."""
        shared: dict[str, object] = {"base": self.base, "form": self.form, "who": None, "rehearsal": "", "work": None}
        headers = {}
        if work is not None:
            shared |= {"form": work.form, "who": work.desk.ring.name, "role": work.role, "work": work}
            shared["rehearsal"] = self.rehearsal if work.desk.in_force.rehearsal else ""
            shared |= {"hard": work.shift.hard, "soft_limit": SOFT_LIMIT, "rest": max(1, round(self.lock.rest / 60))}
            headers["refresh"] = f"{self.stays}; url={self.base}/rest"
        text = self.environment.get_template(f"{name}.html").render(**shared, **values)
        return Response(text, media_type=MediaType.HTML, status_code=status, headers=headers)

    def to(self, path: str) -> Response[None]:
        """Send the browser to a page of ours, by GET."""
        return Response(None, status_code=303, headers={"location": self.base + path})


def asset(name: str) -> bytes:
    """Return a file that goes with the pages."""
    return files("client.console").joinpath("templates", name).read_bytes()
