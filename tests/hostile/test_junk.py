"""Nearly right is refused: envelopes, publications, openings, syncs and proofs with small hurts.

Only 4xx as problem+json in constant words, nothing kept, nothing logged, and no gate a step further (P2, P10).
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from msgspec import structs

from crypto import hybrid
from crypto.checkpoints import TlogProof
from crypto.envelope import Envelope
from crypto.errors import CryptoError
from crypto.labels import Label, sized
from crypto.leaves import LEAF
from crypto.limits import limit
from crypto.opening import Opening
from crypto.padding import pad
from crypto.relay import DecisionsCall, Publication
from crypto.sections import Section
from gate.app import create_app as create_gate
from gate.settings import Settings as GateSettings
from policies import statements
from tests.asking import Asking
from tests.harness import Post, running
from tests.hostile.mutating import ODD, hurt, hurt_text
from tests.hostile.scene import GATE, Scene
from tests.hostile.watching import Watch, check_answer, nothing_logged
from tests.samples import send

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
EXAMPLES = 40
SEVERAL = settings(
    max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False
)
REPORTS, NOTES, OPENINGS = "/v1/reports", "/v1/notes", "/v1/openings"
CALLS = ("/v1/sync", "/v1/decisions", "/v1/releases", "/v1/notes")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(tmp_path_factory.mktemp("junk")) as made:
        yield made


def refused(answer: Any, *statuses: int) -> None:
    check_answer(answer)
    assert answer.status_code in statuses, answer.content[:200]


@pytest.mark.parametrize("name", ODD)
def test_odd_bytes_are_refused_at_every_door(scene: Scene, name: str) -> None:
    watch = Watch(scene.world)
    with nothing_logged(ODD[name][:40]):
        for path in (REPORTS, NOTES, OPENINGS):
            refused(scene.server.post(path, content=ODD[name]), 400, 413)
        for path in CALLS:
            refused(scene.gate.post(path, content=ODD[name]), 400, 413)
    watch.nothing_changed()


def another(data: bytes, report: bytes) -> bool:
    """Whether this is a whole envelope, under another id: nobody without its keys can tell it from an honest one."""
    try:
        envelope = Envelope.decode(data, limit=limit("envelope"))
        envelope.opened_header()
    except CryptoError:
        return False
    return envelope.id != report


def test_a_hurt_envelope_is_refused(scene: Scene) -> None:
    """It is one that is already here, so that hurt slots, which nobody can tell from noise, are a conflict."""
    watch = Watch(scene.world)
    data = scene.sent
    assert scene.server.post(REPORTS, content=data).status_code == 200

    @SEVERAL
    @given(hurt(data))
    def every(changed: bytes) -> None:
        if another(changed, scene.report):
            return  # another nonce, say: a report of its own, that opens to nobody
        with nothing_logged(changed[60:100]):
            refused(scene.server.post(REPORTS, content=changed), 400, 409, 413)

    every()
    watch.nothing_changed()


def test_a_hurt_publication_is_refused_or_the_one_that_is_here(scene: Scene) -> None:
    publication, watch = scene.publication, Watch(scene.world)
    text = statements.digest(publication.note)

    def check(changed: Publication | bytes) -> None:
        data = changed if isinstance(changed, bytes) else changed.encode()
        answer = scene.server.post(NOTES, content=data)
        check_answer(answer)
        if answer.status_code == 200:  # a line of a key that nobody knows, say: the statement itself must be the same
            assert statements.digest(Publication.decode(data, limit=len(data)).note) == text
            assert answer.json() == {"index": 0}

    @SEVERAL
    @given(hurt(publication.encode()), hurt_text(publication.note), hurt(publication.body))
    def every(whole: bytes, note: str, body: bytes) -> None:
        with nothing_logged(whole[200:240]):
            check(whole)
            check(structs.replace(publication, note=note))
            check(structs.replace(publication, body=body))

    every()
    watch.nothing_changed()


def test_a_hurt_new_statement_is_never_taken(scene: Scene) -> None:
    """Not published yet: what is taken here would be a new leaf, and at the gate somebody revoked."""
    real, watch = scene.world.organisation.revocation("r2", scene.world.clock.day), Watch(scene.world)
    text = real.note.partition("\n\n")[0]

    @SEVERAL
    @given(hurt_text(text))
    def every(bent: str) -> None:
        changed = structs.replace(real, note=bent + real.note[real.note.index("\n\n") :]).encode()
        refused(scene.server.post(NOTES, content=changed), 400)
        refused(scene.gate.post("/v1/notes", content=changed), 400)

    every()
    for place, letter in enumerate(text):  # and every single letter and digit, for another that could stand there
        if letter.isalnum():
            other = "2" if letter == "1" else "1" if letter.isdigit() else "b" if letter == "a" else "a"
            changed = structs.replace(real, note=text[:place] + other + real.note[place + 1 :]).encode()
            refused(scene.server.post(NOTES, content=changed), 400)
            refused(scene.gate.post("/v1/notes", content=changed), 400)
    watch.nothing_changed()


def fitted(changed: bytes, real: bytes) -> bytes | None:
    """The hurt bytes in the size that a decoder asks for; None where that undoes the hurt."""
    same = (changed + bytes(len(real)))[: len(real)]
    return None if same == real else same


def opened(scene: Scene) -> Opening:
    """The honest opening as the gate reads it, made afresh so that its request was never seen."""
    blob = dict(scene.asking.blobs().blobs)[GATE]
    return Opening.unseal(scene.world.organisation.key("gate", GATE).encryption, blob, GATE)


def sealed(scene: Scene, plain: bytes) -> bytes:
    key = scene.world.organisation.key("gate", GATE).encryption_public
    padded = pad(plain[: limit("opening") - 4], limit("opening"))
    return hybrid.seal(key, padded, Label.OPENING.value + sized(GATE.encode()))


def test_a_hurt_opening_is_refused_at_the_gate(scene: Scene) -> None:
    whole, watch = opened(scene), Watch(scene.world)
    sync = scene.at_head()

    def ask(blob: bytes) -> None:
        call = DecisionsCall(sync=sync, opening=blob).encode()
        refused(scene.gate.post("/v1/decisions", content=call), 400, 403)

    parts = {name: value for name, value in structs.asdict(whole).items() if isinstance(value, bytes)}
    one_part = st.sampled_from(sorted(parts)).flatmap(lambda name: st.tuples(st.just(name), hurt(parts[name])))

    @SEVERAL
    @given(hurt(whole.encode()), one_part)
    def every(data: bytes, part: tuple[str, bytes]) -> None:
        ask(sealed(scene, data))
        name, changed = part[0], fitted(part[1], parts[part[0]])
        if changed is not None:
            ask(sealed(scene, structs.replace(whole, **{name: changed}).encode()))

    for name, value in parts.items():
        ask(sealed(scene, structs.replace(whole, **{name: value[:-1] + bytes([value[-1] ^ 1])}).encode()))
    with nothing_logged(whole.request[20:60], whole.header[:40]):
        every()
    watch.nothing_changed()


def test_a_hurt_approval_is_refused_at_the_gate(scene: Scene) -> None:
    asking = Asking(scene.world, "r1", scene.report, [Section.CARD]).approve("r2", Section.CARD)
    blob = dict(asking.blobs().blobs)[GATE]
    whole = Opening.unseal(scene.world.organisation.key("gate", GATE).encryption, blob, GATE)
    (data, signature), sync, watch = whole.approvals[0], scene.at_head(), Watch(scene.world)

    @SEVERAL
    @given(hurt(data), hurt(signature))
    def every(changed: bytes, other: bytes) -> None:
        for pair in ((changed, signature), (data, other)):
            blob = sealed(scene, structs.replace(whole, approvals=[pair]).encode())
            call = DecisionsCall(sync=sync, opening=blob).encode()
            refused(scene.gate.post("/v1/decisions", content=call), 400, 403)

    every()
    watch.nothing_changed()


def test_hurt_openings_are_refused_by_the_house(scene: Scene) -> None:
    """Through the server and its threads: refused, and no place stays taken."""
    made, watch = scene.asking.blobs(), Watch(scene.world)
    house = scene.world.house

    @settings(SEVERAL, max_examples=25)
    @given(hurt(made.encode()), hurt(made.blobs[0][1]))
    def every(whole: bytes, blob: bytes) -> None:
        answer = scene.server.post(OPENINGS, content=whole)
        check_answer(answer)
        names = [answer.json()["opening"]] if answer.status_code == 202 else []
        same = fitted(blob, made.blobs[0][1])
        if same is not None:
            names.append(house.open(structs.replace(made, blobs=[(GATE, same)])))
        assert {house.wait(name).state for name in names} <= {"refused"}

    with nothing_logged(made.blobs[0][1][:40]):
        every()
    watch.nothing_changed()


@contextmanager
def beginner(scene: Scene, folder: Path) -> Iterator[tuple[Any, Any]]:
    """The same gate with an empty disk, and its app: it has read nothing yet."""
    organisation = scene.world.organisation
    made = GateSettings(folder=folder, key=organisation.key("gate", GATE), trust=organisation.trust)
    with TestClient(create_gate(made)) as client:
        app: Any = client.app
        yield client, app.dependencies["gate"].dependency()


def test_a_hurt_sync_moves_no_gate_but_to_the_true_head(scene: Scene, tmp_path: Path) -> None:
    """Checkpoint, leaves, statements. Memos are noise to whoever did not write them, as are signatures of others."""
    full = scene.whole_log()
    rooms = ExitStack()
    with rooms, beginner(scene, tmp_path / "true") as (client, gate):
        assert client.post("/v1/sync", content=full.encode()).status_code == 200
        true = gate.position()
        assert true.size == len(full.leaves) // LEAF >= 4  # two statements, a report, a decision
        number = itertools.count()
        fresh = [rooms.enter_context(beginner(scene, tmp_path / str(next(number))))]

        @SEVERAL
        @given(hurt(full.encode()), hurt_text(full.checkpoint), hurt(full.leaves))
        def every(whole: bytes, head: str, leaves: bytes) -> None:
            same = fitted(leaves, full.leaves)
            bent = [structs.replace(full, checkpoint=head), structs.replace(full, start=1)]
            bent += [] if same is None else [structs.replace(full, leaves=same)]
            for data in (whole, *(one.encode() for one in bent)):
                client, gate = fresh[-1]
                answer = client.post("/v1/sync", content=data)
                check_answer(answer)
                position = gate.position()
                if answer.status_code == 200:
                    assert (position.size, position.root) == (true.size, true.root)
                    fresh.append(rooms.enter_context(beginner(scene, tmp_path / str(next(number)))))
                else:
                    assert position.size == 0

        every()
        for place in range(len(full.statements)):
            left_out = [one for number, one in enumerate(full.statements) if number != place]
            answer = fresh[-1][0].post("/v1/sync", content=structs.replace(full, statements=left_out).encode())
            refused(answer, 400)


def test_a_hurt_head_without_leaves_moves_no_gate(scene: Scene) -> None:
    sync, watch = scene.at_head(), Watch(scene.world)

    @SEVERAL
    @given(hurt_text(sync.checkpoint))
    def every(head: str) -> None:
        check_answer(scene.gate.post("/v1/sync", content=structs.replace(sync, checkpoint=head).encode()))

    every()
    watch.nothing_changed()


def test_a_hurt_proof_releases_nothing(scene: Scene) -> None:
    leaf, policy = scene.leaf, scene.world.organisation.trust.log_policy
    call, watch = structs.replace(scene.release, sync=scene.at_head()), Watch(scene.world)
    assert scene.gate.post("/v1/releases", content=call.encode()).status_code == 200

    @SEVERAL
    @given(hurt_text(call.proofs[0]))
    def every(proof: str) -> None:
        answer = scene.gate.post("/v1/releases", content=structs.replace(call, proofs=[proof]).encode())
        check_answer(answer)
        try:
            TlogProof.parse(proof).verify(policy, leaf)
        except CryptoError:
            assert answer.status_code == 400
        else:
            assert answer.status_code == 200  # a signature of a key that nobody knows makes no proof worse

    every()
    for proofs in ([], [*call.proofs, *call.proofs]):
        refused(scene.gate.post("/v1/releases", content=structs.replace(call, proofs=proofs).encode()), 400)
    watch.nothing_changed()


def test_a_house_outlives_what_a_gate_says(tmp_path: Path) -> None:
    """Problem JSON of a lying gate: deep, doubled, of another size; each is `closed`, and no place stays taken."""
    said = [b'{"type":"x","z":' + b"[" * 4000, b'{"type":"a:conflict","size":-5}', b"\xff", b"[]", b'{"type":1}',
            b'{"type":"a:conflict","size":1e400}', b'{"type":"\\ud800","type":"b"}']  # fmt: skip
    lies: list[bytes] = []

    def wrap(_: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            return Lie(lies[-1]) if lies and path != "/v1/sync" else honest(path, content)

        return post

    with running(tmp_path, wrap=wrap) as world:
        report = send(world, "S01")
        for lie in said:
            lies.append(lie)
            assert Asking(world, "r1", report, [Section.CARD]).send().state == "closed"
        lies.clear()
        asking = Asking(world, "r1", report, [Section.CARD])
        assert asking.permitted(asking.send()) == {Section.CARD: True}


class Lie:
    """An answer that a gate may give."""

    status_code = 409

    def __init__(self, content: bytes) -> None:
        self.content = content
