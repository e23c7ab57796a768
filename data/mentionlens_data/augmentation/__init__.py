"""Seeded changes of a text that keep its labels."""
