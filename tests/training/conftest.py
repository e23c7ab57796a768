"""Puts this folder on the import path, so that every test below it can use `tiny`."""
