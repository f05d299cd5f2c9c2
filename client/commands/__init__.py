"""The command line, one module a person. Imported only when used, so that `amana` starts fast."""
