"""Other people's clients of tus bring a sealed file: stopped again and again, the house killed meanwhile (19.7)."""

import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tusclient.client

from crypto import objects
from tests.interop import node
from tests.server.test_files_line import MIB, File
from tests.soak.processes import Household, household

STOPS = 3


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    with household(tmp_path / "home") as made:
        yield made


def told(file: File) -> dict[str, bytes]:
    ticket = objects.ticket(file.envelope.received, file.piece.object, file.length)
    return {"report": file.report, "object": file.piece.object, "ticket": ticket}


def check(house: Household, file: File) -> None:
    """It is whole, equal and in the log."""
    with house.world() as world:
        assert world.server.get(file.path).content == file.file.read_bytes()
        assert file.carrier(world).bring([file.file]).proven == [file.file]


def some_came(house: Household) -> None:
    """Wait for the first bytes of a file, and not for all of them."""
    end = time.monotonic() + 20
    while not any(one.stat().st_size for one in (house.home / "uploads").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(("part", "stops"), [(MIB, STOPS), (1 << 40, 0)], ids=["parts", "one body"])
def test_tus_js_client(house: Household, tmp_path: Path, part: int, stops: int) -> None:
    with house.world() as world:
        file = File(world, tmp_path, 48 * MIB)
    metadata = written(told(file))
    task = {"url": f"{house.url}/v1/objects", "metadata": metadata, "file": str(file.file), "stops": stops}
    with tempfile.TemporaryFile() as stdin:
        stdin.write(json.dumps({**task, "part": part}).encode())
        stdin.seek(0)
        client = node.start("tus.mjs", stdin)
        with client:
            try:
                some_came(house)
                house.server.kill()
                house.server.start()
                found = json.loads(client.communicate(timeout=60)[0])
            finally:
                client.kill()
        assert found["failures"] >= 1
    assert found["starts"] == stops + 1
    assert found["address"].endswith(file.path)
    check(house, file)


def written(values: dict[str, bytes]) -> str:
    return ",".join(f"{key} {b64encode(value).decode()}" for key, value in values.items())


def test_tuspy(house: Household, tmp_path: Path) -> None:
    with house.world() as world:
        file = File(world, tmp_path, 8 * MIB)
    client: Any = tusclient.client.TusClient(f"{house.url}/v1/objects")
    metadata = {key: value.decode("latin-1") for key, value in told(file).items()}
    with file.file.open("rb") as stream:
        given = {"file_stream": stream, "chunk_size": MIB, "metadata_encoding": "latin-1"}
        first = client.uploader(metadata=metadata, **given)
        first.upload(stop_at=3 * MIB)
        assert first.url == f"{house.url}{file.path}"
        house.server.kill()
        house.server.start()
        second = client.uploader(url=first.url, **given)
        assert second.offset == first.offset == 3 * MIB
        second.offset = 5 * MIB  # where the house is not
        with pytest.raises(Exception, match="409"):
            second.upload_chunk()
        second = client.uploader(url=first.url, **given)
        second.upload()
    check(house, file)


def test_tuspy_is_refused_what_is_not_hers(house: Household, tmp_path: Path) -> None:
    with house.world() as world:
        file = File(world, tmp_path, MIB)
    client: Any = tusclient.client.TusClient(f"{house.url}/v1/objects")
    metadata = {key: value.decode("latin-1") for key, value in told(file).items()} | {"ticket": "0" * 32}
    with file.file.open("rb") as stream:
        stranger = client.uploader(file_stream=stream, metadata=metadata, metadata_encoding="latin-1")
        with pytest.raises(Exception, match="403"):
            stranger.upload()
