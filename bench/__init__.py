"""What it costs: ratios against the simplest honest way to do the same, measured interleaved in one run.

`make bench`, or `python -m bench --help`. docs/performance.md says how to read the table.
"""
