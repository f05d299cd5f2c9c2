"""The people: reporter, reviewer, auditor, officer; the command line on their own machines."""
