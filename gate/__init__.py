"""The second lock: decides by policy, waits for the log, then releases. It believes only signatures and proofs."""
