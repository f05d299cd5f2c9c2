"""The doors of both houses: one shape of refusal, nothing remembered of who knocked, one way to serve and to configure.

`server` and `gate` stand on it and never on each other (docs/decisions/0002-doors.md).
"""
