"""One wrong program at a time, in a child of its own, before the tests: does any of them notice?

The parent has read everybody else's packages and none of ours; a child reads one module bent, and is gone.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Final

import hypothesis
import pytest

ROOT: Final = Path(__file__).parents[2]
READ_BEFORE: Final = (
    "argon2", "cedarpy", "cryptography.cobblestone", "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.mldsa", "cryptography.hazmat.primitives.hpke", "hypothesis.strategies",
    "json", "mnemonic", "msgspec", "pyshamir", "Crypto.Protocol.HPKE", "Crypto.PublicKey.Hybrid", "tomllib",
)  # fmt: skip
AT_FIRST: Final = 120  # seconds of CPU for the unchanged program


IMPORTED: Final = "ignore::pytest.PytestAssertRewriteWarning"  # packages that the parent has read


class Fate(Enum):
    """What became of a wrong program."""

    SEEN = "seen"
    ENDLESS = "endless"
    LIVED = "lived"


class Bent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives out one module changed."""

    def __init__(self, name: str, code: ast.Module, path: Path) -> None:
        self.name, self.code, self.path = name, code, path

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:  # noqa: ARG002
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.code, str(self.path), "exec"), module.__dict__)  # noqa: S102 - the whole purpose


class Quick:
    """Hypothesis as in `make test`, but always the same, and content with the first example that fails."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutation", deadline=None, derandomize=True, database=None, phases=phases, print_blob=False,
            suppress_health_check=list(hypothesis.HealthCheck),
        )  # fmt: skip
        hypothesis.settings.load_profile("mutation")


def read_before() -> None:
    """Read what is the same for every child."""
    for name in READ_BEFORE:
        importlib.import_module(name)
    ours = {"client", "crypto", "doors", "gate", "policies", "server"} & set(sys.modules)
    assert not ours, ours


def tests_of(module: str) -> list[str]:
    """Return what is run for a module: the tests of its room that name it, its own first, for they fail soonest."""
    room, name = module.split(".")
    folder = ROOT / "tests" / room
    own = [*sorted(folder.glob(f"test_{name}*.py")), *sorted(folder.glob("test_vectors.py"))]
    word = re.compile(rf"\b{name}\b")
    others = [path for path in sorted(folder.glob("test_*.py")) if path not in own and word.search(path.read_text())]
    found = [str(path) for path in (*own, *others) if path.name != "test_mutation.py"]
    return (
        found
        if room == "crypto"
        else [*found, *sorted({str(folder / "test_decide.py"), str(folder / "test_people.py")} - set(found))]
    )


def source(module: str) -> Path:
    """Return the file of a module."""
    return ROOT / Path(*module.split(".")).with_suffix(".py")


def fate(module: str, tree: ast.Module, tests: Sequence[str], seconds: int = AT_FIRST) -> Fate:
    """Run the tests with `tree` for the module, and say what became of it."""
    bent = Bent(module, tree, source(module))
    child = os.fork()
    if child == 0:
        _child(bent, tests, seconds)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Fate.ENDLESS
    return Fate.LIVED if os.WEXITSTATUS(status) == 0 else Fate.SEEN


def used() -> float:
    """Return the seconds of CPU that children have used so far."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _child(bent: Bent, tests: Sequence[str], seconds: int) -> None:
    code = 3
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        signal.alarm(seconds * 10)
        sys.meta_path.insert(0, bent)
        options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-W", IMPORTED, f"--rootdir={ROOT}", *tests]
        code = int(pytest.main(options, plugins=[Quick()]))
    finally:
        os._exit(code)


def modules(room: str) -> Iterator[str]:
    """Yield the modules of a room that have something to change."""
    for path in sorted((ROOT / room).glob("*.py")):
        if path.name != "__init__.py":
            yield f"{room}.{path.stem}"
