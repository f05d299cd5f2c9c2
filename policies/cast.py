"""People as the officers write them down (the format of data/people.json), turned into what they sign."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.slip import Ring
from policies.bundle import Pool
from policies.directory import CUSTODIAN, DESK, Certificate
from policies.statements import day_number
from policies.wording import Help, Wording

DECLARATION_DAYS: Final = 365  # R1: a declaration of interests is good for twelve months

Entry = Mapping[str, Any]


def example() -> Mapping[str, Any]:
    """Return the fictional people of data/people.json."""
    found: Mapping[str, Any] = json.loads(files("data").joinpath("people.json").read_text("utf-8"))
    return found


def openers(people: Mapping[str, Any]) -> list[Entry]:
    """Return everybody who can hold a share, sorted by name: reviewers, ombudspersons, custodians."""
    found = [*people["reviewers"], *people["ombudsperson"], *people["custodians"]]
    return sorted(found, key=lambda one: str(one["name"]))


def role_of(entry: Entry) -> str:
    """Return `desk` or `custodian`."""
    role = str(entry["role"])
    if role not in (DESK, CUSTODIAN):
        raise MalformedError("role")
    return role


def certificate_of(entry: Entry) -> Certificate:
    """Return the certificate of one entry. The declaration ends twelve months after it was made."""
    certificate = Certificate(
        name=entry["name"],
        woman=bool(entry["woman"]),
        languages=list(entry["languages"]),
        links=list(entry["links"]),
        trained_until=day_number(entry["trained_until"]),
        declared_until=day_number(entry["declared_on"]) + DECLARATION_DAYS,
        duty=bool(entry["duty"]),
    )
    certificate.check()
    return certificate


def pool_of(entry: Entry) -> Pool:
    """Return one pool."""
    pool = Pool(
        name=entry["name"], ring=int(Ring(entry["ring"])), links=list(entry["links"]), women=bool(entry["women"])
    )
    pool.check()
    return pool


def wording_of(people: Mapping[str, Any]) -> list[Wording]:
    """Return what the operator says to reporters, one entry a language; none where nothing was written down."""
    return [
        Wording(
            language=language,
            hours=said["hours"],
            duty=said["duty"],
            help=[
                Help(name=one["name"], how=one["how"], checked=day_number(one["checked_on"])) for one in said["help"]
            ],
        )
        for language, said in people.get("words", {}).items()
    ]
