"""Put the witness together: one door to ask at, one to look at."""

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, RawBody

from crypto import witnessing
from crypto.witnessing import AddCheckpoint
from doors import clock
from doors.bodies import BoundBodies
from doors.clock import Clock
from doors.database import OneProcess
from doors.privacy import ForgetCaller, protect
from doors.problem import HANDLERS, NotFound
from witness.cosign import Behind, Witness
from witness.settings import Settings
from witness.store import Memory

_TEXT = "text/plain"


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that this answers."""
    return {"status": "ok"}


@post(witnessing.PATH, status_code=200, sync_to_thread=True, request_max_body_size=witnessing.REQUEST)
def add(body: RawBody, witness: NamedDependency[Witness]) -> Response[str]:
    """Cosign a head that continues the newest one of its log (C2SP tlog-witness)."""
    try:
        return Response(witness.add(AddCheckpoint.parse(body)), media_type=_TEXT)
    except Behind as behind:
        # By its header: of a text type Litestar would say a charset too, and a log need not take that for the same.
        return Response(f"{behind.size}\n", status_code=behind.status, headers={"content-type": witnessing.SIZE})


@get("/{place:str}/checkpoint", sync_to_thread=True)
def newest(place: FromPath[str], witness: NamedDependency[Witness]) -> Response[str]:
    """The newest head of a log that was cosigned here; `place` is SHA-256 of the log's name, in hex."""
    for origin in witness.origins:
        if witnessing.place(origin) == f"/{place}/checkpoint":
            note = witness.newest(origin)
            if note is not None:
                return Response(note, media_type=_TEXT)
    raise NotFound


def create_app(settings: Settings, *, now: Clock = clock.system) -> Litestar:
    """Return the application of one witness."""
    memory = Memory(settings.folder)
    lock = OneProcess(settings.folder)
    witness = Witness(settings.key, settings.logs, memory, now)

    def provide() -> Witness:
        return witness

    return Litestar(
        route_handlers=[health, add, newest],
        dependencies={"witness": Provide(provide, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        middleware=[ForgetCaller(), BoundBodies()],
        before_send=[protect],
        on_shutdown=[lock.release],
        logging_config=None,
        openapi_config=None,
    )
