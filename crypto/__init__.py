"""The protocol: what every room agrees on, byte for byte. Pure: bytes in, bytes out.

Nothing here opens a file, a socket or a clock. Randomness that we draw is an argument (`Draw`); HPKE, Cobblestone and
ML-DSA draw their own inside `cryptography`. `docs/protocol.md` is normative; comments cite its steps.
"""
