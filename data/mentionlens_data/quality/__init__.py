"""Can the labels be trusted: conflicts, suspicious labels, languages, distributions."""
