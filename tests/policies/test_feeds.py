"""A day's file: its note, its place in the log, and who may have written what is in it (protocol 15.7, 15.8)."""

from typing import Any

import pytest
from msgspec import structs

from crypto import answers, leaves, words
from crypto.answers import Answer
from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError, ProofError
from crypto.feed import FeedFile, PublicNotes
from crypto.hashing import sha256
from crypto.hours import ANY
from crypto.notes import Signer
from policies import feeds, statements
from policies.directory import AUDITOR
from policies.feeds import FeedNote
from policies.statements import Announcement, Current
from tests.policies import building
from tests.policies.building import ORIGIN, TODAY, log_text, seed, signed
from tests.vectors.returning import making
from tests.vectors.stream import Stream

LOG = LogPolicy.parse(log_text())
SIGNER = Signer(ORIGIN, seed(ORIGIN))
SLOTS = making.noise(4)


def current(day: int = TODAY) -> str:
    bundle, directory = building.bundle(), building.directory()
    text = Current(
        day=day,
        bundle=(bundle.number, bundle.digest),
        directory=(directory.number, directory.digest),
        log=(9, bytes(32)),
    ).text()
    return signed(text, "gate-1", "gate-2")


def file(**changes: Any) -> FeedFile:
    named = changes.get("current", current())
    note = FeedNote.of(SLOTS, named, day=TODAY, log=changes.get("log", 9)).sign(SIGNER)
    whole = FeedFile(note=note, current=named, slots=b"".join(SLOTS))
    return structs.replace(whole, **{key: value for key, value in changes.items() if key != "log"})


def test_a_file_is_what_its_note_says() -> None:
    note = feeds.check_file(file(), LOG)
    assert (note.day, note.slots, note.log) == (TODAY, 4, 9)
    assert FeedNote.verify(file().note, LOG) == note
    empty = feeds.check_file(file(current=""), LOG)
    assert empty.current is None


def test_a_file_that_was_changed_is_refused() -> None:
    other = FeedNote.of(making.noise(5), current(), day=TODAY, log=9).sign(SIGNER)
    theirs = FeedNote.of(SLOTS, current(), day=TODAY, log=9).sign(Signer("officer-1", seed("officer-1")))
    for changes in (
        {"slots": b"".join(reversed(SLOTS))},
        {"note": other},
        {"note": theirs},
        {"note": file(current="").note},
        {"note": FeedNote.of(SLOTS, current(TODAY - 1), day=TODAY, log=9).sign(SIGNER)},
    ):
        with pytest.raises(ProofError):
            feeds.check_file(structs.replace(file(), **changes), LOG)
    with pytest.raises(ProofError):
        feeds.check_file(structs.replace(file(), current=""), LOG)


@pytest.mark.parametrize(
    ("old", "new"),
    [("slots 4", "slots 3"), ("slots 4", "slots 257"), ("slots 4", "slots 04"), ("log 9", "log -9"),
     ("current ", "current AAAA"), ("digest ", "digest AAAA")],
)  # fmt: skip
def test_a_note_in_another_form_is_refused(old: str, new: str) -> None:
    text = FeedNote.of(SLOTS, "", day=TODAY, log=9).text()
    lines = [
        (new if line.startswith(old) and new.endswith("AAAA") else line.replace(old, new)) for line in text.split("\n")
    ]
    wrong = "\n".join(lines)
    assert wrong != text
    with pytest.raises(MalformedError):
        FeedNote.verify(f"{wrong}\n{SIGNER.sign(wrong)}", LOG)


@pytest.mark.parametrize(("day", "good"), [(TODAY, True), (TODAY + 1, True), (TODAY - 1, False), (TODAY + 2, False)])
def test_the_gates_name_the_directory_of_that_day(day: int, good: bool) -> None:  # noqa: FBT001 - a column
    made = file(current=current(day))
    note = feeds.check_file(made, LOG)
    if good:
        named = feeds.current_of(made, note, building.bundle())
        assert named.directory[1] == building.directory().digest
        return
    with pytest.raises(ProofError):
        feeds.current_of(made, note, building.bundle())


def written(author: str = "r1") -> tuple[Answer, bytes]:
    request = making.request("short")
    answer = Answer(id=making.ID, request=request, author=author, day=TODAY, text="We read it.", hours=ANY)
    return answer, answer.sign(seed("identity " + author))


