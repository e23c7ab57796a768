"""Labelled mentions: schema, corpus ledger, cleaning, splits."""
