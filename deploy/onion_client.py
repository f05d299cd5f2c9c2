"""Make the key with which one reviewer or auditor finds the reviewers' onion address (Tor's client authorization).

She runs it on her own device. One line goes to the operator, the other stays with her Tor:

    python -m deploy.onion_client ADDRESS.onion r1 FOLDER
"""

import argparse
import base64
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from client.errors import AmanaError
from client.keys import write_new
from crypto.slip import NAME

_SUFFIX = ".onion"
_LENGTH = 56  # characters of an address of version 3


def pair(address: str) -> tuple[str, str]:
    """Return the operator's line and hers, of a new key for this address."""
    key = X25519PrivateKey.generate()
    public, private = key.public_key().public_bytes_raw(), key.private_bytes_raw()
    return f"descriptor:x25519:{_base32(public)}\n", f"{address}:descriptor:x25519:{_base32(private)}\n"


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def main() -> int:
    """Write NAME.auth for the operator and NAME.auth_private for her own Tor; say where they go."""
    parser = argparse.ArgumentParser(prog="python -m deploy.onion_client", description=__doc__)
    parser.add_argument("address", metavar="ADDRESS.onion", help="the reviewers' address, as the operator gave it")
    parser.add_argument("name", help="her chosen name, as in the directory")
    parser.add_argument("folder", type=Path, help="where both files go; made if it is not there")
    given = parser.parse_args()
    address = given.address.removesuffix(_SUFFIX)
    if len(address) != _LENGTH or not address.isalnum() or NAME.match(given.name) is None:
        sys.stderr.write("This is no onion address of version 3, or no name of the directory.\n")
        return 2
    public, private = pair(address)
    try:
        write_new(given.folder / f"{given.name}.auth_private", private.encode())
        write_new(given.folder / f"{given.name}.auth", public.encode())
    except AmanaError as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    sys.stdout.write(
        f"{given.name}.auth: to the operator, into authorized_clients of the reviewers' service.\n"
        f"{given.name}.auth_private: stays with you, into ClientOnionAuthDir of your Tor.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
