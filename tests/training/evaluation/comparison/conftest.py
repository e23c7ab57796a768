"""Puts this folder on the import path, so that its tests can use `versions`."""
