"""Order under fault, with real processes and real disks: killed, cut off, full, read-only, wrong clocks, old copies."""
