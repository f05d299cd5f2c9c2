"""Vocabulary, fictional people and sample reports."""
