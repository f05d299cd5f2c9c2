"""(5) Seal and open on a device, beside the bare HPKE and Cobblestone calls that they cannot do without."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from bench.house import SAMPLE
from bench.measure import Spread, cpu_seconds, interleaved, ratios
from bench.result import Found, Row, Scale
from client.reporter import compose
from crypto import envelope, hybrid, words
from crypto.envelope import Envelope, Header, Recipients
from crypto.errors import OpenError
from crypto.hybrid import PrivateKey
from crypto.limits import limit
from crypto.locks import Plan
from crypto.sections import BUCKETS, Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from tests.samples import samples

PEOPLE: Final = (8, 16)
_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_PERSON: Final = limit("person_slot") - hybrid.OVERHEAD
_GATE: Final = limit("gate_slot") - hybrid.OVERHEAD
_KEY: Final = bytes(range(32))


@dataclass(frozen=True, slots=True)
class _Report:
    """What is sealed, to whom."""

    contents: Mapping[Section, bytes]
    slip: Slip
    plan: Plan
    to: Recipients
    keys: words.Keys
    seeds: Mapping[str, bytes]

    def seal(self) -> Envelope:
        return envelope.seal(
            contents=self.contents, slip_facts=self.slip, plan=self.plan, to=self.to, keys=self.keys, draw=os.urandom
        )


def sealing(scale: Scale) -> Found:
    """Measure CPU seconds of one call of each."""
    found = Found("seal and open on a device, over the bare HPKE and Cobblestone calls in them")
    times = 2 if scale.quick else 40
    for people in PEOPLE:
        report = _report(people)
        bare = _bare_seal(people)
        _row(found, scale, f"seal to {people} people and a gate", report.seal, bare, times)
    sealed = report.seal()
    header = Header.decode(sealed.header, limit=limit("header"))
    slots = sealed.slots()
    # Her slot is the last one that is tried: the dearest case, and the same in every run.
    seed = next(one for one in report.seeds.values() if _opens(one, slots.people[-1], sealed.id))
    bare_open = _bare_open(len(slots.people))
    for what, own in (("from her seed", seed), ("her key ready, as in a listing", PrivateKey(seed))):
        look = partial(envelope.find_slot, slots, sealed.id, own)
        _row(found, scale, f"find her slot, the last of {PEOPLE[-1]}, {what}", look, bare_open, times)
    slot = envelope.find_slot(slots, sealed.id, report.seeds["p1"])
    shares = {"desk": [slot.shares["desk", Section.STORY]], "gates": [_gate_share(sealed, report)]}
    thresholds = {"desk": 1, "gates": 1}
    story = sealed.sections[Section.STORY]
    work = lambda: envelope.open_section(Section.STORY, header, story, shares, thresholds)  # noqa: E731
    _row(found, scale, "open the story with its shares", work, _bare_section(Section.STORY), times)
    found.notes.append("CPU of one call; open beside: one Cobblestone decryption of 8 KiB, which takes microseconds")
    return found


def _row(  # noqa: PLR0913, PLR0917 - a row and its two ways
    found: Found, scale: Scale, what: str, ours: Callable[[], object], bare: Callable[[], object], times: int
) -> None:
    ways = {"ours": lambda: cpu_seconds(ours, times), "bare": lambda: cpu_seconds(bare, times)}
    took = interleaved(scale.rounds, ways)
    mine, other = (Spread.of(1 / one for one in took[name]) for name in ("ours", "bare"))
    ratio = ratios(took["ours"], took["bare"])
    found.rows.append(
        Row(what, f"{mine.text(0)}/s", f"bare {other.text(0)}/s; ours takes {ratio.text()} times as long")
    )


def _report(people: int) -> _Report:
    keys = words.keys(words.new(os.urandom), 0)
    slip, contents = compose(samples()[SAMPLE], keys.reply)
    seeds = {f"p{number}": os.urandom(32) for number in range(people)}
    seeds["gate-1"] = os.urandom(32)
    names = sorted(set(seeds) - {"gate-1"})
    return _Report(
        contents=contents,
        slip=slip,
        plan=Plan(
            gates=("gate-1",),
            gates_threshold=1,
            desk=frozenset(names[:-2]),
            desk_thresholds=dict.fromkeys(Section, 1),
            custodians=frozenset(names[-2:]),
            custodians_threshold=1,
        ),
        to=Recipients(
            gates={"gate-1": hybrid.public_key(seeds["gate-1"])},
            people={name: hybrid.public_key(seeds[name]) for name in names},
            bundle=bytes(32),
            directory=bytes(32),
        ),
        keys=keys,
        seeds=seeds,
    )


def _gate_share(sealed: Envelope, report: _Report) -> bytes:
    slot = GateSlot.unseal(report.seeds["gate-1"], sealed.gates[0], "gate-1", sealed.id)
    return slot.shares[Section.STORY]


def _opens(seed: bytes, sealed: bytes, envelope_id: bytes) -> bool:
    try:
        PersonSlot.unseal(seed, sealed, envelope_id)
    except OpenError:
        return False
    return True


def _bare_seal(people: int) -> Callable[[], object]:
    """So many HPKE seals of the sizes of slots, and five Cobblestone encryptions; keys ready."""
    public = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PrivateKey.generate().public_key(), x25519.X25519PrivateKey.generate().public_key()
    )
    sizes = [BUCKETS[section][0] for section in Section]

    def work() -> None:
        _SUITE.encrypt(bytes(_GATE), public, info=_KEY)
        for _ in range(people):
            _SUITE.encrypt(bytes(_PERSON), public, info=_KEY)
        for size in sizes:
            one = Cobblestone256Encryptor(_KEY, context=_KEY)
            one.update(bytes(size))
            one.finalize()

    return work


def _bare_open(tried: int) -> Callable[[], object]:
    """So many HPKE openings with a key that is ready."""
    kem, curve = mlkem.MLKEM768PrivateKey.generate(), x25519.X25519PrivateKey.generate()
    private = hpke.MLKEM768X25519PrivateKey(kem, curve)
    public = hpke.MLKEM768X25519PublicKey(kem.public_key(), curve.public_key())
    sealed = _SUITE.encrypt(bytes(_PERSON), public, info=_KEY)

    def work() -> None:
        for _ in range(tried):
            _SUITE.decrypt(sealed, private, info=_KEY)

    return work


def _bare_section(section: Section) -> Callable[[], object]:
    encryptor = Cobblestone256Encryptor(_KEY, context=_KEY)
    sealed = encryptor.update(bytes(BUCKETS[section][0])) + encryptor.finalize()

    def work() -> None:
        one = Cobblestone256Decryptor(_KEY, context=_KEY)
        one.update(sealed)
        one.finalize()

    return work
