from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from policies.narrowing import bundle_narrows, directory_narrows
from tests.policies import building
from tests.policies.building import bundle_body, directory_body, person

PEOPLE = directory_body().people
BODY = bundle_body()
FORBID = '\n@id("pause") forbid (principal, action in Amana::Action::"open", resource);\n'
PERMIT = '\n@id("more") permit (principal, action, resource);\n'


def with_changed(name: str, **changes: Any) -> list[Any]:
    return [structs.replace(one, **changes) if one.name == name else one for one in PEOPLE]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (PEOPLE, True),
        ([one for one in PEOPLE if one.name != "r1"], True),
        (with_changed("r1", pools=["women"]), True),
        (with_changed("r1", pools=["home", "outside", "women"]), False),
        (with_changed("r1", commitment=bytes(32)), False),
        (with_changed("r1", encryption=building.encryption("other")), False),
        ([*PEOPLE, person("zz", "desk", [])], False),
        ([person("a0", "auditor", []), *PEOPLE], False),
        ([person("a0", "auditor", []), *PEOPLE[1:]], False),
    ],
)
def test_directory(people: list[Any], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    old = building.directory()
    assert directory_narrows(old, building.directory(old, number=2, people=people)) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"policies": BODY.policies + FORBID}, True),
        ({"policies": BODY.policies + FORBID + FORBID.replace("pause", "pause-2")}, True),
        ({"policies": BODY.policies + PERMIT}, False),
        ({"policies": BODY.policies + FORBID + PERMIT}, False),
        ({"policies": FORBID + BODY.policies}, False),
        ({"policies": BODY.policies.replace("principal.revoked", "false")}, False),
        ({"pools": BODY.pools[1:]}, True),
        ({"pools": []}, True),
        ({"pools": [structs.replace(BODY.pools[0], links=[]), *BODY.pools[1:]]}, False),
        ({"pools": list(reversed(BODY.pools))}, False),
        ({"threshold": 3}, False),
        ({"gates": BODY.gates[:2]}, False),
        ({"widen_hours": 1}, False),
        ({"rehearsal": True}, False),
    ],
)
def test_bundle(changes: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    old = building.bundle()
    assert bundle_narrows(old, building.bundle(old, number=2, **changes)) is expected


def test_a_comment_at_the_seam_hides_nothing() -> None:
    old = building.bundle(policies=BODY.policies + "// end")
    hidden = " of it" + PERMIT + FORBID
    assert not bundle_narrows(old, building.bundle(old, number=2, policies=old.body.policies + hidden))


@pytest.mark.parametrize(
    "more",
    ["forbid (", '@id("t") forbid (principal == ?principal, action, resource);'],
    ids=["cannot be read", "with a gap to fill in"],
)
def test_rules_that_no_bundle_may_hold_narrow_nothing(more: str) -> None:
    old = building.bundle()
    assert not bundle_narrows(old, replace(old, body=structs.replace(BODY, policies=BODY.policies + more)))
    assert bundle_narrows(old, replace(old, body=structs.replace(BODY, policies=BODY.policies + FORBID)))
