"""Which unlabelled mentions are worth a label: uncertain, unlike one another, of every language."""
