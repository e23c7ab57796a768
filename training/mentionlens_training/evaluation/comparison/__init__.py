"""Is the new version better than the old one? Two sets of answers to the same rows, compared."""
