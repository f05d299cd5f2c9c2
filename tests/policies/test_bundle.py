from typing import Any

import pytest
from msgspec import structs

from crypto.errors import MalformedError, ProofError
from policies import bundle as bundles
from policies.bundle import Bundle
from policies.wording import Help, Wording
from tests.policies import building
from tests.policies.building import OFFICERS, bundle_body, gate, signed, trust, vkey


def verify(note: str, body: bytes, previous: Bundle | None = None) -> Bundle:
    return Bundle.verify(note, body, trust=trust(), previous=previous)


def place(**changes: Any) -> Help:
    return structs.replace(Help(name="house", how="knock", checked=20_000), **changes)


def said(**changes: Any) -> Wording:
    return structs.replace(Wording(language="en", hours="", duty="", help=[place()]), **changes)


def test_k_of_n_officers() -> None:
    body = bundle_body()
    text = bundles.unsigned(body, None)
    enough: list[tuple[str, ...]] = [OFFICERS[:2], OFFICERS[1:], OFFICERS]
    for names in enough:
        assert verify(signed(text, *names), body.encode()).body == body
    too_few: list[tuple[str, ...]] = [OFFICERS[:1], ("officer-1", "officer-1"), ("officer-1", "gate-1")]
    for names in too_few:
        with pytest.raises(ProofError):
            verify(signed(text, *names), body.encode())


def test_another_body_under_the_same_note() -> None:
    note = signed(bundles.unsigned(bundle_body(), None), *OFFICERS)
    with pytest.raises(ProofError):
        verify(note, bundle_body(tick=60).encode())


def test_versions_form_a_chain_without_gap_or_rollback() -> None:
    first = building.bundle()
    second = building.bundle(first, number=2)
    third = building.bundle(second, number=3)
    assert (third.number, third.gate("gate-2").name) == (3, "gate-2")
    body = bundle_body(number=2)
    good = signed(bundles.unsigned(body, first), *OFFICERS)
    assert verify(good, body.encode(), first).digest == second.digest
    for previous in (None, second, third, building.bundle(tick=60)):
        with pytest.raises(ProofError):
            verify(good, body.encode(), previous)
    assert Bundle.verify_any(good, body.encode(), trust=trust()) == second


def test_note_and_body_name_one_version() -> None:
    lying = bundles.unsigned(bundle_body(number=1), None)
    body = bundle_body(number=2).encode()
    digest = bundles.unsigned(bundle_body(number=2), building.bundle()).split("\n")[3]
    text = "\n".join([*lying.split("\n")[:3], digest, ""])
    with pytest.raises(ProofError):
        verify(signed(text, *OFFICERS), body)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 0},
        {"threshold": 4},
        {"gates": []},
        {"gates": [gate("gate-1"), gate("gate-1")]},
        {"gates": [gate("gate-1"), structs.replace(gate("gate-2"), name="gate-1")]},
        {"gates": [gate("gate-1"), structs.replace(gate("gate-2"), vkey=gate("gate-1").vkey)]},
        {"gates": [gate("gate-1"), structs.replace(gate("gate-2"), encryption=gate("gate-1").encryption)]},
        {"gates": [gate("gate-1"), structs.replace(gate("gate-2"), url="a\nb")]},
        {"number": 0},
        {"widen_hours": 8761},
        {"consent_hours": 0},
        {"tick": 3601},
        {"gates": [gate(f"gate-{number}") for number in range(9)]},
        {"witnesses": "quorum none\n"},
        {"witnesses": f"log {vkey('other.log')}\nquorum none\n"},
        {"log_keys": []},
        {"origin": "other.log"},
        {"vocabulary": b"short"},
        {"engine": "cedar 4.11"},
        {"widen_hours": 0},
        {"tick": -1},
        {"policies": "permit (principal, action, resource);"},
        {"policies": '@id("a") permit (principal, action, resource) when { principal.womann };'},
        {"policies": '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);'},
        {"schema": "nonsense"},
        {"pools": [bundles.Pool(name="a", ring=0, links=[], women=False)] * 2},
        {"pools": [bundles.Pool(name="a", ring=2, links=[], women=False)]},
        {"words": [said(), said()]},
        {"words": [said(language=f"x{chr(97 + i)}") for i in range(17)]},
        {"words": [said(language="English")]},
        {"words": [said(hours=" ")]},
        {"words": [said(duty="x" * 601)]},
        {"words": [said(duty="a\u202eb")]},
        {"words": [said(help=[place()] * 9)]},
        {"words": [said(help=[place(name="")])]},
        {"words": [said(help=[place(name="x" * 121)])]},
        {"words": [said(help=[place(how="a\nb")])]},
        {"words": [said(help=[place(checked=-1)])]},
    ],
)
def test_a_body_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        bundle_body(**changes).encode()


def test_only_a_rehearsal_binds_at_once() -> None:
    bundle_body(widen_hours=0, consent_hours=0, rehearsal=True).encode()


def test_what_a_bundle_says_of_log_and_rules_is_what_was_signed() -> None:
    bundle = building.bundle()
    assert bundle.log_policy == building.trust().log_policy
    assert bundle.rules.names == building.rules().names
    assert [key.name for key in bundle.gate_vkeys] == ["gate-1", "gate-2", "gate-3"]


def test_unknown_gate() -> None:
    with pytest.raises(ProofError):
        building.bundle().gate("gate-9")


def test_words_of_the_operator_are_signed_in_each_language() -> None:
    words = {one.language: one for one in building.bundle().body.words}
    assert set(words) == {"en", "fr", "es", "ar"}
    assert all(one.hours and one.duty and one.help for one in words.values())
    bundle_body(words=[]).encode()
    bundle_body(words=[said(duty="\u0645\u06cc\u200c\u062e\u0648\u0627\u0646\u0645")]).encode()
