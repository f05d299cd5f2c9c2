"""The house that cannot read: takes sealed reports, keeps them, sequences the log, relays to gates."""
