"""The rules: vocabulary, sealing plan, signed bundle and directory, Cedar text, one pure `decide`. No I/O, no clock."""
