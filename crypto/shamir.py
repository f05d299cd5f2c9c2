"""Shamir's secret sharing over GF(2^8), byte by byte; a share is `y ‖ x` (protocol 3.3).

Wire-compatible with npm `shamir-secret-sharing` and with `pyshamir`. Tables are not constant-time: it runs on the
device of someone who holds the secret anyway, never as an oracle for others.
"""

from collections.abc import Sequence

from crypto.errors import MalformedError

_EXP = [0] * 510
_LOG = [0] * 256
_power = 1
for _i in range(255):
    _EXP[_i] = _EXP[_i + 255] = _power
    _LOG[_power] = _i
    _power ^= (_power << 1) ^ (0x11B if _power & 0x80 else 0)  # times 3, a generator, modulo 0x11b
    _power &= 0xFF


def _mul(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _div(a: int, b: int) -> int:
    return _EXP[_LOG[a] + 255 - _LOG[b]] if a else 0


def split(secret: bytes, threshold: int, xs: Sequence[int], coefficients: bytes) -> list[bytes]:
    """Return one share per x. `coefficients`: (threshold - 1) random bytes for each byte of the secret."""
    distinct = len(set(xs)) == len(xs) and all(1 <= x <= 255 for x in xs)  # noqa: PLR2004 - GF(2^8)
    if not 2 <= threshold <= len(xs) or not secret or not distinct:  # noqa: PLR2004 - t = 1 has its own form
        raise MalformedError("shares")
    if len(coefficients) != (step := threshold - 1) * len(secret):
        raise MalformedError("coefficients")
    shares = []
    for x in xs:
        share = bytearray()
        for i, byte in enumerate(secret):
            y = 0
            for coefficient in (*coefficients[i * step : (i + 1) * step], byte):  # Horner, constant term last
                y = _mul(y, x) ^ coefficient
            share.append(y)
        shares.append(bytes(share) + bytes([x]))
    return shares


def combine(shares: Sequence[bytes]) -> bytes:
    """Return the secret of exactly `threshold` shares. A wrong share gives a wrong secret, not an error."""
    xs = [share[-1] for share in shares if share]
    if len(shares) < 2 or 0 in xs or len(set(xs)) != len(shares) or len({len(s) for s in shares}) != 1:  # noqa: PLR2004
        raise MalformedError("shares")
    secret = bytearray(len(shares[0]) - 1)
    for share, x in zip(shares, xs, strict=True):
        weight = 1
        for other in xs:
            weight = _mul(weight, _div(other, other ^ x)) if other != x else weight
        for i in range(len(secret)):
            secret[i] ^= _mul(share[i], weight)
    return bytes(secret)
