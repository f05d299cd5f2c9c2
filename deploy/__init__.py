"""How it runs: the rehearsal that a newcomer sees first, and (later) units, onion service and backups."""
