"""Public corpora: the ledger, and how each becomes labelled mentions."""
