"""Pictures cleaned by their structure, as the page does where it cannot believe a canvas: nothing hides in them."""

import base64
import subprocess
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from client.cleaning import is_clean
from tests.web.visiting import browser
from web import build

CANARY = b"CANARY"
Bare = Callable[[bytes], bytes | None]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    """`bare.ts` in Chromium; None where it refuses."""
    build.install()
    folder = tmp_path_factory.mktemp("bare")
    source = build.HERE / "reporter" / "evidence" / "bare"
    (folder / "bare.ts").write_text(
        f"import {{ bare }} from {str(source)!r};\n"
        "globalThis.tried = (text: string) =>\n"
        "  bare(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), 'image/png').then(\n"
        "    (data) => btoa(String.fromCharCode(...data)),\n"
        "    (error) => { if (error.name !== 'MalformedError') throw error; });\n"
    )
    esbuild = build.HERE / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [esbuild, "bare.ts", "--bundle", "--format=iife", "--outfile=bare.js", "--log-level=error"],
        cwd=folder, check=True, timeout=60,
    )  # fmt: skip
    with browser() as started:
        page = started.new_page()
        page.add_script_tag(content=(folder / "bare.js").read_text())

        def run(data: bytes) -> bytes | None:
            found: Any = page.evaluate("text => tried(text)", base64.b64encode(data).decode())
            return None if found is None else base64.b64decode(found)

        yield run


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.effect_noise((40, 30), 60).convert(mode).save(out, "PNG")
    return out.getvalue()


END = chunk(b"IEND", b"")


def test_what_is_in_order_is_kept_and_the_rest_is_left_out(bare: Bare, tmp_path: Path) -> None:
    for mode in ("RGB", "RGBA", "L", "P"):
        whole = png(mode)
        told = whole[:33] + chunk(b"tEXt", b"k\0" + CANARY) + whole[33:] + CANARY
        made = bare(told)
        assert made is not None
        assert CANARY not in made
        (tmp_path / "picture").write_bytes(made)
        assert is_clean(tmp_path / "picture")


@pytest.mark.parametrize(
    "bend",
    [
        lambda data: data.replace(END, chunk(b"IEND", CANARY)),
        lambda data: data.replace(END, chunk(b"IDAT", CANARY) + END),
        lambda data: data.replace(END, chunk(b"IDAT", zlib.compress(CANARY)) + END),
        lambda data: data.replace(END, chunk(b"ABCD", CANARY) + END),
        lambda data: data[:19] + b"\1" + data[20:],  # fewer pixels than there are
        lambda data: data[:-20],
    ],
    ids=["in its end", "behind its pixels", "more pixels", "unknown", "too many", "cut short"],
)
def test_what_hides_something_is_refused(bare: Bare, bend: Callable[[bytes], bytes]) -> None:
    assert bare(bend(png())) is None
