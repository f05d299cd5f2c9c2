import pytest

from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256
from crypto.labels import Label
from policies import statements
from policies.statements import Announcement, Current, Revocation
from policies.trust import Trust
from tests.policies import building
from tests.policies.building import TODAY, signed

FIELDS = (("name", "r1"), ("day", "2026-11-24"))
TEXT = statements.text(Label.NOTE_REVOCATION, FIELDS)


def test_text_and_fields_are_inverse_and_the_digest_leaves_out_signatures() -> None:
    assert statements.fields(TEXT, Label.NOTE_REVOCATION, ("name", "day")) == dict(FIELDS)
    note = signed(TEXT, "officer-1")
    assert statements.digest(note) == statements.digest(TEXT) == sha256(TEXT.encode())
    assert statements.kind(note) is Label.NOTE_REVOCATION
    for other in (note.replace("revocation", "gossip"), "", note.removeprefix("amana")):
        with pytest.raises(MalformedError):
            statements.kind(other)


@pytest.mark.parametrize(
    "changed",
    [
        TEXT.replace("revocation", "bundle"),
        TEXT + "more x\n",
        TEXT.replace("name r1\n", ""),
        TEXT.replace("name r1", "name  r1"),
        TEXT.replace("name r1", "name "),
        TEXT.replace("name r1\nday 2026-11-24", "day 2026-11-24\nname r1"),
        TEXT[:-1],
        TEXT + "\n",
        TEXT.replace("r1", "r1\u2028"),
    ],
)
def test_any_other_form_is_refused(changed: str) -> None:
    with pytest.raises(MalformedError):
        statements.fields(changed, Label.NOTE_REVOCATION, ("name", "day"))


@pytest.mark.parametrize("day", ["2026-1-1", "20261124", "2026-11-31", "1969-12-31", "2026-W48-2", ""])
def test_days_have_one_form(day: str) -> None:
    with pytest.raises(MalformedError):
        statements.day_number(day)


def test_a_value_of_several_lines_cannot_be_written() -> None:
    with pytest.raises(MalformedError):
        Announcement(TODAY, "one\nname r2").text()


def test_one_officer_revokes_and_nobody_else_does() -> None:
    text = Revocation("r8", TODAY).text()
    assert Revocation.verify(signed(text, "officer-3"), building.trust()) == Revocation("r8", TODAY)
    with pytest.raises(ProofError):
        Revocation.verify(signed(text, "gate-1"), building.trust())
    with pytest.raises(MalformedError):
        Announcement.verify(signed(text, "officer-3"), building.trust())


def test_announcement() -> None:
    said = Announcement(TODAY, "The desk is closed on Friday.")
    assert Announcement.verify(signed(said.text(), "officer-2"), building.trust()) == said


def test_current_needs_t_gates_this_bundle_and_today_or_yesterday() -> None:
    bundle, directory = building.bundle(), building.directory()
    current = Current(day=TODAY, bundle=(1, bundle.digest), directory=(1, directory.digest), log=(5, sha256(b"root")))
    note = signed(current.text(), "gate-1", "gate-3")
    for day in (TODAY, TODAY + 1):
        assert Current.verify(note, bundle, day) == current
    for day in (TODAY - 1, TODAY + 2):
        with pytest.raises(ProofError):
            Current.verify(note, bundle, day)
    with pytest.raises(ProofError):
        Current.verify(signed(current.text(), "gate-1"), bundle, TODAY)
    with pytest.raises(ProofError):
        Current.verify(note, building.bundle(tick=60), TODAY)
    current.check_directory(directory)
    with pytest.raises(ProofError):
        current.check_directory(building.directory(people=directory.body.people[:-1]))


def test_trust_file_round_trip_and_refusals() -> None:
    trust = building.trust()
    text = trust.to_json()
    assert Trust.parse(text) == Trust.parse(text.encode()) == trust
    for wrong in (text.replace('"threshold": 2', '"threshold": 4'), text.replace('"url"', '"uri"'), "{", "[]"):
        with pytest.raises(MalformedError):
            Trust.parse(wrong)
    twice = Trust((trust.officers[0], trust.officers[0]), 2, trust.log_policy, "")
    with pytest.raises(MalformedError):
        Trust.parse(twice.to_json())
