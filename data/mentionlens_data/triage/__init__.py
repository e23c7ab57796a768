"""`mentionlens triage`: files of mentions in, the same rows with what to do about each out."""
