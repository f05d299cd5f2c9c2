"""Files made to do harm meet bounds of memory, time, size and reach; whatever they are, the answer is one of two."""

import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client import cleaning
from client.cleaning import bounded
from client.cleaning.bounded import Bounds
from client.cleaning.outward import is_small
from client.errors import AmanaError, RefusedError
from tests import corpus, corpus_papers
from tests.listening import Listening
from tests.needs import need

_ALONE = """
import resource, sys
from pathlib import Path
from client import cleaning
from client.errors import RefusedError
try:
    cleaning.clean(Path(sys.argv[1]), Path(sys.argv[2]))
except RefusedError:
    print("refused", end=" ")
whole = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(max(whole) // 1024)
"""


def alone(source: Path, target: Path) -> tuple[bool, int, float]:
    """Clean in a process of its own: whether it was refused, MiB at the most, seconds."""
    begun = time.monotonic()
    # By a shell: a program's peak would begin with that of the process that started it, which is ours.
    command = ("sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", _ALONE, source, target)
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    return said[0] == "refused", int(said[-1]), time.monotonic() - begun


@pytest.mark.parametrize("build", [corpus.png_that_says_it_is_huge, corpus.png_whose_text_explodes])
def test_a_picture_that_explodes_is_refused_in_bounded_room(tmp_path: Path, build: object) -> None:
    source = tmp_path / "bomb.png"
    assert callable(build)
    source.write_bytes(build())
    assert source.stat().st_size < 1 << 20
    refused, most, seconds = alone(source, tmp_path / "copy")
    assert refused
    assert most < 200
    assert seconds < 10
    assert not (tmp_path / "copy").exists()


def test_the_largest_picture_is_drawn_in_bounded_room(tmp_path: Path) -> None:
    """100 million dots in 300 kB: within bounds, so it is drawn."""
    source = tmp_path / "wide.png"
    source.write_bytes(corpus.saved(corpus.drawing((10_000, 10_000)), "PNG"))
    refused, most, seconds = alone(source, tmp_path / "copy")
    assert not refused
    assert most < 1500
    assert seconds < 60


def test_a_paper_that_explodes_is_refused_in_bounded_room(tmp_path: Path) -> None:
    if shutil.which("mat2") is None:
        need("refusing papers that explode", "mat2 (Debian package mat2)")
    source = tmp_path / "bomb.docx"
    source.write_bytes(corpus_papers.docx_that_explodes())
    assert source.stat().st_size < 1 << 20
    with source.open("rb") as file:
        assert not is_small(file), "it would be left to mat2 to notice"
    refused, most, seconds = alone(source, tmp_path / "copy")
    assert refused
    assert most < 200
    assert seconds < 30


def test_a_program_gets_no_more_than_its_bounds(tmp_path: Path) -> None:
    bounds = Bounds(memory=256 << 20, seconds=2, size=1 << 20)
    tries = {
        "memory": "b = bytearray(1 << 30)",
        "time": "while True: pass",
        "sleep": "import time; time.sleep(60)",
        "size": "open('much', 'wb').write(bytes(2 << 20))",
        "words": "import sys\nwhile True: sys.stdout.write('x' * 4096)",
    }
    for what, program in tries.items():
        begun = time.monotonic()
        assert bounded.run((sys.executable, "-c", program), tmp_path, bounds) is None, what
        assert time.monotonic() - begun < 10, what
    assert bounded.run((sys.executable, "-c", "print('well')"), tmp_path, bounds) == "well\n"


def test_a_program_gets_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", "CANARY")
    bounds = Bounds(memory=1 << 30, seconds=20, size=1 << 20)
    program = "import os; print(sorted(os.environ), os.getcwd())"
    said = bounded.run((sys.executable, "-c", program), tmp_path, bounds)
    assert said is not None
    assert "AMANA" not in said
    assert str(tmp_path) in said


def test_a_program_reaches_nobody(tmp_path: Path) -> None:
    if not bounded.apart():
        need("taking the network from programs", "user namespaces, or root")
    bounds = Bounds(memory=1 << 30, seconds=20, size=1 << 20)
    with Listening() as home:
        program = f"import urllib.request as u; u.urlopen({home.address!r}, timeout=3)"
        assert bounded.run((sys.executable, "-c", program), tmp_path, bounds) is None
        assert home.calls() == 0
        with pytest.raises(OSError, match=r".*"):
            urllib.request.urlopen(home.address, timeout=3)  # noqa: S310 - our own, on this machine
        assert home.calls() == 1, "the listener would not have noticed"


def test_a_folder_full_of_traps_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever unpacks a hostile archive and cleans what is in it runs none of it."""
    (tmp_path / "PIL.py").write_text("raise SystemExit")
    (tmp_path / "client.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "photo.jpg").write_bytes(corpus.jpeg())
    cleaning.clean(tmp_path / "photo.jpg", tmp_path / "copy")
    assert cleaning.is_clean(tmp_path / "copy")


_WHOLE = {name: build() for name, build in corpus.PICTURES.items()}


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """A picture of the corpus with some bytes changed, cut out, or doubled."""
    data = bytearray(_WHOLE[draw(st.sampled_from(sorted(_WHOLE)))])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(("change", "cut", "double", "zero")))
        if how == "change":
            data[at] = draw(st.integers(0, 255))
        elif how == "cut" and len(data) > 64:
            del data[at : at + draw(st.integers(1, 32))]
        elif how == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 32))]
        else:
            data[at : at + 4] = bytes(len(data[at : at + 4]))
    return bytes(data)


@given(data=bent())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bent_picture_is_cleaned_or_refused_and_nothing_else(tmp_path: Path, data: bytes) -> None:
    source, target = tmp_path / "bent", tmp_path / "copy"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    try:
        told = repr(cleaning.clean(source, target))
    except AmanaError as error:
        told = f"{error.sentence} {error.next_step}"
    assert "CANARY" not in told
    if target.exists():
        assert told.startswith("Cleaned(")
        assert cleaning.is_clean(target)
        assert not corpus.has_canary(target.read_bytes())
    else:
        assert len(told) > 1
    assert {path.name for path in tmp_path.iterdir()} <= {"bent", "copy"}


@given(data=st.one_of(bent(), st.binary(min_size=1, max_size=300)))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_looking_at_any_file_gives_an_answer(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    assert cleaning.media_of(path).count("/") == 1
    if cleaning.is_clean(path):
        assert not corpus.has_canary(data)


def test_a_refusal_is_the_projects_own_for_every_start_that_is_known(tmp_path: Path) -> None:
    """The first bytes of every kind, and then nothing that belongs to it."""
    starts = (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"BM",
        b"%PDF-1.7",
        b"OggS",
        b"fLaC",
    )
    more = (
        b"ID3\4",
        b"\xff\xfb",
        b"\xff\xf1",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0AVI ",
        b"RIFF\0\0\0\0WEBP",
    )
    boxes = (
        b"\0\0\0\x14ftypavif",
        b"\0\0\0\x14ftypheic",
        b"\0\0\0\x14ftypqt  ",
        b"\0\0\0\x14ftypisom",
        b"\0\0\0\x08wide",
    )
    for start in (*starts, *more, *boxes, b"PK\3\4", b"<svg ", b"<?xml ?><svg", b"\x1aE\xdf\xa3", b"?"):
        source = tmp_path / "any"
        source.write_bytes(start + b"CANARY" * 40)
        with pytest.raises(RefusedError) as refused:
            cleaning.clean(source, tmp_path / "copy")
        assert "CANARY" not in refused.value.sentence + refused.value.next_step