def test_the_author_is_at_the_desk_that_day_and_signed_it() -> None:
    directory = building.directory()
    feeds.check_author(*written(), directory, frozenset())
    custodian = next(one.name for one in directory.body.people if one.role == "custodian")
    auditor = next(one.name for one in directory.body.people if one.role == AUDITOR)
    for author in (custodian, auditor, "nobody"):
        with pytest.raises(ProofError):
            feeds.check_author(*written(author), directory, frozenset())
    with pytest.raises(ProofError):
        feeds.check_author(written()[0], written("r2")[1], directory, frozenset())


def test_who_was_revoked_writes_nothing_more() -> None:
    """She has an unused grant, and the house helps her: her signature is of nobody."""
    with pytest.raises(ProofError):
        feeds.check_author(*written(), building.directory(), frozenset({"r1"}))
    without = building.directory(people=[one for one in building.directory_body().people if one.name != "r1"])
    with pytest.raises(ProofError):
        feeds.check_author(*written(), without, frozenset())


def test_an_answer_names_her_own_report() -> None:
    keys = making.keys()
    arrival = leaves.received_leaf(keys.received, making.ID)
    answer, _ = written()
    feeds.check_hers(answer, keys.received, arrival)
    with pytest.raises(ProofError):
        feeds.check_hers(structs.replace(answer, id=sha256(b"another")), keys.received, arrival)
    with pytest.raises(ProofError):
        feeds.check_hers(answer, words.keys(words.new(Stream(b"another"))).received, arrival)


def announced(day: int) -> str:
    return signed(Announcement(day, "Reading hours have changed.").text(), "officer-1")


def log_of(*notes: str | None, start: int = 256) -> tuple[list[bytes], list[PublicNotes]]:
    entries = [making.fixed(f"leaf {i}", 48) if note is None else bytes(16) + sha256(note.encode())
               for i, note in enumerate(notes)]  # fmt: skip
    return entries, [PublicNotes(notes=[(start + i, note) for i, note in enumerate(notes) if note is not None])]


def test_no_public_note_can_be_kept_from_her() -> None:
    entries, found = log_of(None, announced(1), None, announced(2))
    assert sorted(feeds.check_statements(256, entries, found)) == [257, 259]
    assert feeds.check_statements(256, [making.fixed("leaf", 48)], []) == {}
    one, two = found[0].notes
    for wrong in ([one], [one, (two[0], announced(3))], [one, two, (256, announced(3))], [(one[0], two[1]), two]):
        with pytest.raises(ProofError):
            feeds.check_statements(256, entries, [PublicNotes(notes=sorted(wrong))])


def note_of(day: int, log: int) -> str:
    return FeedNote.of(SLOTS, "", day=day, log=log).sign(SIGNER)


def test_a_file_made_up_later_for_an_earlier_day_is_out_of_order() -> None:
    good = {256: note_of(TODAY, 256), 257: announced(TODAY), 260: note_of(TODAY + 1, 260)}
    assert feeds.check_order(good, LOG) == {TODAY: 256, TODAY + 1: 260}
    assert feeds.check_order({}, LOG) == {}
    for index, day in ((270, TODAY), (270, TODAY + 1), (270, TODAY + 3)):
        with pytest.raises(ProofError):
            feeds.check_order({**good, index: note_of(day, index)}, LOG)
    with pytest.raises(ProofError):
        feeds.check_order({**good, 270: note_of(TODAY + 2, 269)}, LOG)
    assert feeds.check_order({**good, 270: note_of(TODAY + 2, 270)}, LOG)[TODAY + 2] == 270


def test_a_day_has_as_many_slots_as_the_bundle_says() -> None:
    """A value of the bundle, with a safe default; neither too few for one answer nor more than a phone fetches."""
    assert building.bundle_body().answers == 32
    assert building.bundle_body().withdraw_hours == 168
    for changes in ({"answers": 3}, {"answers": 257}, {"withdraw_hours": 0}, {"withdraw_hours": 9000}):
        with pytest.raises(MalformedError):
            building.bundle_body(**changes).encode()
    assert building.bundle_body(rehearsal=True, withdraw_hours=0).encode()
    assert answers.SLOT == 1024
    assert statements.kind(note_of(1, 1)).name == "NOTE_FEED"
