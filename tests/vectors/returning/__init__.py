"""Vectors of coming back with twelve words (protocol 14 to 17): `python -m tests.vectors.returning [--check]`."""
