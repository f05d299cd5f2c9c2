"""Vectors: the protocol's values, for every implementation. `generate.py` writes them, `replay.py` runs them."""
