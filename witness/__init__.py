"""An outside witness: cosigns a log's heads as long as the log only grows. It holds nothing of any report."""
