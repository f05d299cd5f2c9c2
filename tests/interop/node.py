"""Other people's packages in node, installed exactly as package-lock.json says, and programs of ours that run them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent


def missing() -> str | None:
    """Install what is not there, or return what that needs."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm"
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if all(_version(name) == version for name, version in wanted.items()):
        return None
    done = subprocess.run(["npm", "ci"], cwd=HERE, capture_output=True, text=True, timeout=180, check=False)
    return "node and npm with a registry or a cache" if done.returncode else None


def _version(name: str) -> str | None:
    described = HERE / "node_modules" / name / "package.json"
    return json.loads(described.read_text())["version"] if described.is_file() else None


def start(program: str, stdin: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a program of this folder; it reads JSON and writes JSON."""
    return subprocess.Popen(["node", program], cwd=HERE, stdin=stdin, stdout=subprocess.PIPE)
