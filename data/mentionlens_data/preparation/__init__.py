"""From labelled rows to a prepared set without leaks."""
