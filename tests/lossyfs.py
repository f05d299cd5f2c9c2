"""A file system that forgets: what was not synced is lost at a power cut. One folder, spoken to over /dev/fuse itself.

`python -m tests.lossyfs MOUNT STORE` serves until it is killed, and killing it (SIGKILL) *is* the power cut: written
bytes live in this process alone; fsync of a file puts its bytes into STORE, fsync of the folder puts its names there. A
second start on the same STORE is the machine that comes up again. With `--leak N` every so often (N in 256) a written
block reaches STORE by itself, out of order, as a kernel under load does. SIGUSR1 makes the disk read-only and writable
again, SIGUSR2 full and not full. No library is needed but root, Linux and /dev/fuse (kernel: fuse.h, protocol 7.31).
"""

import argparse
import ctypes
import errno
import json
import os
import signal
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

ROOT: Final = 1  # node of the folder itself
BLOCK: Final = 4096  # bytes that are written, kept or lost together
_LARGEST: Final = 128 * 1024  # bytes of one write
_FOREVER: Final = 3600  # seconds: nobody else changes anything here
_KEEP_CACHE: Final = 2
_HEADER: Final = struct.Struct("<IIQQIIIHH")  # length, opcode, unique, node, and what does not matter here
_REPLY: Final = struct.Struct("<IiQ")
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class File:
    """One file: its bytes as the machine sees them, and which blocks of them are not on the disk yet."""

    def __init__(self, store: Path, mode: int) -> None:
        self.store, self.mode = store, mode
        self.data = bytearray(store.read_bytes() if store.exists() else b"")
        self.dirty: set[int] = set()
        self.resized = False

    def write(self, offset: int, data: bytes) -> range:
        """Take bytes; return the blocks that they touch."""
        if len(self.data) < offset:
            self.resize(offset)
        self.data[offset : offset + len(data)] = data
        blocks = range(offset // BLOCK, (offset + len(data) - 1) // BLOCK + 1)
        self.dirty.update(blocks)
        return blocks

    def resize(self, size: int) -> None:
        """Cut off, or fill with zeros."""
        del self.data[size:]
        self.data.extend(bytes(size - len(self.data)))
        self.resized = True

    def persist(self, blocks: Iterator[int]) -> None:
        """Put some blocks where they survive."""
        handle = os.open(self.store, os.O_RDWR | os.O_CREAT, 0o600)
        for block in blocks:
            os.pwrite(handle, self.data[block * BLOCK : (block + 1) * BLOCK], block * BLOCK)
        os.close(handle)

    def sync(self) -> None:
        """Put everything where it survives."""
        self.persist(iter(sorted(self.dirty)))
        os.truncate(self.store, len(self.data))
        self.dirty.clear()
        self.resized = False


class Lossy:
    """The folder: an answer for each kind of request that a database makes."""

    def __init__(self, store: Path, leak: int) -> None:
        self._store, self._leak = store, leak
        self._read_only = self._full = False
        names = store / "names.json"
        kept: dict[str, tuple[int, int]] = json.loads(names.read_text()) if names.exists() else {}
        self._names = {name: node for name, (node, _) in kept.items()}
        self._files = {node: File(store / str(node), mode) for node, mode in kept.values()}
        self._next = max([ROOT, *(int(one.name) for one in store.glob("[0-9]*"))]) + 1

    def switch(self, number: int, _: object) -> None:
        """SIGUSR1: read-only or not. SIGUSR2: full or not."""
        if number == signal.SIGUSR1:
            self._read_only = not self._read_only
        else:
            self._full = not self._full

    def _writable(self) -> None:
        if self._read_only:
            raise OSError(errno.EROFS, "read-only")

    def _room(self) -> None:
        self._writable()
        if self._full:
            raise OSError(errno.ENOSPC, "full")

    def _find(self, name: bytes) -> int:
        found = self._names.get(name.rstrip(b"\0").decode())
        if found is None:
            raise OSError(errno.ENOENT, "nothing here")
        return found

    def _attributes(self, node: int) -> bytes:
        mode, size = (
            (stat.S_IFDIR | 0o700, 0) if node == ROOT else (self._files[node].mode, len(self._files[node].data))
        )
        times = (0,) * 6
        return struct.pack("<6Q10I", node, size, -(-size // 512), *times[:3], *times[3:], mode, 1, 0, 0, 0, BLOCK, 0)

    def _entry(self, node: int) -> bytes:
        return struct.pack("<QQQQII", node, 0, _FOREVER, _FOREVER, 0, 0) + self._attributes(node)

    def init(self, _: int, data: bytes) -> bytes:
        major, minor, ahead, _ = struct.unpack_from("<IIII", data)
        big_writes = 1 << 5
        return struct.pack("<IIIIHHIIHHI28x", major, min(minor, 31), ahead, big_writes, 16, 12, _LARGEST, 1, 0, 0, 0)

    def lookup(self, _: int, data: bytes) -> bytes:
        return self._entry(self._find(data))

    def getattr(self, node: int, _: bytes) -> bytes:
        return struct.pack("<QII", _FOREVER, 0, 0) + self._attributes(node)

    def setattr(self, node: int, data: bytes) -> bytes:
        valid, _, _, size = struct.unpack_from("<IIQQ", data)
        self._writable()
        if valid & 1 << 3:
            if size > len(self._files[node].data):
                self._room()
            self._files[node].resize(size)
        if valid & 1:
            self._files[node].mode = stat.S_IFREG | struct.unpack_from("<I", data, 68)[0] & 0o7777
        return self.getattr(node, b"")

    def open(self, node: int, data: bytes) -> bytes:
        if struct.unpack_from("<I", data)[0] & os.O_ACCMODE != os.O_RDONLY:
            self._writable()
        return struct.pack("<QII", node, _KEEP_CACHE, 0)

    def opendir(self, _: int, __: bytes) -> bytes:
        return struct.pack("<QII", ROOT, 0, 0)

    def create(self, _: int, data: bytes) -> bytes:
        self._room()
        mode = struct.unpack_from("<II", data)[1]
        name = data[16:].rstrip(b"\0").decode()
        node, self._next = self._next, self._next + 1
        self._names[name] = node
        self._files[node] = File(self._store / str(node), stat.S_IFREG | mode & 0o7777)
        return self._entry(node) + struct.pack("<QII", node, _KEEP_CACHE, 0)

    def read(self, node: int, data: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", data)
        return bytes(self._files[node].data[offset : offset + size])

    def write(self, node: int, data: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", data)
        self._room()
        file = self._files[node]
        blocks = file.write(offset, data[40 : 40 + size])
        if self._leak:
            file.persist(block for block in blocks if os.urandom(1)[0] < self._leak)
        return struct.pack("<II", size, 0)

    def fsync(self, node: int, _: bytes) -> bytes:
        self._writable()
        self._files[node].sync()
        return b""

    def fsyncdir(self, _: int, __: bytes) -> bytes:
        self._writable()
        names = {name: (node, self._files[node].mode) for name, node in self._names.items()}
        draft = self._store / "names.draft"
        draft.write_text(json.dumps(names))
        draft.replace(self._store / "names.json")
        return b""

    def unlink(self, _: int, data: bytes) -> bytes:
        self._writable()
        self._find(data)  # its bytes stay in the store: the name may come back at a cut
        del self._names[data.rstrip(b"\0").decode()]
        return b""

    def rename(self, _: int, data: bytes) -> bytes:
        self._writable()
        old, new = data[8:].rstrip(b"\0").split(b"\0")
        self._names[new.decode()] = self._find(old)
        del self._names[old.decode()]
        return b""

    def readdir(self, _: int, data: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", data)
        entries = b""
        for place, (name, node) in enumerate(list(self._names.items())[offset:], offset + 1):
            raw = name.encode()
            one = struct.pack("<QQII", node, place, len(raw), stat.S_IFREG >> 12) + raw
            one += bytes(-len(one) % 8)
            if len(entries) + len(one) > size:
                break
            entries += one
        return entries

    def statfs(self, _: int, __: bytes) -> bytes:
        free = 0 if self._full else 1 << 20
        return struct.pack("<5Q4I24x", 1 << 21, free, free, 1 << 20, 1 << 20, BLOCK, 255, BLOCK, 0)

    def nothing(self, _: int, __: bytes) -> bytes:
        """FLUSH and RELEASE: closing a file syncs nothing, as on a real disk."""
        return b""

    def unknown(self, _: int, __: bytes) -> bytes:
        """Whatever a database does not need."""
        raise OSError(errno.ENOSYS, "not needed")

    def serve(self, device: int) -> None:
        """Answer until killed."""
        doors: dict[int, Callable[[int, bytes], bytes]] = {
            1: self.lookup, 3: self.getattr, 4: self.setattr, 10: self.unlink, 12: self.rename, 14: self.open,
            15: self.read, 16: self.write, 17: self.statfs, 18: self.nothing, 20: self.fsync, 25: self.nothing,
            26: self.init, 27: self.opendir, 28: self.readdir, 29: self.nothing, 30: self.fsyncdir, 35: self.create,
        }  # fmt: skip
        silent = {2, 36, 42}  # FORGET, INTERRUPT, BATCH_FORGET have no answer
        while True:
            request = os.read(device, _LARGEST + BLOCK)
            _, opcode, unique, node, *_ = _HEADER.unpack_from(request)
            if opcode in silent:
                continue
            try:
                answer, error = doors.get(opcode, self.unknown)(node, request[_HEADER.size :]), 0
            except OSError as failed:
                answer, error = b"", -int(failed.errno or errno.EIO)
            with suppress(FileNotFoundError):  # whoever asked was killed meanwhile
                os.write(device, _REPLY.pack(_REPLY.size + len(answer), error, unique) + answer)


def available() -> bool:
    """Whether this machine lets us mount it."""
    return sys.platform == "linux" and os.geteuid() == 0 and os.access("/dev/fuse", os.R_OK | os.W_OK)


def mount(kind: str, place: Path, options: str, *, flags: int = 0) -> None:
    """Mount; raise OSError where the kernel refuses. `flags`: 4096 a folder over itself, 32 a change, 1 read-only."""
    if _LIBC.mount(os.fsencode(place), os.fsencode(place), kind.encode(), ctypes.c_ulong(flags), options.encode()):
        raise OSError(ctypes.get_errno(), "mount")


def unmount(place: Path) -> None:
    """Take it away even when somebody still looks at it."""
    detach = 2
    _LIBC.umount2(os.fsencode(place), detach)


@contextmanager
def tmpfs(place: Path, size: str) -> Iterator[Path]:
    """A small disk in memory."""
    place.mkdir(parents=True, exist_ok=True)
    mount("tmpfs", place, f"size={size},mode=0700")
    try:
        yield place
    finally:
        unmount(place)


def main() -> None:
    """Mount and serve."""
    parser = argparse.ArgumentParser(prog="tests.lossyfs", description=__doc__)
    parser.add_argument("mount", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--leak", type=int, default=0, metavar="N", help="blocks in 256 that survive without a sync")
    options = parser.parse_args()
    options.store.mkdir(exist_ok=True)
    options.mount.mkdir(parents=True, exist_ok=True)
    lossy = Lossy(options.store, options.leak)
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lossy.switch)
    device = os.open("/dev/fuse", os.O_RDWR)
    mount("fuse.lossy", options.mount, f"fd={device},rootmode=40000,user_id=0,group_id=0")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    lossy.serve(device)


if __name__ == "__main__":
    main()
