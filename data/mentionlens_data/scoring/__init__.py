"""Files of mentions in, the same files with answers out; a stopped run goes on where it was."""
